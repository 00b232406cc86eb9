/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of commands, and the way from a command line to one of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "text.h"

/* In the order in which --help shows them: a guest's life first. */
const struct ctl_command *const ctl_commands[] = {
	&ctl_cmd_start, &ctl_cmd_stop,	&ctl_cmd_suspend, &ctl_cmd_resume,
	&ctl_cmd_list,	&ctl_cmd_info,	&ctl_cmd_console, &ctl_cmd_host,
	&ctl_cmd_log,	&ctl_cmd_image, &ctl_cmd_version, NULL,
};

const struct ctl_command *ctl_find_command(const char *name)
{
	const struct ctl_command *const *at = ctl_commands;

	while (*at && strcmp((*at)->name, name) != 0)
		at++;
	return *at;
}

static int complain_unknown(const char *typed)
{
	const char *words[sizeof(ctl_commands) / sizeof(ctl_commands[0]) + 1];
	const char *meant;
	char safe[80];
	size_t i;

	for (i = 0; ctl_commands[i]; i++)
		words[i] = ctl_commands[i]->name;
	words[i++] = "help";
	words[i] = NULL;
	ctl_filter_line(typed, safe, sizeof(safe));
	meant = ctl_suggest(typed, words);
	if (meant)
		ctl_complain("unknown command '%s'; did you mean '%s'?", safe, meant);
	else
		ctl_complain("unknown command '%s'; 'xenctl --help' lists them", safe);
	return CTL_EXIT_USAGE;
}

static int help(const char *name)
{
	const struct ctl_command *command;

	if (!name) {
		ctl_print_help();
		return CTL_EXIT_OK;
	}
	command = ctl_find_command(name);
	if (!command)
		return complain_unknown(name);
	ctl_print_command_help(command);
	return CTL_EXIT_OK;
}

static int dispatch(int argc, char **argv)
{
	const struct ctl_command *command;

	if (argc < 2) {
		ctl_complain("which command? 'xenctl --help' lists them");
		return CTL_EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argv[2]);
	if (strcmp(argv[1], "--version") == 0) {
		printf("xenctl %s\n", libxen_version());
		return CTL_EXIT_OK;
	}
	command = ctl_find_command(argv[1]);
	if (!command)
		return complain_unknown(argv[1]);
	return command->run(argc - 1, argv + 1);
}

int ctl_run(int argc, char **argv)
{
	int code = dispatch(argc, argv);
	bool unwritten = ferror(stdout);

	/* A full disk must not look like a short list. */
	if (fflush(stdout) != 0 || unwritten) {
		ctl_complain("cannot write the output: %s", strerror(errno));
		if (code == CTL_EXIT_OK)
			code = CTL_EXIT_FAILED;
	}
	return code;
}
