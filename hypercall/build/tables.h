/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page tables of a PV guest, as entries in memory. */
#ifndef LX_BUILD_TABLES_H
#define LX_BUILD_TABLES_H

#include "plan-pv.h"

/*
 * Write the tables of one range, and its entries in the L4.
 *
 * @p2m says in which machine frame each guest frame lies. @tables is where the range's own tables
 * are mapped, consecutive and zeroed. Frames from @readonly_pfn on, @readonly_pages of them, are
 * mapped read-only: a table that can be written is no table to Xen.
 */
void lx_tables_write(const struct lx_pv_range *range, const uint64_t *p2m, uint64_t *l4,
		     uint64_t *tables, uint64_t readonly_pfn, uint64_t readonly_pages);

#endif
