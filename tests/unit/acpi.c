/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ACPI tables of a PVH guest, read as a guest reads them. */
#include "build/acpi.h"
#include "acpi-reader.h"
#include "build/plan-pvh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESS	  0xf0000ull
#define MAX_VCPUS 128u
#define GUARD	  0x5a

/* A page of the guest, and bytes behind it that nobody may touch. */
struct fixture {
	unsigned char page[4096], guard[4096];
	struct acpi_tables found;
};

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void write_some(struct fixture *f, uint64_t address, uint32_t vcpus, uint32_t max_vcpus)
{
	const char *wrong;

	memset(f->page, 0, sizeof(f->page));
	memset(f->guard, GUARD, sizeof(f->guard));

	lx_acpi_write(f->page, address, vcpus, max_vcpus);

	wrong = acpi_read(f->page, sizeof(f->page), address, &f->found);
	if (wrong)
		fail_msg("%u of %u vCPUs: %s", vcpus, max_vcpus, wrong);
}

static void write_at(struct fixture *f, uint64_t address, uint32_t vcpus)
{
	write_some(f, address, vcpus, vcpus);
}

static const struct acpi_table *table(const struct fixture *f, const char *signature)
{
	const struct acpi_table *found = acpi_find(&f->found, signature);

	if (!found)
		fail_msg("there is no %s", signature);
	return found;
}

static void given_any_vcpus_when_the_tables_are_read_then_all_are_there_and_nothing_else(
	void **state)
{
	static const char *const names[] = { "RSD PTR ", "XSDT", "FACP", "APIC", "DSDT" };
	struct fixture *f = *state;

	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		write_at(f, ADDRESS, vcpus);

		assert_int_equal(f->found.count, sizeof(names) / sizeof(names[0]));
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			table(f, names[i]);
	}
}

static void given_any_vcpus_when_the_tables_are_written_then_one_page_holds_them(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(LX_PVH_ACPI_PAGES, 1);
	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		write_at(f, ADDRESS, vcpus);

		for (size_t i = 0; i < sizeof(f->guard); i++)
			assert_int_equal(f->guard[i], GUARD);
	}
}

/* Kernels that are not told where the RSDP is look for it at each 16th byte. */
static void given_any_vcpus_when_the_tables_are_written_then_they_are_apart_and_aligned(
	void **state)
{
	struct fixture *f = *state;

	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		unsigned char taken[4096] = { 0 };

		write_at(f, ADDRESS, vcpus);

		for (size_t i = 0; i < f->found.count; i++) {
			const struct acpi_table *found = &f->found.tables[i];

			assert_int_equal(found->address % 16, 0);
			for (size_t byte = 0; byte < found->length; byte++)
				assert_int_equal(taken[found->address - ADDRESS + byte]++, 0);
		}
		for (size_t byte = 0; byte < sizeof(taken); byte++)
			assert_true(taken[byte] || !f->page[byte]);
	}
}

static void given_another_address_when_the_tables_are_written_then_the_pointers_follow(void **state)
{
	struct fixture *f = *state;

	write_at(f, 0xfc000000, 4);

	assert_int_equal(table(f, "RSD PTR ")->address, 0xfc000000);
	assert_int_equal(table(f, "DSDT")->address, acpi_number(table(f, "FACP"), 40, 4));
}

static void given_the_rsdp_when_it_is_read_then_it_is_of_revision_2_and_has_no_rsdt(void **state)
{
	struct fixture *f = *state;
	const struct acpi_table *rsdp;

	write_at(f, ADDRESS, 2);

	rsdp = table(f, "RSD PTR ");
	assert_int_equal(rsdp->address, ADDRESS);
	assert_int_equal(acpi_number(rsdp, 15, 1), 2);
	assert_int_equal(acpi_number(rsdp, 16, 4), 0);
	assert_int_equal(acpi_number(rsdp, 33, 3), 0);
	assert_int_equal(acpi_number(rsdp, 24, 8), table(f, "XSDT")->address);
}

static void given_the_common_headers_when_they_are_read_then_they_name_us_and_the_revisions(
	void **state)
{
	static const struct {
		const char *name;
		uint32_t length, revision;
	} tables[] = {
		{ "XSDT", 36 + 2 * 8, 1 },
		{ "FACP", 268, 5 },
		{ "DSDT", 36, 2 },
		{ "APIC", 44 + 3 * 8, 3 },
	};
	struct fixture *f = *state;

	write_at(f, ADDRESS, 3);

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct acpi_table *found = table(f, tables[i].name);

		assert_int_equal(found->length, tables[i].length);
		assert_int_equal(acpi_number(found, 8, 1), tables[i].revision);
		assert_memory_equal(found->bytes + 10, "libxen", 6);
		assert_memory_equal(found->bytes + 16, "PVHguest", 8);
		assert_int_equal(acpi_number(found, 24, 4), 1);
		assert_memory_equal(found->bytes + 28, "LXEN", 4);
	}
}

