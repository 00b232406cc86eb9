/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a command line by a command's table of options, and says what is wrong with it. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "place.h"
#include "text.h"
#include "words.h"

#define OPTIONS_MAX 40
#define HELP	    1000 /* getopt's value for --help; a row's is its index + 1 */

/* The rows of the table, then --help. */
static void make_getopt_table(const struct ctl_option *options, struct option *table)
{
	int i;

	for (i = 0; options[i].name && i < OPTIONS_MAX; i++)
		table[i] = (struct option){
			.name = options[i].name,
			.has_arg = options[i].takes ? required_argument : no_argument,
			.val = i + 1,
		};
	table[i++] = (struct option){ .name = "help", .has_arg = no_argument, .val = HELP };
	table[i] = (struct option){ 0 };
}

/* ":h", and a letter for each option that has one. */
static void make_letters(const struct ctl_option *options, char letters[2 * OPTIONS_MAX + 3])
{
	char *at = stpcpy(letters, ":h");
	int i;

	for (i = 0; options[i].name && i < OPTIONS_MAX; i++) {
		if (!options[i].letter)
			continue;
		*at++ = options[i].letter;
		if (options[i].takes)
			*at++ = ':';
	}
	*at = '\0';
}

/* Which row getopt means: by the row's number, or by its letter. */
static const struct ctl_option *find_row(const struct ctl_option *options, int code)
{
	int i;

	for (i = 0; options[i].name; i++)
		if (code == i + 1 || (options[i].letter && code == options[i].letter))
			return &options[i];
	return NULL;
}

static void complain_unknown(const struct ctl_command *command, const struct option *table,
			     const char *typed)
{
	const char *words[OPTIONS_MAX + 2];
	char name[64], safe[80];
	const char *meant;
	int i;

	for (i = 0; table[i].name; i++)
		words[i] = table[i].name;
	words[i] = NULL;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(typed, "="), typed);
	meant = ctl_suggest(name + strspn(name, "-"), words);
	ctl_filter_line(name, safe, sizeof(safe));
	if (meant)
		ctl_complain("%s: unknown option '%s'; did you mean --%s?", command->name, safe,
			     meant);
	else
		ctl_complain("%s: unknown option '%s'; try 'xenctl %s --help'", command->name, safe,
			     command->name);
}

/* Why a value can not be taken. */
static void refuse_value(const struct ctl_command *command, const struct ctl_option *option,
			 const char *text, int ret)
{
	static const char *const wanted[] = {
		[CTL_OPTION_SIZE] = "a size; write 256 (MiB), 128M or 2G",
		[CTL_OPTION_COUNT] = "a number from 1 on",
		[CTL_OPTION_DURATION] = "a time; write 10 (seconds), 0.5, 500ms or 2m",
		[CTL_OPTION_UUID] =
			"a UUID such as 11111111-2222-3333-4444-555555555555, which is not all 0",
		[CTL_OPTION_TYPE] = "auto, pv or pvh",
		[CTL_OPTION_NUMBER] = "a number",
		[CTL_OPTION_SET] = "a set of numbers; write 0-3, 0,2 or all,^1",
		[CTL_OPTION_TSC] = "default, emulated or native",
	};
	char safe[80];

	ctl_filter_line(text, safe, sizeof(safe));
	if (ret == -E2BIG)
		ctl_complain("%s: --%s can come %d times at most", command->name, option->name,
			     CTL_TEXTS_MAX);
	else if (ret == -ENOTSUP)
		ctl_complain("%s: --%s: nodes are not supported here: write the numbers of their "
			     "CPUs",
			     command->name, option->name);
	else if (ret == -ERANGE)
		ctl_complain("%s: --%s: '%s' is too large", command->name, option->name, safe);
	else
		ctl_complain("%s: --%s: '%s' is not %s", command->name, option->name, safe,
			     wanted[option->kind]);
}

static int take_duration(const char *text, int64_t *msec)
{
	uint32_t value;
	int ret = ctl_parse_duration(text, &value);

	if (ret == 0)
		*msec = value;
	return ret;
}

static int take_uuid(const char *text, uint8_t uuid[16])
{
	static const uint8_t none[16];
	int ret = ctl_parse_uuid(text, uuid);

	/* To the library all 0 means "any": nobody writes that out and means it. */
	return ret == 0 && memcmp(uuid, none, sizeof(none)) == 0 ? -EINVAL : ret;
}

