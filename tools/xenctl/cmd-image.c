/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl image: what a kernel file holds, and what it can be started as. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "source.h"
#include "text.h"

struct image_options {
	bool json;
};

static const struct ctl_option options[] = {
	CTL_OPTION_JSON(struct image_options),
	{ 0 },
};

/* As --memory takes it: rounded up, since less would be too small. */
static uint64_t whole_mib(uint64_t bytes)
{
	return (bytes + 0xfffff) & ~0xfffffull;
}

/*
 * All that matters in a line: "has PVH entry, PV notes, xz, needs 66 MiB", or what it lacks and
 * what it can do nevertheless.
 */
static void print_verdict(const struct libxen_image_info *info)
{
	bool pv = info->starts_as & LIBXEN_IMAGE_PV, pvh = info->starts_as & LIBXEN_IMAGE_PVH;
	char unit[CTL_UNIT_TEXT], pv_safe[512], pvh_safe[512], packed[32];

	ctl_filter_line(info->pv_obstacle, pv_safe, sizeof(pv_safe));
	ctl_filter_line(info->pvh_obstacle, pvh_safe, sizeof(pvh_safe));
	ctl_filter_line(info->compression, packed, sizeof(packed));
	if (pv && pvh)
		printf("has PVH entry, PV notes, %s, needs %s\n",
		       strcmp(packed, "none") == 0 ? "not packed" : packed,
		       ctl_format_bytes(whole_mib(info->minimum_bytes), unit));
	else if (pv || pvh)
		printf("%s; can start as %s\n", pv ? pvh_safe : pv_safe, pv ? "PV" : "PVH");
	else
		printf("%s; %s\n", pvh_safe, pv_safe);
}

static void print_text(const struct libxen_image_info *info)
{
	char unit[CTL_UNIT_TEXT], safe[256];

	print_verdict(info);
	printf("file           %s, %s\n", ctl_filter_line(info->container, safe, sizeof(safe)),
	       ctl_format_bytes(info->file_bytes, unit));
	printf("compression    %s\n", ctl_filter_line(info->compression, safe, sizeof(safe)));
	printf("kernel         %s", ctl_filter_line(info->guest_os, safe, sizeof(safe)));
	printf(" %s\n", ctl_filter_line(info->guest_version, safe, sizeof(safe)));
	printf("starts as      %s%s%s\n", info->starts_as & LIBXEN_IMAGE_PVH ? "pvh" : "",
	       info->starts_as == (LIBXEN_IMAGE_PV | LIBXEN_IMAGE_PVH) ? ", " : "",
	       info->starts_as & LIBXEN_IMAGE_PV ? "pv" : "");
	printf("unpacked       %s\n", ctl_format_bytes(info->elf_bytes, unit));
	printf("loaded         %s in %" PRIu32 " segments from 0x%" PRIx64 "\n",
	       ctl_format_bytes(info->memory_bytes, unit), info->segments, info->load_address);
	printf("needs          %s at least, without a ramdisk\n",
	       ctl_format_bytes(whole_mib(info->minimum_bytes), unit));
	if (info->starts_as & LIBXEN_IMAGE_PV)
		printf("pv entry       0x%" PRIx64 ", addresses from 0x%" PRIx64 "\n",
		       info->pv_entry, info->virt_base);
	if (info->starts_as & LIBXEN_IMAGE_PVH)
		printf("pvh entry      0x%" PRIx64 "\n", info->pvh_entry);
	printf("features       %s\n", ctl_filter_line(info->features, safe, sizeof(safe)));
}

static int print_json(const struct libxen_image_info *info)
{
	struct ctl_json *json = ctl_json_new();

	ctl_json_open_object(json, NULL);
	ctl_json_text(json, "container", info->container);
	ctl_json_text(json, "compression", info->compression);
	ctl_json_text(json, "guest_os", info->guest_os);
	ctl_json_text(json, "guest_version", info->guest_version);
	ctl_json_text(json, "features", info->features);
	ctl_json_open_object(json, "starts_as");
	ctl_json_bool(json, "pv", (info->starts_as & LIBXEN_IMAGE_PV) != 0);
	ctl_json_bool(json, "pvh", (info->starts_as & LIBXEN_IMAGE_PVH) != 0);
	ctl_json_close(json);
	if (info->pv_obstacle[0])
		ctl_json_text(json, "pv_obstacle", info->pv_obstacle);
	if (info->pvh_obstacle[0])
		ctl_json_text(json, "pvh_obstacle", info->pvh_obstacle);
	ctl_json_number(json, "file_bytes", info->file_bytes);
	ctl_json_number(json, "elf_bytes", info->elf_bytes);
	ctl_json_number(json, "memory_bytes", info->memory_bytes);
	ctl_json_number(json, "minimum_bytes", info->minimum_bytes);
	ctl_json_address(json, "load_address", info->load_address);
	ctl_json_number(json, "segments", info->segments);
	if (info->starts_as & LIBXEN_IMAGE_PV) {
		ctl_json_address(json, "pv_entry", info->pv_entry);
		ctl_json_address(json, "virt_base", info->virt_base);
	}
	if (info->starts_as & LIBXEN_IMAGE_PVH)
		ctl_json_address(json, "pvh_entry", info->pvh_entry);
	ctl_json_close(json);
	return ctl_json_print(json);
}

static int show(struct libxen *xen, const char *name, bool as_json)
{
	struct libxen_image_info info = { .size = sizeof(info) };
	const struct libxen_source source = ctl_source(name);
	struct libxen_image *image;
	int ret;

	ret = libxen_image_open(xen, &source, &image);
	if (ret < 0)
		return ctl_failed(xen, ret);
	ret = libxen_image_info(image, &info);
	libxen_image_close(image);
	if (ret < 0)
		return ctl_failed(xen, ret);
	if (as_json)
		return print_json(&info);
	print_text(&info);
	return CTL_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct image_options given = { 0 };
	struct libxen *xen;
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_image, argc, argv, &given, &operands, &code))
		return code;
	xen = libxen_new(); /* not opened: a file can be read anywhere */
	if (!xen) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	code = show(xen, operands[0], given.json);
	libxen_free(xen);
	return code;
}

const struct ctl_command ctl_cmd_image = {
	.name = "image",
	.synopsis = "[--json] FILE",
	.summary = "show what a kernel file holds and can be started as",
	.description = "Reads a kernel, unpacks it and shows what its notes for Xen say. Needs no "
		       "Xen. A FILE of '-' is standard input.\n",
	.examples = "    xenctl image /boot/vmlinuz\n"
		    "    xenctl image --json /boot/vmlinuz | jq .starts_as.pv\n",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.run = run,
};
