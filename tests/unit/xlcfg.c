/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The syntax of xl.cfg: what is read out of a text, and what is said about a bad one. */
#include "xlcfg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The file that was read last, and what was said: lines such as "3: sentence". */
static struct ctl_xlcfg cfg;
static char said[16384];
static unsigned int problems;

static void note(void *data, unsigned int line, const char *sentence)
{
	size_t used = strlen(said);

	(void)data;
	problems++;
	snprintf(said + used, sizeof(said) - used, "%u: %s\n", line, sentence);
}

static int read_bytes(const char *text, size_t size)
{
	ctl_xlcfg_free(&cfg);
	said[0] = '\0';
	problems = 0;
	return ctl_xlcfg_parse(&cfg, text, size, note, NULL);
}

static int read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static int teardown(void **state)
{
	(void)state;
	ctl_xlcfg_free(&cfg);
	return 0;
}

/* A value as it could be written, to compare it. */
static void show(uint32_t index, char *text, size_t room)
{
	const struct ctl_xlcfg_value *value = &cfg.values[index];
	char member[256];
	size_t used = 0;

	if (value->kind == CTL_XLCFG_STRING) {
		snprintf(text, room, "<%s>", value->text);
	} else if (value->kind == CTL_XLCFG_NUMBER) {
		snprintf(text, room, "%s%llu", value->negative ? "-" : "",
			 (unsigned long long)value->number);
	} else {
		used += (size_t)snprintf(text, room, "[");
		for (index = value->first; index; index = cfg.values[index].next) {
			show(index, member, sizeof(member));
			used += (size_t)snprintf(text + used, room - used, " %s", member);
		}
		snprintf(text + used, room - used, " ]");
	}
}

static void assert_key(size_t at, const char *name, unsigned int line, const char *value)
{
	char shown[512];

	assert_true(at < cfg.key_count);
	assert_string_equal(cfg.keys[at].name, name);
	assert_int_equal(cfg.keys[at].line, line);
	show(cfg.keys[at].value, shown, sizeof(shown));
	assert_string_equal(shown, value);
}

/* The value of "x = ...". */
static void assert_reads(const char *written, const char *value)
{
	char text[512];

	snprintf(text, sizeof(text), "x = %s", written);
	assert_int_equal(read_text(text), 0);
	assert_string_equal(said, "");
	assert_int_equal(cfg.key_count, 1);
	assert_key(0, "x", 1, value);
}

static void assert_says(const char *text, const char *sentences)
{
	int ret = read_text(text);

	assert_string_equal(said, sentences);
	assert_int_equal(ret, -EINVAL);
}

static void given_a_typical_file_when_read_then_every_key_has_its_line_and_value(void **state)
{
	(void)state;

	assert_int_equal(read_text("# a guest\n"
				   "name = \"web\"; type='pv'\n"
				   "\n"
				   "  memory=512 # MiB\r\n"
				   "disk = [ 'phy:/dev/a,xvda,w', # first\n"
				   "         'phy:/dev/b,xvdb,w',\n"
				   "       ]\n"
				   "vcpus = 2"),
			 0);

	assert_string_equal(said, "");
	assert_int_equal(cfg.key_count, 5);
	assert_key(0, "name", 2, "<web>");
	assert_key(1, "type", 2, "<pv>");
	assert_key(2, "memory", 4, "512");
	assert_key(3, "disk", 5, "[ <phy:/dev/a,xvda,w> <phy:/dev/b,xvdb,w> ]");
	assert_key(4, "vcpus", 8, "2");
}

static void given_nothing_but_blanks_when_read_then_there_are_no_keys(void **state)
{
	(void)state;

	assert_int_equal(read_text(""), 0);
	assert_int_equal(cfg.key_count, 0);
	assert_int_equal(read_text("\n ;; \t\r\n# name = 'x'"), 0);
	assert_int_equal(cfg.key_count, 0);
}

static void given_numbers_when_read_then_their_base_is_in_how_they_begin(void **state)
{
	(void)state;

	assert_reads("0", "0");
	assert_reads("42", "42");
	assert_reads("017", "15");
	assert_reads("0x1F", "31");
	assert_reads("0XfF", "255");
	assert_reads("-5", "-5");
	assert_reads("18446744073709551615", "18446744073709551615");
	assert_reads("0xffffffffffffffff", "18446744073709551615");
}

static void given_what_is_no_number_when_read_then_it_is_said(void **state)
{
	(void)state;

	assert_says("x = 09", "1: '09' is no number: write 10, 012 (octal) or 0xa\n");
	assert_says("x = 0x", "1: '0x' is no number: write 10, 012 (octal) or 0xa\n");
	assert_says("x = 12M", "1: '12M' is no number: write 10, 012 (octal) or 0xa\n");
	assert_says("x = -", "1: '-' is no number: write 10, 012 (octal) or 0xa\n");
	assert_says("x = --1", "1: '-' is no number: write 10, 012 (octal) or 0xa\n");
	assert_says("x = 18446744073709551616", "1: 18446744073709551616 is too large a number\n");
	assert_says("x = 0x10000000000000000", "1: 0x10000000000000000 is too large a number\n");
}

