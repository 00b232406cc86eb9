/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a PV guest's memory: known numbers, the edges, and what holds for any input. */
#include "build/plan-pv.h"

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
#define LINUX_BASE    0xffffffff80000000ull
#define LINUX_P2M     0x8000000000ull
#define LINUX_RAMDISK 1096254

/* What the plan sees of a kernel: where it goes, and what its notes say. */
static struct lx_image kernel(uint64_t low, uint64_t high)
{
	return (struct lx_image){
		.segments = { { .paddr = low, .memory_bytes = high - low } },
		.segment_count = 1,
		.notes = {
			.found = 1u << LX_NOTE_ENTRY | 1u << LX_NOTE_VIRT_BASE |
				 1u << LX_NOTE_XEN_VERSION,
			.xen_version = "xen-3.0",
			.virt_base = LINUX_BASE,
			.entry = LINUX_BASE + low,
		},
	};
}

static void note_init_p2m(struct lx_image *image, uint64_t address)
{
	image->notes.found |= 1u << LX_NOTE_INIT_P2M;
	image->notes.init_p2m = address;
}

static void note_mod_start_pfn(struct lx_image *image)
{
	image->notes.found |= 1u << LX_NOTE_MOD_START_PFN;
	image->notes.mod_start_pfn = 1;
}

static void move_to(struct lx_image *image, uint64_t virt_base)
{
	image->notes.virt_base = virt_base;
	image->notes.entry = virt_base + image->segments[0].paddr;
}

/* Debian's 6.1, of which the numbers were measured. */
static struct lx_image linux_6_1(void)
{
	struct lx_image image = kernel(0x1000000, 0x4a00000);

	note_init_p2m(&image, LINUX_P2M);
	note_mod_start_pfn(&image);
	return image;
}

/* --- known numbers (they booted on Xen 4.14, 4.17 and 4.20) --- */

static void given_linux_6_1_and_128_mib_when_planned_then_the_numbers_are_those_that_boot(
	void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), LINUX_RAMDISK, &plan, NULL), 0);

	assert_int_equal(plan.pages, 32768);
	assert_int_equal(plan.entry, LINUX_BASE + 0x1000000);
	assert_int_equal(plan.kernel_pfn, 0x1000);
	assert_int_equal(plan.kernel_pages, 0x3a00);
	assert_int_equal(plan.start_info_pfn, 0x4a00);
	assert_int_equal(plan.store_pfn, 0x4a01);
	assert_int_equal(plan.console_pfn, 0x4a02);
	assert_int_equal(plan.l4_pfn, 0x4a03);
	assert_int_equal(plan.boot.table_pfn, 0x4a04);
	assert_int_equal(lx_plan_pv_boot_tables(&plan), 41);
	assert_int_equal(plan.boot.tables[3], 1);
	assert_int_equal(plan.boot.tables[2], 1);
	assert_int_equal(plan.boot.tables[1], 38);
	assert_int_equal(plan.stack_pfn, 0x4a2c);
	assert_int_equal(plan.end_pfn, 0x4c00);
	assert_true(plan.ramdisk_by_pfn);
	assert_int_equal(plan.ramdisk_pfn, 0x4c00);
	assert_int_equal(plan.ramdisk_pages, 268);
	assert_int_equal(plan.p2m_pfn, 0x4d0c);
	assert_int_equal(plan.p2m_pages, 64);
	assert_int_equal(plan.p2m_address, LINUX_P2M);
	assert_int_equal(lx_pv_range_tables(&plan.p2m), 3);
	assert_int_equal(plan.last_pfn, 0x4d0c + 67);
	assert_int_equal(plan.boot.address, LINUX_BASE);
	assert_int_equal(plan.boot.first_pfn, 0);
	assert_int_equal(plan.boot.pages, 0x4c00);
	assert_false(plan.has_hypercall_page);
}

