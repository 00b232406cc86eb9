/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fills four-level page tables with machine frames. */
#include "tables.h"

enum {
	PRESENT = 0x01,
	WRITE = 0x02,
	USER = 0x04, /* a PV kernel runs in ring 3 */
	ACCESSED = 0x20,
	DIRTY = 0x40,
	ENTRIES = 512,
};

static uint64_t entry_of(uint64_t mfn, bool writable)
{
	return mfn << 12 | PRESENT | USER | ACCESSED | DIRTY | (writable ? WRITE : 0);
}

/* The tables of one level of a range, and which address its first entry stands for. */
struct level {
	uint64_t *entries;
	uint64_t first;
};

/*
 * A range's tables are in memory level by level, so that those of one level look like one long
 * array of entries; its first one stands for the address cut down to what that table covers.
 */
static struct level level_of(const struct lx_pv_range *range, uint64_t *tables, unsigned int level)
{
	unsigned int entry_shift = 12 + 9 * (level - 1);
	uint64_t before = 0;

	for (unsigned int above = 3; above > level; above--)
		before += range->tables[above];
	return (struct level){
		.entries = tables + before * ENTRIES,
		.first = range->address >> entry_shift & ~(uint64_t)(ENTRIES - 1),
	};
}

static void map_pages(const struct lx_pv_range *range, const uint64_t *p2m, struct level l1,
		      uint64_t readonly_pfn, uint64_t readonly_pages)
{
	uint64_t *entry = l1.entries + ((range->address >> 12) - l1.first);

	for (uint64_t i = 0; i < range->pages; i++) {
		uint64_t pfn = range->first_pfn + i;

		entry[i] = entry_of(p2m[pfn], pfn - readonly_pfn >= readonly_pages);
	}
}

/* Make the entries of @level, or of the L4, point to the tables one level below. */
static void map_tables(const struct lx_pv_range *range, const uint64_t *p2m, uint64_t *entry,
		       unsigned int below)
{
	uint64_t pfn = range->table_pfn;

	for (unsigned int above = 3; above > below; above--)
		pfn += range->tables[above];
	for (uint64_t i = 0; i < range->tables[below]; i++)
		entry[i] = entry_of(p2m[pfn + i], true);
}

void lx_tables_write(const struct lx_pv_range *range, const uint64_t *p2m, uint64_t *l4,
		     uint64_t *tables, uint64_t readonly_pfn, uint64_t readonly_pages)
{
	struct level l3 = level_of(range, tables, 3);
	struct level l2 = level_of(range, tables, 2);

	map_pages(range, p2m, level_of(range, tables, 1), readonly_pfn, readonly_pages);
	map_tables(range, p2m, l2.entries + ((range->address >> 21) - l2.first), 1);
	map_tables(range, p2m, l3.entries + ((range->address >> 30) - l3.first), 2);
	map_tables(range, p2m, l4 + (range->address >> 39 & (ENTRIES - 1)), 3);
}
