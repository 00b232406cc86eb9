/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen releases that libxen knows: a new one begins with a row here. */
#include "abi.h"

const struct lx_release lx_releases[] = {
	{ LX_RELEASE(4, 6), 0x0b, 0x0c },
	{ LX_RELEASE(4, 7), 0x0b, 0x0d },
	{ LX_RELEASE(4, 8), 0x0c, 0x0e },
	{ LX_RELEASE(4, 9), 0x0d, 0x0f },
	{ LX_RELEASE(4, 10), 0x0e, 0x10 }, /* 4.10.0 only */
	{ LX_RELEASE(4, 10), 0x0f, 0x10 },
	{ LX_RELEASE(4, 11), 0x10, 0x11 },
	{ LX_RELEASE(4, 12), 0x11, 0x12 },
	{ LX_RELEASE(4, 13), 0x12, 0x12 },
	{ LX_RELEASE(4, 14), 0x12, 0x13 },
	{ LX_RELEASE(4, 15), 0x13, 0x13 },
	{ LX_RELEASE(4, 16), 0x14, 0x14 },
	{ LX_RELEASE(4, 17), 0x15, 0x15 },
	{ LX_RELEASE(4, 18), 0x16, 0x15 },
	{ LX_RELEASE(4, 19), 0x17, 0x15 },
	{ LX_RELEASE(4, 20), 0x17, 0x15 },
	{ LX_RELEASE(4, 21), 0x17, 0x16 },
	{ LX_RELEASE(4, 22), 0x18, 0x16 },
	{ LX_RELEASE(4, 23), 0x18, 0x16 }, /* as of its development, before the release */
};

const size_t lx_release_count = sizeof(lx_releases) / sizeof(lx_releases[0]);