static void given_linux_6_1_and_512_mib_when_planned_then_only_the_frame_list_differs(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan small, large;

	(void)state;
	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), LINUX_RAMDISK, &small, NULL), 0);

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(512), LINUX_RAMDISK, &large, NULL), 0);

	assert_int_equal(large.p2m_pages, 256);
	assert_int_equal(large.p2m_pages + lx_pv_range_tables(&large.p2m), 259);
	assert_int_equal(large.p2m_pfn, small.p2m_pfn);
	assert_int_equal(large.ramdisk_pfn, small.ramdisk_pfn);
	assert_int_equal(large.stack_pfn, small.stack_pfn);
	assert_memory_equal(&large.boot, &small.boot, sizeof(large.boot));
}

static void given_a_hypercall_page_when_planned_then_its_frame_is_known(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;
	image.notes.found |= 1u << LX_NOTE_HYPERCALL_PAGE;
	image.notes.hypercall_page = 0xffffffff81002000;

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), 0);

	assert_true(plan.has_hypercall_page);
	assert_int_equal(plan.hypercall_pfn, 0x1002);
}

/* --- the four ways to place ramdisk and frame list --- */

static void given_mod_start_pfn_alone_when_planned_then_the_list_is_in_the_boot_region(void **state)
{
	struct lx_image image = kernel(0x1000000, 0x4a00000);
	struct lx_pv_plan plan;

	(void)state;
	note_mod_start_pfn(&image);

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), LINUX_RAMDISK, &plan, NULL), 0);

	assert_int_equal(plan.p2m_pfn, 0x4a00);
	assert_int_equal(plan.p2m_address, LINUX_BASE + 0x4a00000);
	assert_int_equal(plan.p2m.pages, 0);
	assert_int_equal(plan.start_info_pfn, 0x4a40);
	assert_int_equal(plan.ramdisk_pfn, plan.end_pfn);
	assert_int_equal(plan.last_pfn, plan.end_pfn + 268);
}

static void given_init_p2m_alone_when_planned_then_the_ramdisk_is_in_the_boot_region(void **state)
{
	struct lx_image image = kernel(0x1000000, 0x4a00000);
	struct lx_pv_plan plan;

	(void)state;
	note_init_p2m(&image, LINUX_P2M);

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), LINUX_RAMDISK, &plan, NULL), 0);

	assert_false(plan.ramdisk_by_pfn);
	assert_int_equal(plan.ramdisk_pfn, 0x4a00);
	assert_int_equal(plan.start_info_pfn, 0x4a00 + 268);
	assert_int_equal(plan.p2m_pfn, plan.end_pfn);
	assert_int_equal(plan.p2m.table_pfn, plan.end_pfn + 64);
	assert_int_equal(plan.last_pfn, plan.end_pfn + 67);
}

static void given_neither_note_when_planned_then_all_is_in_the_boot_region(void **state)
{
	struct lx_image image = kernel(0x1000000, 0x4a00000);
	struct lx_pv_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), LINUX_RAMDISK, &plan, NULL), 0);

	assert_int_equal(plan.ramdisk_pfn, 0x4a00);
	assert_int_equal(plan.p2m_pfn, 0x4a00 + 268);
	assert_int_equal(plan.start_info_pfn, 0x4a00 + 268 + 64);
	assert_int_equal(plan.last_pfn, plan.end_pfn);
}

static void given_no_ramdisk_when_planned_then_it_takes_no_frames(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), 0);

	assert_int_equal(plan.ramdisk_pages, 0);
	assert_int_equal(plan.p2m_pfn, plan.end_pfn);
}

/* --- an INIT_P2M that cannot be followed --- */

static void given_an_init_p2m_that_does_not_suit_when_planned_then_it_is_ignored(void **state)
{
	static const uint64_t unsuitable[] = {
		LINUX_P2M + 8,	    /* no page begins there */
		0xffffffffa0000000, /* above VIRT_BASE */
		LINUX_BASE,	    /* VIRT_BASE itself */
		0xffffff8000000000, /* the same L4 entry as VIRT_BASE */
		0xffffff7fffff0000, /* begins below it, but reaches into it */
		0x00007fffffff0000, /* reaches into the gap between the halves */
		0x0000900000000000, /* in that gap */
		0xffff800000000000, /* Xen's */
		0xffff87ffffff0000, /* begins in Xen's part */
	};
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;

	for (size_t i = 0; i < sizeof(unsuitable) / sizeof(unsuitable[0]); i++) {
		image.notes.init_p2m = unsuitable[i];

		assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), 0);

		assert_int_equal(plan.p2m.pages, 0);
		assert_int_equal(plan.p2m_address, LINUX_BASE + 0x4a00000);
	}
}

