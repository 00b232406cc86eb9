/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lays out a PVH guest (misc/pvh.html of Xen's documents): numbers in, numbers out. */
#include "plan-pvh.h"

#include <errno.h>

#define PAGES(bytes) (((bytes) + LX_PAGE_SIZE - 1) >> LX_PAGE_SHIFT)

enum {
	HOLE_GFN = 0xf0000, /* devices live from 3840 MiB to 4 GiB, the local APIC for one */
	VIDEO_GFN = 0xa0,   /* a PC's memory ends here and goes on at 1 MiB */
	MEGABYTE_GFN = 0x100,
	REACH_GFN = 1 << (30 - LX_PAGE_SHIFT), /* Linux reads start_info through a 1 GiB mapping */
};

static void add_map(struct lx_pvh_plan *plan, uint64_t first, uint64_t pages, uint32_t type)
{
	if (pages)
		plan->map[plan->map_count++] = (struct lx_hc_map_entry){
			.address = first << LX_PAGE_SHIFT,
			.bytes = pages << LX_PAGE_SHIFT,
			.type = type,
		};
}

static void plan_map(struct lx_pvh_plan *plan)
{
	add_map(plan, 0, VIDEO_GFN, LX_MAP_RAM);
	add_map(plan, LX_PVH_CONSOLE_GFN, LX_PVH_ACPI_GFN - LX_PVH_CONSOLE_GFN, LX_MAP_RESERVED);
	add_map(plan, LX_PVH_ACPI_GFN, MEGABYTE_GFN - LX_PVH_ACPI_GFN, LX_MAP_ACPI);
	add_map(plan, MEGABYTE_GFN, plan->low_pages - MEGABYTE_GFN, LX_MAP_RAM);
	add_map(plan, LX_PVH_HIGH_GFN, plan->high_pages, LX_MAP_RAM);
}

int lx_plan_pvh(const struct lx_image *image, uint64_t pages, uint64_t ramdisk_bytes,
		struct lx_pvh_plan *plan, struct lx_error *error)
{
	uint64_t low, high;
	int ret;

	ret = lx_image_pvh_check(image, error);
	if (ret < 0)
		return ret;
	/* So far apart from any overflow that the sums below need no check each. */
	if (pages > 1ull << 32 || ramdisk_bytes > 1ull << 44)
		return lx_fail(error, -ENOSPC, "more memory than a PVH guest can have");

	lx_image_span(image, &low, &high);
	*plan = (struct lx_pvh_plan){
		.low_pages = pages < HOLE_GFN ? pages : HOLE_GFN,
		.high_pages = pages < HOLE_GFN ? 0 : pages - HOLE_GFN,
		.entry = image->notes.phys32_entry,
		.kernel_gfn = low >> LX_PAGE_SHIFT,
		.ramdisk_pages = PAGES(ramdisk_bytes),
	};
	plan->kernel_pages = PAGES(high) - plan->kernel_gfn;
	plan->info_gfn = plan->kernel_gfn + plan->kernel_pages;
	plan->ramdisk_gfn = plan->info_gfn + LX_PVH_INFO_PAGES;
	plan->last_gfn = plan->ramdisk_gfn + plan->ramdisk_pages;

	if (plan->ramdisk_gfn > REACH_GFN)
		return lx_fail(error, -ENOEXEC,
			       "it cannot start as PVH: it reaches beyond the first GiB");
	if (plan->last_gfn > HOLE_GFN)
		return lx_fail(
			error, -ENOSPC,
			"kernel and ramdisk do not fit below 3840 MiB, where PVH needs them");
	if (plan->last_gfn > pages)
		return lx_fail(error, -ENOSPC,
			       "%llu MiB of memory are too small for this kernel and ramdisk: give "
			       "it %llu MiB at least",
			       (unsigned long long)pages >> (20 - LX_PAGE_SHIFT),
			       (unsigned long long)(plan->last_gfn + 255) >> (20 - LX_PAGE_SHIFT));
	plan_map(plan);
	return 0;
}
