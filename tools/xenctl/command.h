/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands of xenctl share: the table, exit codes, connection, domains by name. */
#ifndef XENCTL_COMMAND_H
#define XENCTL_COMMAND_H

#include <libxen/libxen.h>
#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* Exit codes. They are documented in help.c and in xenctl(1), and keep their meaning. */
enum {
	CTL_EXIT_OK = 0,
	CTL_EXIT_FAILED = 1,
	CTL_EXIT_USAGE = 2,
	CTL_EXIT_NO_DOMAIN = 3,
	CTL_EXIT_NOT_ALLOWED = 4,
	CTL_EXIT_NO_XEN = 5,
	CTL_EXIT_NO_MEMORY = 6,
	CTL_EXIT_TIMEOUT = 124,
	CTL_EXIT_INTERRUPTED = 130,
};

struct ctl_command {
	const char *name;
	const char *synopsis;	 /* what follows the name */
	const char *summary;	 /* one line, for the list of commands */
	const char *description; /* paragraphs for --help, each one line; indented ones stay */
	const char *examples;	 /* lines for --help, ready to print */
	const struct ctl_option *options;
	int operands_min;
	int operands_max;
	int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit code */
};

extern const struct ctl_command ctl_cmd_console, ctl_cmd_host, ctl_cmd_image, ctl_cmd_info,
	ctl_cmd_list, ctl_cmd_log, ctl_cmd_resume, ctl_cmd_start, ctl_cmd_stop, ctl_cmd_suspend,
	ctl_cmd_version;

/* commands.c: all of the above, ended by NULL; and one of them by name. */
extern const struct ctl_command *const ctl_commands[];
const struct ctl_command *ctl_find_command(const char *name);
/* Run "xenctl" with these arguments; returns the exit code. */
int ctl_run(int argc, char **argv);

/* help.c */
void ctl_print_help(void);
void ctl_print_command_help(const struct ctl_command *command);

/*
 * session.c: the steps that most commands begin and end with. Whoever fails says so on
 * stderr and hands back an exit code.
 */
int ctl_exit_code(int ret); /* for a negative errno of any call but libxen_open() */
void ctl_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int ctl_failed(struct libxen *xen, int ret); /* says libxen_error() */
int ctl_connect(bool try_newer, struct libxen **xen);
/* A number or a UUID. The handle is to be closed before the connection is freed. */
int ctl_open_domain(struct libxen *xen, const char *text, struct libxen_domain **domain);
/* Do something to each domain that is named; the highest exit code is returned. */
typedef int (*ctl_domain_fn)(struct libxen *xen, struct libxen_domain *domain, const void *data);
int ctl_each_domain(bool try_newer, char **names, ctl_domain_fn function, const void *data);

#endif