static void given_an_init_p2m_just_below_virt_base_when_planned_then_it_is_followed(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;
	image.notes.init_p2m = 0xffffff7ffffc0000; /* 64 pages below VIRT_BASE's L4 entry */

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), 0);

	assert_int_equal(plan.p2m.pages, 64);
	assert_int_equal(plan.p2m_address, image.notes.init_p2m);
}

/* --- memory that is too small --- */

/* "... give it N MiB at least" */
static uint64_t mib_in(const char *sentence)
{
	const char *give = strstr(sentence, "give it ");

	assert_non_null(give);
	return strtoull(give + strlen("give it "), NULL, 10);
}

/* Ask with too little; then with what the sentence says, and with less. */
static void check_advice(const struct lx_image *image, uint64_t ramdisk_bytes)
{
	struct lx_error error = { "" };
	struct lx_pv_plan plan;
	uint64_t mib;

	assert_int_equal(lx_plan_pv(image, MIB_PAGES(1), ramdisk_bytes, &plan, &error), -ENOSPC);
	mib = mib_in(error.text);

	assert_int_equal(lx_plan_pv(image, MIB_PAGES(mib), ramdisk_bytes, &plan, &error), 0);
	assert_int_equal(lx_plan_pv(image, MIB_PAGES(mib - 1), ramdisk_bytes, &plan, &error),
			 -ENOSPC);
}

static void given_too_little_memory_when_planned_then_the_sentence_tells_how_much_is_enough(
	void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_error error = { "" };
	struct lx_pv_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(64), LINUX_RAMDISK, &plan, &error), -ENOSPC);

	assert_string_equal(error.text, "64 MiB of memory are too small for this kernel and "
					"ramdisk: give it 78 MiB at least");
}

/* A longer list of frames needs more memory, which makes the list longer. */
static void given_any_kernel_and_ramdisk_when_the_advice_is_followed_then_it_is_enough(void **state)
{
	static const uint64_t ends[] = {
		MIB(17), MIB(74), MIB(255), MIB(256), MIB(511), MIB(1000)
	};
	static const uint64_t ramdisks[] = { 0, 1, LINUX_RAMDISK, MIB(64), MIB(511), MIB(700) };

	(void)state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (size_t j = 0; j < sizeof(ramdisks) / sizeof(ramdisks[0]); j++) {
			struct lx_image image = kernel(MIB(16), ends[i]);

			check_advice(&image, ramdisks[j]);
			note_init_p2m(&image, LINUX_P2M);
			check_advice(&image, ramdisks[j]);
			note_mod_start_pfn(&image);
			check_advice(&image, ramdisks[j]);
		}
	}
}

static void given_exactly_enough_memory_when_planned_then_it_works_and_a_page_less_does_not(
	void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;
	uint64_t minimum;

	(void)state;

	minimum = lx_plan_pv_minimum(&image);

	assert_int_equal(lx_plan_pv(&image, minimum, 0, &plan, NULL), 0);
	assert_int_equal(plan.last_pfn, minimum);
	assert_int_equal(lx_plan_pv(&image, minimum - 1, 0, &plan, NULL), -ENOSPC);
}

static void given_no_memory_at_all_when_planned_then_it_is_too_small(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_error error = { "" };
	struct lx_pv_plan plan;

	(void)state;

	assert_int_equal(lx_plan_pv(&image, 0, 0, &plan, &error), -ENOSPC);

	assert_non_null(strstr(error.text, "give it "));
}

static void given_a_kernel_for_something_else_when_asked_then_no_memory_is_enough(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;
	image.notes.found &= ~(1u << LX_NOTE_ENTRY);

	assert_int_equal(lx_plan_pv_minimum(&image), 0);
	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), -ENOEXEC);
}

/* --- the ends of the address space --- */

