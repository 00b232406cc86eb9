/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl without any Xen: how it reads a command line, and how it shows strangers' text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli-run.h"
#include "command.h"
#include "text.h"
#include "words.h"

static void assert_usage_error(const char *line, const char *sentence)
{
	static struct run run;

	run_line(&run, line);

	assert_string_equal(run.err, sentence);
	assert_int_equal(run.code, CTL_EXIT_USAGE);
	assert_string_equal(run.out, "");
}

static void assert_size(const char *text, uint64_t bytes)
{
	uint64_t value = 1;

	assert_int_equal(ctl_parse_size(text, &value), 0);
	assert_true(value == bytes);
}

static void given_sizes_when_parsed_then_a_bare_number_means_mebibytes(void **state)
{
	(void)state;

	assert_size("256", 256ull << 20);
	assert_size("128M", 128ull << 20);
	assert_size("128m", 128ull << 20);
	assert_size("2G", 2ull << 30);
	assert_size("2GiB", 2ull << 30);
	assert_size("3T", 3ull << 40);
	assert_size("4096B", 4096);
	assert_size("512K", 512 << 10);
	assert_size("0", 0);
}

static void given_what_is_no_size_when_parsed_then_it_is_refused_and_nothing_is_written(
	void **state)
{
	static const char *const bad[] = { "",	   "M",	  "-1", "+1",	" 1",	"1 ",
					   "1.5G", "1MM", "1X", "0x10", "12 M", "1e3" };
	uint64_t value = 77;
	size_t i;

	(void)state;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ctl_parse_size(bad[i], &value), -EINVAL);
	assert_int_equal(ctl_parse_size("99999999999999999999", &value), -ERANGE);
	assert_int_equal(ctl_parse_size("17592186044416", &value), -ERANGE);
	assert_int_equal(ctl_parse_size("16777216T", &value), -ERANGE);
	assert_true(value == 77);
}

static void assert_duration(const char *text, uint32_t msec)
{
	uint32_t value = 1;

	assert_int_equal(ctl_parse_duration(text, &value), 0);
	assert_int_equal(value, msec);
}

static void given_durations_when_parsed_then_a_bare_number_means_seconds(void **state)
{
	(void)state;

	assert_duration("10", 10000);
	assert_duration("0.5", 500);
	assert_duration("0.25s", 250);
	assert_duration("500ms", 500);
	assert_duration("1.5m", 90000);
	assert_duration("1h", 3600000);
	assert_duration("0", 0);
	assert_duration("0.0009", 0);
	assert_duration("1.99999999999999999999999", 1999);
	assert_duration("4294967.295", UINT32_MAX);
}

static void given_what_is_no_duration_when_parsed_then_it_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "s", ".5", "1.", "1.s", "-1", "1y", "1..5", "1.5.5"
	};
	uint32_t value = 77;
	size_t i;

	(void)state;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ctl_parse_duration(bad[i], &value), -EINVAL);
	assert_int_equal(ctl_parse_duration("4294967.296", &value), -ERANGE);
	assert_int_equal(ctl_parse_duration("18446744073709551615h", &value), -ERANGE);
	assert_int_equal(value, 77);
}

static void given_counts_when_parsed_then_only_digits_within_32_bits_are_taken(void **state)
{
	uint32_t value = 77;

	(void)state;

	assert_int_equal(ctl_parse_u32("4294967296", &value), -ERANGE);
	assert_int_equal(ctl_parse_u32("1x", &value), -EINVAL);
	assert_int_equal(ctl_parse_u32("-1", &value), -EINVAL);
	assert_int_equal(value, 77);
	assert_int_equal(ctl_parse_u32("4294967295", &value), 0);
	assert_true(value == UINT32_MAX);
}

static void given_amounts_of_memory_when_shown_then_no_more_is_shown_than_there_is(void **state)
{
	char text[CTL_UNIT_TEXT];

	(void)state;

	assert_string_equal(ctl_format_bytes(0, text), "0 B");
	assert_string_equal(ctl_format_bytes(1023, text), "1023 B");
	assert_string_equal(ctl_format_bytes(1024, text), "1 KiB");
	assert_string_equal(ctl_format_bytes(256ull << 20, text), "256 MiB");
	assert_string_equal(ctl_format_bytes(3ull << 29, text), "1.5 GiB");
	assert_string_equal(ctl_format_bytes((1ull << 30) - 1, text), "1023.9 MiB");
	assert_string_equal(ctl_format_bytes(UINT64_MAX, text), "15.9 EiB");
}

