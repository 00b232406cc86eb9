/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip, by zlib. */
#define ZLIB_CONST
#include "unpack-stream.h"

#include <errno.h>
#include <zlib.h>

#define GZIP_ONLY (16 + MAX_WBITS) /* inflateInit2: a gzip header, not zlib's */

static int failed(struct lx_unpack *job, int code)
{
	if (code == Z_MEM_ERROR)
		return lx_fail_errno(job->error, -ENOMEM, "cannot unpack gzip");
	if (code == Z_BUF_ERROR)
		return lx_fail(job->error, -EBADMSG, "it is damaged: its gzip data is cut short");
	return lx_fail(job->error, -EBADMSG, "it is damaged: its gzip data is corrupt");
}

int lx_unpack_gzip(struct lx_unpack *job)
{
	z_stream stream = { .next_in = job->in, .avail_in = (uInt)job->in_size };
	struct lx_unpack_piece piece;
	int code, ret;

	code = inflateInit2(&stream, GZIP_ONLY);
	if (code != Z_OK)
		return failed(job, code);

	do {
		ret = lx_unpack_next(job, &piece);
		if (ret < 0)
			goto out;
		stream.next_out = piece.out;
		stream.avail_out = (uInt)piece.size;
		code = inflate(&stream, Z_NO_FLUSH);
		if (code != Z_OK && code != Z_STREAM_END) {
			ret = failed(job, code);
			goto out;
		}
		ret = lx_unpack_took(job, piece.size - stream.avail_out);
		if (ret < 0)
			goto out;
	} while (code != Z_STREAM_END);

	ret = lx_unpack_end(job, stream.avail_in);
out:
	inflateEnd(&stream);
	return ret;
}
