/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The race's entry for libxl: peer-libxl pv|pvh KERNEL RAMDISK MEGABYTES CMDLINE [COUNT]. */

/*
 * Leaves the guests paused and prints their numbers. Written from libxl's public headers alone
 * (Debian's libxen-dev; LGPL-2.1 with an exception on linking), for the lab only.
 */
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wish(libxl_ctx *ctx, libxl_domain_config *config, char **argv, int number)
{
	libxl_domain_create_info *create = &config->c_info;
	libxl_domain_build_info *build = &config->b_info;
	uint64_t kilobytes = strtoull(argv[4], NULL, 10) * 1024;
	char name[32];

	snprintf(name, sizeof(name), "peer-libxl-%d", number);
	create->type = strcmp(argv[1], "pv") == 0 ? LIBXL_DOMAIN_TYPE_PV : LIBXL_DOMAIN_TYPE_PVH;
	create->name = strdup(name);
	libxl_uuid_generate(&create->uuid);

	libxl_domain_build_info_init_type(build, create->type);
	build->tsc_mode = LIBXL_TSC_MODE_NATIVE;
	build->max_vcpus = 1;
	libxl_cpu_bitmap_alloc(ctx, &build->avail_vcpus, 1);
	libxl_bitmap_set(&build->avail_vcpus, 0);
	build->max_memkb = kilobytes;
	build->target_memkb = kilobytes;
	build->kernel = strdup(argv[2]);
	build->ramdisk = strdup(argv[3]);
	build->cmdline = strdup(argv[5]);
}

static int start(libxl_ctx *ctx, char **argv, int number)
{
	libxl_domain_config config;
	uint32_t domid = 0;
	int ret;

	libxl_domain_config_init(&config);
	wish(ctx, &config, argv, number);
	ret = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
	if (ret == 0)
		printf("%u\n", domid);
	libxl_domain_config_dispose(&config);
	return ret;
}

int main(int argc, char **argv)
{
	xentoollog_logger *log = NULL;
	libxl_ctx *ctx = NULL;
	int ret;

	if (argc < 6) {
		fprintf(stderr,
			"usage: peer-libxl pv|pvh KERNEL RAMDISK MEGABYTES CMDLINE [COUNT]\n");
		return 2;
	}
	log = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_ERROR, 0);
	ret = log ? libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, log) : ERROR_NOMEM;
	for (int i = 0; ret == 0 && i < (argc > 6 ? atoi(argv[6]) : 1); i++)
		ret = start(ctx, argv, i);
	if (ret != 0)
		fprintf(stderr, "peer-libxl: libxl gave %d\n", ret);
	libxl_ctx_free(ctx);
	xtl_logger_destroy(log);
	return ret != 0;
}
