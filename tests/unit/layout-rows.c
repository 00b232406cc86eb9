/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How rows are read, with rows of the test's own: ranges, widths, signs, flags. */
#include "layout.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct thing {
	uint32_t number;
	uint64_t large;
	int32_t share;
	uint8_t name[4];
	uint32_t late;
	uint32_t moved;
};

#define FIELD(member, name, at, bytes, ...)                                   \
	{                                                                     \
		name, LX_MEMBER(struct thing, member), at, bytes, __VA_ARGS__ \
	}

/* Two numbers, 1 and 2; under number 2, release 4.9 put `moved' elsewhere than 4.8 had it. */
static const struct lx_field rows[] = {
	FIELD(number, "number", 0, 2, { 1, LX_NEWEST, 0, 0 }),
	FIELD(large, "large", 8, 8, { 1, 1, 0, 0 }),
	FIELD(large, "large", 8, 4, { 2, LX_NEWEST, 0, 0 }),
	FIELD(share, "share", 16, 4, { 1, LX_NEWEST, 0, 0 }),
	FIELD(name, "name", 20, 4, { 1, LX_NEWEST, 0, 0 }),
	FIELD(late, "late", 24, 8, { 2, LX_NEWEST, 0, 0 }),
	FIELD(moved, "moved", 4, 4, { 2, 2, 0, LX_RELEASE(4, 8) }),
	FIELD(moved, "moved", 12, 4, { 2, 2, LX_RELEASE(4, 9), 0 }),
	{ 0 },
};

static const struct lx_abi first = { .number = 1, .release = LX_RELEASE(4, 6) };
static const struct lx_abi second = { .number = 2, .release = LX_RELEASE(4, 8) };
static const struct lx_abi second_later = { .number = 2, .release = LX_RELEASE(4, 9) };
static const struct lx_abi far_off = { .number = 0xfff0, .release = LX_RELEASE(9, 1) };

static void given_numbers_in_a_row_when_the_range_is_asked_then_both_ends_are_in(void **state)
{
	static const struct lx_range range = { 3, 5, 0, 0 };
	static const struct {
		uint16_t number;
		bool in;
	} table[] = { { 2, false }, { 3, true }, { 4, true }, { 5, true }, { 6, false } };

	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct lx_abi abi = { .number = table[i].number, .release = LX_RELEASE(4, 17) };

		assert_int_equal(lx_range_has(&range, &abi), table[i].in);
	}
}

static void given_releases_in_a_row_when_the_range_is_asked_then_both_ends_are_in(void **state)
{
	static const struct lx_range range = { 1, LX_NEWEST, LX_RELEASE(4, 9), LX_RELEASE(4, 10) };
	static const struct {
		uint16_t release;
		bool in;
	} table[] = { { LX_RELEASE(4, 8), false },
		      { LX_RELEASE(4, 9), true },
		      { LX_RELEASE(4, 10), true },
		      { LX_RELEASE(4, 11), false } };

	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct lx_abi abi = { .number = 7, .release = table[i].release };

		assert_int_equal(lx_range_has(&range, &abi), table[i].in);
	}
}

static void given_a_xen_beyond_all_rows_when_asked_then_the_newest_rows_hold(void **state)
{
	(void)state;

	assert_true(lx_layout_has(rows, &far_off, offsetof(struct thing, late)));
	assert_false(lx_layout_has(rows, &far_off, offsetof(struct thing, moved)));
}

static void given_one_number_with_two_layouts_when_encoded_then_the_release_decides(void **state)
{
	struct thing thing = { .moved = 0x11223344 };
	uint32_t payload[8] = { 0 };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &second, &thing, payload, NULL), 0);
	assert_int_equal(payload[1], 0x11223344);
	assert_int_equal(payload[3], 0);

	memset(payload, 0, sizeof(payload));
	assert_int_equal(lx_layout_encode(rows, &second_later, &thing, payload, NULL), 0);
	assert_int_equal(payload[1], 0);
	assert_int_equal(payload[3], 0x11223344);
}

