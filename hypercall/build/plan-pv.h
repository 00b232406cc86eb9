/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the memory of a 64-bit PV guest looks like before its first instruction: a pure plan. */
#ifndef LX_BUILD_PLAN_PV_H
#define LX_BUILD_PLAN_PV_H

#include "../error.h"
#include "image.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * Consecutive virtual pages that show consecutive frames, and the tables that map them. The tables
 * are consecutive frames too: first all L3, then all L2, then all L1. The L4 is not among them.
 */
struct lx_pv_range {
	uint64_t address;
	uint64_t first_pfn, pages;
	uint64_t table_pfn;
	uint64_t tables[4]; /* how many of each level, [1] to [3] */
};

struct lx_pv_plan {
	uint64_t pages; /* of the guest */
	uint64_t entry;
	bool has_hypercall_page;
	uint64_t hypercall_pfn;

	/* What is written, frame numbers; [kernel_pfn, stack_pfn) is without a gap. */
	uint64_t kernel_pfn, kernel_pages;
	uint64_t ramdisk_pfn, ramdisk_pages; /* pages 0: no ramdisk */
	uint64_t p2m_pfn, p2m_pages;	     /* the list of machine frames, 8 bytes for each page */
	uint64_t start_info_pfn, store_pfn, console_pfn;
	uint64_t l4_pfn;
	uint64_t stack_pfn;
	uint64_t end_pfn;  /* of the boot region */
	uint64_t last_pfn; /* one past the last frame that is written or must be there */

	struct lx_pv_range boot; /* VIRT_BASE on, frame 0 on, to end_pfn */
	struct lx_pv_range p2m;	 /* pages 0: the list lies in the boot region */
	uint64_t p2m_address;
	bool ramdisk_by_pfn; /* it lies behind the boot region */
};

/*
 * Plan a guest of @pages frames. -EINVAL: more than any guest has; -ENOEXEC: the kernel cannot
 * start as PV; -ENOSPC: it needs more memory, the sentence says how much.
 */
int lx_plan_pv(const struct lx_image *image, uint64_t pages, uint64_t ramdisk_bytes,
	       struct lx_pv_plan *plan, struct lx_error *error);

/* The least frames that do for the kernel alone; 0: it cannot start as PV. */
uint64_t lx_plan_pv_minimum(const struct lx_image *image);

/* The virtual address at which the boot region shows a frame. */
uint64_t lx_plan_pv_address(const struct lx_pv_plan *plan, uint64_t pfn);

/* All tables of a range, and those that the boot region itself shows (its own, and the L4). */
uint64_t lx_pv_range_tables(const struct lx_pv_range *range);
uint64_t lx_plan_pv_boot_tables(const struct lx_pv_plan *plan);

#endif
