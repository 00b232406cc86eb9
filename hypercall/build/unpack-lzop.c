/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lzop: a header and blocks of LZO1X, each with its sums. Needs no library. */
#include "lzo1x.h"
#include "unpack-stream.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define MAGIC_BYTES 9
#define BLOCK_LIMIT ((size_t)64 << 20) /* lzop makes none that yields more */
#define OLDEST	    0x0940	       /* version from which on headers look alike */

/* Sums of a block as it comes out and as it is packed, by Adler's method or as a CRC. */
#define ADLER_OUT    0x00000001u
#define ADLER_PACKED 0x00000002u
#define CRC_OUT	     0x00000100u
#define CRC_PACKED   0x00000200u
#define HEADER_CRC   0x00001000u /* the header's own sum is a CRC */
/* An extra field, many parts, a filter: nobody packs kernels so, and they mean other bytes. */
#define UNKNOWN	     0x00000c40u

struct file {
	const uint8_t *at;
	size_t left;
	bool cut; /* more was wanted than is left; zeros were read */
	uint32_t flags;
};

static int damaged(struct lx_unpack *job, const char *how)
{
	return lx_fail(job->error, -EBADMSG, "it is damaged: its lzop data is %s", how);
}

static const uint8_t *take(struct file *file, size_t size)
{
	const uint8_t *taken = file->at;

	if (size > file->left) {
		file->cut = true;
		return NULL;
	}
	file->at += size;
	file->left -= size;
	return taken;
}

/* A number of up to 4 bytes, the highest first. */
static uint32_t get(struct file *file, size_t size)
{
	const uint8_t *from = take(file, size);
	uint32_t value = 0;
	size_t i;

	for (i = 0; from && i < size; i++)
		value = value << 8 | from[i];
	return value;
}

static uint32_t adler(const uint8_t *data, size_t size)
{
	uint32_t a = 1, b = 0;
	size_t i, end;

	for (i = 0; i < size;) {
		/* So many bytes never overflow 32 bits. */
		end = size - i < 5552 ? size : i + 5552;
		for (; i < end; i++) {
			a += data[i];
			b += a;
		}
		a %= 65521;
		b %= 65521;
	}
	return b << 16 | a;
}

static uint32_t crc(const uint8_t *data, size_t size)
{
	uint32_t sum = UINT32_MAX;
	size_t i;
	int bit;

	for (i = 0; i < size; i++) {
		sum ^= data[i];
		for (bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
	}
	return ~sum;
}

static int read_header(struct lx_unpack *job, struct file *file)
{
	const uint8_t *begin = file->at;
	uint32_t version, method, sum;
	size_t size;

	version = get(file, 2);
	get(file, 2); /* of the library */
	get(file, 2); /* version that is needed */
	method = get(file, 1);
	get(file, 1); /* level */
	file->flags = get(file, 4);
	get(file, 4);		  /* mode */
	get(file, 4);		  /* time */
	get(file, 4);		  /* its upper half */
	take(file, get(file, 1)); /* name */
	size = (size_t)(file->at - begin);
	sum = get(file, 4);

	if (file->cut)
		return damaged(job, "cut short");
	if (version < OLDEST || method < 1 || method > 3 || (file->flags & UNKNOWN))
		return lx_fail(job->error, -EBADMSG,
			       "its lzop data is of a kind that libxen does not know, or damaged");
	if (sum != (file->flags & HEADER_CRC ? crc(begin, size) : adler(begin, size)))
		return damaged(job, "corrupt");
	return 0;
}

/* A block's lengths and sums, then its bytes. */
struct block {
	uint32_t out_size, packed_size;
	uint32_t out_adler, out_crc, packed_adler, packed_crc;
	const uint8_t *packed;
};

static int read_block(struct lx_unpack *job, struct file *file, struct block *block)
{
	*block = (struct block){ .out_size = get(file, 4) };
	if (!file->cut && block->out_size == 0)
		return 0;

	block->packed_size = get(file, 4);
	if (block->out_size > BLOCK_LIMIT || block->packed_size > block->out_size)
		return damaged(job, "corrupt");
	if (file->flags & ADLER_OUT)
		block->out_adler = get(file, 4);
	if (file->flags & CRC_OUT)
		block->out_crc = get(file, 4);
	/* What could not be made smaller stands there as it is, and has no second pair of sums. */
	if (block->packed_size < block->out_size && (file->flags & ADLER_PACKED))
		block->packed_adler = get(file, 4);
	if (block->packed_size < block->out_size && (file->flags & CRC_PACKED))
		block->packed_crc = get(file, 4);
	block->packed = take(file, block->packed_size);
	return file->cut ? damaged(job, "cut short") : 0;
}

static int unpack_block(struct lx_unpack *job, uint32_t flags, const struct block *block)
{
	bool packed = block->packed_size < block->out_size;
	uint8_t *out;
	int ret;

	ret = lx_unpack_grow(job, block->out_size);
	if (ret < 0)
		return ret;
	if (block->out_size > job->out_size - job->out_done)
		return lx_unpack_too_much(job);
	out = job->out + job->out_done;

	if ((packed && (flags & ADLER_PACKED) &&
	     adler(block->packed, block->packed_size) != block->packed_adler) ||
	    (packed && (flags & CRC_PACKED) &&
	     crc(block->packed, block->packed_size) != block->packed_crc))
		return damaged(job, "corrupt");
	if (!packed)
		memcpy(out, block->packed, block->out_size);
	else if (lx_lzo1x(block->packed, block->packed_size, out, block->out_size) < 0)
		return damaged(job, "corrupt");
	if (((flags & ADLER_OUT) && adler(out, block->out_size) != block->out_adler) ||
	    ((flags & CRC_OUT) && crc(out, block->out_size) != block->out_crc))
		return damaged(job, "corrupt");
	return lx_unpack_took(job, block->out_size);
}

int lx_unpack_lzop(struct lx_unpack *job)
{
	struct file file = { .at = job->in + MAGIC_BYTES, .left = job->in_size - MAGIC_BYTES };
	struct block block;
	int ret;

	ret = read_header(job, &file);
	while (ret == 0) {
		ret = lx_unpack_tell(job);
		if (ret < 0)
			break;
		ret = read_block(job, &file, &block);
		if (ret < 0)
			break;
		if (block.out_size == 0)
			return lx_unpack_end(job, file.left);
		ret = unpack_block(job, file.flags, &block);
	}
	return ret;
}