static void given_a_member_that_is_not_set_when_this_xen_lacks_it_then_nobody_minds(void **state)
{
	struct thing thing = { .number = 1 };
	unsigned char payload[32] = { 0 };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, NULL), 0);
}

static void given_a_member_that_is_set_when_this_xen_lacks_it_then_release_and_name_are_told(
	void **state)
{
	struct thing thing = { .late = 0x80000000 };
	unsigned char payload[32] = { 0 };
	struct lx_error error = { "" };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, &error), -ENOTSUP);

	assert_string_equal(error.text, "this Xen (4.6) has no late");
}

static void given_the_largest_that_fits_when_encoded_then_it_does_and_one_more_does_not(
	void **state)
{
	struct thing thing = { .number = 0xffff };
	unsigned char payload[32] = { 0 };
	struct lx_error error = { "" };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, NULL), 0);
	assert_memory_equal(payload, "\xff\xff\0\0", 4);

	thing.number = 0x10000;
	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, &error), -ERANGE);
	assert_string_equal(error.text, "number is too large for this Xen");
}

static void given_a_field_that_became_narrower_when_encoded_then_only_the_new_xen_minds(
	void **state)
{
	struct thing thing = { .large = 1ull << 32 };
	unsigned char payload[32] = { 0 };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, NULL), 0);
	assert_int_equal(payload[12], 1);
	assert_int_equal(lx_layout_encode(rows, &second, &thing, payload, NULL), -ERANGE);
}

static void given_minus_one_when_encoded_and_decoded_then_it_is_minus_one(void **state)
{
	struct thing thing = { .share = -1 }, back = { 0 };
	unsigned char payload[32] = { 0 };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, NULL), 0);
	assert_memory_equal(payload + 16, "\xff\xff\xff\xff", 4);
	lx_layout_decode(rows, &first, payload, &back);
	assert_int_equal(back.share, -1);
}

static void given_bytes_when_encoded_then_their_order_stays(void **state)
{
	struct thing thing = { .name = { 'd', 'o', 'm', '0' } }, back = { 0 };
	unsigned char payload[32] = { 0 };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &first, &thing, payload, NULL), 0);
	assert_memory_equal(payload + 20, "dom0", 4);
	lx_layout_decode(rows, &first, payload, &back);
	assert_memory_equal(back.name, "dom0", 4);
}

/* `late' has 8 bytes there and 4 here: only the low ones are ours. */
static void given_a_field_that_is_wider_than_ours_when_encoded_then_its_high_bytes_stay_0(
	void **state)
{
	struct thing thing = { .late = 0x12345678 };
	uint64_t payload[4] = { 0 };

	(void)state;

	assert_int_equal(lx_layout_encode(rows, &second, &thing, payload, NULL), 0);

	assert_int_equal(payload[3], 0x12345678);
}

static void given_members_without_a_row_when_decoded_then_they_become_0(void **state)
{
	struct thing thing = { .late = 5, .moved = 6 };
	unsigned char payload[32];

	(void)state;
	memset(payload, 0xaa, sizeof(payload));

	lx_layout_decode(rows, &first, payload, &thing);

	assert_int_equal(thing.late, 0);
	assert_int_equal(thing.moved, 0);
	assert_int_equal(thing.number, 0xaaaa);
	assert_int_equal(thing.large, 0xaaaaaaaaaaaaaaaa);
}

static const struct lx_flag flags[] = {
	{ "old", 1u << 0, 0x10, { 1, 1, 0, 0 } },
	{ "old", 1u << 0, 0x20, { 2, LX_NEWEST, 0, 0 } },
	{ "new", 1u << 1, 0x10, { 2, LX_NEWEST, 0, 0 } },
	{ 0 },
};

