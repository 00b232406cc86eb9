/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a PVH guest's memory: known numbers, the edges, and what holds for any input. */
#include "build/plan-pvh.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB(n)	      ((uint64_t)(n) << 20)
#define MIB_PAGES(n)  ((uint64_t)(n) << 8)
#define LINUX_RAMDISK 1096254
#define HOLE	      0xf0000000ull /* 3840 MiB: the guest's devices, up to 4 GiB */
#define FOUR_GIB      0x100000000ull

/* Frames of the block behind the kernel that start_info begins. */
enum { INFO_FRAMES = 2 };

/* What the plan sees of a kernel: where it goes, and where it starts. */
static struct lx_image kernel(uint64_t low, uint64_t high)
{
	return (struct lx_image){
		.segments = { { .paddr = low, .memory_bytes = high - low } },
		.segment_count = 1,
		.notes = { .found = 1u << LX_NOTE_PHYS32_ENTRY, .phys32_entry = low },
	};
}

/* Debian's 6.1, of which the numbers were measured. */
static struct lx_image linux_6_1(void)
{
	struct lx_image image = kernel(0x1000000, 0x4a00000);

	image.notes.phys32_entry = 0x1000850;
	return image;
}

/* --- known numbers (they booted on Xen 4.14, 4.17 and 4.20) --- */

static void given_linux_6_1_and_128_mib_when_planned_then_the_numbers_are_those_that_boot(
	void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(128), LINUX_RAMDISK, &plan, NULL), 0);

	assert_int_equal(plan.low_pages, 32768);
	assert_int_equal(plan.high_pages, 0);
	assert_int_equal(plan.entry, 0x1000850);
	assert_int_equal(plan.kernel_gfn, 0x1000);
	assert_int_equal(plan.kernel_pages, 0x3a00);
	assert_int_equal(plan.info_gfn, 0x4a00);
	assert_int_equal(plan.ramdisk_gfn, 0x4a02);
	assert_int_equal(plan.ramdisk_pages, 268);
	assert_int_equal(plan.last_gfn, 0x4a02 + 268);
}

static void given_a_kernel_off_the_pages_when_planned_then_its_frames_hold_all_of_it(void **state)
{
	struct lx_image image = kernel(0x1000fff, 0x1003001);
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(64), 0, &plan, NULL), 0);

	assert_int_equal(plan.kernel_gfn, 0x1000);
	assert_int_equal(plan.kernel_pages, 4);
	assert_int_equal(plan.info_gfn, 0x1004);
}

static void given_several_segments_when_planned_then_the_kernel_is_from_first_to_last(void **state)
{
	struct lx_image image = kernel(0x200000, 0x300000);
	struct lx_pvh_plan plan;

	(void)state;
	image.segments[1] = (struct lx_segment){ .paddr = 0x500000, .memory_bytes = 0x1800 };
	image.segment_count = 2;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(64), 0, &plan, NULL), 0);

	assert_int_equal(plan.kernel_gfn, 0x200);
	assert_int_equal(plan.kernel_pages, 0x302);
}

static void given_ramdisks_around_a_page_when_planned_then_the_frames_suffice(void **state)
{
	static const struct {
		uint64_t bytes, pages;
	} table[] = { { 0, 0 }, { 1, 1 }, { 4095, 1 }, { 4096, 1 }, { 4097, 2 } };
	struct lx_image image = linux_6_1();
	struct lx_pvh_plan plan;

	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(128), table[i].bytes, &plan, NULL),
				 0);

		assert_int_equal(plan.ramdisk_pages, table[i].pages);
		assert_int_equal(plan.last_gfn, 0x4a02 + table[i].pages);
	}
}

/* --- the memory map --- */

struct range {
	uint64_t address, end;
	uint32_t type;
};

/* The first MiB is the same for every guest. */
static const struct range first_mib[] = {
	{ 0, 0xa0000, LX_MAP_RAM },
	{ 0xe0000, 0xf0000, LX_MAP_RESERVED },
	{ 0xf0000, 0x100000, LX_MAP_ACPI },
};

static void check_entry(const struct lx_pvh_plan *plan, size_t i, struct range range)
{
	assert_true(i < plan->map_count);
	assert_int_equal(plan->map[i].address, range.address);
	assert_int_equal(plan->map[i].bytes, range.end - range.address);
	assert_int_equal(plan->map[i].type, range.type);
}

