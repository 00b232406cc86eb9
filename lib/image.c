/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel images as the API shows them. */
#include "internal.h"

#include <build/plan-pv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { IMAGE_INFO_SIZE_0_1 = 1456 };

struct libxen_image {
	struct lx_image *image;
};

const struct lx_image *lx_image_of(const struct libxen_image *image)
{
	return image->image;
}

static void describe(const struct libxen_source *source, char *text, size_t size)
{
	if (source->kind == LIBXEN_SOURCE_PATH)
		snprintf(text, size, "kernel %s", source->path);
	else
		snprintf(text, size, "kernel");
}

int libxen_image_open(struct libxen *xen, const struct libxen_source *source,
		      struct libxen_image **image)
{
	struct lx_progress progress = lx_progress_of(xen);
	struct libxen_image *now;
	struct lx_bytes file = { 0 };
	char name[256];
	int ret;

	now = calloc(1, sizeof(*now));
	if (!now)
		return lx_fail_errno(&xen->error, -ENOMEM, "cannot open the kernel");

	ret = lx_source_read(xen, source, "kernel", LX_IMAGE_LIMIT, &file);
	if (ret < 0)
		goto out;
	ret = lx_image_make(&file, &progress, &xen->error, &now->image);
	if (ret < 0) {
		describe(source, name, sizeof(name));
		lx_fail_for(&xen->error, ret, "%s", name);
		if (ret == -EBADMSG)
			lx_fail_also(&xen->error, "copy or build it again");
		goto out;
	}
	*image = now;
	now = NULL;
out:
	free(now);
	return ret;
}

void libxen_image_close(struct libxen_image *image)
{
	if (!image)
		return;
	lx_image_free(image->image);
	free(image);
}

static void put_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* What cannot start as PV is measured by its highest byte. */
static uint64_t minimum_pages(const struct lx_image *image)
{
	uint64_t low, high, pages = lx_plan_pv_minimum(image);

	lx_image_span(image, &low, &high);
	return pages ? pages : (high >> LX_PAGE_SHIFT) + 1;
}

int libxen_image_info(const struct libxen_image *image, struct libxen_image_info *info)
{
	const struct lx_image *from = image->image;
	const struct lx_notes *notes = &from->notes;
	struct libxen_image_info now = {
		.file_bytes = from->file.size,
		.elf_bytes = from->elf.size,
		.minimum_bytes = minimum_pages(from) << LX_PAGE_SHIFT,
		.pv_entry = notes->entry,
		.pvh_entry = notes->phys32_entry,
		.virt_base = notes->virt_base,
		.segments = from->segment_count,
	};
	struct lx_error obstacle;
	uint64_t low, high;

	lx_image_span(from, &low, &high);
	now.load_address = low;
	now.memory_bytes = high - low;
	if (lx_image_pv_check(from, &obstacle) == 0)
		now.starts_as |= LIBXEN_IMAGE_PV;
	else
		put_text(now.pv_obstacle, sizeof(now.pv_obstacle), obstacle.text);
	if (lx_image_pvh_check(from, &obstacle) == 0)
		now.starts_as |= LIBXEN_IMAGE_PVH;
	else
		put_text(now.pvh_obstacle, sizeof(now.pvh_obstacle), obstacle.text);
	put_text(now.container, sizeof(now.container), from->container);
	put_text(now.compression, sizeof(now.compression), from->compression);
	put_text(now.guest_os, sizeof(now.guest_os), notes->guest_os);
	put_text(now.guest_version, sizeof(now.guest_version), notes->guest_version);
	put_text(now.features, sizeof(now.features), notes->features);
	return lx_sized_out(info, IMAGE_INFO_SIZE_0_1, &now, sizeof(now));
}
