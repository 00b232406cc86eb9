/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a PVH guest finds at its first instruction, byte for byte against the facts. */
#include "build/pvh-entry.h"
#include "xen-facts.h"

#include <cpuid.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_VCPUS 128u
#define GUARD	  0x5a

/* What must be written is made field by field in @expected, all else of it being 0. */
struct fixture {
	struct facts facts;
	size_t release; /* whose structures are expected; the newest of all */
	struct lx_pvh_plan plan;
	unsigned char block[8192], expected[8192];
};

/* The plan of Linux 6.1 on 5 GiB. */
static const struct lx_pvh_plan linux_plan = {
	.low_pages = 0xf0000,
	.high_pages = 0x50000,
	.entry = 0x1000850,
	.kernel_gfn = 0x1000,
	.kernel_pages = 0x3a00,
	.info_gfn = 0x4a00,
	.ramdisk_gfn = 0x4a02,
	.ramdisk_pages = 268,
	.last_gfn = 0x4b0e,
	.map = {
		{ 0, 0xa0000, LX_MAP_RAM },
		{ 0xe0000, 0x10000, LX_MAP_RESERVED },
		{ 0xf0000, 0x10000, LX_MAP_ACPI },
		{ 0x100000, 0xeff00000, LX_MAP_RAM },
		{ 0x100000000, 0x50000000, LX_MAP_RAM },
	},
	.map_count = 5,
};

#define INFO	0x4a00000 /* of that plan, as are the next */
#define RAMDISK 0x4a02000
#define CMDLINE "console=hvc0 root=/dev/ram0"

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	facts_read(&f->facts, XEN_ABI);
	f->release = f->facts.release_count - 1;
	f->plan = linux_plan;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	facts_free(&f->facts);
	free(f);
	return 0;
}

static const struct facts_field *fact(const struct fixture *f, const char *structure,
				      const char *field)
{
	const struct facts_field *found = facts_find(&f->facts, f->release, structure, field);

	if (!found)
		fail_msg("%s has no %s", structure, field);
	return found;
}

/* Fill in a field of the structure that begins at @at. */
static void put(struct fixture *f, size_t at, const char *structure, const char *field,
		uint64_t value)
{
	const struct facts_field *found = fact(f, structure, field);

	assert_in_range(found->size, 1, sizeof(value));
	memcpy(f->expected + at + found->offset, &value, found->size);
}

static uint64_t constant(const struct fixture *f, const char *name)
{
	uint64_t value = 0;

	if (!facts_constant(&f->facts, f->release, name, &value))
		fail_msg("there is no %s", name);
	return value;
}

/* --- start_info --- */

enum { MODULES_AT = 0x40, MAP_AT = 0x100, CMDLINE_AT = 0x400 };

static void put_start_info(struct fixture *f)
{
	const char *s = "hvm_start_info";

	put(f, 0, s, "magic", constant(f, "XEN_HVM_START_MAGIC_VALUE"));
	put(f, 0, s, "version", 1);
	put(f, 0, s, "nr_modules", 1);
	put(f, 0, s, "modlist_paddr", INFO + MODULES_AT);
	put(f, 0, s, "cmdline_paddr", INFO + CMDLINE_AT);
	put(f, 0, s, "rsdp_paddr", 0xf0000);
	put(f, 0, s, "memmap_paddr", INFO + MAP_AT);
	put(f, 0, s, "memmap_entries", 5);
	put(f, MODULES_AT, "hvm_modlist_entry", "paddr", RAMDISK);
	put(f, MODULES_AT, "hvm_modlist_entry", "size", 1096254);
	strcpy((char *)f->expected + CMDLINE_AT, CMDLINE);
}

static void put_map(struct fixture *f)
{
	const char *s = "hvm_memmap_table_entry";
	size_t stride = fact(f, s, "(size)")->size;

	for (size_t i = 0; i < linux_plan.map_count; i++) {
		put(f, MAP_AT + i * stride, s, "addr", linux_plan.map[i].address);
		put(f, MAP_AT + i * stride, s, "size", linux_plan.map[i].bytes);
		put(f, MAP_AT + i * stride, s, "type", linux_plan.map[i].type);
	}
}

static void given_a_plan_when_start_info_is_written_then_each_field_is_where_xen_has_it(
	void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	put_map(f);

	lx_pvh_write_info(&f->plan, 1096254, CMDLINE, f->block);

	assert_memory_equal(f->block, f->expected, sizeof(f->block));
}

