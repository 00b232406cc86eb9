/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzing: any bytes as a kernel. Built with a small LX_IMAGE_LIMIT. */
#include "build/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t sink;

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* What image.h promises of each segment; the sanitizer says whether its bytes are there. */
static void check_segments(const struct lx_image *image)
{
	const struct lx_segment *segment = image->segments;
	uint64_t end = 0, low, high;
	size_t i, k;

	must(image->segment_count >= 1 && image->segment_count <= LX_IMAGE_SEGMENTS);
	for (i = 0; i < image->segment_count; i++, segment++) {
		must(segment->memory_bytes > 0);
		must(segment->file_bytes <= segment->memory_bytes);
		must(segment->paddr >= end);
		must(segment->paddr + segment->memory_bytes > segment->paddr);
		end = segment->paddr + segment->memory_bytes;
		for (k = 0; k < segment->file_bytes; k++)
			sink = segment->data[k];
	}
	lx_image_span(image, &low, &high);
	must(low == image->segments[0].paddr && high == end);
}

static void check_text(const char *text, size_t size)
{
	must(memchr(text, '\0', size) != NULL);
	for (; *text != '\0'; text++)
		must(*text >= 0x20 && *text < 0x7f);
}

static void check_image(const struct lx_image *image)
{
	const struct lx_notes *notes = &image->notes;
	struct lx_error error = { "" };

	check_segments(image);
	must(notes->found != 0);
	check_text(notes->xen_version, sizeof(notes->xen_version));
	check_text(notes->guest_os, sizeof(notes->guest_os));
	check_text(notes->guest_version, sizeof(notes->guest_version));
	check_text(notes->loader, sizeof(notes->loader));
	check_text(notes->features, sizeof(notes->features));
	must((lx_image_pv_check(image, &error) == 0) == (error.text[0] == '\0'));
	error.text[0] = '\0';
	must((lx_image_pvh_check(image, &error) == 0) == (error.text[0] == '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lx_progress nobody = { NULL, NULL };
	struct lx_bytes file = { .data = data, .size = size };
	struct lx_error error = { "" };
	struct lx_image *image = NULL;
	int ret;

	ret = lx_image_make(&file, &nobody, &error, &image);
	if (ret == 0) {
		check_image(image);
		lx_image_free(image);
		return 0;
	}
	must(!image && error.text[0] != '\0');
	must(ret == -ENOEXEC || ret == -EBADMSG || ret == -ENOTSUP || ret == -EFBIG);
	return 0;
}
