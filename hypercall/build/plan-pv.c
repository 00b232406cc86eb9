/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lays out a PV guest (public/xen.h, "Start-of-day memory layout"): numbers in, numbers out. */
#include "plan-pv.h"

#include <errno.h>

enum {
	PAGE_SHIFT = 12,
	ENTRIES_SHIFT = 9, /* 512 entries in a table */
	PADDING = 512 << 10,
	ALIGNMENT = 4 << 20,
};

#define PAGES_MAX    (1ull << 32)
#define PAGES(bytes) (((bytes) + 4095) >> PAGE_SHIFT)

/* Bits of an address that a table of @level does not look at: 21, 30, 39. */
static unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + ENTRIES_SHIFT * level;
}

static void count_tables(struct lx_pv_range *range)
{
	uint64_t last = range->address + (range->pages << PAGE_SHIFT) - 1;

	for (unsigned int level = 1; level <= 3; level++)
		range->tables[level] =
			(last >> level_shift(level)) - (range->address >> level_shift(level)) + 1;
}

uint64_t lx_pv_range_tables(const struct lx_pv_range *range)
{
	return range->tables[1] + range->tables[2] + range->tables[3];
}

uint64_t lx_plan_pv_boot_tables(const struct lx_pv_plan *plan)
{
	return 1 + lx_pv_range_tables(&plan->boot);
}

uint64_t lx_plan_pv_address(const struct lx_pv_plan *plan, uint64_t pfn)
{
	return plan->boot.address + (pfn << PAGE_SHIFT);
}

/*
 * The list of machine frames has a place of its own if the kernel names one that is free: below
 * the boot region and not in the part of the address space that an L4 entry shares with it.
 */
static bool has_own_p2m(const struct lx_notes *notes, uint64_t pages)
{
	uint64_t address = notes->init_p2m;
	uint64_t bytes = pages * sizeof(uint64_t);

	if (!(notes->found & 1u << LX_NOTE_INIT_P2M) || address & 4095)
		return false;
	if (address >= notes->virt_base || bytes > notes->virt_base - address)
		return false;
	if ((address + bytes - 1) >> level_shift(3) >= notes->virt_base >> level_shift(3))
		return false;
	return lx_pv_may_map(address, bytes);
}

/*
 * Where the boot region ends depends on how many tables map it, and that on where it ends: more
 * tables only ever push the end up, so this comes to rest, or leaves the guest's addresses.
 */
