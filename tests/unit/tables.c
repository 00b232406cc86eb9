/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page tables, walked as the processor walks them. */
#include "build/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB(n)	   ((uint64_t)(n) << 20)
#define LINUX_BASE 0xffffffff80000000ull
#define MFN_FIRST  0x123456ull /* where the guest's frames begin in the machine */
#define STRIDE	   7919	       /* a prime: neighbours lie apart */

/* A guest's plan, its frames scattered over the machine, and the memory of its tables. */
struct guest {
	struct lx_pv_plan plan;
	uint64_t *p2m;
	uint64_t *boot_tables; /* from l4_pfn on */
	uint64_t *p2m_tables;
	unsigned char *table_seen; /* by pfn: how often an entry points to it */
	uint64_t leaves;
};

static uint64_t mfn_of(const struct guest *guest, uint64_t pfn)
{
	return MFN_FIRST + pfn * STRIDE % guest->plan.pages;
}

static uint64_t pfn_of(const struct guest *guest, uint64_t mfn)
{
	for (uint64_t pfn = 0; pfn < guest->plan.pages; pfn++)
		if (guest->p2m[pfn] == mfn)
			return pfn;
	fail_msg("frame 0x%llx is not the guest's", (unsigned long long)mfn);
	return 0;
}

static void make_guest(struct guest *guest, uint64_t virt_base, uint64_t init_p2m, uint64_t high,
		       uint64_t pages)
{
	struct lx_image image = {
		.segments = { { .paddr = MIB(1), .memory_bytes = high - MIB(1) } },
		.segment_count = 1,
		.notes = { .found = 1u << LX_NOTE_ENTRY | 1u << LX_NOTE_VIRT_BASE |
				    1u << LX_NOTE_XEN_VERSION | 1u << LX_NOTE_INIT_P2M,
			   .xen_version = "xen-3.0",
			   .virt_base = virt_base,
			   .entry = virt_base + MIB(1),
			   .init_p2m = init_p2m },
	};
	struct lx_error error = { "" };

	*guest = (struct guest){ .leaves = 0 };
	if (lx_plan_pv(&image, pages, 5000, &guest->plan, &error) < 0)
		fail_msg("%s", error.text);
	guest->p2m = calloc(pages, sizeof(*guest->p2m));
	guest->boot_tables = calloc(lx_plan_pv_boot_tables(&guest->plan), 4096);
	guest->p2m_tables = calloc(lx_pv_range_tables(&guest->plan.p2m) + 1, 4096);
	guest->table_seen = calloc(pages, 1);
	assert_true(guest->p2m && guest->boot_tables && guest->p2m_tables && guest->table_seen);
	for (uint64_t pfn = 0; pfn < pages; pfn++)
		guest->p2m[pfn] = mfn_of(guest, pfn);
}

static void free_guest(struct guest *guest)
{
	free(guest->p2m);
	free(guest->boot_tables);
	free(guest->p2m_tables);
	free(guest->table_seen);
}

static void write_guest(struct guest *guest)
{
	const struct lx_pv_plan *plan = &guest->plan;

	lx_tables_write(&plan->boot, guest->p2m, guest->boot_tables, guest->boot_tables + 512,
			plan->l4_pfn, lx_plan_pv_boot_tables(plan));
	if (plan->p2m.pages)
		lx_tables_write(&plan->p2m, guest->p2m, guest->boot_tables, guest->p2m_tables, 0,
				0);
}

/* The memory of a frame that some entry takes for a table. */
static const uint64_t *table_at(struct guest *guest, uint64_t mfn)
{
	const struct lx_pv_plan *plan = &guest->plan;
	uint64_t pfn = pfn_of(guest, mfn);

	guest->table_seen[pfn]++;
	if (pfn - plan->boot.table_pfn < lx_pv_range_tables(&plan->boot))
		return guest->boot_tables + (pfn - plan->l4_pfn) * 512;
	if (plan->p2m.pages && pfn - plan->p2m.table_pfn < lx_pv_range_tables(&plan->p2m))
		return guest->p2m_tables + (pfn - plan->p2m.table_pfn) * 512;
	fail_msg("frame %llu is no table", (unsigned long long)pfn);
	return NULL;
}

static uint64_t pfn_at(const struct guest *guest, uint64_t address)
{
	const struct lx_pv_plan *plan = &guest->plan;

	if (address - plan->boot.address < plan->boot.pages << 12)
		return (address - plan->boot.address) >> 12;
	if (address - plan->p2m.address < plan->p2m.pages << 12)
		return plan->p2m.first_pfn + ((address - plan->p2m.address) >> 12);
	fail_msg("something is at 0x%llx", (unsigned long long)address);
	return 0;
}

/* What must be seen at an address; the walk comes to no other. */
static void check_leaf(struct guest *guest, uint64_t address, uint64_t entry)
{
	const struct lx_pv_plan *plan = &guest->plan;
	uint64_t tables = lx_plan_pv_boot_tables(plan), pfn = pfn_at(guest, address), flags = 0x67;

	guest->leaves++;
	if (pfn >= plan->l4_pfn && pfn < plan->l4_pfn + tables)
		flags = 0x65; /* a table: read-only */
	if (entry != (guest->p2m[pfn] << 12 | flags))
		fail_msg("at 0x%llx is 0x%llx", (unsigned long long)address,
			 (unsigned long long)entry);
}