/* The structures of the releases that have them are the same; the guest knows no release. */
static void given_any_xen_when_its_start_info_is_compared_then_the_fields_lie_the_same(void **state)
{
	static const char *const structures[] = { "hvm_start_info", "hvm_modlist_entry",
						  "hvm_memmap_table_entry" };
	struct fixture *f = *state;
	size_t seen = 0;

	for (size_t i = 0; i < f->facts.field_count; i++) {
		const struct facts_field *field = &f->facts.fields[i];

		for (size_t s = 0; s < sizeof(structures) / sizeof(structures[0]); s++) {
			if (strcmp(field->structure, structures[s]) != 0 ||
			    !strcmp(field->field, "(size)"))
				continue;
			assert_ptr_equal(fact(f, field->structure, field->field), field);
			seen++;
		}
	}
	assert_int_equal(seen, 10 + 4 + 4);
}

static void given_no_ramdisk_when_start_info_is_written_then_nothing_tells_of_one(void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	put_map(f);
	put(f, 0, "hvm_start_info", "nr_modules", 0);
	put(f, 0, "hvm_start_info", "modlist_paddr", 0);
	memset(f->expected + MODULES_AT, 0, fact(f, "hvm_modlist_entry", "(size)")->size);

	lx_pvh_write_info(&f->plan, 0, CMDLINE, f->block);

	assert_memory_equal(f->block, f->expected, sizeof(f->block));
}

static void given_a_map_without_high_memory_when_it_is_written_then_it_is_as_short(void **state)
{
	size_t stride = fact(*state, "hvm_memmap_table_entry", "(size)")->size;
	struct fixture *f = *state;

	f->plan.map_count = 4;
	put_start_info(f);
	put_map(f);
	put(f, 0, "hvm_start_info", "memmap_entries", 4);
	memset(f->expected + MAP_AT + 4 * stride, 0, stride);

	lx_pvh_write_info(&f->plan, 1096254, CMDLINE, f->block);

	assert_memory_equal(f->block, f->expected, sizeof(f->block));
}