static void given_strings_when_read_then_only_their_own_quote_ends_them(void **state)
{
	(void)state;

	assert_reads("\"\"", "<>");
	assert_reads("'a \"b\" c'", "<a \"b\" c>");
	assert_reads("\"it's # no; comment\"", "<it's # no; comment>");
	assert_reads("'\\'\\\\\\\"'", "<'\\\">");
	assert_reads("'\tm\xc3\xbcller'", "<\tm\xc3\xbcller>");
}

static void given_a_bad_string_when_read_then_it_is_said(void **state)
{
	(void)state;

	assert_says("x = \"ab\ny = 1", "1: the closing \" of a string is missing\n");
	assert_says("x = 'ab", "1: the closing ' of a string is missing\n");
	assert_says("x = 'ab\\", "1: behind a backslash in a string stands another, or a quote\n");
	assert_says("x = 'a\\nb'",
		    "1: behind a backslash in a string stands another, or a quote\n");
	assert_says("x = 'a\x1b[1m'", "1: a control character (byte 27) in a string\n");
	assert_says("x = 'a\x7f'", "1: a control character (byte 127) in a string\n");
}

static void given_lists_when_read_then_they_nest_and_may_end_in_a_comma(void **state)
{
	(void)state;

	assert_reads("[]", "[ ]");
	assert_reads("[ 'a' ]", "[ <a> ]");
	assert_reads("[ 'a', ]", "[ <a> ]");
	assert_reads("[1,'b',[2,[],[3,],],4]", "[ 1 <b> [ 2 [ ] [ 3 ] ] 4 ]");
	assert_reads("[\n# one\n'a'\n,\n\n'b'\n]", "[ <a> <b> ]");
	assert_reads("[[[[[[[[7]]]]]]]]", "[ [ [ [ [ [ [ [ 7 ] ] ] ] ] ] ] ]");
}

static void given_a_bad_list_when_read_then_it_is_said(void **state)
{
	(void)state;

	assert_says("x = [ 'a' 'b' ]",
		    "1: the list that begins in line 1 goes on with , or ends with ]\n");
	assert_says("x = [ 'a',\n 'b'\n",
		    "3: the list that begins in line 1 goes on with , or ends with ]\n");
	assert_says("x = [", "1: a value is missing\n");
	assert_says("x = [ , ]", "1: a value is missing\n");
	assert_says("x = [ 1,, 2 ]", "1: a value is missing\n");
	assert_says("x = [ a ]", "1: a string stands in quotes: \"a\"\n");
	assert_says("x = [[[[[[[[[7]]]]]]]]]", "1: more than 8 lists in each other\n");
	assert_says("x = [1]]", "1: behind the value of x the line ends, or a ; stands\n");
}

static void given_a_bad_line_when_read_then_it_is_said(void **state)
{
	(void)state;

	assert_says("name web", "1: = is missing behind name\n");
	assert_says("name", "1: = is missing behind name\n");
	assert_says("name =", "1: a value is missing\n");
	assert_says("name = # web", "1: a value is missing\n");
	assert_says("name = web", "1: a string stands in quotes: \"web\"\n");
	assert_says("name = \xff", "1: byte 0xff can not begin a value\n");
	assert_says("name = (1)", "1: '(' can not begin a value: \"...\", a number or [ does\n");
	assert_says("= 1", "1: a key and = are expected here\n");
	assert_says("1x = 1", "1: a key and = are expected here\n");
	assert_says("x = 1 2", "1: behind the value of x the line ends, or a ; stands\n");
	assert_says("x += [ 1 ]", "1: += is not in xl.cfg(5): write the whole value behind =\n");
}

static void given_a_key_twice_when_read_then_both_lines_are_named(void **state)
{
	(void)state;

	assert_says("a = 1\nb = 2\na = 3", "3: a was set already, in line 1\n");
	assert_key(0, "a", 1, "1");
}

static void given_several_bad_lines_when_read_then_each_is_said_and_the_rest_is_read(void **state)
{
	(void)state;

	assert_says("a = x\nb = 2\nc 3\nd = 'no\ne = 5",
		    "1: a string stands in quotes: \"x\"\n"
		    "3: = is missing behind c\n"
		    "4: the closing ' of a string is missing\n");
	assert_int_equal(cfg.key_count, 2);
	assert_key(0, "b", 2, "2");
	assert_key(1, "e", 5, "5");
}

