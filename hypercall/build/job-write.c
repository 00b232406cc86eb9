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

static const uint8_t zeroes[LX_PAGE_SIZE];

/* Hand bytes (NULL: zeroes) for an address to the copier, page by page. */
static int add(struct lx_job *job, uint64_t address, const uint8_t *from, uint64_t bytes)
{
	while (bytes > 0) {
		uint64_t frame = address >> LX_PAGE_SHIFT;
		uint32_t offset = address % LX_PAGE_SIZE, part = LX_PAGE_SIZE - offset;
		int ret;

		if (part > bytes)
			part = (uint32_t)bytes;
		ret = lx_hc_copier_add(job->hc, &job->copier, job->p2m ? job->p2m[frame] : frame,
				       offset, from ? from : zeroes, part);
		if (ret < 0)
			return ret;
		from = from ? from + part : NULL;
		address += part;
		bytes -= part;
	}
	return 0;
}

static unsigned char *mapped(struct lx_job *job, uint64_t address)
{
	return lx_job_frame(job, address >> LX_PAGE_SHIFT) + address % LX_PAGE_SIZE;
}

static int clear(struct lx_job *job, uint64_t address, uint64_t bytes)
{
	if (bytes == 0)
		return 0;
	if (job->copier.segments)
		return add(job, address, NULL, bytes);
	lx_job_clear(job, mapped(job, address), bytes);
	return 0;
}

/* A file's bytes are read right into the guest's pages: they take no way through memory of ours. */
static int write_piece(struct lx_job *job, uint64_t address, const struct lx_bytes *from,
		       const uint8_t *at, uint64_t bytes)
{
	int ret;

	if (job->copier.segments)
		return add(job, address, at, bytes);
	ret = lx_bytes_copy(from, at, mapped(job, address), bytes, job->hc->error);
	job->hc->counters.copied_bytes += bytes;
	return ret;
}

/* Some of @from's bytes, in pieces between which the owner may cancel. */
static int write_bytes(struct lx_job *job, const char *step, uint64_t address,
		       const struct lx_bytes *from, const uint8_t *at, uint64_t size)
{
	for (uint64_t done = 0; done < size; done += PIECE) {
		uint64_t piece = size - done < PIECE ? size - done : PIECE;
		int ret;

		if (lx_progress_tell(job->build->progress, step, done, size) < 0)
			return lx_fail(job->hc->error, -ECANCELED, "cancelled");
		ret = write_piece(job, address + done, from, at + done, piece);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/*
 * The end of a copier's work on @from, whose writing ended with @ret. What it could not read, or
 * read as zeroes, were bytes that the file does not have any more: that is what is told then.
 */
static int settle(struct lx_job *job, const struct lx_bytes *from, int ret)
{
	int short_of;

	if (!job->copier.segments)
		return ret;
	if (ret == 0)
		ret = lx_hc_copier_flush(job->hc, &job->copier);
	if (ret < 0 && ret != -EFAULT)
		return ret;
	short_of = lx_bytes_check(from, job->hc->error);
	return short_of < 0 ? short_of : ret;
}

static int write_segments(struct lx_job *job, struct lx_span to)
{
	const struct lx_image *image = job->build->image;
	uint64_t next = to.first << LX_PAGE_SHIFT, end = (to.first + to.count) << LX_PAGE_SHIFT;
	int ret;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct lx_segment *segment = &image->segments[i];

		ret = clear(job, next, segment->paddr - next);
		if (ret == 0)
			ret = write_bytes(job, "write kernel", segment->paddr,
					  lx_image_bytes(image), segment->data,
					  segment->file_bytes);
		if (ret < 0)
			return ret;
		next = segment->paddr + segment->file_bytes;
	}
	return clear(job, next, end - next);
}

/* New memory is not sure to be zero: what no segment fills is cleared. */
int lx_job_write_kernel(struct lx_job *job, struct lx_span to)
{
	return settle(job, lx_image_bytes(job->build->image), write_segments(job, to));
}

int lx_job_write_ramdisk(struct lx_job *job, struct lx_span to)
{
	const struct lx_bytes *ramdisk = job->build->ramdisk;
	uint64_t address = to.first << LX_PAGE_SHIFT;
	int ret;

	ret = write_bytes(job, "write ramdisk", address, ramdisk, ramdisk->data, ramdisk->size);
	if (ret == 0)
		ret = clear(job, address + ramdisk->size,
			    (to.count << LX_PAGE_SHIFT) - ramdisk->size);
	ret = settle(job, ramdisk, ret);
	lx_hc_copier_close(job->hc, &job->copier);
	return ret;
}
