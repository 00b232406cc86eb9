/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl suspend: freeze domains in memory. */
#include <limits.h>

#include "command.h"

struct suspend_options {
	bool try_newer;
};

static const struct ctl_option options[] = {
	CTL_OPTION_TRY_NEWER(struct suspend_options),
	{ 0 },
};

static int suspend(struct libxen *xen, struct libxen_domain *domain, const void *data)
{
	int ret = libxen_domain_suspend(domain);

	(void)data;
	return ret < 0 ? ctl_failed(xen, ret) : CTL_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct suspend_options given = { 0 };
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_suspend, argc, argv, &given, &operands, &code))
		return code;
	return ctl_each_domain(given.try_newer, operands, suspend, NULL);
}

const struct ctl_command ctl_cmd_suspend = {
	.name = "suspend",
	.synopsis = "DOMAIN...",
	.summary = "freeze domains in memory",
	.description = "Freezes domains in memory: no vCPU of theirs runs until 'xenctl resume'. "
		       "They keep their memory, and do not notice. A domain that is suspended "
		       "already is a failure, since somebody else may count on it.\n",
	.examples = "    xenctl suspend 3\n"
		    "    xenctl suspend 3 4 5\n",
	.options = options,
	.operands_min = 1,
	.operands_max = INT_MAX,
	.run = run,
};
