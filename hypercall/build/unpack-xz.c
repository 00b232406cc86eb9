/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xz, and lzma, the format before it; by liblzma. */
#include "unpack-stream.h"

#include <errno.h>
#include <lzma.h>

/* Linux' own build asks for a dictionary of 32 MiB: a stream that wants far more is an attack. */
#define MEMORY_LIMIT ((uint64_t)128 << 20)

static int failed(struct lx_unpack *job, const char *name, lzma_ret code)
{
	if (code == LZMA_MEM_ERROR)
		return lx_fail_errno(job->error, -ENOMEM, "cannot unpack %s", name);
	if (code == LZMA_BUF_ERROR)
		return lx_fail(job->error, -EBADMSG, "it is damaged: its %s data is cut short",
			       name);
	if (code == LZMA_MEMLIMIT_ERROR)
		return lx_fail(
			job->error, -EBADMSG,
			"its %s data needs more than the %llu MiB of memory that unpacking may take",
			name, (unsigned long long)MEMORY_LIMIT >> 20);
	if (code == LZMA_OPTIONS_ERROR)
		return lx_fail(job->error, -EBADMSG,
			       "its %s data uses a filter that liblzma does not know", name);
	return lx_fail(job->error, -EBADMSG, "it is damaged: its %s data is corrupt", name);
}

/* What stream is there to decode; @code is what setting it up gave. */
static int decode(struct lx_unpack *job, const char *name, lzma_stream *stream, lzma_ret code)
{
	struct lx_unpack_piece piece;
	int ret;

	if (code != LZMA_OK)
		return failed(job, name, code);

	stream->next_in = job->in;
	stream->avail_in = job->in_size;
	do {
		ret = lx_unpack_next(job, &piece);
		if (ret < 0)
			goto out;
		stream->next_out = piece.out;
		stream->avail_out = piece.size;
		code = lzma_code(stream, LZMA_FINISH);
		if (code != LZMA_OK && code != LZMA_STREAM_END) {
			ret = failed(job, name, code);
			goto out;
		}
		ret = lx_unpack_took(job, piece.size - stream->avail_out);
		if (ret < 0)
			goto out;
	} while (code != LZMA_STREAM_END);

	ret = lx_unpack_end(job, stream->avail_in);
out:
	lzma_end(stream);
	return ret;
}

int lx_unpack_xz(struct lx_unpack *job)
{
	lzma_stream stream = LZMA_STREAM_INIT;

	return decode(job, "xz", &stream, lzma_stream_decoder(&stream, MEMORY_LIMIT, 0));
}

int lx_unpack_lzma(struct lx_unpack *job)
{
	lzma_stream stream = LZMA_STREAM_INIT;

	return decode(job, "lzma", &stream, lzma_alone_decoder(&stream, MEMORY_LIMIT));
}
