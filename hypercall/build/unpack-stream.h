/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the decoders of streams share: where the next bytes go, and how a stream must end. */
#ifndef LX_BUILD_UNPACK_STREAM_H
#define LX_BUILD_UNPACK_STREAM_H

#include "unpack.h"

#define LX_UNPACK_PIECE ((size_t)1 << 20) /* bytes between two words of progress */

/* Where a decoder may write next. */
struct lx_unpack_piece {
	uint8_t *out;
	size_t size;
	/*
	 * Once the room is full a decoder gets this one byte, so that it can come to the
	 * stream's end and check its sum; a stream that fills it is too long.
	 */
	uint8_t spare;
};

/* Tell progress how much is done. Returns 0 or -ECANCELED. */
int lx_unpack_tell(const struct lx_unpack *job);

/* Tell progress and find the next piece. Returns 0 or -ECANCELED. */
int lx_unpack_next(struct lx_unpack *job, struct lx_unpack_piece *piece);

/* Make room for @size more bytes, as far as it may grow. Returns 0 or -ENOMEM. */
int lx_unpack_grow(struct lx_unpack *job, size_t size);

/* Say that more comes out than there may be room for: -EBADMSG or -EFBIG. */
int lx_unpack_too_much(const struct lx_unpack *job);

/* The decoder wrote @size bytes. Returns 0, or what is wrong with them: see struct lx_packing. */
int lx_unpack_took(struct lx_unpack *job, size_t size);

/* The stream ended, @left bytes of input unread. Returns 0, -EBADMSG or -ECANCELED. */
int lx_unpack_end(struct lx_unpack *job, size_t left);

/* The decoders. Each is linked only if its library is there. */
int lx_unpack_gzip(struct lx_unpack *job);
int lx_unpack_bzip2(struct lx_unpack *job);
int lx_unpack_lzma(struct lx_unpack *job);
int lx_unpack_xz(struct lx_unpack *job);
int lx_unpack_lzop(struct lx_unpack *job); /* which needs none */
int lx_unpack_lz4(struct lx_unpack *job);
int lx_unpack_zstd(struct lx_unpack *job);

#endif
