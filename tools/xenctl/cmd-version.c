/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl version: of the library, and of the hypervisor where there is one. */
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "text.h"

struct version_options {
	bool json;
	bool try_newer;
};

static const struct ctl_option options[] = {
	CTL_OPTION_JSON(struct version_options),
	CTL_OPTION_TRY_NEWER(struct version_options),
	{ 0 },
};

static int ask(struct libxen *xen, bool try_newer, struct libxen_host_info *info)
{
	const struct libxen_open_options how = {
		.size = sizeof(how),
		.flags = try_newer ? LIBXEN_OPEN_TRY_NEWER : 0,
	};
	int ret = libxen_open(xen, &how);

	return ret < 0 ? ret : libxen_host_info(xen, info);
}

static int print_json(const struct libxen_host_info *info, const char *problem)
{
	struct ctl_json *json = ctl_json_new();

	ctl_json_open_object(json, NULL);
	ctl_json_text(json, "libxen_version", libxen_version());
	if (problem) {
		ctl_json_text(json, "problem", problem);
	} else {
		ctl_json_text(json, "xen_version", info->xen_version);
		ctl_json_number(json, "domctl_version", info->domctl_version);
		ctl_json_number(json, "sysctl_version", info->sysctl_version);
	}
	ctl_json_close(json);
	return ctl_json_print(json);
}

static void print_text(const struct libxen_host_info *info, const char *problem)
{
	char safe[512];

	printf("libxen %s\n", libxen_version());
	if (problem)
		printf("Xen: %s\n", ctl_filter_line(problem, safe, sizeof(safe)));
	else
		printf("Xen %s (domctl 0x%" PRIx32 ", sysctl 0x%" PRIx32 ")\n",
		       ctl_filter_line(info->xen_version, safe, sizeof(safe)), info->domctl_version,
		       info->sysctl_version);
}

static int run(int argc, char **argv)
{
	struct libxen_host_info info = { .size = sizeof(info) };
	struct version_options given = { 0 };
	const char *problem = NULL;
	int code = CTL_EXIT_OK;
	struct libxen *xen;
	char **operands;

	if (!ctl_take_options(&ctl_cmd_version, argc, argv, &given, &operands, &code))
		return code;
	xen = libxen_new();
	if (!xen) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	if (ask(xen, given.try_newer, &info) < 0)
		problem = libxen_error(xen);
	if (given.json)
		code = print_json(&info, problem);
	else
		print_text(&info, problem);
	libxen_free(xen);
	return code;
}

const struct ctl_command ctl_cmd_version = {
	.name = "version",
	.synopsis = "[--json]",
	.summary = "show the versions of libxen and of Xen",
	.description =
		"Shows the version of libxen, and that of the Xen it runs on. Where there is "
		"no Xen, or none that can be asked, it says why, and that is no failure.\n",
	.examples = "    xenctl version\n",
	.options = options,
	.run = run,
};