static void given_any_size_when_planned_then_the_map_says_where_memory_is(void **state)
{
	static const struct {
		uint64_t pages, low_end, high_end; /* high_end 0: none */
	} table[] = {
		{ MIB_PAGES(32), MIB(32), 0 },
		{ MIB_PAGES(128), MIB(128), 0 },
		{ MIB_PAGES(128) + 1, MIB(128) + 4096, 0 },
		{ MIB_PAGES(3072), MIB(3072), 0 },
		{ MIB_PAGES(3840) - 1, HOLE - 4096, 0 },
		{ MIB_PAGES(3840), HOLE, 0 },
		{ MIB_PAGES(3840) + 1, HOLE, FOUR_GIB + 4096 },
		{ MIB_PAGES(4096), HOLE, FOUR_GIB + MIB(256) },
		{ MIB_PAGES(5120), HOLE, FOUR_GIB + MIB(1280) },
		{ MIB_PAGES(6144), HOLE, FOUR_GIB + MIB(2304) },
		{ 1ull << 32, HOLE, FOUR_GIB + (1ull << 44) - HOLE }, /* 16 TiB */
	};
	struct lx_image image = kernel(0x100000, 0x180000);

	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct lx_pvh_plan plan;

		assert_int_equal(lx_plan_pvh(&image, table[i].pages, 0, &plan, NULL), 0);

		assert_int_equal(plan.low_pages << 12, table[i].low_end);
		assert_int_equal(plan.low_pages + plan.high_pages, table[i].pages);
		assert_int_equal(plan.map_count, table[i].high_end ? 5 : 4);
		for (size_t j = 0; j < 3; j++)
			check_entry(&plan, j, first_mib[j]);
		check_entry(&plan, 3, (struct range){ MIB(1), table[i].low_end, LX_MAP_RAM });
		if (table[i].high_end)
			check_entry(&plan, 4,
				    (struct range){ FOUR_GIB, table[i].high_end, LX_MAP_RAM });
	}
}

/* --- what does not fit --- */

/* The minimum that a sentence names. */
static uint64_t advised_mib(const struct lx_error *error)
{
	const char *at = strstr(error->text, "give it ");

	assert_non_null(at);
	return strtoull(at + strlen("give it "), NULL, 10);
}

static void given_too_little_memory_when_planned_then_the_sentence_tells_how_much_is_enough(
	void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_error error = { "" };
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(64), LINUX_RAMDISK, &plan, &error), -ENOSPC);

	assert_string_equal(error.text, "64 MiB of memory are too small for this kernel and "
					"ramdisk: give it 76 MiB at least");
}

static void given_any_kernel_and_ramdisk_when_the_advice_is_followed_then_it_is_enough(void **state)
{
	(void)state;

	for (uint64_t size = 1; size < MIB(8); size += 77777) {
		for (uint64_t ramdisk = 0; ramdisk < MIB(4); ramdisk += 555555) {
			struct lx_image image = kernel(MIB(1), MIB(1) + size);
			struct lx_error error = { "" };
			struct lx_pvh_plan plan;
			uint64_t enough;

			assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(1), ramdisk, &plan, &error),
					 -ENOSPC);
			enough = advised_mib(&error);

			assert_int_equal(
				lx_plan_pvh(&image, MIB_PAGES(enough), ramdisk, &plan, NULL), 0);
			assert_int_equal(
				lx_plan_pvh(&image, MIB_PAGES(enough - 1), ramdisk, &plan, NULL),
				-ENOSPC);
		}
	}
}

static void given_exactly_enough_memory_when_planned_then_it_works_and_a_page_less_does_not(
	void **state)
{
	uint64_t enough = 0x4a00 + INFO_FRAMES + 268;
	struct lx_image image = linux_6_1();
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, enough, LINUX_RAMDISK, &plan, NULL), 0);
	assert_int_equal(plan.last_gfn, enough);
	assert_int_equal(lx_plan_pvh(&image, enough - 1, LINUX_RAMDISK, &plan, NULL), -ENOSPC);
}

/* Nor may there be anything in the map that wraps: below 1 MiB is less than none above. */
static void given_next_to_no_memory_when_planned_then_it_is_too_small(void **state)
{
	struct lx_image image = kernel(MIB(1), MIB(1) + 1);

	(void)state;

	for (uint64_t pages = 0; pages < 256 + 1 + INFO_FRAMES; pages++) {
		struct lx_pvh_plan plan;

		assert_int_equal(lx_plan_pvh(&image, pages, 0, &plan, NULL), -ENOSPC);
	}
}

