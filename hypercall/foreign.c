/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guest pages mapped into this process. */
#include "arena.h"
#include "call.h"
#include "devices.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Each frame has an answer of its own: the ioctl says 0 although some failed (pv-boot, 1.4). */
static int check_frames(struct lx_hc *hc, uint32_t domid, const uint64_t *frames,
			const int32_t *errors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (errors[i])
			return lx_fail_errno(hc->error, errors[i] < 0 ? errors[i] : -EIO,
					     "cannot map frame 0x%llx of domain %u",
					     (unsigned long long)frames[i], domid);
	return 0;
}

/* One mmap and one batch: the kernel takes a batch for a whole, fresh mapping only. */
int lx_hc_map(struct lx_hc *hc, uint32_t domid, const uint64_t *frames, size_t count, int prot,
	      struct lx_hc_mapping *mapping)
{
	struct lx_privcmd_mmapbatch_v2 batch = { .num = count, .dom = domid, .frames = frames };
	void *addr = NULL;
	int32_t *errors;
	int ret;

	errors = calloc(count, sizeof(*errors));
	if (!errors)
		return lx_fail_errno(hc->error, -ENOMEM, "cannot map pages of domain %u", domid);

	ret = hc->os->map(hc->os, hc->privcmd, count * LX_PAGE_SIZE, prot, 0, &addr);
	if (ret < 0) {
		lx_fail_errno(hc->error, ret, "cannot map pages of domain %u", domid);
		goto out;
	}

	batch.addr = lx_pointer(addr);
	batch.errors = errors;
	hc->counters.mapping_calls++;
	hc->counters.mapped_pages += count;
	ret = hc->os->ioctl(hc->os, hc->privcmd, LX_PRIVCMD_MMAPBATCH_V2, &batch);
	if (ret < 0)
		lx_fail_errno(hc->error, ret, "cannot map pages of domain %u", domid);
	else
		ret = check_frames(hc, domid, frames, errors, count);
	if (ret < 0)
		goto out;

	*mapping = (struct lx_hc_mapping){ .addr = addr, .pages = count };
	addr = NULL;
out:
	if (addr)
		hc->os->unmap(hc->os, addr, count * LX_PAGE_SIZE);
	free(errors);
	return ret;
}

void lx_hc_unmap(struct lx_hc *hc, struct lx_hc_mapping *mapping)
{
	if (mapping->addr)
		hc->os->unmap(hc->os, mapping->addr, mapping->pages * LX_PAGE_SIZE);
	*mapping = (struct lx_hc_mapping){ 0 };
}

static bool has_no_resource(int ret)
{
	return ret == -ENOTTY || ret == -ENOSYS || ret == -EOPNOTSUPP || ret == -EINVAL;
}

int lx_hc_map_grant_resource(struct lx_hc *hc, uint32_t domid, struct lx_hc_mapping *mapping)
{
	struct lx_privcmd_mmap_resource resource = { .dom = domid, .type = 1, .num = 1 };
	void *addr = NULL;
	int ret;

	ret = hc->os->map(hc->os, hc->privcmd, LX_PAGE_SIZE, PROT_READ | PROT_WRITE, 0, &addr);
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "cannot map the grant table of domain %u",
				     domid);

	resource.addr = lx_pointer(addr);
	hc->counters.mapping_calls++;
	hc->counters.mapped_pages++;
	ret = hc->os->ioctl(hc->os, hc->privcmd, LX_PRIVCMD_MMAP_RESOURCE, &resource);
	if (ret < 0) {
		hc->os->unmap(hc->os, addr, LX_PAGE_SIZE);
		if (has_no_resource(ret))
			return -EOPNOTSUPP;
		return lx_fail_errno(hc->error, ret, "cannot map the grant table of domain %u",
				     domid);
	}
	*mapping = (struct lx_hc_mapping){ .addr = addr, .pages = 1 };
	return 0;
}

/* struct gnttab_setup_table (public/grant_table.h) */
struct setup_table {
	uint16_t domid, pad;
	uint32_t frames;
	int16_t status;
	uint16_t pad2[3];
	uint64_t list;
};

_Static_assert(sizeof(struct setup_table) == 24, "gnttab_setup_table");

/* The way before: ask for the frame, then map it. For PV guests. */
static int map_grant_frame(struct lx_hc *hc, uint32_t domid, struct lx_hc_mapping *mapping)
{
	enum { GNTTABOP_SETUP_TABLE = 2 };
	size_t mark = hc->arena_used;
	struct setup_table *args = lx_arena_take(hc, sizeof(*args));
	uint64_t *frame = lx_arena_take(hc, sizeof(*frame));
	int ret;

	*args = (struct setup_table){ .domid = domid, .frames = 1, .list = lx_pointer(frame) };
	ret = lx_call(hc, LX_CALL_GRANT_TABLE_OP, GNTTABOP_SETUP_TABLE, lx_pointer(args), 1, 0);
	if (ret < 0)
		lx_fail_errno(hc->error, ret, "cannot reach the grant table of domain %u", domid);
	else if (args->status != 0)
		ret = lx_fail(hc->error, -EIO,
			      "cannot reach the grant table of domain %u: Xen answers status %d",
			      domid, args->status);
	else
		ret = lx_hc_map(hc, domid, frame, 1, PROT_READ | PROT_WRITE, mapping);
	hc->arena_used = mark;
	return ret;
}

int lx_hc_map_grant_table(struct lx_hc *hc, uint32_t domid, struct lx_hc_mapping *mapping)
{
	int ret = lx_hc_map_grant_resource(hc, domid, mapping);

	return ret == -EOPNOTSUPP ? map_grant_frame(hc, domid, mapping) : ret;
}
