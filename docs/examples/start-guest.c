/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start a guest and print its number: start-guest KERNEL RAMDISK. */
#include <libxen/libxen.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct libxen_source kernel = { .size = sizeof(kernel), .kind = LIBXEN_SOURCE_PATH };
	struct libxen_source ramdisk = { .size = sizeof(ramdisk), .kind = LIBXEN_SOURCE_PATH };
	struct libxen_guest guest = { .size = sizeof(guest), .cmdline = "console=hvc0" };
	struct libxen *xen;
	struct libxen_image *image = NULL;
	struct libxen_domain *domain = NULL;
	int ret;

	if (argc != 3) {
		fprintf(stderr, "usage: start-guest KERNEL RAMDISK\n");
		return 2;
	}
	kernel.path = argv[1];
	ramdisk.path = argv[2];

	xen = libxen_new();
	if (!xen)
		return 1;
	ret = libxen_open(xen, NULL);
	if (ret == 0)
		ret = libxen_image_open(xen, &kernel, &image);
	guest.kernel = image;
	guest.ramdisks = &ramdisk;
	guest.ramdisk_count = 1;
	guest.memory_bytes = 256 << 20;
	if (ret == 0)
		ret = libxen_start(xen, &guest, &domain);

	if (ret == 0)
		printf("%u\n", libxen_domain_id(domain));
	else
		fprintf(stderr, "start-guest: %s\n", libxen_error(xen));
	libxen_domain_close(domain); /* the guest goes on; all three take NULL */
	libxen_image_close(image);
	libxen_free(xen);
	return ret < 0;
}