static void walk(struct guest *guest, const uint64_t *table, unsigned int level, uint64_t address)
{
	for (uint64_t i = 0; i < 512; i++) {
		uint64_t here = address | i << (12 + 9 * (level - 1));

		if (level == 4 && i >= 256)
			here |= 0xffff000000000000;
		if (!table[i])
			continue;
		if (level == 1) {
			check_leaf(guest, here, table[i]);
			continue;
		}
		assert_int_equal(table[i] & 0xfff0000000000fff, 0x67);
		walk(guest, table_at(guest, table[i] >> 12), level - 1, here);
	}
}

static void check_tables_once(const struct guest *guest, const struct lx_pv_range *range)
{
	for (uint64_t i = 0; i < lx_pv_range_tables(range); i++)
		assert_int_equal(guest->table_seen[range->table_pfn + i], 1);
}

/* Everything that must be seen is, nothing else is, and each table is used. */
static void check_guest(uint64_t virt_base, uint64_t init_p2m, uint64_t high, uint64_t pages)
{
	struct guest guest;

	make_guest(&guest, virt_base, init_p2m, high, pages);

	write_guest(&guest);

	walk(&guest, guest.boot_tables, 4, 0);
	assert_int_equal(guest.leaves, guest.plan.boot.pages + guest.plan.p2m.pages);
	check_tables_once(&guest, &guest.plan.boot);
	if (guest.plan.p2m.pages)
		check_tables_once(&guest, &guest.plan.p2m);
	free_guest(&guest);
}

static void given_a_linux_guest_when_its_tables_are_walked_then_each_page_is_where_planned(
	void **state)
{
	(void)state;

	check_guest(LINUX_BASE, 0x8000000000, MIB(8), 8192);
}

static void given_a_list_in_the_boot_region_when_its_tables_are_walked_then_it_is_seen_there(
	void **state)
{
	(void)state;

	check_guest(LINUX_BASE, LINUX_BASE, MIB(8), 8192);
}

static void given_other_bases_when_their_tables_are_walked_then_each_page_is_where_planned(
	void **state)
{
	static const uint64_t bases[] = {
		0,
		0x1000,
		0x00007fffff000000, /* the top of the lower half */
		0xffff880000000000, /* the first address behind Xen */
		0xfffffffffec00000, /* the very top */
	};

	(void)state;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		check_guest(bases[i], 0x7000000000, MIB(8), 8192);
}

static void given_a_base_just_below_a_boundary_when_tables_are_walked_then_both_sides_are_there(
	void **state)
{
	(void)state;

	check_guest(MIB(2) - 4096, 0, MIB(8), 8192);	   /* two L1 at least */
	check_guest(MIB(1024) - 4096, 0, MIB(8), 8192);	   /* two L2 */
	check_guest(0x8000000000 - 4096, 0, MIB(8), 8192); /* two L3 */
	check_guest(0xffffff8000000000 - 4096, 0x1000, MIB(8), 8192);
}

static void given_a_list_across_a_boundary_when_tables_are_walked_then_all_of_it_is_there(
	void **state)
{
	(void)state;

	check_guest(LINUX_BASE, MIB(2) - 3 * 4096, MIB(8), 8192);
	check_guest(LINUX_BASE, MIB(1024) - 3 * 4096, MIB(8), 8192);
	check_guest(LINUX_BASE, 0x8000000000 - 3 * 4096, MIB(8), 8192);
	check_guest(LINUX_BASE, 0xffffff8000000000 - 16 * 4096, MIB(8), 8192);
}

static void given_a_kernel_beyond_1_gib_when_its_tables_are_walked_then_all_of_it_is_there(
	void **state)
{
	(void)state;

	check_guest(LINUX_BASE, 0x8000000000, MIB(1030), 300000);
}

static void given_tables_when_they_are_written_then_the_memory_behind_them_is_not(void **state)
{
	struct guest guest;
	uint64_t *tables;
	size_t count;

	(void)state;
	make_guest(&guest, LINUX_BASE, 0x8000000000, MIB(8), 8192);
	count = lx_pv_range_tables(&guest.plan.boot) * 512;
	tables = calloc(count + 512, sizeof(*tables));
	assert_non_null(tables);
	memset(tables + count, 0xee, 4096);

	lx_tables_write(&guest.plan.boot, guest.p2m, guest.boot_tables, tables, 0, 0);

	for (size_t i = 0; i < 512; i++)
		assert_int_equal(tables[count + i], 0xeeeeeeeeeeeeeeee);
	free(tables);
	free_guest(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_a_linux_guest_when_its_tables_are_walked_then_each_page_is_where_planned),
		cmocka_unit_test(
			given_a_list_in_the_boot_region_when_its_tables_are_walked_then_it_is_seen_there),
		cmocka_unit_test(
			given_other_bases_when_their_tables_are_walked_then_each_page_is_where_planned),
		cmocka_unit_test(
			given_a_base_just_below_a_boundary_when_tables_are_walked_then_both_sides_are_there),
		cmocka_unit_test(
			given_a_list_across_a_boundary_when_tables_are_walked_then_all_of_it_is_there),
		cmocka_unit_test(
			given_a_kernel_beyond_1_gib_when_its_tables_are_walked_then_all_of_it_is_there),
		cmocka_unit_test(
			given_tables_when_they_are_written_then_the_memory_behind_them_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
