/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed memory ops: give a domain memory, and tell it what it has. */
#include "arena.h"
#include "call.h"

#include <errno.h>
#include <string.h>

/* Sub-ops and structures of memory_op (public/memory.h); the same in every release. */
enum {
	XENMEM_POPULATE_PHYSMAP = 6,
	XENMEM_SET_MEMORY_MAP = 13,
	XENMEM_CLAIM_PAGES = 24,
};

struct reservation {
	uint64_t extents;
	uint64_t count;
	uint32_t order, flags;
	uint16_t domid, pad[3];
};

struct foreign_memory_map {
	uint16_t domid, pad[3];
	uint32_t count, pad2;
	uint64_t entries;
};

struct map_entry {
	uint64_t address, bytes;
	uint32_t type;
} __attribute__((packed));

_Static_assert(sizeof(struct reservation) == 32, "xen_memory_reservation");
_Static_assert(sizeof(struct foreign_memory_map) == 24, "xen_foreign_memory_map");
_Static_assert(sizeof(struct map_entry) == 20, "e820entry");

#define EXTENTS_PER_CALL 16384 /* what the arena holds well; Xen itself takes more */

static int memory_op(struct lx_hc *hc, unsigned int op, const void *argument)
{
	return lx_call(hc, LX_CALL_MEMORY_OP, op, lx_pointer(argument), 0, 0);
}

/* Part of lx_hc_populate() that fits one call. Xen's answer is a count, never an errno. */
static int populate_some(struct lx_hc *hc, uint32_t domid, uint64_t *extents, size_t count,
			 unsigned int order)
{
	size_t mark = hc->arena_used;
	struct reservation *args = lx_arena_take(hc, sizeof(*args));
	uint64_t *list = lx_arena_take(hc, count * sizeof(*list));
	int ret;

	memcpy(list, extents, count * sizeof(*list));
	*args = (struct reservation){
		.extents = lx_pointer(list),
		.count = count,
		.order = order,
		.domid = (uint16_t)domid,
	};
	ret = memory_op(hc, XENMEM_POPULATE_PHYSMAP, args);
	if (ret < 0) {
		lx_fail_errno(hc->error, ret, "Xen refuses memory for domain %u", domid);
	} else {
		ret = (size_t)ret < count ? ret : (int)count;
		memcpy(extents, list, (size_t)ret * sizeof(*list));
	}
	hc->arena_used = mark;
	return ret;
}

int lx_hc_populate(struct lx_hc *hc, uint32_t domid, uint64_t *extents, size_t count,
		   unsigned int order)
{
	size_t done = 0;

	while (done < count) {
		size_t some = count - done < EXTENTS_PER_CALL ? count - done : EXTENTS_PER_CALL;
		int ret = populate_some(hc, domid, extents + done, some, order);

		if (ret < 0)
			return ret;
		done += ret;
		if ((size_t)ret < some)
			break;
	}
	return (int)done;
}

int lx_hc_claim(struct lx_hc *hc, uint32_t domid, uint64_t pages)
{
	size_t mark = hc->arena_used;
	struct reservation *args = lx_arena_take(hc, sizeof(*args));
	int ret;

	args->count = pages;
	args->domid = (uint16_t)domid;
	ret = memory_op(hc, XENMEM_CLAIM_PAGES, args);
	hc->arena_used = mark;
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "Xen does not promise %llu MiB to domain %u",
				     (unsigned long long)pages >> (20 - LX_PAGE_SHIFT), domid);
	return 0;
}

int lx_hc_set_memory_map(struct lx_hc *hc, uint32_t domid, const struct lx_hc_map_entry *entries,
			 size_t count)
{
	size_t mark = hc->arena_used;
	struct foreign_memory_map *args;
	struct map_entry *list;
	int ret;

	if (count > LX_MAP_ENTRIES_MAX)
		return lx_fail(hc->error, -E2BIG, "a memory map of %zu entries is too long", count);
	args = lx_arena_take(hc, sizeof(*args));
	list = lx_arena_take(hc, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = (struct map_entry){ .address = entries[i].address,
					      .bytes = entries[i].bytes,
					      .type = entries[i].type };
	args->domid = (uint16_t)domid;
	args->count = (uint32_t)count;
	args->entries = lx_pointer(list);
	ret = memory_op(hc, XENMEM_SET_MEMORY_MAP, args);
	hc->arena_used = mark;
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "Xen refuses the memory map of domain %u",
				     domid);
	return 0;
}
