/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of packings, and what the decoders share. */
#include "unpack.h"

#include "config.h"
#include "unpack-stream.h"

#include <errno.h>
#include <string.h>

#define MAGIC(text) (const uint8_t *)(text), sizeof(text) - 1

#if HAVE_ZLIB
#define UNPACK_GZIP lx_unpack_gzip
#else
#define UNPACK_GZIP NULL
#endif
#if HAVE_BZIP2
#define UNPACK_BZIP2 lx_unpack_bzip2
#else
#define UNPACK_BZIP2 NULL
#endif
#if HAVE_LZMA
#define UNPACK_LZMA lx_unpack_lzma
#define UNPACK_XZ   lx_unpack_xz
#else
#define UNPACK_LZMA NULL
#define UNPACK_XZ   NULL
#endif
#if HAVE_LZ4
#define UNPACK_LZ4 lx_unpack_lz4
#else
#define UNPACK_LZ4 NULL
#endif
#if HAVE_ZSTD
#define UNPACK_ZSTD lx_unpack_zstd
#else
#define UNPACK_ZSTD NULL
#endif

/* Linux' choices for a bzImage's payload (CONFIG_KERNEL_GZIP and its sisters). */
static const struct lx_packing packings[] = {
	/* name   first bytes               appended, option, decoder */
	{ "gzip", MAGIC("\x1f\x8b"), 0, "zlib", UNPACK_GZIP },
	{ "xz", MAGIC("\3757zXZ\0"), 4, "lzma", UNPACK_XZ },
	{ "lz4", MAGIC("\x02\x21\x4c\x18"), 4, "lz4", UNPACK_LZ4 },
	{ "zstd", MAGIC("\x28\xb5\x2f\xfd"), 4, "zstd", UNPACK_ZSTD },
	{ "bzip2", MAGIC("BZh"), 4, "bzip2", UNPACK_BZIP2 },
	{ "lzma", MAGIC("\x5d\0\0"), 4, "lzma", UNPACK_LZMA },
	{ "lzop", MAGIC("\x89LZO\0\r\n\x1a\n"), 4, NULL, lx_unpack_lzop },
};

const struct lx_packing *lx_packing_find(const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		const struct lx_packing *packing = &packings[i];

		if (size >= packing->magic_size &&
		    memcmp(data, packing->magic, packing->magic_size) == 0)
			return packing;
	}
	return NULL;
}

int lx_unpack_tell(const struct lx_unpack *job)
{
	size_t total = job->growing ? 0 : job->out_size; /* 0: nobody knows */

	if (lx_progress_tell(job->progress, LX_UNPACK_STEP, job->out_done, total) < 0)
		return lx_fail(job->error, -ECANCELED, "unpacking was cancelled");
	return 0;
}

int lx_unpack_grow(struct lx_unpack *job, size_t size)
{
	size_t room;
	int ret;

	if (!job->growing || size <= job->out_size - job->out_done)
		return 0;

	/* Twice as much each time; what is never written takes no memory. */
	room = job->out_size * 2 > job->out_done + size ? job->out_size * 2 : job->out_done + size;
	if (room > job->out_limit)
		room = job->out_limit;
	ret = lx_bytes_grow(job->growing, room, job->error);
	if (ret < 0)
		return ret;
	job->out = job->growing->mapping;
	job->out_size = room;
	return 0;
}

int lx_unpack_next(struct lx_unpack *job, struct lx_unpack_piece *piece)
{
	size_t room;
	int ret;

	ret = lx_unpack_grow(job, LX_UNPACK_PIECE);
	if (ret < 0)
		return ret;
	room = job->out_size - job->out_done;
	if (room == 0) {
		piece->out = &piece->spare;
		piece->size = 1;
	} else {
		piece->out = job->out + job->out_done;
		piece->size = room < LX_UNPACK_PIECE ? room : LX_UNPACK_PIECE;
	}
	return lx_unpack_tell(job);
}

int lx_unpack_too_much(const struct lx_unpack *job)
{
	if (job->growing)
		return lx_fail(job->error, -EFBIG,
			       "it unpacks to more than the %zu MiB that libxen takes",
			       job->out_limit >> 20);
	return lx_fail(job->error, -EBADMSG,
		       "it is damaged: it unpacks to more than the %zu bytes it announces",
		       job->out_size);
}

/* As soon as the first bytes are there, so that a bomb of anything else ends early. */
static int check_begin(const struct lx_unpack *job, size_t done_before)
{
	size_t size = job->out_begin ? strlen(job->out_begin) : 0;

	if (done_before < size && job->out_done >= size &&
	    memcmp(job->out, job->out_begin, size) != 0)
		return lx_fail(job->error, -ENOEXEC, "what is packed in it is not an ELF kernel");
	return 0;
}

int lx_unpack_took(struct lx_unpack *job, size_t size)
{
	if (size > job->out_size - job->out_done)
		return lx_unpack_too_much(job);
	job->out_done += size;
	return check_begin(job, job->out_done - size);
}

int lx_unpack_end(struct lx_unpack *job, size_t left)
{
	if (!job->growing && job->out_done != job->out_size)
		return lx_fail(job->error, -EBADMSG,
			       "it is damaged: it unpacks to %zu bytes and announces %zu",
			       job->out_done, job->out_size);
	if (left > 0)
		return lx_fail(job->error, -EBADMSG,
			       "it is damaged: %zu bytes follow the end of what is packed", left);
	if (job->growing)
		job->growing->size = job->out_done;
	return lx_unpack_tell(job);
}
