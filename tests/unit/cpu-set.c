/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs as text: what is read, what is refused, and that it comes back the same. */
#include "cpu-set.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NUMBERS = CTL_SET_WORDS * 64 };

static void given_a_set_as_text_when_read_then_these_numbers_are_in_it(void **state)
{
	static const struct {
		const char *text, *means; /* of the first 8 */
	} table[] = {
		{ "0", "0" },
		{ "3,1", "1,3" },
		{ "0-3", "0-3" },
		{ "0-3,^1", "0,2-3" },
		{ "0-5,^1-3,2", "0,2,4-5" },
		{ "all", "all" },
		{ "all,^0", "1-7" },
		{ "all,^all,4", "4" },
		{ "^1,0-2", "0-2" }, /* from left to right */
		{ " 0 , 2-3\t", "0,2-3" },
		{ "0,0,0-1,1", "0-1" },
		{ "007", "7" },
		{ "7-4095", "7" },
	};
	char text[CTL_SET_TEXT];
	struct ctl_set set;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(ctl_parse_set(table[i].text, &set), 0);
		assert_true(set.said);
		assert_string_equal(ctl_format_set(set.words, CTL_SET_WORDS, 8, text),
				    table[i].means);
	}
}

static void given_what_is_no_set_when_read_then_it_is_refused(void **state)
{
	static const struct {
		const char *text;
		int ret;
	} table[] = {
		{ "", -EINVAL },	   { " ", -EINVAL },
		{ ",", -EINVAL },	   { "0,", -EINVAL },
		{ ",0", -EINVAL },	   { "0-", -EINVAL },
		{ "-3", -EINVAL },	   { "3-1", -EINVAL },
		{ "0 1", -EINVAL },	   { "^", -EINVAL },
		{ "^0", -EINVAL },	   { "1,^1", -EINVAL },
		{ "0x1", -EINVAL },	   { "some", -EINVAL },
		{ "allways", -EINVAL },	   { "0..3", -EINVAL },
		{ "4096", -ERANGE },	   { "0-4096", -ERANGE },
		{ "node:0", -ENOTSUP },	   { "nodes:1", -ENOTSUP },
		{ "1,^node:0", -ENOTSUP }, { "99999999999999999999999", -ERANGE },
	};
	struct ctl_set set;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (ctl_parse_set(table[i].text, &set) != table[i].ret)
			fail_msg("\"%s\"", table[i].text);
}

static void given_any_number_when_read_then_just_that_one_is_in_the_set(void **state)
{
	char text[CTL_SET_TEXT], back[CTL_SET_TEXT];
	struct ctl_set set;

	(void)state;
	for (uint32_t n = 0; n < NUMBERS; n++) {
		unsigned int count = 0;

		snprintf(text, sizeof(text), "%u", n);
		assert_int_equal(ctl_parse_set(text, &set), 0);
		for (size_t word = 0; word < CTL_SET_WORDS; word++)
			count += (unsigned int)__builtin_popcountll(set.words[word]);
		assert_int_equal(count, 1);
		assert_true(ctl_set_has(set.words, CTL_SET_WORDS, n));
		assert_string_equal(ctl_format_set(set.words, CTL_SET_WORDS, NUMBERS, back), text);
	}
}

static void given_numbers_beyond_when_written_then_only_what_there_is_counts(void **state)
{
	uint64_t words[1] = { 0xf0f };
	char text[CTL_SET_TEXT];

	(void)state;
	assert_string_equal(ctl_format_set(words, 1, 4, text), "all");
	assert_string_equal(ctl_format_set(words, 1, 5, text), "0-3");
	assert_string_equal(ctl_format_set(words, 1, 64, text), "0-3,8-11");
	assert_string_equal(ctl_format_set(words, 1, 200, text), "0-3,8-11");
	words[0] = 0x10;
	assert_string_equal(ctl_format_set(words, 1, 4, text), "none");
}

/* Every other of them: the longest that a text can be. */
static void given_a_set_with_a_long_text_when_written_then_it_is_cut_off(void **state)
{
	uint64_t words[CTL_SET_WORDS];
	char text[CTL_SET_TEXT];

	(void)state;
	memset(words, 0x55, sizeof(words));

	ctl_format_set(words, CTL_SET_WORDS, NUMBERS, text);

	assert_int_equal(strlen(text), CTL_SET_TEXT - 1);
	assert_int_equal(strncmp(text, "0,2,4,", 6), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_a_set_as_text_when_read_then_these_numbers_are_in_it),
		cmocka_unit_test(given_what_is_no_set_when_read_then_it_is_refused),
		cmocka_unit_test(given_any_number_when_read_then_just_that_one_is_in_the_set),
		cmocka_unit_test(given_numbers_beyond_when_written_then_only_what_there_is_counts),
		cmocka_unit_test(given_a_set_with_a_long_text_when_written_then_it_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
