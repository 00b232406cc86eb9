/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sentences of failures. */
#include "error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void given_a_failure_when_it_is_kept_then_code_and_sentence_are_there(void **state)
{
	struct lx_error error = { "" };
	int ret;

	(void)state;

	ret = lx_fail(&error, -ESRCH, "domain %u is gone", 7);

	assert_int_equal(ret, -ESRCH);
	assert_string_equal(error.text, "domain 7 is gone");
}

static void given_an_inner_sentence_when_it_fails_for_someone_then_that_stands_before(void **state)
{
	struct lx_error error = { "it is empty" };
	int ret;

	(void)state;

	ret = lx_fail_for(&error, -ENOEXEC, "cannot start \"%s\"", "web");

	assert_int_equal(ret, -ENOEXEC);
	assert_string_equal(error.text, "cannot start \"web\": it is empty");
}

static void given_no_inner_sentence_when_it_fails_for_someone_then_no_colon_is_left(void **state)
{
	struct lx_error error = { "" };

	(void)state;

	lx_fail_for(&error, -EIO, "cannot start");

	assert_string_equal(error.text, "cannot start");
}

static void given_a_code_when_its_text_is_wanted_then_the_sentence_ends_in_it(void **state)
{
	struct lx_error error = { "" };
	int ret;

	(void)state;
	errno = EBADF;

	ret = lx_fail_errno(&error, -ENOENT, "cannot open %s", "/boot/x");

	assert_int_equal(ret, -ENOENT);
	assert_string_equal(error.text, "cannot open /boot/x: No such file or directory");
	assert_int_equal(errno, EBADF);
}

static void given_the_old_sentence_as_a_part_when_a_new_one_is_kept_then_it_is_whole(void **state)
{
	struct lx_error error = { "the pin failed" };

	(void)state;

	lx_fail(&error, -EIO, "%s, and the cleaning up too", error.text);

	assert_string_equal(error.text, "the pin failed, and the cleaning up too");
}

static void given_control_characters_when_a_sentence_is_kept_then_they_are_no_more(void **state)
{
	struct lx_error error = { "" };

	(void)state;

	lx_fail(&error, -ENOENT, "cannot open %s",
		"a\nb\033[2Jc\x7f\xc2\x9b"
		"2J\xc3\xa4");

	assert_string_equal(error.text, "cannot open a?b?[2Jc???2J\xc3\xa4");
}

static void given_a_long_name_when_sentences_are_kept_then_they_are_cut_and_end(void **state)
{
	struct {
		struct lx_error error;
		char after[8];
	} kept = { .after = "intact" };
	char name[2000];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';

	lx_fail(&kept.error, -ENOENT, "cannot open %s", name);
	assert_int_equal(strlen(kept.error.text), sizeof(kept.error.text) - 1);
	lx_fail_for(&kept.error, -ENOENT, "for %s", name);
	assert_int_equal(strlen(kept.error.text), sizeof(kept.error.text) - 1);
	lx_fail_for(&kept.error, -ENOENT, "for you");
	assert_int_equal(strlen(kept.error.text), sizeof(kept.error.text) - 1);
	lx_fail_errno(&kept.error, -ENOENT, "cannot open %s", name);
	assert_int_equal(strlen(kept.error.text), sizeof(kept.error.text) - 1);

	assert_string_equal(kept.after, "intact");
}

static void given_nobody_who_listens_when_it_fails_then_the_code_comes_back(void **state)
{
	(void)state;

	assert_int_equal(lx_fail(NULL, -EIO, "x"), -EIO);
	assert_int_equal(lx_fail_for(NULL, -EIO, "x"), -EIO);
	assert_int_equal(lx_fail_errno(NULL, -EIO, "x"), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_a_failure_when_it_is_kept_then_code_and_sentence_are_there),
		cmocka_unit_test(
			given_an_inner_sentence_when_it_fails_for_someone_then_that_stands_before),
		cmocka_unit_test(
			given_no_inner_sentence_when_it_fails_for_someone_then_no_colon_is_left),
		cmocka_unit_test(given_a_code_when_its_text_is_wanted_then_the_sentence_ends_in_it),
		cmocka_unit_test(
			given_the_old_sentence_as_a_part_when_a_new_one_is_kept_then_it_is_whole),
		cmocka_unit_test(
			given_control_characters_when_a_sentence_is_kept_then_they_are_no_more),
		cmocka_unit_test(
			given_a_long_name_when_sentences_are_kept_then_they_are_cut_and_end),
		cmocka_unit_test(given_nobody_who_listens_when_it_fails_then_the_code_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