static int plan_tables(struct lx_pv_plan *plan, uint64_t first_pfn, struct lx_error *error)
{
	uint64_t tables = 0, end;

	plan->l4_pfn = first_pfn;
	plan->boot.table_pfn = first_pfn + 1;
	while (true) {
		plan->stack_pfn = first_pfn + tables;
		end = ((plan->stack_pfn + 1) << PAGE_SHIFT) + PADDING;
		end = (end + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
		if (!lx_pv_may_map(plan->boot.address, end))
			return lx_fail(
				error, -ENOEXEC,
				"kernel and ramdisk do not fit behind the kernel's VIRT_BASE "
				"0x%llx",
				(unsigned long long)plan->boot.address);
		plan->end_pfn = end >> PAGE_SHIFT;
		plan->boot.pages = plan->end_pfn;
		count_tables(&plan->boot);
		if (tables == lx_plan_pv_boot_tables(plan))
			return 0;
		tables = lx_plan_pv_boot_tables(plan);
	}
}

/* The boot region, from the kernel up; `next' is the first frame that is not used yet. */
static int plan_regions(struct lx_pv_plan *plan, const struct lx_image *image,
			struct lx_error *error)
{
	bool own_p2m = has_own_p2m(&image->notes, plan->pages);
	uint64_t low, high, next;
	int ret;

	lx_image_span(image, &low, &high);
	plan->kernel_pfn = low >> PAGE_SHIFT;
	plan->kernel_pages = PAGES(high) - plan->kernel_pfn;
	next = plan->kernel_pfn + plan->kernel_pages;

	if (!plan->ramdisk_by_pfn) {
		plan->ramdisk_pfn = next;
		next += plan->ramdisk_pages;
	}
	if (!own_p2m) {
		plan->p2m_pfn = next;
		plan->p2m_address = lx_plan_pv_address(plan, next);
		next += plan->p2m_pages;
	}
	plan->start_info_pfn = next++;
	plan->store_pfn = next++;
	plan->console_pfn = next++;
	ret = plan_tables(plan, next, error);
	if (ret < 0)
		return ret;

	next = plan->end_pfn;
	if (plan->ramdisk_by_pfn) {
		plan->ramdisk_pfn = next;
		next += plan->ramdisk_pages;
	}
	if (own_p2m) {
		plan->p2m_pfn = next;
		plan->p2m_address = image->notes.init_p2m;
		plan->p2m = (struct lx_pv_range){ .address = plan->p2m_address,
						  .first_pfn = next,
						  .pages = plan->p2m_pages,
						  .table_pfn = next + plan->p2m_pages };
		count_tables(&plan->p2m);
		next += plan->p2m_pages + lx_pv_range_tables(&plan->p2m);
	}
	plan->last_pfn = next;
	return 0;
}

/* A plan for a kernel that was checked. Whether it fits into @pages is not asked. */
static int plan_for(const struct lx_image *image, uint64_t pages, uint64_t ramdisk_bytes,
		    struct lx_pv_plan *plan, struct lx_error *error)
{
	const struct lx_notes *notes = &image->notes;
	uint64_t low, high;

	*plan = (struct lx_pv_plan){
		.pages = pages,
		.entry = notes->entry,
		.has_hypercall_page = notes->found & 1u << LX_NOTE_HYPERCALL_PAGE,
		.hypercall_pfn = (notes->hypercall_page - notes->virt_base) >> PAGE_SHIFT,
		.ramdisk_pages = PAGES(ramdisk_bytes),
		.ramdisk_by_pfn = notes->mod_start_pfn != 0,
		.p2m_pages = PAGES(pages * sizeof(uint64_t)),
		.boot = { .address = notes->virt_base },
	};

	/* So far apart from any overflow that no sum needs a check of its own. */
	lx_image_span(image, &low, &high);
	if (pages > PAGES_MAX || ramdisk_bytes > 1ull << 44 || high > 1ull << 44)
		return lx_fail(error, -ENOSPC,
			       "kernel and ramdisk need more memory than a PV guest can have");
	return plan_regions(plan, image, error);
}

/*
 * A guest of more frames has a longer list of them, so that what @plan lacks is not the difference
 * alone. The list is 512 times smaller than the guest: this comes to rest.
 */
static int grow_until_it_fits(const struct lx_image *image, uint64_t ramdisk_bytes,
			      struct lx_pv_plan *plan, struct lx_error *error)
{
	int ret = 0;

	while (ret == 0 && plan->last_pfn > plan->pages)
		ret = plan_for(image, plan->last_pfn, ramdisk_bytes, plan, error);
	return ret;
}

uint64_t lx_plan_pv_minimum(const struct lx_image *image)
{
	struct lx_pv_plan plan;

	if (lx_image_pv_check(image, NULL) < 0 || plan_for(image, 1, 0, &plan, NULL) < 0 ||
	    grow_until_it_fits(image, 0, &plan, NULL) < 0)
		return 0;
	return plan.pages;
}

int lx_plan_pv(const struct lx_image *image, uint64_t pages, uint64_t ramdisk_bytes,
	       struct lx_pv_plan *plan, struct lx_error *error)
{
	struct lx_pv_plan enough;
	int ret;

	ret = lx_image_pv_check(image, error);
	if (ret < 0)
		return ret;
	if (pages > PAGES_MAX)
		return lx_fail(error, -EINVAL, "%llu MiB are more memory than a PV guest can have",
			       (unsigned long long)pages >> (20 - PAGE_SHIFT));
	ret = plan_for(image, pages, ramdisk_bytes, plan, error);
	if (ret < 0 || plan->last_pfn <= pages)
		return ret;

	enough = *plan;
	ret = grow_until_it_fits(image, ramdisk_bytes, &enough, error);
	if (ret < 0)
		return ret;
	return lx_fail(error, -ENOSPC,
		       "%llu MiB of memory are too small for this kernel and ramdisk: give it "
		       "%llu MiB at least",
		       (unsigned long long)pages >> (20 - PAGE_SHIFT),
		       (unsigned long long)(enough.pages + 255) >> (20 - PAGE_SHIFT));
}