static void given_the_longest_command_line_when_it_is_written_then_it_is_whole_and_ends(
	void **state)
{
	char cmdline[LX_PVH_CMDLINE_MAX + 1];
	struct fixture *f = *state;

	memset(cmdline, 'x', sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = '\0';
	put_start_info(f);
	put_map(f);
	strcpy((char *)f->expected + CMDLINE_AT, cmdline);

	lx_pvh_write_info(&f->plan, 1096254, cmdline, f->block);

	assert_memory_equal(f->block, f->expected, sizeof(f->block));
	assert_in_range(CMDLINE_AT + sizeof(cmdline), 1, LX_PVH_INFO_PAGES * 4096);
}

/* Whoever calls has refused it; here it must not run over what follows. */
static void given_too_long_a_command_line_when_it_is_written_then_it_is_cut_in_the_block(
	void **state)
{
	static char cmdline[LX_PVH_INFO_PAGES * 4096 + 2];
	struct fixture *f = *state;

	memset(cmdline, 'x', sizeof(cmdline) - 1);

	lx_pvh_write_info(&f->plan, 0, cmdline, f->block);

	assert_int_equal(strlen((char *)f->block + CMDLINE_AT), LX_PVH_CMDLINE_MAX);
}

/* A table of the largest map that a plan can have still ends before the command line. */
static void given_the_parts_of_the_block_when_they_are_at_their_largest_then_they_are_apart(
	void **state)
{
	struct fixture *f = *state;

	assert_true(fact(f, "hvm_start_info", "(size)")->size <= MODULES_AT);
	assert_true(MODULES_AT + fact(f, "hvm_modlist_entry", "(size)")->size <= MAP_AT);
	assert_true(MAP_AT + LX_PVH_MAP_ENTRIES *
				     fact(f, "hvm_memmap_table_entry", "(size)")->size <=
		    LX_PVH_CMDLINE_OFFSET);
	assert_int_equal(LX_PVH_CMDLINE_OFFSET, CMDLINE_AT);
}

/* --- special pages --- */

/* As a processor with pages of 4 MiB (CR4.PSE, 32-bit paging) walks it. */
static void given_the_ident_table_when_it_is_walked_then_every_address_is_itself(void **state)
{
	enum { PRESENT = 1, WRITABLE = 2, USER = 4, LARGE = 0x80, USED = 0x60, BITS = 0xfff };
	struct fixture *f = *state;
	uint32_t entry;

	memset(f->block, GUARD, sizeof(f->block));

	lx_pvh_write_ident(f->block);

	for (uint64_t address = 0; address < 1ull << 32; address += 4 << 20) {
		memcpy(&entry, f->block + (address >> 22) * sizeof(entry), sizeof(entry));
		assert_int_equal(entry & BITS, PRESENT | WRITABLE | USER | LARGE | USED);
		assert_int_equal(entry & ~BITS, address);
	}
	for (size_t i = 4096; i < sizeof(f->block); i++)
		assert_int_equal(f->block[i], GUARD);
}

/* --- the records of vCPUs --- */

/* What is taken from the records, in order. */
struct walk {
	const unsigned char *next, *end;
	uint64_t type, instance, length;
	const unsigned char *body;
};

static uint64_t number_at(const unsigned char *bytes, const struct facts_field *field)
{
	uint64_t value = 0;

	assert_in_range(field->size, 1, sizeof(value));
	memcpy(&value, bytes + field->offset, field->size);
	return value;
}

static void take_record(struct fixture *f, struct walk *walk)
{
	const char *s = "hvm_save_descriptor";
	size_t size = fact(f, s, "(size)")->size;

	assert_true((size_t)(walk->end - walk->next) >= size);
	walk->type = number_at(walk->next, fact(f, s, "typecode"));
	walk->instance = number_at(walk->next, fact(f, s, "instance"));
	walk->length = number_at(walk->next, fact(f, s, "length"));
	walk->body = walk->next + size;
	assert_true((size_t)(walk->end - walk->body) >= walk->length);
	walk->next = walk->body + walk->length;
}

/* The next record must be this one, of the length that the release gives it. */
static void expect_record(struct fixture *f, struct walk *walk, const char *name, uint64_t instance)
{
	char code[64], length[64];

	snprintf(code, sizeof(code), "HVM_SAVE_CODE(%s)", name);
	snprintf(length, sizeof(length), "HVM_SAVE_LENGTH(%s)", name);

	take_record(f, walk);

	assert_int_equal(walk->type, constant(f, code));
	assert_int_equal(walk->instance, instance);
	assert_int_equal(walk->length, constant(f, length));
	memset(f->expected, 0, sizeof(f->expected));
}

static void put_header(struct fixture *f)
{
	unsigned int eax = 0, ebx, ecx, edx;
	const char *s = "hvm_save_header";

	assert_true(__get_cpuid(1, &eax, &ebx, &ecx, &edx));
	put(f, 0, s, "magic", constant(f, "HVM_FILE_MAGIC"));
	put(f, 0, s, "version", constant(f, "HVM_FILE_VERSION"));
	put(f, 0, s, "cpuid", eax);
}

/* Access bytes: type, S, present, 32-bit, 4 KiB granularity. Limits: in bytes. */
static void put_segment(struct fixture *f, const char *name, uint64_t limit, uint64_t access)
{
	char field[16];

	snprintf(field, sizeof(field), "%s_limit", name);
	put(f, 0, "hvm_hw_cpu", field, limit);
	snprintf(field, sizeof(field), "%s_arbytes", name);
	put(f, 0, "hvm_hw_cpu", field, access);
}

/* The boot protocol's state: 32 bits, no paging, flat segments, start_info in ebx. */
static void put_cpu(struct fixture *f)
{
	static const char *const data[] = { "ds", "es", "fs", "gs", "ss" };
	const char *s = "hvm_hw_cpu";

	put(f, 0, s, "rbx", INFO);
	put(f, 0, s, "rip", 0x1000850);
	put(f, 0, s, "rflags", 2);
	put(f, 0, s, "cr0", 0x11);
	put(f, 0, s, "dr6", 0xffff0ff0);
	put(f, 0, s, "dr7", 0x400);
	put_segment(f, "cs", 0xffffffff, 0xc9b);
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		put_segment(f, data[i], 0xffffffff, 0xc93);
	put_segment(f, "tr", 0x67, 0x8b);
}

static void put_mtrr(struct fixture *f)
{
	const char *s = "hvm_hw_mtrr";

	put(f, 0, s, "msr_pat_cr", 0x0007040600070406);
	put(f, 0, s, "msr_mtrr_cap", 0x508);
	put(f, 0, s, "msr_mtrr_def_type", 0x806);
}

static void check_records(struct fixture *f, const unsigned char *context, uint32_t vcpus)
{
	struct walk walk = { .next = context, .end = context + lx_pvh_context_size(vcpus) };

	expect_record(f, &walk, "HEADER", 0);
	put_header(f);
	assert_memory_equal(walk.body, f->expected, walk.length);

	expect_record(f, &walk, "CPU", 0);
	put_cpu(f);
	assert_memory_equal(walk.body, f->expected, walk.length);

	/* The first alone has registers: Xen keeps the others down until the guest wakes them. */
	for (uint32_t i = 0; i < vcpus; i++) {
		expect_record(f, &walk, "MTRR", i);
		put_mtrr(f);
		assert_memory_equal(walk.body, f->expected, walk.length);
	}

	expect_record(f, &walk, "END", 0);
	assert_ptr_equal(walk.next, walk.end);
}

/* The records as they are for all vCPUs that there may be, without a byte behind them. */
static void given_any_vcpus_when_the_records_are_walked_then_each_is_as_xen_has_it(void **state)
{
	struct fixture *f = *state;

	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		size_t size = lx_pvh_context_size(vcpus);
		unsigned char *context = calloc(1, size + 64);

		assert_non_null(context);
		memset(context + size, GUARD, 64);

		lx_pvh_write_context(&f->plan, vcpus, context);

		check_records(f, context, vcpus);
		for (size_t i = 0; i < 64; i++)
			assert_int_equal(context[size + i], GUARD);
		free(context);
	}
}

