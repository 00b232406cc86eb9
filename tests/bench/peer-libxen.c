/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The race's entry for libxen: peer-libxen pv|pvh KERNEL RAMDISK MEGABYTES CMDLINE [COUNT]. */

/* Leaves the guests paused and prints their numbers. */
#include <libxen/libxen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct libxen_source file(const char *path)
{
	return (struct libxen_source){ .size = sizeof(struct libxen_source),
				       .kind = LIBXEN_SOURCE_PATH,
				       .path = path };
}

static int start(struct libxen *xen, const struct libxen_image *kernel, char **argv)
{
	struct libxen_source ramdisk = file(argv[3]);
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.kernel = kernel,
		.ramdisks = &ramdisk,
		.ramdisk_count = 1,
		.cmdline = argv[5],
		.memory_bytes = strtoull(argv[4], NULL, 10) << 20,
		.type = strcmp(argv[1], "pv") == 0 ? LIBXEN_TYPE_PV : LIBXEN_TYPE_PVH,
		.flags = LIBXEN_GUEST_PAUSED,
	};
	struct libxen_domain *domain = NULL;
	int ret;

	ret = libxen_start(xen, &guest, &domain);
	if (ret == 0)
		printf("%u\n", libxen_domain_id(domain));
	libxen_domain_close(domain);
	return ret;
}

int main(int argc, char **argv)
{
	struct libxen *xen = NULL;
	struct libxen_image *kernel = NULL;
	struct libxen_source source;
	int ret;

	if (argc < 6) {
		fprintf(stderr,
			"usage: peer-libxen pv|pvh KERNEL RAMDISK MEGABYTES CMDLINE [COUNT]\n");
		return 2;
	}
	source = file(argv[2]);
	xen = libxen_new();
	if (!xen)
		return 1;
	ret = libxen_open(xen, NULL);
	if (ret == 0)
		ret = libxen_image_open(xen, &source, &kernel);
	for (int i = 0; ret == 0 && i < (argc > 6 ? atoi(argv[6]) : 1); i++)
		ret = start(xen, kernel, argv);
	if (ret < 0)
		fprintf(stderr, "peer-libxen: %s\n", libxen_error(xen));
	libxen_image_close(kernel);
	libxen_free(xen);
	return ret < 0;
}