static void given_cpu_times_when_shown_then_long_ones_are_in_hours(void **state)
{
	char text[CTL_UNIT_TEXT];

	(void)state;

	assert_string_equal(ctl_format_cpu_time(0, text), "0.00s");
	assert_string_equal(ctl_format_cpu_time(1239999999, text), "1.23s");
	assert_string_equal(ctl_format_cpu_time(3599990000000, text), "3599.99s");
	assert_string_equal(ctl_format_cpu_time(3661000000000, text), "1h01m01s");
}

static void given_a_uuid_when_parsed_and_shown_then_it_is_the_same(void **state)
{
	static const char text[] = "0123abCD-4567-89ef-fedc-ba9876543210";
	uint8_t uuid[16], plain[16];
	char shown[CTL_UUID_TEXT];

	(void)state;

	assert_int_equal(ctl_parse_uuid(text, uuid), 0);
	assert_int_equal(ctl_parse_uuid("0123abcd456789effedcba9876543210", plain), 0);

	assert_int_equal(uuid[0], 0x01);
	assert_int_equal(uuid[15], 0x10);
	assert_memory_equal(uuid, plain, 16);
	assert_string_equal(ctl_format_uuid(uuid, shown), "0123abcd-4567-89ef-fedc-ba9876543210");
}

static void given_what_is_no_uuid_when_parsed_then_it_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"0123abcd-4567-89ef-fedc-ba987654321",
		"0123abcd-4567-89ef-fedc-ba98765432100",
		"0123abcd-4567-89ef-fedcba-9876543210",
		"0123abcg-4567-89ef-fedc-ba9876543210",
		"0123abcd-4567-89ef-fedc-ba987654321-",
		"--------------------------------",
	};
	uint8_t uuid[16];
	size_t i;

	(void)state;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ctl_parse_uuid(bad[i], uuid), -EINVAL);
}

static void given_mistyped_words_when_asked_then_the_nearest_is_suggested(void **state)
{
	static const char *const words[] = { "start", "stop", "suspend", "resume",
					     "list",  "log",  NULL };

	(void)state;

	assert_string_equal(ctl_suggest("lst", words), "list");
	assert_string_equal(ctl_suggest("sotp", words), "stop");
	assert_string_equal(ctl_suggest("res", words), "resume");
	assert_string_equal(ctl_suggest("suspned", words), "suspend");
	assert_null(ctl_suggest("frobnicate", words));
	assert_null(ctl_suggest("foo", words)); /* two of three letters are slips */
	assert_null(ctl_suggest("", words));
	assert_null(ctl_suggest("x", words));
	assert_null(ctl_suggest("startstartstartstartstartstartstartstart", words));
}

static void given_a_table_when_printed_then_columns_line_up_and_lines_end_without_blanks(
	void **state)
{
	static const struct ctl_column columns[] = {
		{ "N", true }, { "WORD", false }, { "LAST", false }, { NULL, false }
	};
	struct ctl_table *table = ctl_table_new(columns);
	FILE *file = tmpfile();
	char text[256];

	(void)state;

	ctl_table_cell(table, "%d", 5);
	ctl_table_cell(table, "a");
	ctl_table_cell(table, "b");
	ctl_table_cell(table, "%d", 1234);
	ctl_table_cell(table, "longer");
	ctl_table_cell(table, "c");
	assert_int_equal(ctl_table_print(table, file), 0);
	ctl_table_free(table);
	read_back(file, text, sizeof(text));

	assert_string_equal(text, "   N  WORD    LAST\n   5  a       b\n1234  longer  c\n");
}

static void given_a_table_of_thousands_of_cells_when_printed_then_none_is_lost(void **state)
{
	static const struct ctl_column columns[] = { { "NUMBER", true }, { NULL, false } };
	struct ctl_table *table = ctl_table_new(columns);
	FILE *file = tmpfile();
	char line[64];
	int i;

	(void)state;

	for (i = 0; i < 5000; i++)
		ctl_table_cell(table, "%d", i);
	assert_int_equal(ctl_table_print(table, file), 0);
	ctl_table_free(table);

	rewind(file);
	assert_non_null(fgets(line, sizeof(line), file));
	for (i = 0; i < 5000; i++) {
		assert_non_null(fgets(line, sizeof(line), file));
		assert_int_equal(atoi(line), i);
	}
	assert_null(fgets(line, sizeof(line), file));
	fclose(file);
}

