/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LZO1X: the compression inside lzop's files. */
#ifndef LX_BUILD_LZO1X_H
#define LX_BUILD_LZO1X_H

#include <stddef.h>
#include <stdint.h>

/*
 * Unpack one block, which must yield exactly @out_size bytes from exactly @in_size. Returns 0, or
 * -EBADMSG if it does not. Nothing is read or written beyond either, whatever the bytes are.
 */
int lx_lzo1x(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size);

#endif
