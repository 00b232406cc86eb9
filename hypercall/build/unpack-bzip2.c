/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bzip2, by libbz2. */
#include "unpack-stream.h"

#include <bzlib.h>
#include <errno.h>

static int failed(struct lx_unpack *job, int code)
{
	if (code == BZ_MEM_ERROR)
		return lx_fail_errno(job->error, -ENOMEM, "cannot unpack bzip2");
	return lx_fail(job->error, -EBADMSG, "it is damaged: its bzip2 data is corrupt");
}

int lx_unpack_bzip2(struct lx_unpack *job)
{
	/* The library does not write to its input; its header was made without const. */
	bz_stream stream = { .next_in = (char *)job->in, .avail_in = (unsigned int)job->in_size };
	struct lx_unpack_piece piece;
	int code, ret;

	code = BZ2_bzDecompressInit(&stream, 0, 0);
	if (code != BZ_OK)
		return failed(job, code);

	do {
		ret = lx_unpack_next(job, &piece);
		if (ret < 0)
			goto out;
		stream.next_out = (char *)piece.out;
		stream.avail_out = (unsigned int)piece.size;
		code = BZ2_bzDecompress(&stream);
		if (code != BZ_OK && code != BZ_STREAM_END) {
			ret = failed(job, code);
			goto out;
		}
		/* It stopped with room left before its end: it wants more, and there is no more. */
		if (code == BZ_OK && stream.avail_in == 0 && stream.avail_out > 0) {
			ret = lx_fail(job->error, -EBADMSG,
				      "it is damaged: its bzip2 data is cut short");
			goto out;
		}
		ret = lx_unpack_took(job, piece.size - stream.avail_out);
		if (ret < 0)
			goto out;
	} while (code != BZ_STREAM_END);

	ret = lx_unpack_end(job, stream.avail_in);
out:
	BZ2_bzDecompressEnd(&stream);
	return ret;
}
