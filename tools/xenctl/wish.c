/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest that is asked for: what nobody said, and how the library wants it. */
#include "wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define MEMORY_DEFAULT_BYTES (256ull << 20)

/* "a,b=off"; NULL: out of memory */
static char *join(const struct ctl_texts *texts)
{
	size_t size = 1;
	char *joined;

	for (uint32_t i = 0; i < texts->count; i++)
		size += strlen(texts->at[i]) + 1;
	joined = calloc(1, size);
	for (uint32_t i = 0; joined && i < texts->count; i++) {
		if (i)
			strcat(joined, ",");
		strcat(joined, texts->at[i]);
	}
	return joined;
}

int ctl_wish_complete(struct ctl_wish *wish)
{
	if (!wish->memory_bytes)
		wish->memory_bytes = MEMORY_DEFAULT_BYTES;
	/* A file that does not say it means pv: xl.cfg(5). */
	if (wish->type == CTL_TYPE_UNSAID)
		wish->type = wish->file ? LIBXEN_TYPE_PV : LIBXEN_TYPE_AUTO;
	if (!wish->features.count)
		return 0;
	wish->feature_list = join(&wish->features);
	return wish->feature_list ? 0 : -ENOMEM;
}

void ctl_wish_free(struct ctl_wish *wish)
{
	ctl_xlcfg_free(&wish->cfg);
	ctl_place_free(&wish->place);
	free(wish->feature_list);
	free(wish->joined);
}

struct libxen_guest ctl_wish_guest(const struct ctl_wish *wish, const struct libxen_image *kernel,
				   struct ctl_wish_room *room)
{
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.name = wish->name,
		.kernel = kernel,
		.ramdisks = room->ramdisks,
		.ramdisk_count = wish->ramdisks.count,
		.cmdline = wish->cmdline,
		.memory_bytes = wish->memory_bytes,
		.memory_max_bytes = wish->memory_max_bytes,
		.vcpus = wish->vcpus,
		.vcpus_max = wish->vcpus_max,
		.type = wish->type,
		.features = wish->feature_list,
	};

	memcpy(guest.uuid, wish->uuid, sizeof(guest.uuid));
	for (uint32_t i = 0; i < wish->ramdisks.count; i++)
		room->ramdisks[i] = ctl_source(wish->ramdisks.at[i]);
	ctl_place_guest(&wish->place, &room->place, &guest);
	return guest;
}
