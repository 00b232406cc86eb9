/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lz4 in its legacy frame, which is what Linux' build makes; by liblz4. */
#include "numbers.h"
#include "unpack-stream.h"

#include <errno.h>
#include <lz4.h>

#define MAGIC_BYTES 4
#define BLOCK_BYTES ((size_t)8 << 20) /* what a block yields at most */

static int damaged(struct lx_unpack *job, const char *how)
{
	return lx_fail(job->error, -EBADMSG, "it is damaged: its lz4 data is %s", how);
}

static int unpack_block(struct lx_unpack *job, const uint8_t *in, size_t size)
{
	size_t room;
	int got, ret;

	ret = lx_unpack_grow(job, BLOCK_BYTES);
	if (ret < 0)
		return ret;
	room = job->out_size - job->out_done;
	if (room > BLOCK_BYTES)
		room = BLOCK_BYTES;
	got = LZ4_decompress_safe((const char *)in, (char *)job->out + job->out_done, (int)size,
				  (int)room);
	if (got < 0)
		return damaged(job, "corrupt, or unpacks to more than it may");
	return lx_unpack_took(job, (size_t)got);
}

/* After the magic: { u32 packed size, block }, again and again, without a mark for the end. */
int lx_unpack_lz4(struct lx_unpack *job)
{
	size_t at = MAGIC_BYTES, size;
	int ret;

	while (at < job->in_size) {
		if (job->in_size - at < sizeof(uint32_t))
			return damaged(job, "cut short");
		size = lx_get32(job->in + at);
		at += sizeof(uint32_t);
		if (size > job->in_size - at)
			return damaged(job, "cut short");
		if (size > (size_t)LZ4_COMPRESSBOUND(BLOCK_BYTES))
			return damaged(job, "corrupt");
		ret = lx_unpack_tell(job);
		if (ret < 0)
			return ret;
		ret = unpack_block(job, job->in + at, size);
		if (ret < 0)
			return ret;
		at += size;
	}
	return lx_unpack_end(job, 0);
}