/* Linux reads start_info and what it points to through a mapping of 1 GiB. */
static void given_a_kernel_up_to_1_gib_when_planned_then_start_info_is_below_or_it_is_refused(
	void **state)
{
	struct lx_image fits = kernel(MIB(16), MIB(1024) - INFO_FRAMES * 4096);
	struct lx_image reaches = kernel(MIB(16), MIB(1024) - INFO_FRAMES * 4096 + 1);
	struct lx_error error = { "" };
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&fits, MIB_PAGES(2048), LINUX_RAMDISK, &plan, NULL), 0);
	assert_int_equal((plan.info_gfn + INFO_FRAMES) << 12, MIB(1024));
	assert_int_equal(plan.ramdisk_gfn << 12, MIB(1024));

	assert_int_equal(lx_plan_pvh(&reaches, MIB_PAGES(2048), 0, &plan, &error), -ENOEXEC);
	assert_non_null(strstr(error.text, "first GiB"));
}

static void given_a_kernel_up_to_4_gib_when_planned_then_it_is_too_high_but_not_misplaced(
	void **state)
{
	struct lx_image image = kernel(MIB(16), FOUR_GIB);
	struct lx_error error = { "" };
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(8192), 0, &plan, &error), -ENOEXEC);

	assert_non_null(strstr(error.text, "first GiB"));
}

static void given_a_ramdisk_up_to_the_hole_when_planned_then_a_byte_more_is_refused(void **state)
{
	uint64_t room = HOLE - 0x4a00000 - INFO_FRAMES * 4096;
	struct lx_image image = linux_6_1();
	struct lx_error error = { "" };
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(8192), room, &plan, NULL), 0);
	assert_int_equal(plan.last_gfn << 12, HOLE);

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(8192), room + 1, &plan, &error), -ENOSPC);
	assert_non_null(strstr(error.text, "3840 MiB"));
}

static void given_a_ramdisk_that_nothing_holds_when_planned_then_no_advice_is_given(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_error error = { "" };
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(128), MIB(4096), &plan, &error), -ENOSPC);

	assert_null(strstr(error.text, "give it"));
}

static void given_sizes_beyond_reason_when_planned_then_they_are_refused(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pvh_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pvh(&image, UINT64_MAX, 0, &plan, NULL), -ENOSPC);
	assert_int_equal(lx_plan_pvh(&image, (1ull << 32) + 1, 0, &plan, NULL), -ENOSPC);
	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(128), UINT64_MAX, &plan, NULL), -ENOSPC);
	assert_int_equal(lx_plan_pvh(&image, UINT64_MAX, UINT64_MAX, &plan, NULL), -ENOSPC);
}

/* --- kernels that cannot --- */

static void given_a_kernel_without_the_note_when_planned_then_the_sentence_names_it(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_error error = { "" };
	struct lx_pvh_plan plan;

	(void)state;
	image.notes.found = 1u << LX_NOTE_ENTRY;

	assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(128), 0, &plan, &error), -ENOEXEC);

	assert_non_null(strstr(error.text, "no PVH entry"));
}

static void given_a_kernel_in_the_wrong_place_when_planned_then_it_is_refused(void **state)
{
	static const uint64_t places[][2] = {
		{ 0, MIB(2) },
		{ MIB(1) - 1, MIB(2) },
		{ MIB(16), FOUR_GIB + 1 },
		{ FOUR_GIB, FOUR_GIB + MIB(1) },
	};
	struct lx_pvh_plan plan;

	(void)state;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct lx_image image = kernel(places[i][0], places[i][1]);
		struct lx_error error = { "" };

		assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(8192), 0, &plan, &error), -ENOEXEC);

		assert_non_null(strstr(error.text, "between 1 MiB and 4 GiB"));
	}
}

