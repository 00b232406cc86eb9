/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl resume: let suspended domains go on. */
#include <limits.h>

#include "command.h"

struct resume_options {
	bool try_newer;
};

static const struct ctl_option options[] = {
	CTL_OPTION_TRY_NEWER(struct resume_options),
	{ 0 },
};

static int resume(struct libxen *xen, struct libxen_domain *domain, const void *data)
{
	int ret = libxen_domain_resume(domain);

	(void)data;
	return ret < 0 ? ctl_failed(xen, ret) : CTL_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct resume_options given = { 0 };
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_resume, argc, argv, &given, &operands, &code))
		return code;
	return ctl_each_domain(given.try_newer, operands, resume, NULL);
}

const struct ctl_command ctl_cmd_resume = {
	.name = "resume",
	.synopsis = "DOMAIN...",
	.summary = "let suspended domains go on",
	.description = "Lets domains go on that 'xenctl suspend' froze, or that were started with "
		       "--paused. A domain that is not suspended is a failure.\n",
	.examples = "    xenctl resume 3\n"
		    "    xenctl resume 3 4 5\n",
	.options = options,
	.operands_min = 1,
	.operands_max = INT_MAX,
	.run = run,
};
