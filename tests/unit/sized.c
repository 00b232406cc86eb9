/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Structures that begin with their own size: the two rules, and the sizes that 0.1 froze. */
#include "elf-maker.h"
#include "internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As the first release had it, as this library has it, as the next one may. */
struct first {
	size_t size;
	uint64_t a;
};

struct ours {
	size_t size;
	uint64_t a, b;
};

struct next {
	size_t size;
	uint64_t a, b, c;
};

/* --- in --- */

static void given_a_caller_from_the_first_release_when_read_then_the_rest_is_0(void **state)
{
	struct first theirs = { .size = sizeof(theirs), .a = 7 };
	struct ours ours = { .b = 99 };
	struct libxen xen = { 0 };

	(void)state;

	assert_int_equal(
		lx_sized_in(&xen, "ours", &theirs, sizeof(struct first), &ours, sizeof(ours)), 0);

	assert_int_equal(ours.a, 7);
	assert_int_equal(ours.b, 0);
}

static void given_a_caller_of_our_age_when_read_then_all_is_taken(void **state)
{
	struct ours theirs = { .size = sizeof(theirs), .a = 7, .b = 8 }, ours;
	struct libxen xen = { 0 };

	(void)state;

	assert_int_equal(
		lx_sized_in(&xen, "ours", &theirs, sizeof(struct first), &ours, sizeof(ours)), 0);

	assert_memory_equal(&ours, &theirs, sizeof(ours));
}

static void given_a_newer_caller_when_it_wishes_nothing_new_then_it_is_served(void **state)
{
	struct next theirs = { .size = sizeof(theirs), .a = 7, .b = 8 };
	struct libxen xen = { 0 };
	struct ours ours;

	(void)state;

	assert_int_equal(
		lx_sized_in(&xen, "ours", &theirs, sizeof(struct first), &ours, sizeof(ours)), 0);

	assert_int_equal(ours.a, 7);
	assert_int_equal(ours.b, 8);
}

static void given_a_newer_caller_when_it_wishes_something_new_then_it_is_told(void **state)
{
	struct next theirs = { .size = sizeof(theirs), .c = 1ull << 63 };
	struct libxen xen = { 0 };
	struct ours ours;

	(void)state;

	assert_int_equal(lx_sized_in(&xen, "libxen_thing", &theirs, sizeof(struct first), &ours,
				     sizeof(ours)),
			 -E2BIG);

	assert_non_null(strstr(libxen_error(&xen), "struct libxen_thing asks for something"));
}

static void given_a_size_below_the_first_when_read_then_the_sentence_tells_what_to_set(void **state)
{
	static const size_t sizes[] = { 0, 1, sizeof(size_t), sizeof(struct first) - 1 };
	struct libxen xen = { 0 };
	struct ours ours;

	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct first theirs = { .size = sizes[i] };

		assert_int_equal(lx_sized_in(&xen, "libxen_thing", &theirs, sizeof(struct first),
					     &ours, sizeof(ours)),
				 -EINVAL);
		assert_non_null(strstr(libxen_error(&xen), "sizeof(struct libxen_thing)"));
	}
}

/* --- out --- */

static void given_a_caller_from_the_first_release_when_filled_then_nothing_behind_is_touched(
	void **state)
{
	struct {
		struct first theirs;
		uint64_t behind;
	} memory = { { .size = sizeof(struct first) }, 0x5555555555555555 };
	struct ours ours = { .a = 7, .b = 8 };

	(void)state;

	assert_int_equal(lx_sized_out(&memory.theirs, sizeof(struct first), &ours, sizeof(ours)),
			 0);

	assert_int_equal(memory.theirs.size, sizeof(struct first));
	assert_int_equal(memory.theirs.a, 7);
	assert_int_equal(memory.behind, 0x5555555555555555);
}

static void given_a_newer_caller_when_filled_then_what_we_do_not_know_is_0(void **state)
{
	struct next theirs = { .size = sizeof(theirs), .c = 99 };
	struct ours ours = { .size = 12345, .a = 7, .b = 8 };

	(void)state;

	assert_int_equal(lx_sized_out(&theirs, sizeof(struct first), &ours, sizeof(ours)), 0);

	assert_int_equal(theirs.size, sizeof(theirs));
	assert_int_equal(theirs.a, 7);
	assert_int_equal(theirs.b, 8);
	assert_int_equal(theirs.c, 0);
}