static void refuses(const struct lx_image *image, uint64_t pages, uint64_t ramdisk_bytes, int code,
		    const char *word)
{
	struct lx_error error = { "" };
	struct lx_pv_plan plan;

	assert_int_equal(lx_plan_pv(image, pages, ramdisk_bytes, &plan, &error), code);
	assert_non_null(strstr(error.text, word));
}

static void given_a_virt_base_at_the_very_top_when_planned_then_it_is_refused(void **state)
{
	struct lx_image image = kernel(MIB(16), MIB(32));

	(void)state;

	/* The kernel itself fits to the last byte; what follows it does not. */
	move_to(&image, -MIB(32));
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE 0xfffffffffe000000");
	move_to(&image, -MIB(32) - 4096);
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE");
	move_to(&image, -MIB(16));
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE");
}

static void given_a_boot_region_that_ends_at_the_very_top_when_planned_then_it_works(void **state)
{
	struct lx_image image = kernel(MIB(16), MIB(32));
	struct lx_pv_plan plan;

	(void)state;
	move_to(&image, -MIB(36));

	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), 0);

	assert_int_equal(plan.end_pfn, MIB_PAGES(36));
	assert_int_equal(plan.boot.tables[1], 18);
	assert_int_equal(plan.boot.tables[2], 1);
	assert_int_equal(plan.boot.tables[3], 1);
}

static void given_a_virt_base_that_runs_into_the_gap_or_xen_when_planned_then_it_is_refused(
	void **state)
{
	struct lx_image image = kernel(MIB(16), MIB(32));

	(void)state;

	move_to(&image, 0x0000800000000000 - MIB(32));
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE");
	move_to(&image, 0x0000900000000000);
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE");
	move_to(&image, 0xffff800000000000);
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE");
	move_to(&image, 0xffff87ffff000000);
	refuses(&image, MIB_PAGES(128), 0, -ENOEXEC, "VIRT_BASE");
}

static void given_a_virt_base_in_either_half_when_planned_then_it_works(void **state)
{
	static const uint64_t bases[] = { 0,
					  0x10000000,
					  0x0000700000000000,
					  0x0000800000000000 - MIB(36),
					  0xffff880000000000,
					  0xffffc00000000000 };
	struct lx_image image = kernel(MIB(16), MIB(32));
	struct lx_pv_plan plan;

	(void)state;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		move_to(&image, bases[i]);

		assert_int_equal(lx_plan_pv(&image, MIB_PAGES(128), 0, &plan, NULL), 0);
		assert_int_equal(plan.boot.address, bases[i]);
	}
}

static void given_a_ramdisk_that_has_no_room_behind_the_kernel_when_planned_then_it_is_refused(
	void **state)
{
	struct lx_image image = kernel(MIB(16), MIB(32));
	struct lx_pv_plan plan;

	(void)state;

	refuses(&image, MIB_PAGES(8192), MIB(2048), -ENOEXEC, "kernel and ramdisk do not fit");
	note_mod_start_pfn(&image);
	assert_int_equal(lx_plan_pv(&image, MIB_PAGES(8192), MIB(2048), &plan, NULL), 0);
}

static void given_sizes_beyond_reason_when_planned_then_they_are_refused(void **state)
{
	struct lx_image image = linux_6_1();

	(void)state;

	refuses(&image, UINT64_MAX, 0, -EINVAL, "memory");
	refuses(&image, UINT64_MAX / 8 + 1, 0, -EINVAL, "memory");
	refuses(&image, MIB_PAGES(128), UINT64_MAX, -ENOSPC, "memory");
	refuses(&image, MIB_PAGES(128), MIB(1) << 30, -ENOSPC, "memory");
}

/* --- how many tables --- */

static struct lx_pv_plan plan_of(const struct lx_image *image, uint64_t pages)
{
	struct lx_error error = { "" };
	struct lx_pv_plan plan;

	if (lx_plan_pv(image, pages, 0, &plan, &error) < 0)
		fail_msg("%s", error.text);
	return plan;
}