static void given_an_entry_at_the_kernels_ends_when_planned_then_outside_is_refused(void **state)
{
	static const struct {
		uint64_t entry;
		int ret;
	} table[] = {
		{ 0, -ENOEXEC },	  { 0xffffff, -ENOEXEC },  { 0x1000000, 0 },
		{ 0x49fffff, 0 },	  { 0x4a00000, -ENOEXEC }, { 0x101000850, -ENOEXEC },
		{ UINT64_MAX, -ENOEXEC },
	};
	struct lx_image image = linux_6_1();
	struct lx_pvh_plan plan;

	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		image.notes.phys32_entry = table[i].entry;

		assert_int_equal(lx_plan_pvh(&image, MIB_PAGES(128), 0, &plan, NULL), table[i].ret);
	}
}

/* --- what holds for any input --- */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13; /* Marsaglia's xorshift64 */
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t random_below(uint64_t *seed, uint64_t end)
{
	return next_random(seed) % end;
}

/* Small and large alike. */
static uint64_t random_size(uint64_t *seed, unsigned int bits)
{
	return random_below(seed, 2ull << random_below(seed, bits));
}

static struct lx_image random_kernel(uint64_t *seed)
{
	uint64_t low = (random_below(seed, 8) ? MIB(1) : 0) + random_size(seed, 30);
	uint64_t size = 1 + random_size(seed, 29);
	struct lx_image image = kernel(low, low + size);

	image.notes.phys32_entry = low + random_below(seed, size);
	return image;
}

struct item {
	uint64_t first, pages;
	uint32_t type; /* that the map must give it */
};

/* All that is written, each frame in one place. */
static size_t items_of(const struct lx_pvh_plan *plan, struct item items[8])
{
	size_t count = 0;

	items[count++] = (struct item){ LX_PVH_CONSOLE_GFN, 1, LX_MAP_RESERVED };
	items[count++] = (struct item){ LX_PVH_STORE_GFN, 1, LX_MAP_RESERVED };
	items[count++] = (struct item){ LX_PVH_IDENT_GFN, 1, LX_MAP_RESERVED };
	items[count++] = (struct item){ LX_PVH_ACPI_GFN, LX_PVH_ACPI_PAGES, LX_MAP_ACPI };
	items[count++] = (struct item){ plan->kernel_gfn, plan->kernel_pages, LX_MAP_RAM };
	items[count++] = (struct item){ plan->info_gfn, INFO_FRAMES, LX_MAP_RAM };
	items[count++] = (struct item){ plan->ramdisk_gfn, plan->ramdisk_pages, LX_MAP_RAM };
	return count;
}

/* Inside one entry of the map, of the right type. */
static void check_in_map(const struct lx_pvh_plan *plan, struct item item)
{
	size_t i = 0;

	while (i < plan->map_count &&
	       (item.first << 12 < plan->map[i].address ||
		(item.first + item.pages) << 12 > plan->map[i].address + plan->map[i].bytes))
		i++;
	assert_true(i < plan->map_count);
	assert_int_equal(plan->map[i].type, item.type);
}

static void check_items(const struct lx_pvh_plan *plan)
{
	struct item items[8];
	size_t count = items_of(plan, items);
	uint64_t highest = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t end = items[i].first + items[i].pages;

		if (!items[i].pages)
			continue;
		if (end > highest)
			highest = end;
		check_in_map(plan, items[i]);
		for (size_t j = 0; j < i; j++)
			assert_true(!items[j].pages || items[j].first >= end ||
				    items[j].first + items[j].pages <= items[i].first);
	}
	assert_int_equal(plan->last_gfn, highest);
	assert_true(plan->last_gfn <= plan->low_pages);
	assert_true((plan->info_gfn + INFO_FRAMES) << 12 <= MIB(1024));
}

/* Sorted, without overlaps, nothing in it that is not populated, nothing where the devices are. */
static void check_map(const struct lx_pvh_plan *plan)
{
	uint64_t end = 0, ram = 0;

	assert_in_range(plan->map_count, 1, LX_PVH_MAP_ENTRIES);
	for (size_t i = 0; i < plan->map_count; i++) {
		const struct lx_hc_map_entry *entry = &plan->map[i];
		uint64_t entry_end = entry->address + entry->bytes;

		assert_true(entry->bytes && entry->address % 4096 == 0 && entry->bytes % 4096 == 0);
		assert_true(entry->address >= end);
		assert_true(entry_end <= plan->low_pages << 12 ||
			    (entry->address >= FOUR_GIB &&
			     entry_end <= FOUR_GIB + (plan->high_pages << 12)));
		assert_true(entry_end <= HOLE || entry->address >= FOUR_GIB);
		if (entry->type == LX_MAP_RAM)
			ram += entry->bytes;
		end = entry_end;
	}
	/* All that is populated, but for a PC's hole below 1 MiB. */
	assert_int_equal(ram, ((plan->low_pages + plan->high_pages) << 12) - (MIB(1) - 0xa0000));
}