/* Without the flag Linux wants a PM timer, and gives up ACPI. */
static void given_the_fadt_when_it_is_read_then_the_hardware_is_reduced_and_nothing_more(
	void **state)
{
	unsigned char expected[268] = { 0 };
	struct fixture *f = *state;
	const struct acpi_table *fadt;

	write_at(f, ADDRESS, 1);

	fadt = table(f, "FACP");
	assert_int_equal(acpi_number(fadt, 40, 4), table(f, "DSDT")->address);
	assert_int_equal(acpi_number(fadt, 140, 8), table(f, "DSDT")->address);
	assert_int_equal(acpi_number(fadt, 109, 2), 0x0024); /* no VGA, no CMOS clock */
	assert_int_equal(acpi_number(fadt, 112, 4), 0x00100030);
	memcpy(expected, fadt->bytes, 36);
	memcpy(expected + 40, fadt->bytes + 40, 4);
	memcpy(expected + 109, fadt->bytes + 109, 2);
	memcpy(expected + 112, fadt->bytes + 112, 4);
	memcpy(expected + 140, fadt->bytes + 140, 8);
	assert_memory_equal(fadt->bytes, expected, sizeof(expected));
}

/* Xen's local APICs have even numbers; a CPU that is told of by another never comes up. */
static void given_any_vcpus_when_the_madt_is_read_then_each_has_its_local_apic(void **state)
{
	struct fixture *f = *state;

	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		const struct acpi_table *madt;

		write_at(f, ADDRESS, vcpus);

		madt = table(f, "APIC");
		assert_int_equal(madt->length, 44 + vcpus * 8);
		assert_int_equal(acpi_number(madt, 36, 4), 0xfee00000);
		assert_int_equal(acpi_number(madt, 40, 4), 0); /* no 8259 */
		for (uint32_t i = 0; i < vcpus; i++) {
			size_t entry = 44 + i * 8;

			assert_int_equal(acpi_number(madt, entry, 1), 0);
			assert_int_equal(acpi_number(madt, entry + 1, 1), 8);
			assert_int_equal(acpi_number(madt, entry + 2, 1), i);
			assert_int_equal(acpi_number(madt, entry + 3, 1), 2 * i);
			assert_int_equal(acpi_number(madt, entry + 4, 4), 1);
		}
	}
}

static void given_vcpus_for_later_when_the_madt_is_read_then_they_are_there_but_not_on(void **state)
{
	struct fixture *f = *state;

	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		const struct acpi_table *madt;

		write_some(f, ADDRESS, vcpus, MAX_VCPUS);

		madt = table(f, "APIC");
		assert_int_equal(madt->length, 44 + MAX_VCPUS * 8);
		for (uint32_t i = 0; i < MAX_VCPUS; i++)
			assert_int_equal(acpi_number(madt, 44 + i * 8 + 4, 4), i < vcpus);
	}
}

/* The reader is what the other tests believe: it must see a byte that is wrong. */
static void given_any_byte_of_a_table_when_it_is_changed_then_the_reader_tells(void **state)
{
	struct fixture *f = *state;
	struct acpi_tables good;

	write_at(f, ADDRESS, 2);
	good = f->found;

	for (size_t i = 0; i < good.count; i++) {
		size_t start = good.tables[i].address - ADDRESS;

		for (size_t byte = start; byte < start + good.tables[i].length; byte++) {
			f->page[byte] ^= 0x41;
			assert_non_null(acpi_read(f->page, sizeof(f->page), ADDRESS, &f->found));
			f->page[byte] ^= 0x41;
		}
	}
	assert_null(acpi_read(f->page, sizeof(f->page), ADDRESS, &f->found));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(given_any_vcpus_when_the_tables_are_read_then_all_are_there_and_nothing_else),
		TEST(given_any_vcpus_when_the_tables_are_written_then_one_page_holds_them),
		TEST(given_any_vcpus_when_the_tables_are_written_then_they_are_apart_and_aligned),
		TEST(given_another_address_when_the_tables_are_written_then_the_pointers_follow),
		TEST(given_the_rsdp_when_it_is_read_then_it_is_of_revision_2_and_has_no_rsdt),
		TEST(given_the_common_headers_when_they_are_read_then_they_name_us_and_the_revisions),
		TEST(given_the_fadt_when_it_is_read_then_the_hardware_is_reduced_and_nothing_more),
		TEST(given_any_vcpus_when_the_madt_is_read_then_each_has_its_local_apic),
		TEST(given_vcpus_for_later_when_the_madt_is_read_then_they_are_there_but_not_on),
		TEST(given_any_byte_of_a_table_when_it_is_changed_then_the_reader_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