static void given_a_region_that_crosses_1_gib_when_planned_then_it_has_two_l2_tables(void **state)
{
	struct lx_image image = kernel(MIB(16), MIB(1016));
	struct lx_pv_plan plan;

	(void)state;
	note_init_p2m(&image, LINUX_P2M);

	plan = plan_of(&image, MIB_PAGES(2048));
	assert_int_equal(plan.end_pfn, MIB_PAGES(1020));
	assert_int_equal(plan.boot.tables[2], 1);
	assert_int_equal(plan.boot.tables[1], 510);

	image.segments[0].memory_bytes += MIB(4);
	plan = plan_of(&image, MIB_PAGES(2048));
	assert_int_equal(plan.end_pfn, MIB_PAGES(1024));
	assert_int_equal(plan.boot.tables[2], 1);
	assert_int_equal(plan.boot.tables[1], 512);

	image.segments[0].memory_bytes += MIB(4);
	plan = plan_of(&image, MIB_PAGES(2048));
	assert_int_equal(plan.end_pfn, MIB_PAGES(1028));
	assert_int_equal(plan.boot.tables[2], 2);
	assert_int_equal(plan.boot.tables[1], 514);
}

static void given_a_virt_base_off_the_boundaries_when_planned_then_both_ends_have_tables(
	void **state)
{
	struct lx_image image = kernel(MIB(16), MIB(32));
	struct lx_pv_plan plan;

	(void)state;

	/* One page below 512 GiB: each level is entered twice. */
	move_to(&image, 0x8000000000 - 4096);
	plan = plan_of(&image, MIB_PAGES(128));

	assert_int_equal(plan.boot.tables[3], 2);
	assert_int_equal(plan.boot.tables[2], 2);
	assert_int_equal(plan.boot.tables[1], 1 + plan.end_pfn / 512);
}

/* 512 frames a page of list, 512 pages a table: 1 GiB of guest to each L1 table. */
static void given_guests_around_1_gib_when_planned_then_the_list_has_a_table_for_each(void **state)
{
	struct lx_image image = linux_6_1();
	struct lx_pv_plan plan;

	(void)state;

	plan = plan_of(&image, MIB_PAGES(1024));
	assert_int_equal(plan.p2m.pages, 512);
	assert_int_equal(plan.p2m.tables[1], 1);

	plan = plan_of(&image, MIB_PAGES(1024) + 1);
	assert_int_equal(plan.p2m.pages, 513);
	assert_int_equal(plan.p2m.tables[1], 2);

	plan = plan_of(&image, MIB_PAGES(512 * 1024) + 1);
	assert_int_equal(plan.p2m.tables[1], 513);
	assert_int_equal(plan.p2m.tables[2], 2);
	assert_int_equal(plan.p2m.tables[3], 1);
}

