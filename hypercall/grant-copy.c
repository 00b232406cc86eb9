/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing to a guest's frames without mapping them: grant them to us, and let Xen copy. */
#include "call.h"
#include "devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An entry of version 1 (public/grant_table.h). The first ones have meanings of their own. */
struct grant_entry {
	uint16_t flags, domid;
	uint32_t frame;
};

enum { GTF_PERMIT_ACCESS = 1, FIRST_FREE = 8, BATCH = LX_PAGE_SIZE / 8 - FIRST_FREE };

static struct grant_entry *entries_of(const struct lx_hc_copier *copier)
{
	return (struct grant_entry *)copier->table.addr + FIRST_FREE;
}

static int copy(struct lx_hc *hc, struct lx_hc_copier *copier)
{
	struct lx_gntdev_grant_copy call = { .count = copier->count, .segments = copier->segments };

	return hc->os->ioctl(hc->os, copier->fd, LX_GNTDEV_GRANT_COPY, &call);
}

/* What says that this kernel has no such device, or we may not use it. */
static bool is_missing(int ret)
{
	return ret == -ENOENT || ret == -ENODEV || ret == -ENXIO || ret == -EACCES ||
	       ret == -ENOTTY;
}

int lx_hc_copier_open(struct lx_hc *hc, uint32_t domid, uint16_t self, struct lx_hc_copier *copier)
{
	struct lx_hc_copier now = { .fd = -1, .domid = domid, .self = self };
	int ret;

	now.segments = calloc(BATCH, sizeof(*now.segments));
	if (!now.segments)
		return lx_fail_errno(hc->error, -ENOMEM, "no memory for copies to domain %u",
				     domid);
	ret = now.fd = hc->os->open(hc->os, "/dev/xen/gntdev");
	if (ret >= 0)
		ret = copy(hc, &now); /* of nothing: Linux before 4.9 does not know how */
	if (ret < 0) {
		ret = is_missing(ret) ? -EOPNOTSUPP
				      : lx_fail_errno(hc->error, ret, "cannot use /dev/xen/gntdev");
		goto out;
	}
	ret = lx_hc_map_grant_resource(hc, domid, &now.table);
	if (ret < 0)
		goto out;
	*copier = now;
	now = (struct lx_hc_copier){ .fd = -1 };
out:
	lx_hc_copier_close(hc, &now);
	return ret;
}

static int check(struct lx_hc *hc, const struct lx_hc_copier *copier)
{
	for (uint32_t i = 0; i < copier->count; i++)
		if (copier->segments[i].status != 0)
			return lx_fail(
				hc->error, -EIO,
				"cannot copy to frame 0x%x of domain %u: Xen answers status %d",
				entries_of(copier)[i].frame, copier->domid,
				copier->segments[i].status);
	return 0;
}

int lx_hc_copier_flush(struct lx_hc *hc, struct lx_hc_copier *copier)
{
	int ret;

	if (copier->count == 0)
		return 0;
	hc->counters.mapping_calls++;
	ret = copy(hc, copier);
	if (ret < 0)
		lx_fail_errno(hc->error, ret, "cannot copy to domain %u", copier->domid);
	else
		ret = check(hc, copier);
	memset(entries_of(copier), 0, copier->count * sizeof(struct grant_entry));
	copier->count = 0;
	return ret;
}

int lx_hc_copier_add(struct lx_hc *hc, struct lx_hc_copier *copier, uint64_t frame, uint32_t offset,
		     const void *from, uint32_t bytes)
{
	struct grant_entry *entry = entries_of(copier) + copier->count;

	if (frame > UINT32_MAX)
		return lx_fail(hc->error, -ERANGE, "frame 0x%llx is too high to be granted",
			       (unsigned long long)frame);
	entry->domid = copier->self;
	entry->frame = (uint32_t)frame;
	__atomic_store_n(&entry->flags, GTF_PERMIT_ACCESS, __ATOMIC_RELEASE);
	copier->segments[copier->count] = (struct lx_gntdev_copy_segment){
		.from = from,
		.ref = FIRST_FREE + copier->count,
		.offset = (uint16_t)offset,
		.domid = (uint16_t)copier->domid,
		.bytes = (uint16_t)bytes,
		.flags = LX_GNTDEV_COPY_TO_GRANT,
	};
	hc->counters.copied_bytes += bytes;
	return ++copier->count == BATCH ? lx_hc_copier_flush(hc, copier) : 0;
}

void lx_hc_copier_close(struct lx_hc *hc, struct lx_hc_copier *copier)
{
	if (copier->table.addr)
		memset(entries_of(copier), 0, copier->count * sizeof(struct grant_entry));
	lx_hc_unmap(hc, &copier->table);
	if (copier->segments && copier->fd >= 0)
		hc->os->close(hc->os, copier->fd);
	free(copier->segments);
	*copier = (struct lx_hc_copier){ .fd = -1 };
}