/* The same text in one piece and byte by byte must come out the same. */
static void assert_filtered(enum ctl_filter_kind kind, const char *in, size_t size,
			    const char *want)
{
	struct ctl_filter whole = { .kind = kind }, bytes = { .kind = kind };
	char out[256], slow[256];
	size_t got, i, used = 0;

	got = ctl_filter(&whole, in, size, out);
	for (i = 0; i < size; i++)
		used += ctl_filter(&bytes, in + i, 1, slow + used);

	assert_int_equal(got, strlen(want));
	assert_memory_equal(out, want, got);
	assert_int_equal(used, got);
	assert_memory_equal(slow, want, got);
}

#define CONSOLE(in, want) assert_filtered(CTL_FILTER_CONSOLE, in, sizeof(in) - 1, want)
#define LINES(in, want)	  assert_filtered(CTL_FILTER_LINES, in, sizeof(in) - 1, want)

static void given_plain_text_when_filtered_then_it_stays(void **state)
{
	(void)state;

	CONSOLE("login: \tok\r\n10%\b\b", "login: \tok\r\n10%\b\b");
	CONSOLE("Gr\xc3\xbc\xc3\x9f"
		"e \xe2\x82\xac \xf0\x9f\x98\x80",
		"Gr\xc3\xbc\xc3\x9f"
		"e \xe2\x82\xac \xf0\x9f\x98\x80");
	LINES("a\tb\n", "a\tb\n");
}

static void given_escape_sequences_when_filtered_then_no_escape_is_left(void **state)
{
	(void)state;

	CONSOLE("\x1b[0;32m ok \x1b[0m", " ok ");
	CONSOLE("\x1b[?1049h\x1b[2J", "");
	CONSOLE("\x1b]0;title\a", "]0;title");
	CONSOLE("\x1b\x1b[1mx", "x");
	CONSOLE("\x1bPq\x1b\\", "Pq\\");
	CONSOLE("\x1b[1\nx", "\nx");
}

static void given_an_endless_sequence_when_filtered_then_it_can_not_hide_what_follows(void **state)
{
	char in[128] = "\x1b[", want[128];

	(void)state;
	memset(in + 2, '1', 100);
	memset(want, '1', 100);
	want[100 - 32] = '\0';

	assert_filtered(CTL_FILTER_CONSOLE, in, 102, want);
}

static void given_control_characters_when_filtered_then_they_vanish(void **state)
{
	(void)state;

	CONSOLE("a\0b\a\x7f\x0e"
		"c",
		"abc");
	CONSOLE("\xc2\x9b"
		"31mx",
		"31mx");
	LINES("a\rb\bc\v\f", "abc");
}

static void given_deceiving_characters_when_filtered_then_question_marks_stand_there(void **state)
{
	(void)state;

	CONSOLE("a\xe2\x80\xae"
		"b",
		"a?b"); /* reorders */
	CONSOLE("a\xe2\x80\x8b"
		"b",
		"a?b"); /* can not be seen */
	CONSOLE("a\xf3\xa0\x81\x81"
		"b",
		"a?b"); /* nor can this */
}

static void given_bytes_that_are_no_utf8_when_filtered_then_question_marks_stand_there(void **state)
{
	(void)state;

	CONSOLE("\x9b"
		"1m",
		"?1m");
	CONSOLE("\xc0\x9b", "??");
	CONSOLE("\xe0\x82\x9b", "?");
	CONSOLE("\xf4\x90\x80\x80", "?");
	CONSOLE("\xed\xa0\x80", "?");
	CONSOLE("\xe2\x82"
		"A",
		"?A");
	CONSOLE("\xe2\x1b[1mA", "?A");
	CONSOLE("\xff\xfe", "??");
}

