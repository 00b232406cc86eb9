/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xz, by liblzma. */
#include "unpack-stream.h"

#include <errno.h>
#include <lzma.h>

/* Linux' own build asks for a dictionary of 32 MiB: a stream that wants far more is an attack. */
#define MEMORY_LIMIT ((uint64_t)128 << 20)

static int failed(struct lx_unpack *job, lzma_ret code)
{
	if (code == LZMA_MEM_ERROR)
		return lx_fail_errno(job->error, -ENOMEM, "cannot unpack xz");
	if (code == LZMA_BUF_ERROR)
		return lx_fail(job->error, -EBADMSG, "it is damaged: its xz data is cut short");
	if (code == LZMA_MEMLIMIT_ERROR)
		return lx_fail(
			job->error, -EBADMSG,
			"its xz data needs more than the %llu MiB of memory that unpacking may take",
			(unsigned long long)MEMORY_LIMIT >> 20);
	if (code == LZMA_OPTIONS_ERROR)
		return lx_fail(job->error, -EBADMSG,
			       "its xz data uses a filter that liblzma does not know");
	return lx_fail(job->error, -EBADMSG, "it is damaged: its xz data is corrupt");
}

int lx_unpack_xz(struct lx_unpack *job)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	struct lx_unpack_piece piece;
	lzma_ret code;
	int ret;

	code = lzma_stream_decoder(&stream, MEMORY_LIMIT, 0);
	if (code != LZMA_OK)
		return failed(job, code);

	stream.next_in = job->in;
	stream.avail_in = job->in_size;
	do {
		ret = lx_unpack_next(job, &piece);
		if (ret < 0)
			goto out;
		stream.next_out = piece.out;
		stream.avail_out = piece.size;
		code = lzma_code(&stream, LZMA_FINISH);
		if (code != LZMA_OK && code != LZMA_STREAM_END) {
			ret = failed(job, code);
			goto out;
		}
		ret = lx_unpack_took(job, piece.size - stream.avail_out);
		if (ret < 0)
			goto out;
	} while (code != LZMA_STREAM_END);

	ret = lx_unpack_end(job, stream.avail_in);
out:
	lzma_end(&stream);
	return ret;
}
