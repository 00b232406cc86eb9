/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of xl.cfg(5) that libxen knows of and does not support, and why. */
#ifndef XENCTL_XLCFG_KEYS_H
#define XENCTL_XLCFG_KEYS_H

#include <stdbool.h>

struct ctl_xlcfg_unsupported {
	const char *name;
	const char *reason;   /* goes on after "KEY is not supported: " */
	bool zero_is_default; /* 0 asks for what happens anyway */
};

extern const struct ctl_xlcfg_unsupported ctl_xlcfg_unsupported[]; /* ended by a NULL name */

#endif