static void given_any_bytes_when_filtered_then_the_output_fits_and_holds_no_control(void **state)
{
	char in[64], out[CTL_FILTER_ROOM(64)];
	unsigned int seed = 1, round, i;
	size_t got;

	(void)state;

	for (round = 0; round < 20000; round++) {
		struct ctl_filter filter = { .kind = CTL_FILTER_LINES };

		for (i = 0; i < sizeof(in); i++) {
			seed = seed * 1103515245 + 12345;
			in[i] = (char)(seed >> 16);
		}
		got = ctl_filter(&filter, in, sizeof(in), out);
		assert_true(got <= sizeof(out));
		for (i = 0; i < got; i++) {
			unsigned char byte = (unsigned char)out[i];

			assert_true(byte >= 0x20 || byte == '\n' || byte == '\t');
			assert_true(byte != 0x7f);
			/* C1 as UTF-8 */
			assert_false(byte == 0xc2 && (unsigned char)out[i + 1] < 0xa0);
		}
	}
}

static void given_a_text_of_several_lines_when_one_line_is_wanted_then_it_is_one_and_fits(
	void **state)
{
	char out[9];

	(void)state;

	assert_string_equal(ctl_filter_line("a\nb\tc\x1b[1m", out, sizeof(out)), "a b c");
	assert_string_equal(ctl_filter_line("0123456789", out, sizeof(out)), "01234567");
	assert_string_equal(ctl_filter_line("0123456\xe2\x82\xac", out, sizeof(out)), "0123456");
}

/* Feeds piece by piece; returns the number of the piece that completed the text, or -1. */
static int find_in(const char *text, const char *const *pieces)
{
	struct ctl_until until;
	int i, found = -1;

	assert_int_equal(ctl_until_init(&until, text), 0);
	for (i = 0; pieces[i] && found < 0; i++) {
		if (ctl_until_feed(&until, pieces[i], strlen(pieces[i])))
			found = i;
	}
	ctl_until_free(&until);
	return found;
}

static void given_a_text_across_pieces_when_looked_for_then_it_is_found(void **state)
{
	static const char *const login[] = { "Debian lo", "g", "in: ", NULL };
	static const char *const again[] = { "aaab", "aab", "aaaa", "c", NULL };
	static const char *const overlap[] = { "abaababaab", "ac", NULL };

	(void)state;

	assert_int_equal(find_in("login:", login), 2);
	assert_int_equal(find_in("aaaac", again), 3);
	assert_int_equal(find_in("ababaabac", overlap), 1);
	assert_int_equal(find_in("Login", login), -1);
}

static void given_a_text_twice_when_looked_for_then_it_is_found_twice_also_overlapping(void **state)
{
	struct ctl_until until;
	int found = 0, i;

	(void)state;

	assert_int_equal(ctl_until_init(&until, "aba"), 0);
	for (i = 0; i < 5; i++)
		found += ctl_until_feed(&until, &"ababa"[i], 1);
	ctl_until_free(&until);

	assert_int_equal(found, 2);
}

static void given_an_empty_text_when_looked_for_then_it_is_refused(void **state)
{
	struct ctl_until until;

	(void)state;

	assert_int_equal(ctl_until_init(&until, ""), -EINVAL);
}

static void given_words_for_types_when_parsed_then_only_those_that_can_start_are_taken(void **state)
{
	uint32_t type = 77;

	(void)state;

	assert_int_equal(ctl_parse_type("hvm", &type), -EINVAL);
	assert_int_equal(type, 77);
	assert_int_equal(ctl_parse_type("auto", &type), 0);
	assert_int_equal(type, LIBXEN_TYPE_AUTO);
	assert_int_equal(ctl_parse_type("pv", &type), 0);
	assert_int_equal(type, LIBXEN_TYPE_PV);
	assert_int_equal(ctl_parse_type("pvh", &type), 0);
	assert_int_equal(type, LIBXEN_TYPE_PVH);
}

static void given_a_xen_that_can_not_tell_hvm_from_pvh_when_shown_then_the_word_says_so(
	void **state)
{
	struct libxen_domain_info info = { .type = LIBXEN_TYPE_HVM };

	(void)state;

	assert_string_equal(ctl_type_word(&info), "hvm-or-pvh");
	info.valid |= LIBXEN_DOMAIN_INFO_TYPE;
	assert_string_equal(ctl_type_word(&info), "hvm");
}

static void given_no_command_or_an_unknown_one_when_run_then_it_is_a_usage_error(void **state)
{
	(void)state;

	assert_usage_error("", "xenctl: which command? 'xenctl --help' lists them\n");
	assert_usage_error("lst", "xenctl: unknown command 'lst'; did you mean 'list'?\n");
	assert_usage_error("help lst", "xenctl: unknown command 'lst'; did you mean 'list'?\n");
	assert_usage_error("frobnicate",
			   "xenctl: unknown command 'frobnicate'; 'xenctl --help' lists them\n");
	assert_usage_error("\x1b[31mx",
			   "xenctl: unknown command 'x'; 'xenctl --help' lists them\n");
}

