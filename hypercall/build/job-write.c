/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every byte that a builder writes into its guest: kernel, ramdisk, and what libxen makes. */
#include "job.h"

#include <errno.h>
#include <string.h>

enum { PIECE = 4 << 20 }; /* between two of them the owner may cancel */

void lx_job_copy(struct lx_job *job, unsigned char *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
	job->hc->counters.copied_bytes += bytes;
}

void lx_job_clear(struct lx_job *job, unsigned char *to, size_t bytes)
{
	memset(to, 0, bytes);
	job->hc->counters.copied_bytes += bytes;
}

void lx_job_clear_frames(struct lx_job *job, uint64_t first, uint64_t count)
{
	lx_job_clear(job, lx_job_frame(job, first), count << LX_PAGE_SHIFT);
}

void lx_job_write_frames(struct lx_job *job, uint64_t first, const void *from, size_t bytes,
			 uint64_t count)
{
	unsigned char *to = lx_job_frame(job, first);

	lx_job_copy(job, to, from, bytes);
	lx_job_clear(job, to + bytes, (count << LX_PAGE_SHIFT) - bytes);
}

/*
 * Some of @from's bytes, in pieces. Those of a file are read right into the guest's pages: they
 * take no way through memory of ours.
 */
static int write_bytes(struct lx_job *job, const char *step, const struct lx_bytes *from,
		       const uint8_t *at, unsigned char *to, uint64_t size)
{
	for (uint64_t done = 0; done < size;) {
		uint64_t piece = size - done < PIECE ? size - done : PIECE;
		int ret;

		if (lx_progress_tell(job->build->progress, step, done, size) < 0)
			return lx_fail(job->hc->error, -ECANCELED, "cancelled");
		ret = lx_bytes_copy(from, at + done, to + done, piece, job->hc->error);
		if (ret < 0)
			return ret;
		job->hc->counters.copied_bytes += piece;
		done += piece;
	}
	return 0;
}

/* New memory is not sure to be zero: what no segment fills is cleared. */
int lx_job_write_kernel(struct lx_job *job, uint64_t first, uint64_t count)
{
	const struct lx_image *image = job->build->image;
	unsigned char *base = lx_job_frame(job, first);
	unsigned char *next = base;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct lx_segment *segment = &image->segments[i];
		unsigned char *to = base + (segment->paddr - (first << LX_PAGE_SHIFT));
		int ret;

		lx_job_clear(job, next, (size_t)(to - next));
		ret = write_bytes(job, "write kernel", lx_image_bytes(image), segment->data, to,
				  segment->file_bytes);
		if (ret < 0)
			return ret;
		next = to + segment->file_bytes;
	}
	lx_job_clear(job, next, (size_t)(base + (count << LX_PAGE_SHIFT) - next));
	return 0;
}

int lx_job_write_ramdisk(struct lx_job *job, uint64_t first, uint64_t count)
{
	const struct lx_bytes *ramdisk = job->build->ramdisk;
	unsigned char *to;
	int ret;

	if (!ramdisk->size)
		return 0;
	to = lx_job_frame(job, first);
	ret = write_bytes(job, "write ramdisk", ramdisk, ramdisk->data, to, ramdisk->size);
	if (ret == 0)
		lx_job_clear(job, to + ramdisk->size, (count << LX_PAGE_SHIFT) - ramdisk->size);
	return ret;
}