static int take_size(const char *text, uint64_t *bytes)
{
	int ret = ctl_parse_size(text, bytes);

	return ret == 0 && *bytes == 0 ? -EINVAL : ret;
}

static int take_count(const char *text, uint32_t *count)
{
	int ret = ctl_parse_u32(text, count);

	return ret == 0 && *count == 0 ? -EINVAL : ret;
}

static int take_number(const char *text, int64_t *number)
{
	uint32_t value;
	int ret = ctl_parse_u32(text, &value);

	if (ret == 0)
		*number = value;
	return ret;
}

static int take_text(const char *text, struct ctl_texts *texts)
{
	if (texts->count == CTL_TEXTS_MAX)
		return -E2BIG;
	texts->at[texts->count++] = text;
	return 0;
}

static int take_value(const struct ctl_option *option, const char *text, void *values)
{
	void *at = (char *)values + option->at;

	switch (option->kind) {
	case CTL_OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case CTL_OPTION_TEXT:
		*(const char **)at = text;
		return 0;
	case CTL_OPTION_TEXTS:
		return take_text(text, at);
	case CTL_OPTION_SIZE:
		return take_size(text, at);
	case CTL_OPTION_COUNT:
		return take_count(text, at);
	case CTL_OPTION_DURATION:
		return take_duration(text, at);
	case CTL_OPTION_UUID:
		return take_uuid(text, at);
	case CTL_OPTION_TYPE:
		return ctl_parse_type(text, at);
	case CTL_OPTION_NUMBER:
		return take_number(text, at);
	case CTL_OPTION_SET:
		return ctl_parse_set(text, at);
	case CTL_OPTION_TSC:
		return ctl_parse_tsc(text, at);
	}
	return -EINVAL;
}

static bool operands_fit(const struct ctl_command *command, char *const *operands, int count)
{
	char safe[80];

	if (count < command->operands_min) {
		ctl_complain("%s: something is missing; write: xenctl %s %s", command->name,
			     command->name, command->synopsis);
		return false;
	}
	if (count > command->operands_max) {
		ctl_filter_line(operands[command->operands_max], safe, sizeof(safe));
		ctl_complain("%s: '%s' is one too many; try 'xenctl %s --help'", command->name,
			     safe, command->name);
		return false;
	}
	return true;
}

/* What getopt refused: an option that there is not, or one without its value, or with. */
static void complain_refused(const struct ctl_command *command, const struct option *table,
			     int code, char *const *argv)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	const char *name = NULL;

	if (optopt == HELP)
		name = "help";
	else if (optopt > 0 && find_row(command->options, optopt))
		name = find_row(command->options, optopt)->name;

	if (name && code == ':')
		ctl_complain("%s: --%s needs a value; try 'xenctl %s --help'", command->name, name,
			     command->name);
	else if (name)
		ctl_complain("%s: --%s takes no value", command->name, name);
	else
		complain_unknown(command, table, optopt ? letter : argv[optind - 1]);
}

bool ctl_take_options(const struct ctl_command *command, int argc, char **argv, void *values,
		      char ***operands, int *exit_code)
{
	struct option table[OPTIONS_MAX + 2];
	char letters[2 * OPTIONS_MAX + 3];
	int code;

	make_getopt_table(command->options, table);
	make_letters(command->options, letters);
	*exit_code = CTL_EXIT_USAGE;
	opterr = 0;
	optind = 0; /* begin anew, also if options were taken before */
	while ((code = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		const struct ctl_option *option;
		int ret;

		if (code == HELP || code == 'h') {
			ctl_print_command_help(command);
			*exit_code = CTL_EXIT_OK;
			return false;
		}
		if (code == '?' || code == ':') {
			complain_refused(command, table, code, argv);
			return false;
		}
		option = find_row(command->options, code);
		ret = take_value(option, optarg, values);
		if (ret < 0) {
			refuse_value(command, option, optarg, ret);
			return false;
		}
		if (strcmp(option->name, "json") == 0 && !ctl_json_built_in()) {
			ctl_complain("this xenctl was built without --json");
			return false;
		}
	}
	*operands = argv + optind;
	if (!operands_fit(command, *operands, argc - optind))
		return false;
	*exit_code = CTL_EXIT_OK;
	return true;
}
