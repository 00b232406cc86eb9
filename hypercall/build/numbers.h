/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in files: little-endian, at any alignment. */
#ifndef LX_BUILD_NUMBERS_H
#define LX_BUILD_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t lx_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t lx_get32(const uint8_t *at)
{
	return lx_get16(at) | (uint32_t)lx_get16(at + 2) << 16;
}

static inline uint64_t lx_get64(const uint8_t *at)
{
	return lx_get32(at) | (uint64_t)lx_get32(at + 4) << 32;
}

/* Do @size bytes at @offset lie within @whole bytes? No sum is formed that could wrap. */
static inline bool lx_within(uint64_t offset, uint64_t size, uint64_t whole)
{
	return offset <= whole && size <= whole - offset;
}

#endif
