/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's grant table: entries for it, and from it. Version 1 (public/grant_table.h). */
#include "call.h"

#include <errno.h>

struct grant_entry {
	uint16_t flags, domid;
	uint32_t frame;
};

enum { GTF_TYPE_MASK = 3, GTF_PERMIT_ACCESS = 1 };

int lx_hc_grant_seed(struct lx_hc *hc, uint32_t domid, uint32_t ref, uint64_t frame,
		     uint32_t remote)
{
	struct lx_hc_mapping mapping = { 0 };
	struct grant_entry *entry;
	int ret;

	if (frame > UINT32_MAX)
		return lx_fail(hc->error, -ERANGE, "frame 0x%llx is too high to be granted",
			       (unsigned long long)frame);
	ret = lx_hc_map_grant_table(hc, domid, &mapping);
	if (ret < 0)
		return ret;

	/* The flags last: they make the entry valid. */
	entry = (struct grant_entry *)mapping.addr + ref;
	entry->domid = (uint16_t)remote;
	entry->frame = (uint32_t)frame;
	__atomic_store_n(&entry->flags, GTF_PERMIT_ACCESS, __ATOMIC_RELEASE);
	lx_hc_unmap(hc, &mapping);
	return 0;
}

int lx_hc_grant_find(struct lx_hc *hc, uint32_t domid, uint32_t ref, uint32_t remote,
		     uint64_t *frame)
{
	struct lx_hc_mapping mapping = { 0 };
	struct grant_entry entry;
	int ret;

	ret = lx_hc_map_grant_table(hc, domid, &mapping);
	if (ret < 0)
		return ret;
	entry = ((struct grant_entry *)mapping.addr)[ref];
	lx_hc_unmap(hc, &mapping);

	if ((entry.flags & GTF_TYPE_MASK) != GTF_PERMIT_ACCESS || entry.domid != remote)
		return lx_fail(hc->error, -ENODEV, "domain %u granted nothing as number %u", domid,
			       ref);
	*frame = entry.frame;
	return 0;
}