static void given_a_size_below_the_first_when_filled_then_nothing_is_written(void **state)
{
	struct first theirs = { .size = sizeof(theirs) - 1, .a = 99 };
	struct ours ours = { .a = 7 };

	(void)state;

	assert_int_equal(lx_sized_out(&theirs, sizeof(theirs), &ours, sizeof(ours)), -EINVAL);

	assert_int_equal(theirs.a, 99);
}

/* --- what 0.1 froze: none of these numbers may ever change --- */

static void given_the_structures_of_0_1_when_they_grow_then_their_first_members_stay(void **state)
{
	(void)state;

	/* A later release may grow a structure, and then puts its own size here beside 0.1's. */
	assert_int_equal(sizeof(struct libxen_open_options), 16);
	assert_int_equal(sizeof(struct libxen_progress), 32);
	assert_int_equal(sizeof(struct libxen_counters), 40);
	assert_int_equal(sizeof(struct libxen_domain_info), 96);
	assert_int_equal(sizeof(struct libxen_destroy_options), 16);
	assert_int_equal(sizeof(struct libxen_host_info), 392);
	assert_int_equal(sizeof(struct libxen_source), 40);
	assert_int_equal(sizeof(struct libxen_image_info), 1456);
	assert_int_equal(sizeof(struct libxen_guest), 136);
	assert_int_equal(sizeof(struct libxen_placement), 48);
	assert_int_equal(sizeof(struct libxen_affinity), 40);
	assert_int_equal(sizeof(struct libxen_start_result), 528);
	assert_int_equal(offsetof(struct libxen_open_options, reserved), 12);
	assert_int_equal(offsetof(struct libxen_progress, total), 24);
	assert_int_equal(offsetof(struct libxen_counters, copied_bytes), 32);
	assert_int_equal(offsetof(struct libxen_domain_info, uuid), 80);
	assert_int_equal(offsetof(struct libxen_destroy_options, flags), 12);
	assert_int_equal(offsetof(struct libxen_host_info, capabilities), 136);
	assert_int_equal(offsetof(struct libxen_source, data_bytes), 32);
	assert_int_equal(offsetof(struct libxen_image_info, pvh_obstacle), 944);
	assert_int_equal(offsetof(struct libxen_guest, features), 120);
	assert_int_equal(offsetof(struct libxen_placement, tsc_mode), 44);
	assert_int_equal(offsetof(struct libxen_affinity, vcpu_count), 32);
	assert_int_equal(offsetof(struct libxen_guest, result), 128);
	assert_int_equal(offsetof(struct libxen_start_result, reason), 16);
}

/* Bytes that may be passed where a structure of @size is expected: it, and room behind. */
struct sized {
	size_t size;
	unsigned char rest[2048];
};

static struct sized sized(size_t size)
{
	struct sized sized = { .size = size };

	memset(sized.rest, 0x55, sizeof(sized.rest));
	return sized;
}

/* One that is filled: a byte less is refused, the first size works, more is zeroed. */
static void check_out(int (*fill)(void *subject, void *structure), void *subject, size_t first_size)
{
	struct sized theirs = sized(first_size - 1);

	assert_int_equal(fill(subject, &theirs), -EINVAL);
	assert_int_equal(theirs.rest[0], 0x55);

	theirs = sized(first_size);
	assert_int_equal(fill(subject, &theirs), 0);
	assert_int_equal(theirs.size, first_size);
	assert_int_equal(((unsigned char *)&theirs)[first_size], 0x55);

	theirs = sized(first_size + 64);
	assert_int_equal(fill(subject, &theirs), 0);
	for (size_t i = first_size; i < first_size + 64; i++)
		assert_int_equal(((unsigned char *)&theirs)[i], 0);
	assert_int_equal(((unsigned char *)&theirs)[first_size + 64], 0x55);
}

static int fill_counters(void *subject, void *structure)
{
	return libxen_counters(subject, structure);
}

static void given_counters_of_several_sizes_when_read_then_the_first_release_s_is_enough(
	void **state)
{
	struct libxen *xen = libxen_new();

	(void)state;
	assert_non_null(xen);

	check_out(fill_counters, xen, 40);

	libxen_free(xen);
}

static int fill_image_info(void *subject, void *structure)
{
	return libxen_image_info(subject, structure);
}

static void given_image_infos_of_several_sizes_when_read_then_the_first_release_s_is_enough(
	void **state)
{
	struct made elf = make_elf(&(struct elf_recipe){ 0 });
	struct libxen_source source = { .size = sizeof(source),
					.kind = LIBXEN_SOURCE_MEMORY,
					.data = elf.data,
					.data_bytes = elf.size };
	struct libxen *xen = libxen_new();
	struct libxen_image *image = NULL;

	(void)state;
	assert_int_equal(libxen_image_open(xen, &source, &image), 0);

	check_out(fill_image_info, image, 1456);

	libxen_image_close(image);
	libxen_free(xen);
	made_free(&elf);
}