/* A refusal must be right: what does not fit does not, by a sum of its own. */
static void check_refusal(const struct lx_image *image, uint64_t pages, uint64_t ramdisk, int ret)
{
	uint64_t low = image->segments[0].paddr;
	uint64_t high = (low + image->segments[0].memory_bytes + 4095) & ~4095ull;
	uint64_t block_end = high + INFO_FRAMES * 4096ull, end = block_end + ramdisk;

	if (ret == -ENOEXEC)
		assert_true(low < MIB(1) || block_end > MIB(1024));
	else
		assert_true(ret == -ENOSPC && (end > HOLE || end > pages << 12));
}

static void given_many_random_guests_when_planned_then_what_must_hold_does(void **state)
{
	uint64_t seed = 0x6c6962786e, planned = 0, large = 0, refused = 0;

	(void)state;

	for (int i = 0; i < 200000; i++) {
		struct lx_image image = random_kernel(&seed);
		uint64_t pages = random_size(&seed, 24);
		uint64_t ramdisk = random_below(&seed, 2) * random_size(&seed, 33);
		struct lx_pvh_plan plan;
		int ret;

		ret = lx_plan_pvh(&image, pages, ramdisk, &plan, NULL);

		if (ret == 0) {
			assert_int_equal(plan.low_pages + plan.high_pages, pages);
			assert_int_equal(plan.entry, image.notes.phys32_entry);
			assert_true(plan.kernel_gfn << 12 <= image.segments[0].paddr);
			assert_true((plan.kernel_gfn + plan.kernel_pages) << 12 >=
				    image.segments[0].paddr + image.segments[0].memory_bytes);
			assert_true(plan.ramdisk_pages << 12 >= ramdisk);
			check_items(&plan);
			check_map(&plan);
			planned++;
			large += plan.high_pages != 0;
		} else {
			check_refusal(&image, pages, ramdisk, ret);
			refused++;
		}
	}
	assert_true(planned > 10000 && large > 1000 && refused > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_linux_6_1_and_128_mib_when_planned_then_the_numbers_are_those_that_boot),
		cmocka_unit_test(
			given_a_kernel_off_the_pages_when_planned_then_its_frames_hold_all_of_it),
		cmocka_unit_test(
			given_several_segments_when_planned_then_the_kernel_is_from_first_to_last),
		cmocka_unit_test(given_ramdisks_around_a_page_when_planned_then_the_frames_suffice),
		cmocka_unit_test(given_any_size_when_planned_then_the_map_says_where_memory_is),
		cmocka_unit_test(
			given_too_little_memory_when_planned_then_the_sentence_tells_how_much_is_enough),
		cmocka_unit_test(
			given_any_kernel_and_ramdisk_when_the_advice_is_followed_then_it_is_enough),
		cmocka_unit_test(
			given_exactly_enough_memory_when_planned_then_it_works_and_a_page_less_does_not),
		cmocka_unit_test(given_next_to_no_memory_when_planned_then_it_is_too_small),
		cmocka_unit_test(
			given_a_kernel_up_to_1_gib_when_planned_then_start_info_is_below_or_it_is_refused),
		cmocka_unit_test(
			given_a_kernel_up_to_4_gib_when_planned_then_it_is_too_high_but_not_misplaced),
		cmocka_unit_test(
			given_a_ramdisk_up_to_the_hole_when_planned_then_a_byte_more_is_refused),
		cmocka_unit_test(
			given_a_ramdisk_that_nothing_holds_when_planned_then_no_advice_is_given),
		cmocka_unit_test(given_sizes_beyond_reason_when_planned_then_they_are_refused),
		cmocka_unit_test(
			given_a_kernel_without_the_note_when_planned_then_the_sentence_names_it),
		cmocka_unit_test(given_a_kernel_in_the_wrong_place_when_planned_then_it_is_refused),
		cmocka_unit_test(
			given_an_entry_at_the_kernels_ends_when_planned_then_outside_is_refused),
		cmocka_unit_test(given_many_random_guests_when_planned_then_what_must_hold_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
