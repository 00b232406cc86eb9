/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decompression of kernels: one function per format, and the table that finds it. */
#ifndef LX_BUILD_UNPACK_H
#define LX_BUILD_UNPACK_H

#include "../error.h"
#include "../progress.h"
#include "bytes.h"
#include <stddef.h>
#include <stdint.h>

#define LX_UNPACK_STEP "unpack kernel" /* as progress names it */

/*
 * One stream to be unpacked, into a room of the size that it must yield or, if nobody announced
 * that, into one that grows up to a limit. Input bytes are hostile.
 */
struct lx_unpack {
	const uint8_t *in;
	size_t in_size;
	uint8_t *out;
	size_t out_size;	  /* exactly what the stream must yield; 0 with @growing */
	struct lx_bytes *growing; /* empty at first; it keeps what came out. NULL: see @out_size */
	size_t out_limit;	  /* of @growing */
	const char *out_begin;	  /* a text that must come out first; NULL: anything may */
	size_t out_done;	  /* result: what it yielded */
	const struct lx_progress *progress; /* told every MiB or so; may cancel */
	struct lx_error *error;
};

struct lx_packing {
	const char *name; /* "gzip" */
	const uint8_t *magic;
	size_t magic_size;
	/*
	 * A bzImage's payload ends in the size of what comes out: bytes that its build appended
	 * to the stream, or 0 for gzip, whose streams end in that number anyway.
	 */
	size_t appended_bytes;
	const char *option; /* of the build, "lzma"; NULL: it is always there */
	/*
	 * Unpacks, or fails: -EBADMSG damaged, cut short, something follows its end, or other
	 * than @out_size comes out; -EFBIG more than @out_limit; -ENOEXEC not @out_begin;
	 * -ENOMEM; -ECANCELED. NULL: this libxen was built without it.
	 */
	int (*unpack)(struct lx_unpack *job);
};

/* Which packing the first bytes are; NULL: none that is known. */
const struct lx_packing *lx_packing_find(const uint8_t *data, size_t size);

#endif
