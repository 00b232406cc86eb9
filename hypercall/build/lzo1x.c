/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unpacking LZO1X, from its description in Linux' Documentation/staging/lzo.rst. */
#include "lzo1x.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/*
 * A stream is a list of instructions: copy so many bytes from the stream (literals), or so many
 * from what came out before (a match). The last two bits of a match tell how many literals, up to
 * 3, follow it; what an instruction below 16 means depends on that number before it, which is
 * the state. MANY: the last instruction was a longer run of literals.
 */
#define MANY 4

struct block {
	const uint8_t *in, *in_end;
	uint8_t *out, *out_begin, *out_end;
	bool damaged; /* once set, zeros are read and nothing is written */
};

struct match {
	size_t length, distance;
	unsigned int literals; /* that follow it: the next state */
};

static unsigned int get8(struct block *block)
{
	if (block->in == block->in_end) {
		block->damaged = true;
		return 0;
	}
	return *block->in++;
}

static unsigned int get16(struct block *block)
{
	unsigned int low = get8(block);

	return low | get8(block) << 8;
}

/* A length in the bits under @mask; none set means that it is larger, and goes on in bytes. */
static size_t get_length(struct block *block, unsigned int instruction, unsigned int mask)
{
	size_t length = instruction & mask;
	unsigned int byte;

	if (length)
		return length;
	length = mask;
	do {
		byte = get8(block);
		length += byte ? byte : 255;
	} while (byte == 0 && !block->damaged);
	return length;
}

static void copy_literals(struct block *block, size_t length)
{
	if (length > (size_t)(block->in_end - block->in) ||
	    length > (size_t)(block->out_end - block->out)) {
		block->damaged = true;
		return;
	}
	memcpy(block->out, block->in, length);
	block->in += length;
	block->out += length;
}

/* What is copied may be what is being written: then it repeats. */
static void copy_match(struct block *block, const struct match *match)
{
	const uint8_t *from;
	size_t i;

	if (match->distance > (size_t)(block->out - block->out_begin) ||
	    match->length > (size_t)(block->out_end - block->out)) {
		block->damaged = true;
		return;
	}
	from = block->out - match->distance;
	if (match->distance >= match->length)
		memcpy(block->out, from, match->length);
	else
		for (i = 0; i < match->length; i++)
			block->out[i] = from[i];
	block->out += match->length;
}

/* A match whose last two bits are in the instruction, and its distance's in the byte behind. */
static struct match short_match(struct block *block, unsigned int instruction, unsigned int state)
{
	struct match match = { .literals = instruction & 3 };

	if (instruction >= 64) {
		match.length = instruction >= 128 ? 5 + (instruction >> 5 & 3)
						  : 3 + (instruction >> 5 & 1);
		match.distance = (get8(block) << 3) + (instruction >> 2 & 7) + 1;
	} else {
		match.length = state == MANY ? 3 : 2;
		match.distance =
			(get8(block) << 2) + (instruction >> 2 & 3) + (state == MANY ? 2049 : 1);
	}
	return match;
}

/* A match whose length may go on in bytes; 16 bits of distance and literals are behind it. */
static struct match long_match(struct block *block, unsigned int instruction)
{
	bool far = instruction < 32;
	struct match match = { .length = 2 + get_length(block, instruction, far ? 7 : 31) };
	unsigned int bits = get16(block);

	match.literals = bits & 3;
	match.distance = bits >> 2;
	match.distance += far ? (instruction & 8) << 11 : 1; /* 0: the end */
	if (far && match.distance)
		match.distance += 16384;
	return match;
}

/* The first byte can be a run of literals of its own kind. Returns the state after it. */
static unsigned int begin(struct block *block)
{
	size_t length;

	if (block->in == block->in_end || *block->in < 18)
		return 0;
	length = get8(block) - 17;
	copy_literals(block, length);
	return length < MANY ? (unsigned int)length : MANY;
}

int lx_lzo1x(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size)
{
	struct block block = { .in = in,
			       .in_end = in + in_size,
			       .out = out,
			       .out_begin = out,
			       .out_end = out + out_size };
	unsigned int state = begin(&block), instruction;
	struct match match;

	while (!block.damaged) {
		instruction = get8(&block);
		if (instruction < 16 && state == 0) {
			copy_literals(&block, 3 + get_length(&block, instruction, 15));
			state = MANY;
			continue;
		}
		if (instruction >= 16 && instruction < 64)
			match = long_match(&block, instruction);
		else
			match = short_match(&block, instruction, state);
		if (match.distance == 0)
			break;
		copy_match(&block, &match);
		copy_literals(&block, match.literals);
		state = match.literals;
	}

	if (block.damaged || block.in != block.in_end || block.out != block.out_end)
		return -EBADMSG;
	return 0;
}
