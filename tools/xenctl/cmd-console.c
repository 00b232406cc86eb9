/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl console: attach to a guest's console. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "command.h"
#include "interrupt.h"

struct console_options {
	struct ctl_attach how;
	bool try_newer;
};

static const struct ctl_option options[] = {
	{ "until", "TEXT", "leave, with success, once the guest has written TEXT", CTL_OPTION_TEXT,
	  offsetof(struct console_options, how.until) },
	{ "timeout", "SECONDS", "leave after so long, with exit code 124", CTL_OPTION_DURATION,
	  offsetof(struct console_options, how.timeout_ms) },
	{ "read-only", NULL, "send nothing to the guest", CTL_OPTION_FLAG,
	  offsetof(struct console_options, how.read_only) },
	{ "raw", NULL,
	  "let whatever the guest writes reach the terminal:\n"
	  "for programs that draw, in guests that you trust",
	  CTL_OPTION_FLAG, offsetof(struct console_options, how.raw) },
	CTL_OPTION_TRY_NEWER(struct console_options),
	{ 0 },
};

static int attach(struct libxen *xen, struct libxen_domain *domain, const void *data)
{
	const struct console_options *given = data;
	struct libxen_console *console;
	int ret, code;

	ret = ctl_catch_interrupts();
	if (ret < 0) {
		ctl_complain("cannot catch signals: %s", strerror(-ret));
		return CTL_EXIT_FAILED;
	}
	ret = libxen_console_open(domain, &console);
	if (ret < 0)
		return ctl_failed(xen, ret);
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !given->how.read_only)
		ctl_complain("console of domain %u; Ctrl-] leaves it", libxen_domain_id(domain));
	code = ctl_attach(xen, domain, console, &given->how);
	libxen_console_close(console);
	return code;
}

static int run(int argc, char **argv)
{
	struct console_options given = { .how = { .timeout_ms = -1 } };
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_console, argc, argv, &given, &operands, &code))
		return code;
	if (given.how.until && !*given.how.until) {
		ctl_complain("console: --until needs a text that is not empty");
		return CTL_EXIT_USAGE;
	}
	return ctl_each_domain(given.try_newer, operands, attach, &given);
}

const struct ctl_command ctl_cmd_console = {
	.name = "console",
	.synopsis = "[--until TEXT] [--timeout SECONDS] [--read-only] [--raw] DOMAIN",
	.summary = "attach to a guest's console",
	.description =
		"Shows what the guest writes and sends it what you type, until the guest "
		"ends. Ctrl-] leaves; the guest goes on, but waits once 2048 bytes of output "
		"are unread. What comes from a file or pipe is sent too, and its end changes "
		"nothing. One reader at a time.\n"
		"\n"
		"To a terminal only printable text goes, without colours and other escape "
		"sequences; to a file or pipe every byte as it is.\n"
		"\n"
		"If the guest ends before it wrote the TEXT of --until, the exit code is 1.\n",
	.examples = "    xenctl console 3\n"
		    "    xenctl console --until 'login:' --timeout 60 3 </dev/null\n"
		    "    echo poweroff | xenctl console --timeout 30 3 >last-words\n",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.run = run,
};