static void given_wrong_options_when_run_then_the_sentence_names_them(void **state)
{
	(void)state;

	assert_usage_error("start --kernl x",
			   "xenctl: start: unknown option '--kernl'; did you mean --kernel?\n");
	assert_usage_error("start --kernl=x",
			   "xenctl: start: unknown option '--kernl'; did you mean --kernel?\n");
	assert_usage_error("list -x",
			   "xenctl: list: unknown option '-x'; try 'xenctl list --help'\n");
	assert_usage_error("start --kernel",
			   "xenctl: start: --kernel needs a value; try 'xenctl start --help'\n");
	assert_usage_error("list --json=1", "xenctl: list: --json takes no value\n");
	assert_usage_error("list --help=1", "xenctl: list: --help takes no value\n");
}

static void given_wrong_values_when_run_then_the_sentence_tells_what_is_wanted(void **state)
{
	(void)state;

	assert_usage_error("start --memory 12x", "xenctl: start: --memory: '12x' is not a size; "
						 "write 256 (MiB), 128M or 2G\n");
	assert_usage_error("start --memory 99999999999999T",
			   "xenctl: start: --memory: '99999999999999T' is too large\n");
	assert_usage_error("start --vcpus 0",
			   "xenctl: start: --vcpus: '0' is not a number from 1 on\n");
	assert_usage_error("start --type hvm",
			   "xenctl: start: --type: 'hvm' is not auto, pv or pvh\n");
	assert_usage_error("stop --timeout 1y 3", "xenctl: stop: --timeout: '1y' is not a time; "
						  "write 10 (seconds), 0.5, 500ms or 2m\n");
	assert_usage_error(
		"start --uuid 00000000-0000-0000-0000-000000000000",
		"xenctl: start: --uuid: '00000000-0000-0000-0000-000000000000' is not a "
		"UUID such as 11111111-2222-3333-4444-555555555555, which is not all 0\n");
}

static void given_options_that_exclude_each_other_when_run_then_it_is_a_usage_error(void **state)
{
	(void)state;

	assert_usage_error("start",
			   "xenctl: start: which guest? give a FILE in the format of xl.cfg, or "
			   "--kernel FILE\n");
	assert_usage_error(
		"start --kernel - --ramdisk -",
		"xenctl: start: only one of kernel and ramdisks can be standard input\n");
	assert_usage_error(
		"start --kernel k --ramdisk - --ramdisk r --ramdisk -",
		"xenctl: start: only one of kernel and ramdisks can be standard input\n");
	assert_usage_error("start --kernel k --console --no-console",
			   "xenctl: start: --console and --no-console exclude each other\n");
	assert_usage_error("start --kernel k --console --paused",
			   "xenctl: start: --console and --paused exclude each other\n");
}

static void given_too_few_or_too_many_operands_when_run_then_it_is_a_usage_error(void **state)
{
	(void)state;

	assert_usage_error(
		"resume", "xenctl: resume: something is missing; write: xenctl resume DOMAIN...\n");
	assert_usage_error("list 3",
			   "xenctl: list: '3' is one too many; try 'xenctl list --help'\n");
	assert_usage_error("info 1 2",
			   "xenctl: info: '2' is one too many; try 'xenctl info --help'\n");
}

static void given_help_when_run_then_every_command_has_its_page(void **state)
{
	static struct run run;
	char line[64];
	size_t i;

	(void)state;

	for (i = 0; ctl_commands[i]; i++) {
		snprintf(line, sizeof(line), "%s --help", ctl_commands[i]->name);
		run_line(&run, line);
		assert_int_equal(run.code, CTL_EXIT_OK);
		assert_string_equal(run.err, "");
		snprintf(line, sizeof(line), "usage: xenctl %s", ctl_commands[i]->name);
		assert_memory_equal(run.out, line, strlen(line));
		assert_non_null(strstr(run.out, "\nExamples:\n"));
		assert_non_null(strstr(run.out, "\nExit codes:\n"));
	}
	run_line(&run, "--help");
	assert_int_equal(run.code, CTL_EXIT_OK);
	for (i = 0; ctl_commands[i]; i++)
		assert_non_null(strstr(run.out, ctl_commands[i]->summary));
}