static void given_a_bit_that_moved_when_flags_are_translated_then_each_xen_has_its_own(void **state)
{
	uint32_t theirs;

	(void)state;

	assert_int_equal(lx_flags_encode(flags, &first, 1, &theirs, NULL), 0);
	assert_int_equal(theirs, 0x10);
	assert_int_equal(lx_flags_encode(flags, &second, 3, &theirs, NULL), 0);
	assert_int_equal(theirs, 0x30);
	assert_int_equal(lx_flags_decode(flags, &first, 0x10), 1);
	assert_int_equal(lx_flags_decode(flags, &second, 0x10), 2);
}

static void given_bits_that_nobody_knows_when_flags_are_decoded_then_they_are_dropped(void **state)
{
	(void)state;

	assert_int_equal(lx_flags_decode(flags, &second, 0xffffffcf), 0);
	assert_int_equal(lx_flags_decode(flags, &second, 0xffffffff), 3);
}

static void given_a_flag_that_this_xen_lacks_when_it_is_encoded_then_it_is_named(void **state)
{
	struct lx_error error = { "" };
	uint32_t theirs;

	(void)state;

	assert_int_equal(lx_flags_encode(flags, &first, 3, &theirs, &error), -ENOTSUP);

	assert_string_equal(error.text, "this Xen (4.6) has no new");
}

static void given_a_flag_that_no_table_has_when_it_is_encoded_then_its_number_is_told(void **state)
{
	struct lx_error error = { "" };
	uint32_t theirs;

	(void)state;

	assert_int_equal(lx_flags_encode(flags, &second, 0x80000001, &theirs, &error), -ENOTSUP);

	assert_non_null(strstr(error.text, "0x80000000"));
}

static void given_no_flags_when_they_are_translated_then_there_are_none(void **state)
{
	uint32_t theirs = 99;

	(void)state;

	assert_int_equal(lx_flags_encode(flags, &first, 0, &theirs, NULL), 0);

	assert_int_equal(theirs, 0);
}

static void given_two_xens_when_their_flags_are_asked_for_then_each_tells_its_own(void **state)
{
	(void)state;

	assert_int_equal(lx_flags_known(flags, &first), 1);
	assert_int_equal(lx_flags_known(flags, &second), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_numbers_in_a_row_when_the_range_is_asked_then_both_ends_are_in),
		cmocka_unit_test(
			given_releases_in_a_row_when_the_range_is_asked_then_both_ends_are_in),
		cmocka_unit_test(given_a_xen_beyond_all_rows_when_asked_then_the_newest_rows_hold),
		cmocka_unit_test(
			given_one_number_with_two_layouts_when_encoded_then_the_release_decides),
		cmocka_unit_test(
			given_a_member_that_is_not_set_when_this_xen_lacks_it_then_nobody_minds),
		cmocka_unit_test(
			given_a_member_that_is_set_when_this_xen_lacks_it_then_release_and_name_are_told),
		cmocka_unit_test(
			given_the_largest_that_fits_when_encoded_then_it_does_and_one_more_does_not),
		cmocka_unit_test(
			given_a_field_that_became_narrower_when_encoded_then_only_the_new_xen_minds),
		cmocka_unit_test(given_minus_one_when_encoded_and_decoded_then_it_is_minus_one),
		cmocka_unit_test(given_bytes_when_encoded_then_their_order_stays),
		cmocka_unit_test(
			given_a_field_that_is_wider_than_ours_when_encoded_then_its_high_bytes_stay_0),
		cmocka_unit_test(given_members_without_a_row_when_decoded_then_they_become_0),
		cmocka_unit_test(
			given_a_bit_that_moved_when_flags_are_translated_then_each_xen_has_its_own),
		cmocka_unit_test(
			given_bits_that_nobody_knows_when_flags_are_decoded_then_they_are_dropped),
		cmocka_unit_test(
			given_a_flag_that_this_xen_lacks_when_it_is_encoded_then_it_is_named),
		cmocka_unit_test(
			given_a_flag_that_no_table_has_when_it_is_encoded_then_its_number_is_told),
		cmocka_unit_test(given_no_flags_when_they_are_translated_then_there_are_none),
		cmocka_unit_test(
			given_two_xens_when_their_flags_are_asked_for_then_each_tells_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