/* One that is read: as above, and what is not 0 behind our end is refused. */
static void check_in(int (*take)(struct libxen *xen, void *structure), const void *good,
		     size_t first_size, int code)
{
	struct libxen *xen = libxen_new();
	struct sized theirs = { 0 };

	assert_non_null(xen);
	memcpy(&theirs, good, first_size);

	theirs.size = first_size - 1;
	assert_int_equal(take(xen, &theirs), -EINVAL);
	assert_non_null(strstr(libxen_error(xen), "set its member size"));

	theirs.size = first_size;
	assert_int_equal(take(xen, &theirs), code);

	theirs.size = first_size + 64;
	assert_int_equal(take(xen, &theirs), code);

	((unsigned char *)&theirs)[first_size + 63] = 1;
	assert_int_equal(take(xen, &theirs), -E2BIG);
	libxen_free(xen);
}

static int take_source(struct libxen *xen, void *structure)
{
	struct libxen_image *image = NULL;
	int ret = libxen_image_open(xen, structure, &image);

	libxen_image_close(image);
	return ret;
}

static void given_sources_of_several_sizes_when_opened_then_the_first_release_s_is_enough(
	void **state)
{
	struct libxen_source source = { .kind = LIBXEN_SOURCE_MEMORY, .data = "", .data_bytes = 0 };

	(void)state;

	check_in(take_source, &source, 40, -ENOEXEC);
}

/* A kernel's device that is not there: so far come only options that were understood. */
static int open_nothing(const struct lx_os *os, const char *path)
{
	(void)os;
	(void)path;
	return -ENOENT;
}

static const struct lx_os no_devices = { .open = open_nothing };

const struct lx_os *lx_os_default(void)
{
	return &no_devices;
}

static int take_options(struct libxen *xen, void *structure)
{
	return libxen_open(xen, structure);
}

static void given_options_of_several_sizes_when_opening_then_the_first_release_s_is_enough(
	void **state)
{
	struct libxen_open_options options = { .flags = LIBXEN_OPEN_TRY_NEWER };

	(void)state;

	check_in(take_options, &options, 16, -ENOENT);
}

static void given_options_that_nobody_knows_when_opening_then_they_are_refused(void **state)
{
	struct libxen_open_options flag = { .size = sizeof(flag), .flags = 1u << 31 };
	struct libxen_open_options reserved = { .size = sizeof(reserved), .reserved = 1 };
	struct libxen *xen = libxen_new();

	(void)state;

	assert_int_equal(libxen_open(xen, &flag), -E2BIG);
	assert_non_null(strstr(libxen_error(xen), "0x80000000"));
	assert_int_equal(libxen_open(xen, &reserved), -E2BIG);

	libxen_free(xen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_a_caller_from_the_first_release_when_read_then_the_rest_is_0),
		cmocka_unit_test(given_a_caller_of_our_age_when_read_then_all_is_taken),
		cmocka_unit_test(given_a_newer_caller_when_it_wishes_nothing_new_then_it_is_served),
		cmocka_unit_test(given_a_newer_caller_when_it_wishes_something_new_then_it_is_told),
		cmocka_unit_test(
			given_a_size_below_the_first_when_read_then_the_sentence_tells_what_to_set),
		cmocka_unit_test(
			given_a_caller_from_the_first_release_when_filled_then_nothing_behind_is_touched),
		cmocka_unit_test(given_a_newer_caller_when_filled_then_what_we_do_not_know_is_0),
		cmocka_unit_test(given_a_size_below_the_first_when_filled_then_nothing_is_written),
		cmocka_unit_test(
			given_the_structures_of_0_1_when_they_grow_then_their_first_members_stay),
		cmocka_unit_test(
			given_counters_of_several_sizes_when_read_then_the_first_release_s_is_enough),
		cmocka_unit_test(
			given_image_infos_of_several_sizes_when_read_then_the_first_release_s_is_enough),
		cmocka_unit_test(
			given_sources_of_several_sizes_when_opened_then_the_first_release_s_is_enough),
		cmocka_unit_test(
			given_options_of_several_sizes_when_opening_then_the_first_release_s_is_enough),
		cmocka_unit_test(
			given_options_that_nobody_knows_when_opening_then_they_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
