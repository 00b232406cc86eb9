/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zstd, by libzstd. */
#include "unpack-stream.h"

#include <errno.h>
#include <zstd.h>
#include <zstd_errors.h>

#define WINDOW_LOG 27 /* 128 MiB, as much as Linux' own build (zstd -22 --ultra) asks for */

static int failed(struct lx_unpack *job, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		return lx_fail_errno(job->error, -ENOMEM, "cannot unpack zstd");
	case ZSTD_error_frameParameter_windowTooLarge:
		return lx_fail(job->error, -EBADMSG,
			       "its zstd data needs a window of more than %u MiB",
			       (1u << WINDOW_LOG) >> 20);
	default:
		return lx_fail(job->error, -EBADMSG, "it is damaged: its zstd data is corrupt");
	}
}

int lx_unpack_zstd(struct lx_unpack *job)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer in = { .src = job->in, .size = job->in_size };
	struct lx_unpack_piece piece;
	ZSTD_outBuffer out;
	size_t code, before;
	int ret;

	if (!stream)
		return lx_fail_errno(job->error, -ENOMEM, "cannot unpack zstd");
	code = ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG);
	if (ZSTD_isError(code)) {
		ret = failed(job, code);
		goto out;
	}

	do {
		ret = lx_unpack_next(job, &piece);
		if (ret < 0)
			goto out;
		out = (ZSTD_outBuffer){ .dst = piece.out, .size = piece.size };
		before = in.pos;
		code = ZSTD_decompressStream(stream, &out, &in);
		if (ZSTD_isError(code)) {
			ret = failed(job, code);
			goto out;
		}
		/* It wants more (code > 0), there is no more, and what there was gave nothing. */
		if (code > 0 && out.pos == 0 && in.pos == before) {
			ret = lx_fail(job->error, -EBADMSG,
				      "it is damaged: its zstd data is cut short");
			goto out;
		}
		ret = lx_unpack_took(job, out.pos);
		if (ret < 0)
			goto out;
	} while (code > 0);

	ret = lx_unpack_end(job, in.size - in.pos);
out:
	ZSTD_freeDStream(stream);
	return ret;
}