/* Just so many tables that the room for them takes one more. */
static void given_any_kernel_size_when_planned_then_tables_stack_and_padding_fit_tightly(
	void **state)
{
	(void)state;

	for (uint64_t high = MIB(17); high < MIB(64); high += 4096 * 13) {
		struct lx_image image = kernel(MIB(16), high);
		struct lx_pv_plan plan = plan_of(&image, MIB_PAGES(128));
		uint64_t used = (plan.stack_pfn + 1) << 12;

		assert_int_equal(plan.stack_pfn, plan.l4_pfn + lx_plan_pv_boot_tables(&plan));
		assert_in_range((plan.end_pfn << 12) - used, 512 << 10, (512 << 10) + MIB(4) - 1);
		assert_int_equal(plan.end_pfn % MIB_PAGES(4), 0);
		assert_int_equal(plan.boot.tables[1], plan.end_pfn / 512);
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

/* Mostly what could be; now and then what could not. */
static uint64_t random_base(uint64_t *seed)
{
	switch (random_below(seed, 6)) {
	case 0:
		return 0;
	case 1:
		return random_below(seed, 0x0000800000000000) & ~(uint64_t)4095;
	case 2:
		return (0xffff880000000000 + random_below(seed, 0x0000780000000000)) &
		       ~(uint64_t)4095;
	case 3:
		return next_random(seed) & ~(uint64_t)4095;
	case 4:
		return -(random_below(seed, MIB(512)) & ~(uint64_t)4095);
	default:
		return LINUX_BASE;
	}
}

static struct lx_image random_kernel(uint64_t *seed)
{
	uint64_t low = random_below(seed, MIB(64)), size = 1 + random_below(seed, MIB(300));
	struct lx_image image = kernel(low, low + size);

	move_to(&image, random_base(seed));
	image.notes.entry += random_below(seed, size);
	if (random_below(seed, 2))
		note_init_p2m(&image, random_below(seed, 3) ? LINUX_P2M : random_base(seed));
	if (random_below(seed, 2))
		note_mod_start_pfn(&image);
	return image;
}

struct item {
	uint64_t first, pages;
};

/* All that a plan says is somewhere, each frame in one place. */
static size_t items_of(const struct lx_pv_plan *plan, struct item items[10])
{
	size_t count = 0;

	items[count++] = (struct item){ plan->kernel_pfn, plan->kernel_pages };
	items[count++] = (struct item){ plan->ramdisk_pfn, plan->ramdisk_pages };
	items[count++] = (struct item){ plan->p2m_pfn, plan->p2m_pages };
	items[count++] = (struct item){ plan->start_info_pfn, 1 };
	items[count++] = (struct item){ plan->store_pfn, 1 };
	items[count++] = (struct item){ plan->console_pfn, 1 };
	items[count++] = (struct item){ plan->l4_pfn, 1 };
	items[count++] = (struct item){ plan->boot.table_pfn, lx_pv_range_tables(&plan->boot) };
	items[count++] = (struct item){ plan->stack_pfn, 1 };
	if (plan->p2m.pages)
		items[count++] =
			(struct item){ plan->p2m.table_pfn, lx_pv_range_tables(&plan->p2m) };
	return count;
}

static void check_items(const struct lx_pv_plan *plan)
{
	struct item items[10];
	size_t count = items_of(plan, items);
	uint64_t highest = plan->end_pfn;

	for (size_t i = 0; i < count; i++) {
		uint64_t end = items[i].first + items[i].pages;

		assert_true(items[i].first >= plan->kernel_pfn);
		if (items[i].pages && end > highest)
			highest = end;
		for (size_t j = 0; j < i; j++)
			assert_true(!items[i].pages || !items[j].pages || items[j].first >= end ||
				    items[j].first + items[j].pages <= items[i].first);
	}
	assert_int_equal(plan->last_pfn, highest);
}

/* Tables of each level for every address of a range, not one more. Addresses do not wrap. */
static void check_tables(const struct lx_pv_range *range)
{
	uint64_t last = range->address + (range->pages << 12) - 1;

	assert_true(last >= range->address);
	assert_true(last < 0x0000800000000000 || range->address >= 0xffff880000000000);
	for (unsigned int level = 1; level <= 3; level++) {
		uint64_t covers = 4096ull << (9 * level);
		uint64_t first = range->address / covers;

		assert_int_equal(range->tables[level], last / covers - first + 1);
	}
}

/* What the guest must find in the region that is mapped for it. */
static void check_mapped(const struct lx_pv_plan *plan)
{
	uint64_t mapped_end = plan->boot.pages;

	assert_int_equal(plan->boot.first_pfn, 0);
	assert_true(plan->kernel_pfn + plan->kernel_pages <= mapped_end);
	assert_true(plan->console_pfn < mapped_end);
	assert_true(plan->stack_pfn < mapped_end);
	assert_true(plan->entry - plan->boot.address < mapped_end << 12);
	if (!plan->ramdisk_by_pfn)
		assert_true(plan->ramdisk_pfn + plan->ramdisk_pages <= mapped_end);
	else
		assert_true(plan->ramdisk_pfn >= mapped_end);
	if (plan->p2m.pages)
		assert_true(plan->p2m_address == plan->p2m.address &&
			    plan->p2m.first_pfn == plan->p2m_pfn &&
			    plan->p2m.pages == plan->p2m_pages &&
			    plan->p2m.table_pfn == plan->p2m_pfn + plan->p2m_pages);
	else
		assert_int_equal(plan->p2m_address, lx_plan_pv_address(plan, plan->p2m_pfn));
}

static void check_plan(const struct lx_pv_plan *plan, uint64_t pages)
{
	assert_int_equal(plan->pages, pages);
	assert_true(plan->last_pfn <= pages);
	assert_true(plan->p2m_pages * 512 >= pages);
	assert_true((plan->p2m_pages - 1) * 512 < pages);
	check_items(plan);
	check_mapped(plan);
	check_tables(&plan->boot);
	if (!plan->p2m.pages)
		return;
	check_tables(&plan->p2m);
	assert_true((plan->p2m.address + (plan->p2m.pages << 12) - 1) >> 39 < plan->boot.address >>
		    39);
}

static void given_many_random_guests_when_planned_then_what_must_hold_does(void **state)
{
	uint64_t seed = 0x6c6962786e, planned = 0, refused = 0;

	(void)state;

	for (int i = 0; i < 200000; i++) {
		struct lx_image image = random_kernel(&seed);
		uint64_t pages = 1 + random_below(&seed, MIB_PAGES(1024));
		uint64_t ramdisk = random_below(&seed, 2) * random_below(&seed, MIB(200));
		struct lx_pv_plan plan;
		int ret;

		ret = lx_plan_pv(&image, pages, ramdisk, &plan, NULL);

		if (ret == 0) {
			check_plan(&plan, pages);
			planned++;
		} else {
			assert_true(ret == -ENOSPC || ret == -ENOEXEC);
			refused++;
		}
	}
	assert_true(planned > 10000 && refused > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_linux_6_1_and_128_mib_when_planned_then_the_numbers_are_those_that_boot),
		cmocka_unit_test(
			given_linux_6_1_and_512_mib_when_planned_then_only_the_frame_list_differs),
		cmocka_unit_test(given_a_hypercall_page_when_planned_then_its_frame_is_known),
		cmocka_unit_test(
			given_mod_start_pfn_alone_when_planned_then_the_list_is_in_the_boot_region),
		cmocka_unit_test(
			given_init_p2m_alone_when_planned_then_the_ramdisk_is_in_the_boot_region),
		cmocka_unit_test(given_neither_note_when_planned_then_all_is_in_the_boot_region),
		cmocka_unit_test(given_no_ramdisk_when_planned_then_it_takes_no_frames),
		cmocka_unit_test(
			given_an_init_p2m_that_does_not_suit_when_planned_then_it_is_ignored),
		cmocka_unit_test(
			given_an_init_p2m_just_below_virt_base_when_planned_then_it_is_followed),
		cmocka_unit_test(
			given_too_little_memory_when_planned_then_the_sentence_tells_how_much_is_enough),
		cmocka_unit_test(
			given_any_kernel_and_ramdisk_when_the_advice_is_followed_then_it_is_enough),
		cmocka_unit_test(
			given_exactly_enough_memory_when_planned_then_it_works_and_a_page_less_does_not),
		cmocka_unit_test(given_no_memory_at_all_when_planned_then_it_is_too_small),
		cmocka_unit_test(
			given_a_kernel_for_something_else_when_asked_then_no_memory_is_enough),
		cmocka_unit_test(given_a_virt_base_at_the_very_top_when_planned_then_it_is_refused),
		cmocka_unit_test(
			given_a_boot_region_that_ends_at_the_very_top_when_planned_then_it_works),
		cmocka_unit_test(
			given_a_virt_base_that_runs_into_the_gap_or_xen_when_planned_then_it_is_refused),
		cmocka_unit_test(given_a_virt_base_in_either_half_when_planned_then_it_works),
		cmocka_unit_test(
			given_a_ramdisk_that_has_no_room_behind_the_kernel_when_planned_then_it_is_refused),
		cmocka_unit_test(given_sizes_beyond_reason_when_planned_then_they_are_refused),
		cmocka_unit_test(
			given_a_region_that_crosses_1_gib_when_planned_then_it_has_two_l2_tables),
		cmocka_unit_test(
			given_a_virt_base_off_the_boundaries_when_planned_then_both_ends_have_tables),
		cmocka_unit_test(
			given_guests_around_1_gib_when_planned_then_the_list_has_a_table_for_each),
		cmocka_unit_test(
			given_any_kernel_size_when_planned_then_tables_stack_and_padding_fit_tightly),
		cmocka_unit_test(given_many_random_guests_when_planned_then_what_must_hold_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
