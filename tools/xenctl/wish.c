/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest that is asked for: what nobody said, and how the library wants it. */
#include "wish.h"

#include <stdlib.h>
#include <string.h>

#include "source.h"

#define MEMORY_DEFAULT_BYTES (256ull << 20)

void ctl_wish_complete(struct ctl_wish *wish)
{
	if (!wish->memory_bytes)
		wish->memory_bytes = MEMORY_DEFAULT_BYTES;
	/* A file that does not say it means pv: xl.cfg(5). */
	if (wish->type == CTL_TYPE_UNSAID)
		wish->type = wish->file ? LIBXEN_TYPE_PV : LIBXEN_TYPE_AUTO;
}

void ctl_wish_free(struct ctl_wish *wish)
{
	ctl_xlcfg_free(&wish->cfg);
	free(wish->joined);
}

struct libxen_guest ctl_wish_guest(const struct ctl_wish *wish, const struct libxen_image *kernel,
				   struct libxen_source *ramdisks)
{
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.name = wish->name,
		.kernel = kernel,
		.ramdisks = ramdisks,
		.ramdisk_count = wish->ramdisks.count,
		.cmdline = wish->cmdline,
		.memory_bytes = wish->memory_bytes,
		.vcpus = wish->vcpus,
		.type = wish->type,
	};

	memcpy(guest.uuid, wish->uuid, sizeof(guest.uuid));
	for (uint32_t i = 0; i < wish->ramdisks.count; i++)
		ramdisks[i] = ctl_source(wish->ramdisks.at[i]);
	return guest;
}