static void given_documented_codes_when_they_end_a_command_then_the_exit_code_is_theirs(
	void **state)
{
	(void)state;

	assert_int_equal(ctl_exit_code(0), 0);
	assert_int_equal(ctl_exit_code(-EINVAL), 1);
	assert_int_equal(ctl_exit_code(-ENOENT), 1); /* a missing kernel is no missing Xen */
	assert_int_equal(ctl_exit_code(-ESRCH), 3);
	assert_int_equal(ctl_exit_code(-ESTALE), 3);
	assert_int_equal(ctl_exit_code(-EPERM), 4);
	assert_int_equal(ctl_exit_code(-EACCES), 4);
	assert_int_equal(ctl_exit_code(-ENOMEM), 6);
	assert_int_equal(ctl_exit_code(-ETIMEDOUT), 124);
	assert_int_equal(ctl_exit_code(-ECANCELED), 130);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_sizes_when_parsed_then_a_bare_number_means_mebibytes),
		cmocka_unit_test(
			given_what_is_no_size_when_parsed_then_it_is_refused_and_nothing_is_written),
		cmocka_unit_test(given_durations_when_parsed_then_a_bare_number_means_seconds),
		cmocka_unit_test(given_what_is_no_duration_when_parsed_then_it_is_refused),
		cmocka_unit_test(
			given_counts_when_parsed_then_only_digits_within_32_bits_are_taken),
		cmocka_unit_test(
			given_amounts_of_memory_when_shown_then_no_more_is_shown_than_there_is),
		cmocka_unit_test(given_cpu_times_when_shown_then_long_ones_are_in_hours),
		cmocka_unit_test(given_a_uuid_when_parsed_and_shown_then_it_is_the_same),
		cmocka_unit_test(given_what_is_no_uuid_when_parsed_then_it_is_refused),
		cmocka_unit_test(given_mistyped_words_when_asked_then_the_nearest_is_suggested),
		cmocka_unit_test(
			given_a_table_when_printed_then_columns_line_up_and_lines_end_without_blanks),
		cmocka_unit_test(
			given_a_table_of_thousands_of_cells_when_printed_then_none_is_lost),
		cmocka_unit_test(given_plain_text_when_filtered_then_it_stays),
		cmocka_unit_test(given_escape_sequences_when_filtered_then_no_escape_is_left),
		cmocka_unit_test(
			given_an_endless_sequence_when_filtered_then_it_can_not_hide_what_follows),
		cmocka_unit_test(given_control_characters_when_filtered_then_they_vanish),
		cmocka_unit_test(
			given_deceiving_characters_when_filtered_then_question_marks_stand_there),
		cmocka_unit_test(
			given_bytes_that_are_no_utf8_when_filtered_then_question_marks_stand_there),
		cmocka_unit_test(
			given_any_bytes_when_filtered_then_the_output_fits_and_holds_no_control),
		cmocka_unit_test(
			given_a_text_of_several_lines_when_one_line_is_wanted_then_it_is_one_and_fits),
		cmocka_unit_test(given_a_text_across_pieces_when_looked_for_then_it_is_found),
		cmocka_unit_test(
			given_a_text_twice_when_looked_for_then_it_is_found_twice_also_overlapping),
		cmocka_unit_test(given_an_empty_text_when_looked_for_then_it_is_refused),
		cmocka_unit_test(
			given_words_for_types_when_parsed_then_only_those_that_can_start_are_taken),
		cmocka_unit_test(
			given_a_xen_that_can_not_tell_hvm_from_pvh_when_shown_then_the_word_says_so),
		cmocka_unit_test(
			given_no_command_or_an_unknown_one_when_run_then_it_is_a_usage_error),
		cmocka_unit_test(given_wrong_options_when_run_then_the_sentence_names_them),
		cmocka_unit_test(
			given_wrong_values_when_run_then_the_sentence_tells_what_is_wanted),
		cmocka_unit_test(
			given_options_that_exclude_each_other_when_run_then_it_is_a_usage_error),
		cmocka_unit_test(
			given_too_few_or_too_many_operands_when_run_then_it_is_a_usage_error),
		cmocka_unit_test(given_help_when_run_then_every_command_has_its_page),
		cmocka_unit_test(
			given_documented_codes_when_they_end_a_command_then_the_exit_code_is_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
