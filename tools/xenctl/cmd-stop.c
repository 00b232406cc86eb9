/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl stop: end domains at once. */
#include <limits.h>

#include "command.h"

struct stop_options {
	int64_t timeout_ms;
	bool try_newer;
};

static const struct ctl_option options[] = {
	{ "timeout", "SECONDS", "wait so long for each to be gone; 10 by default",
	  CTL_OPTION_DURATION, offsetof(struct stop_options, timeout_ms) },
	CTL_OPTION_TRY_NEWER(struct stop_options),
	{ 0 },
};

static int stop(struct libxen *xen, struct libxen_domain *domain, const void *data)
{
	const struct stop_options *given = data;
	struct libxen_destroy_options how = { .size = sizeof(how) };
	int ret;

	/* To the library 0 means its own default; who writes 0 does not want to wait. */
	if (given->timeout_ms == 0)
		how.flags = LIBXEN_DESTROY_NO_WAIT;
	else if (given->timeout_ms > 0)
		how.timeout_ms = (uint32_t)given->timeout_ms;
	ret = libxen_domain_destroy(domain, &how);
	return ret < 0 ? ctl_failed(xen, ret) : CTL_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct stop_options given = { .timeout_ms = -1 };
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_stop, argc, argv, &given, &operands, &code))
		return code;
	return ctl_each_domain(given.try_newer, operands, stop, &given);
}

const struct ctl_command ctl_cmd_stop = {
	.name = "stop",
	.synopsis = "[--timeout SECONDS] DOMAIN...",
	.summary = "end domains at once, like pulling the plug",
	.description =
		"Ends domains at once and waits until they are gone and their memory is "
		"free. The guest is not asked: it is like pulling the plug. Works in every "
		"state, also on the remains of a start that was cut off.\n"
		"\n"
		"If something still holds memory of the domain when the time is over (most "
		"often a 'xenctl console' that is attached to it), the exit code is 124; the "
		"domain is dying then, and goes when the memory is let go.\n",
	.examples = "    xenctl stop 3\n"
		    "    xenctl stop --timeout 60 3 4 5\n",
	.options = options,
	.operands_min = 1,
	.operands_max = INT_MAX,
	.run = run,
};
