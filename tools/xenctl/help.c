/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints --help from the tables, so that it can not tell of an option that there is not. */
#include <stdio.h>
#include <string.h>

#include "command.h"

#define WIDTH 80

static const char exit_codes[] =
	"Exit codes:\n"
	"    0  done                          5  no Xen here, or one too old or too new\n"
	"    1  failed                        6  not enough memory\n"
	"    2  wrong command line or file  124  the time was over\n"
	"    3  no such domain              130  interrupted\n"
	"    4  not allowed\n"
	"With several domains, each is tried and the highest code is returned.\n";

/* A paragraph is one line, to be broken here; a line that begins with a blank stays as it is. */
static void print_wrapped(const char *text)
{
	size_t column = 0, word;
	bool as_it_is;

	while (*text) {
		as_it_is = *text == ' ';
		for (column = 0; *text && *text != '\n'; text += word) {
			bool blank = *text == ' ';

			word = blank ? 1 : strcspn(text, " \n");
			if (blank && !as_it_is && column + 1 + strcspn(text + 1, " \n") > WIDTH) {
				putchar('\n');
				column = 0;
				continue;
			}
			printf("%.*s", (int)word, text);
			column += word;
		}
		putchar('\n');
		text += *text == '\n';
	}
}

void ctl_print_help(void)
{
	const struct ctl_command *const *at;

	print_wrapped("usage: xenctl COMMAND [OPTION...] [OPERAND...]\n"
		      "\n"
		      "Starts, stops, suspends, resumes and watches guests on the Xen hypervisor, "
		      "by libxen alone: no daemon and no tool of Xen's is needed. Run it as root "
		      "in dom0.\n"
		      "\n"
		      "Commands:\n");
	for (at = ctl_commands; *at; at++)
		printf("    %-9s %s\n", (*at)->name, (*at)->summary);
	fputs("    help      show this, or with a COMMAND what it does\n"
	      "\n"
	      "A DOMAIN is a number, as 'xenctl list' shows it, or a UUID.\n"
	      "\n"
	      "A guest's first minute:\n"
	      "    xenctl start --kernel /boot/vmlinuz --ramdisk initrd.gz --memory 256M \\\n"
	      "                 --cmdline 'console=hvc0' --console\n"
	      "    xenctl list\n"
	      "    xenctl stop 1\n"
	      "\n",
	      stdout);
	fputs(exit_codes, stdout);
	fputs("\n'xenctl COMMAND --help' tells more of each; so does xenctl(1).\n", stdout);
}

static void print_option(const char *name, const char *takes, const char *text)
{
	char left[64];
	const char *end;

	snprintf(left, sizeof(left), "--%s%s%s", name, takes ? " " : "", takes ? takes : "");
	while (*text) {
		end = text + strcspn(text, "\n");
		printf("    %-20s %.*s\n", left, (int)(end - text), text);
		left[0] = '\0';
		text = *end ? end + 1 : end;
	}
}

void ctl_print_command_help(const struct ctl_command *command)
{
	const struct ctl_option *option;

	printf("usage: xenctl %s %s\n\n", command->name, command->synopsis);
	print_wrapped(command->description);
	puts("\nOptions:");
	for (option = command->options; option->name; option++)
		print_option(option->name, option->takes, option->help);
	print_option("help", NULL, "show this");
	printf("\nExamples:\n%s\n%s", command->examples, exit_codes);
}
