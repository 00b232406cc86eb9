/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl host: which Xen runs here, and what it has. */
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "text.h"

struct host_options {
	bool json;
	bool try_newer;
};

static const struct ctl_option options[] = {
	CTL_OPTION_JSON(struct host_options),
	CTL_OPTION_TRY_NEWER(struct host_options),
	{ 0 },
};

/* What the host may have, and the bit of "valid" that says whether this Xen tells. */
static const struct {
	const char *word;
	uint64_t feature;
	uint64_t valid;
} features[] = {
	{ "pv", LIBXEN_HOST_PV, LIBXEN_HOST_INFO_PV },
	{ "hvm", LIBXEN_HOST_HVM, LIBXEN_HOST_INFO_BASIC },
	{ "iommu", LIBXEN_HOST_IOMMU, LIBXEN_HOST_INFO_BASIC },
	{ "hap", LIBXEN_HOST_HAP, LIBXEN_HOST_INFO_PAGING },
	{ "shadow", LIBXEN_HOST_SHADOW, LIBXEN_HOST_INFO_PAGING },
};

#define FEATURES (sizeof(features) / sizeof(features[0]))

static void print_features(const struct libxen_host_info *info)
{
	size_t i;

	printf("features        ");
	for (i = 0; i < FEATURES; i++) {
		const char *sign = "";

		if (!(info->valid & features[i].valid))
			sign = "?";
		else if (!(info->features & features[i].feature))
			continue;
		printf(" %s%s", features[i].word, sign);
	}
	putchar('\n');
}

static void print_text(const struct libxen_host_info *info)
{
	char unit[CTL_UNIT_TEXT], safe[256];

	printf("xen              %s\n", ctl_filter_line(info->xen_version, safe, sizeof(safe)));
	printf("interfaces       domctl 0x%" PRIx32 ", sysctl 0x%" PRIx32 "\n",
	       info->domctl_version, info->sysctl_version);
	printf("guest kinds      %s\n", ctl_filter_line(info->capabilities, safe, sizeof(safe)));
	print_features(info);
	printf("cpus             %" PRIu32 " online, %" PRIu32 ".%03" PRIu32 " GHz\n", info->cpus,
	       info->cpu_khz / 1000000, info->cpu_khz / 1000 % 1000);
	printf("cores            %" PRIu32 " per socket, %" PRIu32 " threads each\n",
	       info->cores_per_socket, info->threads_per_core);
	printf("numa nodes       %" PRIu32 "\n", info->nodes);
	printf("memory           %s\n", ctl_format_bytes(info->memory_total_bytes, unit));
	printf("memory free      %s\n", ctl_format_bytes(info->memory_free_bytes, unit));
	printf("memory claimed   %s\n", ctl_format_bytes(info->memory_claimed_bytes, unit));
	printf("memory to scrub  %s\n", ctl_format_bytes(info->memory_scrub_bytes, unit));
	if (info->valid & LIBXEN_HOST_INFO_MAX_MFN)
		printf("highest frame    0x%" PRIx64 "\n", info->max_mfn);
}

static void add_features(struct ctl_json *json, const struct libxen_host_info *info)
{
	size_t i;

	ctl_json_open_object(json, "features");
	for (i = 0; i < FEATURES; i++) {
		if (info->valid & features[i].valid)
			ctl_json_bool(json, features[i].word,
				      (info->features & features[i].feature) != 0);
	}
	ctl_json_close(json);
}

static int print_json(const struct libxen_host_info *info)
{
	struct ctl_json *json = ctl_json_new();

	ctl_json_open_object(json, NULL);
	ctl_json_text(json, "xen_version", info->xen_version);
	ctl_json_number(json, "xen_major", info->xen_major);
	ctl_json_number(json, "xen_minor", info->xen_minor);
	ctl_json_number(json, "domctl_version", info->domctl_version);
	ctl_json_number(json, "sysctl_version", info->sysctl_version);
	ctl_json_text(json, "capabilities", info->capabilities);
	add_features(json, info);
	ctl_json_number(json, "cpus", info->cpus);
	ctl_json_number(json, "nodes", info->nodes);
	ctl_json_number(json, "cores_per_socket", info->cores_per_socket);
	ctl_json_number(json, "threads_per_core", info->threads_per_core);
	ctl_json_number(json, "cpu_khz", info->cpu_khz);
	ctl_json_number(json, "memory_total_bytes", info->memory_total_bytes);
	ctl_json_number(json, "memory_free_bytes", info->memory_free_bytes);
	ctl_json_number(json, "memory_claimed_bytes", info->memory_claimed_bytes);
	ctl_json_number(json, "memory_scrub_bytes", info->memory_scrub_bytes);
	if (info->valid & LIBXEN_HOST_INFO_MAX_MFN)
		ctl_json_number(json, "max_mfn", info->max_mfn);
	ctl_json_close(json);
	return ctl_json_print(json);
}

static int run(int argc, char **argv)
{
	struct libxen_host_info info = { .size = sizeof(info) };
	struct host_options given = { 0 };
	struct libxen *xen;
	char **operands;
	int code, ret;

	if (!ctl_take_options(&ctl_cmd_host, argc, argv, &given, &operands, &code))
		return code;
	code = ctl_connect(given.try_newer, &xen);
	if (code != CTL_EXIT_OK)
		return code;
	ret = libxen_host_info(xen, &info);
	if (ret < 0)
		code = ctl_failed(xen, ret);
	else if (given.json)
		code = print_json(&info);
	else
		print_text(&info);
	libxen_free(xen);
	return code;
}

const struct ctl_command ctl_cmd_host = {
	.name = "host",
	.synopsis = "[--json]",
	.summary = "show which Xen runs here, and what it has",
	.description = "Shows the hypervisor, its processors and its memory. Free memory is in no "
		       "domain's hands; the claimed part of it is promised to domains, so that a "
		       "new guest can have what is free less what is claimed. A feature with a "
		       "question mark (in JSON: left out) is one that this Xen is too old to tell "
		       "about.\n",
	.examples = "    xenctl host\n"
		    "    xenctl host --json | jq .memory_free_bytes\n",
	.options = options,
	.run = run,
};
