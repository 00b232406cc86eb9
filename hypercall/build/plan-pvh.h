/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the memory of a PVH guest looks like before its first instruction: a pure plan. */
#ifndef LX_BUILD_PLAN_PVH_H
#define LX_BUILD_PLAN_PVH_H

#include "../hypercall.h"
#include "image.h"

/*
 * What is neither kernel nor ramdisk lies in the hole below 1 MiB that every PC has, so that the
 * guest needs no memory beside its RAM, and one superpage covers the first 2 MiB (pvh-boot, 5).
 */
enum {
	LX_PVH_CONSOLE_GFN = 0xe0,
	LX_PVH_STORE_GFN = 0xe1,
	LX_PVH_IDENT_GFN = 0xe2, /* a page table that maps every address to itself */
	LX_PVH_SPECIAL_PAGES = 3,
	LX_PVH_ACPI_GFN = 0xf0,
	LX_PVH_ACPI_PAGES = 1,
	LX_PVH_MAP_ENTRIES = 5,
	/* The block behind the kernel that its start_info begins. */
	LX_PVH_INFO_PAGES = 2,
	LX_PVH_CMDLINE_OFFSET = 0x400,
	LX_PVH_CMDLINE_MAX = 2047, /* what Linux takes on x86 */
};

struct lx_pvh_plan {
	uint64_t low_pages;  /* from frame 0 on, below the hole for devices */
	uint64_t high_pages; /* from 4 GiB on */
	uint64_t entry;	     /* physical */
	uint64_t kernel_gfn, kernel_pages;
	uint64_t info_gfn;
	uint64_t ramdisk_gfn, ramdisk_pages;
	uint64_t last_gfn; /* one past the last frame that is written */
	struct lx_hc_map_entry map[LX_PVH_MAP_ENTRIES];
	size_t map_count;
};

#define LX_PVH_HIGH_GFN 0x100000u /* 4 GiB */

/*
 * Plan a guest of @pages frames. -ENOEXEC: the kernel cannot start as PVH; -ENOSPC: it needs more
 * memory, the sentence says how much.
 */
int lx_plan_pvh(const struct lx_image *image, uint64_t pages, uint64_t ramdisk_bytes,
		struct lx_pvh_plan *plan, struct lx_error *error);

#endif