static void given_a_list_that_never_ends_when_read_then_the_next_key_is_read_again(void **state)
{
	(void)state;

	assert_says("a = [ 'x',\n  'y'\n  'z'\nb = 2\nc = [ d ]\n",
		    "3: the list that begins in line 1 goes on with , or ends with ]\n"
		    "5: a string stands in quotes: \"d\"\n");
	assert_int_equal(cfg.key_count, 1);
	assert_key(0, "b", 4, "2");
}

static void given_bytes_that_are_no_text_when_read_then_they_are_refused(void **state)
{
	(void)state;

	assert_int_equal(read_bytes("a = 1\nb\0= 2", 11), -EINVAL);
	assert_string_equal(said, "2: a NUL byte: this is no text\n");
	assert_int_equal(cfg.key_count, 0);
}

/* A text of a piece, many times. */
static char *repeat(const char *piece, size_t times)
{
	size_t length = strlen(piece), i;
	char *text = malloc(length * times + 1);

	assert_non_null(text);
	for (i = 0; i < times; i++)
		memcpy(text + i * length, piece, length);
	text[length * times] = '\0';
	return text;
}

static void given_more_than_can_be_meant_when_read_then_it_ends_early(void **state)
{
	char *text;

	(void)state;

	text = repeat("#", CTL_XLCFG_BYTES_MAX + 1);
	assert_int_equal(read_text(text), -EFBIG);
	assert_string_equal(said, "1: the file is larger than 1 MiB\n");
	text[CTL_XLCFG_BYTES_MAX] = '\0';
	assert_int_equal(read_text(text), 0);
	free(text);

	text = repeat("?\n", 400);
	assert_int_equal(read_text(text), -EINVAL);
	assert_int_equal(problems, CTL_XLCFG_PROBLEMS_MAX);
	free(text);

	text = repeat("[", 100000);
	memcpy(text, "x=", 2);
	assert_int_equal(read_text(text), -EINVAL);
	assert_string_equal(said, "1: more than 8 lists in each other\n");
	free(text);
}

static void given_too_many_values_or_keys_when_read_then_it_ends_early(void **state)
{
	char *text = repeat("1,", CTL_XLCFG_VALUES_MAX + 10), *at;
	size_t i;

	(void)state;

	memcpy(text, "x=[1, ", 6);
	assert_int_equal(read_text(text), -EFBIG);
	assert_string_equal(said, "1: more than 20000 values\n");
	free(text);

	text = malloc(16 * (CTL_XLCFG_KEYS_MAX + 1));
	assert_non_null(text);
	for (at = text, i = 0; i <= CTL_XLCFG_KEYS_MAX; i++)
		at += sprintf(at, "k%zu=1\n", i);
	assert_int_equal(read_text(text), -EFBIG);
	assert_string_equal(said, "1001: more than 1000 keys\n");
	free(text);
}

static void given_a_number_in_quotes_when_asked_for_then_it_is_one(void **state)
{
	uint64_t number = 7;

	(void)state;

	assert_int_equal(read_text("a='512'; b='0x10'; c=''; d='12 '; e=-1; f=[1]; "
				   "g='99999999999999999999'"),
			 0);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[0].value], &number), 0);
	assert_int_equal(number, 512);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[1].value], &number), 0);
	assert_int_equal(number, 16);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[2].value], &number), -EINVAL);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[3].value], &number), -EINVAL);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[4].value], &number), -EINVAL);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[5].value], &number), -EINVAL);
	assert_int_equal(ctl_xlcfg_number(&cfg.values[cfg.keys[6].value], &number), -ERANGE);
}

#define T(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(given_a_typical_file_when_read_then_every_key_has_its_line_and_value),
		T(given_nothing_but_blanks_when_read_then_there_are_no_keys),
		T(given_numbers_when_read_then_their_base_is_in_how_they_begin),
		T(given_what_is_no_number_when_read_then_it_is_said),
		T(given_strings_when_read_then_only_their_own_quote_ends_them),
		T(given_a_bad_string_when_read_then_it_is_said),
		T(given_lists_when_read_then_they_nest_and_may_end_in_a_comma),
		T(given_a_bad_list_when_read_then_it_is_said),
		T(given_a_bad_line_when_read_then_it_is_said),
		T(given_a_key_twice_when_read_then_both_lines_are_named),
		T(given_several_bad_lines_when_read_then_each_is_said_and_the_rest_is_read),
		T(given_a_list_that_never_ends_when_read_then_the_next_key_is_read_again),
		T(given_bytes_that_are_no_text_when_read_then_they_are_refused),
		T(given_more_than_can_be_meant_when_read_then_it_ends_early),
		T(given_too_many_values_or_keys_when_read_then_it_ends_early),
		T(given_a_number_in_quotes_when_asked_for_then_it_is_one),
	};

	return cmocka_run_group_tests_name("xlcfg", tests, NULL, NULL);
}
