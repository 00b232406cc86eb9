/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl log: what the hypervisor has written to its console. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "text.h"

#define PIECE 4096

struct log_options {
	bool follow;
	bool try_newer;
};

static const struct ctl_option options[] = {
	{ "follow", NULL, "go on with what comes, until it is interrupted", CTL_OPTION_FLAG,
	  offsetof(struct log_options, follow) },
	CTL_OPTION_TRY_NEWER(struct log_options),
	{ 0 },
};

/* Guests can write to this log, so it is filtered on its way to a terminal. */
static void put(struct ctl_filter *filter, const char *text, size_t size)
{
	char safe[CTL_FILTER_ROOM(PIECE)];

	if (isatty(STDOUT_FILENO))
		fwrite(safe, 1, ctl_filter(filter, text, size, safe), stdout);
	else
		fwrite(text, 1, size, stdout);
}

/* All that is there from the position on. */
static int copy_new(struct libxen *xen, struct ctl_filter *filter, uint32_t *position)
{
	char text[PIECE];
	int got;

	for (;;) {
		got = libxen_log_read(xen, position, text, sizeof(text));
		if (got <= 0)
			return got;
		put(filter, text, (size_t)got);
	}
}

static int copy_log(struct libxen *xen, bool follow)
{
	const struct timespec pause = { .tv_nsec = 250000000 };
	struct ctl_filter filter = { .kind = CTL_FILTER_LINES };
	uint32_t position = 0;
	int ret;

	for (;;) {
		ret = copy_new(xen, &filter, &position);
		if (ret < 0)
			return ctl_failed(xen, ret);
		/* Who reads it may have gone: then there is nothing to follow for. */
		if (!follow || fflush(stdout) != 0)
			return CTL_EXIT_OK;
		nanosleep(&pause, NULL);
	}
}

static int run(int argc, char **argv)
{
	struct log_options given = { 0 };
	struct libxen *xen;
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_log, argc, argv, &given, &operands, &code))
		return code;
	code = ctl_connect(given.try_newer, &xen);
	if (code != CTL_EXIT_OK)
		return code;
	code = copy_log(xen, given.follow);
	libxen_free(xen);
	return code;
}

const struct ctl_command ctl_cmd_log = {
	.name = "log",
	.synopsis = "[--follow]",
	.summary = "show the hypervisor's log",
	.description = "Shows what is left of the hypervisor's log, oldest first. It names the "
		       "reason for most things that Xen refuses. To a terminal only printable text "
		       "goes; to a file or pipe every byte as it is, since guests can write here "
		       "too.\n",
	.examples = "    xenctl log\n"
		    "    xenctl log --follow\n",
	.options = options,
	.run = run,
};
