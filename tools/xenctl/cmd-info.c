/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl info: one domain, all that is known of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "domain-view.h"
#include "place-view.h"
#include "text.h"
#include "words.h"

struct info_options {
	bool json;
	bool try_newer;
};

static const struct ctl_option options[] = {
	CTL_OPTION_JSON(struct info_options),
	CTL_OPTION_TRY_NEWER(struct info_options),
	{ 0 },
};

static void print_text(const struct libxen_domain_info *info)
{
	char state[CTL_STATE_TEXT], unit[CTL_UNIT_TEXT], uuid[CTL_UUID_TEXT];

	printf("domain          %" PRIu32 "\n", info->domid);
	printf("uuid            %s\n", ctl_format_uuid(info->uuid, uuid));
	printf("type            %s\n", ctl_type_word(info));
	printf("state           %s\n", ctl_format_state(info, state));
	printf("vcpus           %" PRIu32 " of %" PRIu32 " online\n", info->vcpus_online,
	       info->vcpus);
	printf("memory          %s\n", ctl_format_bytes(info->memory_bytes, unit));
	printf("memory limit    %s\n", ctl_format_bytes(info->memory_max_bytes, unit));
	if (info->claimed_bytes)
		printf("memory claimed  %s\n", ctl_format_bytes(info->claimed_bytes, unit));
	printf("cpu time        %" PRIu64 ".%09" PRIu64 " s\n", info->cpu_time_ns / 1000000000,
	       info->cpu_time_ns % 1000000000);
	if (info->valid & LIBXEN_DOMAIN_INFO_GPADDR_BITS)
		printf("address bits    %" PRIu32 "\n", info->gpaddr_bits);
}

static int print_json(const struct libxen_domain_info *info, const struct ctl_place_view *view)
{
	struct ctl_json *json = ctl_json_new();

	ctl_json_open_object(json, NULL);
	ctl_json_domain(json, info);
	if (view)
		ctl_place_json(json, view);
	ctl_json_close(json);
	return ctl_json_print(json);
}

static int show(struct libxen *xen, struct libxen_domain *domain, const void *data)
{
	const struct info_options *given = data;
	struct libxen_domain_info info = { .size = sizeof(info) };
	struct ctl_place_view view = { 0 };
	bool placed;
	int ret, code = CTL_EXIT_OK;

	ret = libxen_domain_info(domain, &info);
	if (ret < 0)
		return ctl_failed(xen, ret);
	/* A dying one runs nowhere any more. */
	placed = info.state != LIBXEN_STATE_DYING;
	if (placed)
		ret = ctl_place_look(xen, domain, &info, &view);
	if (ret == -ENOMEM && !view.vcpus) {
		ctl_complain("out of memory");
		code = CTL_EXIT_NO_MEMORY;
	} else if (ret < 0) {
		code = ctl_failed(xen, ret);
	} else if (given->json) {
		code = print_json(&info, placed ? &view : NULL);
	} else {
		print_text(&info);
		if (placed)
			ctl_place_print(&view);
	}
	ctl_place_forget(&view);
	return code;
}

static int run(int argc, char **argv)
{
	struct info_options given = { 0 };
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_info, argc, argv, &given, &operands, &code))
		return code;
	return ctl_each_domain(given.try_newer, operands, show, &given);
}

const struct ctl_command ctl_cmd_info = {
	.name = "info",
	.synopsis = "[--json] DOMAIN",
	.summary = "show all that is known of one domain",
	.description =
		"Shows a snapshot of one domain. 'xenctl list --help' explains the states. A "
		"line that this Xen has no figure for is left out.\n",
	.examples = "    xenctl info 3\n"
		    "    xenctl info --json 3 | jq .cpu_time_ns\n",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.run = run,
};
