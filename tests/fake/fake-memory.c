/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory_op: giving a domain memory, claims, and telling it its memory map. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <string.h>

enum {
	OP_BITS = 6,	    /* the rest of the command is the extent to go on from */
	ORDER_MOST = 18,    /* for the control domain */
	MAP_ENTRY_SIZE = 20 /* u64 address, u64 size, u32 type */
};

/* Pages that @domain could still be given. */
static uint64_t available(const struct fake *fake, const struct fake_domain *domain)
{
	uint64_t others = fake->claimed - domain->claimed + fake->taken_frames;

	return fake->free_frames > others ? fake->free_frames - others : 0;
}

/* 4.14 looks at no limit; from 4.16 a domain is told one. */
static bool is_addressable(const struct fake *fake, uint64_t gfn, uint64_t pages)
{
	uint64_t end = 1ull << (fake_since(fake, 16) ? GPADDR_BITS - 12 : 52);

	return gfn < end && pages <= end - gfn;
}

static bool populate_one(struct fake *fake, struct fake_domain *domain, unaligned_u64 *extent,
			 unsigned int order)
{
	uint64_t pages = 1ull << order, mfn;

	if (domain->tot_pages + pages > domain->max_pages) {
		fake_log(fake, "(XEN) d0v0 Over-allocation for d%u: %llu > %llu\n", domain->domid,
			 (unsigned long long)(domain->tot_pages + pages),
			 (unsigned long long)domain->max_pages);
		return false;
	}
	if (available(fake, domain) < pages)
		return false;
	if (domain->hvm && !is_addressable(fake, *extent, pages))
		return false;
	mfn = fake_frames_take(fake, domain->domid, order);
	if (mfn == NO_MFN)
		return false;
	if (fake_domain_add_extent(fake, domain, *extent, mfn, order) < 0) {
		fake_frames_give(fake, mfn, order);
		return false;
	}
	if (domain->claimed) {
		uint64_t used = domain->claimed < pages ? domain->claimed : pages;

		domain->claimed -= used;
		fake->claimed -= used;
	}
	if (!domain->hvm)
		*extent = mfn;
	return true;
}

/* Counts what it did: there is no error, only too few. */
static long populate(struct fake *fake, void *arg, uint64_t start)
{
	static const char type[] = "xen_memory_reservation";
	uint64_t count = fake_get(fake, arg, type, "nr_extents"), limit;
	uint64_t array = fake_get(fake, arg, type, "extent_start");
	uint64_t order = fake_get(fake, arg, type, "extent_order");
	struct fake_domain *domain =
		fake_domain(fake, (uint16_t)fake_get(fake, arg, type, "domid"));

	limit = fake_fault_populate(fake);
	if (!domain || domain->dying || domain->background || order > ORDER_MOST)
		return (long)start;
	for (uint64_t i = start; i < count; i++) {
		unaligned_u64 *extent =
			fake_reach(fake, array + i * sizeof(*extent), sizeof(*extent));

		if (!extent || i - start >= limit ||
		    !populate_one(fake, domain, extent, (unsigned int)order))
			return (long)i;
	}
	return (long)count;
}

static long claim(struct fake *fake, void *arg)
{
	static const char type[] = "xen_memory_reservation";
	uint64_t pages = fake_get(fake, arg, type, "nr_extents");
	struct fake_domain *domain =
		fake_domain(fake, (uint16_t)fake_get(fake, arg, type, "domid"));

	if (fake_get(fake, arg, type, "extent_start") || fake_get(fake, arg, type, "extent_order"))
		return -EINVAL;
	if (!domain)
		return -ESRCH;
	if (pages == 0) {
		fake->claimed -= domain->claimed;
		domain->claimed = 0;
		return 0;
	}
	if (domain->claimed || domain->dying)
		return -EINVAL;
	if (pages > available(fake, domain))
		return -ENOMEM;
	domain->claimed = pages;
	fake->claimed += pages;
	return 0;
}

static long set_memory_map(struct fake *fake, void *arg)
{
	static const char type[] = "xen_foreign_memory_map";
	uint64_t entries = fake_get(fake, arg, type, "map.nr_entries");
	const unsigned char *map;
	struct fake_domain *domain =
		fake_domain(fake, (uint16_t)fake_get(fake, arg, type, "domid"));

	if (!domain)
		return -ESRCH;
	if (entries > MAP_ENTRIES)
		return -EINVAL;
	map = fake_reach(fake, fake_get(fake, arg, type, "map.buffer"), entries * MAP_ENTRY_SIZE);
	if (!map)
		return -EFAULT;
	domain->ram_map_bytes = 0;
	domain->map = fake_realloc(domain->map, (entries + 1) * sizeof(*domain->map));
	domain->nr_map = entries;
	for (uint64_t i = 0; i < entries; i++, map += MAP_ENTRY_SIZE) {
		struct fake_range *range = &domain->map[i];

		memcpy(&range->start, map, sizeof(range->start));
		memcpy(&range->size, map + 8, sizeof(range->size));
		memcpy(&range->type, map + 16, sizeof(range->type));
		if (range->type == 1)
			domain->ram_map_bytes += range->size;
	}
	return 0;
}

/* The ops whose argument is nothing but a domain. */
static long reservation(struct fake *fake, const unaligned_u16 *domid, bool maximum)
{
	const struct fake_domain *domain = fake_domain(fake, *domid);

	if (!domain)
		return -ESRCH;
	return (long)(maximum ? domain->max_pages : domain->tot_pages);
}

long fake_memory_op(struct fake *fake, const uint64_t arg[5])
{
	uint64_t op = arg[0] & ((1u << OP_BITS) - 1), start = arg[0] >> OP_BITS;
	bool wide = op == fake_constant(fake, "XENMEM_populate_physmap") ||
		    op == fake_constant(fake, "XENMEM_claim_pages");
	bool map = op == fake_constant(fake, "XENMEM_set_memory_map");
	bool current = op == fake_constant(fake, "XENMEM_current_reservation");
	bool maximum = op == fake_constant(fake, "XENMEM_maximum_reservation");
	size_t size = sizeof(uint16_t);
	void *memory;

	if (!wide && !map && !current && !maximum)
		return -ENOSYS;
	if (wide)
		size = fake_sizeof(fake, "xen_memory_reservation");
	else if (map)
		size = fake_sizeof(fake, "xen_foreign_memory_map");
	memory = fake_reach(fake, arg[1], size);
	if (!memory)
		return -EFAULT;
	if (fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;
	if (map)
		return set_memory_map(fake, memory);
	if (current || maximum)
		return reservation(fake, memory, maximum);
	if (op == fake_constant(fake, "XENMEM_claim_pages"))
		return claim(fake, memory);
	return populate(fake, memory, start);
}