/* PVH starts with 4.9; up to 4.6 the record of registers was shorter. */
static void given_any_xen_with_pvh_when_the_records_are_walked_then_they_are_its_own(void **state)
{
	size_t size = lx_pvh_context_size(2), seen = 0;
	unsigned char *context = calloc(1, size);
	struct fixture *f = *state;

	assert_non_null(context);
	lx_pvh_write_context(&f->plan, 2, context);

	for (f->release = facts_first(&f->facts); f->release < f->facts.release_count;
	     f->release++) {
		if (f->facts.releases[f->release].number < 0x0409)
			continue;
		check_records(f, context, 2);
		seen++;
	}
	assert_true(seen > 10);
	free(context);
}

static void given_any_vcpus_when_the_size_is_asked_for_then_a_call_takes_it(void **state)
{
	(void)state;

	for (uint32_t vcpus = 1; vcpus <= MAX_VCPUS; vcpus++) {
		assert_int_equal(lx_pvh_context_size(vcpus), 1328 + 248 * (vcpus - 1));
		assert_true(lx_pvh_context_size(vcpus) <= LX_HVM_CONTEXT_MAX);
	}
}

static void given_another_plan_when_the_records_are_written_then_entry_and_block_follow(
	void **state)
{
	unsigned char *context = calloc(1, lx_pvh_context_size(1));
	struct fixture *f = *state;
	struct walk walk = { .next = context, .end = context + lx_pvh_context_size(1) };

	assert_non_null(context);
	f->plan.entry = 0xfedcba98;
	f->plan.info_gfn = 0x3fffe;

	lx_pvh_write_context(&f->plan, 1, context);

	take_record(f, &walk);
	take_record(f, &walk);
	assert_int_equal(number_at(walk.body, fact(f, "hvm_hw_cpu", "rip")), 0xfedcba98);
	assert_int_equal(number_at(walk.body, fact(f, "hvm_hw_cpu", "rbx")), 0x3fffe000);
	free(context);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(given_a_plan_when_start_info_is_written_then_each_field_is_where_xen_has_it),
		TEST(given_any_xen_when_its_start_info_is_compared_then_the_fields_lie_the_same),
		TEST(given_no_ramdisk_when_start_info_is_written_then_nothing_tells_of_one),
		TEST(given_a_map_without_high_memory_when_it_is_written_then_it_is_as_short),
		TEST(given_the_longest_command_line_when_it_is_written_then_it_is_whole_and_ends),
		TEST(given_too_long_a_command_line_when_it_is_written_then_it_is_cut_in_the_block),
		TEST(given_the_parts_of_the_block_when_they_are_at_their_largest_then_they_are_apart),
		TEST(given_the_ident_table_when_it_is_walked_then_every_address_is_itself),
		TEST(given_any_vcpus_when_the_records_are_walked_then_each_is_as_xen_has_it),
		TEST(given_any_xen_with_pvh_when_the_records_are_walked_then_they_are_its_own),
		TEST(given_any_vcpus_when_the_size_is_asked_for_then_a_call_takes_it),
		TEST(given_another_plan_when_the_records_are_written_then_entry_and_block_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
