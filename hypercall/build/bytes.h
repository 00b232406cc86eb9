/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes of a kernel or ramdisk, wherever they come from: a file, a descriptor, memory. */
#ifndef LX_BUILD_BYTES_H
#define LX_BUILD_BYTES_H

#include "../error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lx_bytes {
	const uint8_t *data;
	size_t size;
	void *mapping; /* to be unmapped, @mapping_size long; NULL: the bytes are the caller's */
	size_t mapping_size;
	bool is_file; /* mapped from @fd, which is ours; see lx_bytes_copy() */
	int fd;
};

/*
 * Read a whole file. A regular file is mapped (private, read-only); anything else is read to its
 * end. More than @limit bytes is -EFBIG. @what names the thing in sentences: "kernel /boot/x".
 * An fd stays open, and is read from its start if it can be.
 */
int lx_bytes_from_path(struct lx_bytes *bytes, const char *path, size_t limit, const char *what,
		       struct lx_error *error);
int lx_bytes_from_fd(struct lx_bytes *bytes, int fd, size_t limit, const char *what,
		     struct lx_error *error);
/*
 * Copy @size bytes from @at on, which must be some of @bytes. Those of a file are read from it, not
 * from its mapping: where the file has become shorter, that is -EBADMSG and a sentence ("its file
 * became shorter ..."), not the signal that ends a process. It saves the page faults as well.
 */
int lx_bytes_copy(const struct lx_bytes *bytes, const uint8_t *at, void *to, size_t size,
		  struct lx_error *error);
/* Whether a file still has all of its bytes: -EBADMSG and the same sentence if not. */
int lx_bytes_check(const struct lx_bytes *bytes, struct lx_error *error);
/* Make a file's bytes memory of our own: for those who want to look at all of them. */
int lx_bytes_load(struct lx_bytes *bytes, struct lx_error *error);
/* Room for @size bytes to be written through @mapping; zeroed. */
int lx_bytes_room(struct lx_bytes *bytes, size_t size, struct lx_error *error);
/* The same in place of an empty one or of a smaller room, whose bytes stay. */
int lx_bytes_grow(struct lx_bytes *bytes, size_t size, struct lx_error *error);
void lx_bytes_free(struct lx_bytes *bytes); /* makes it empty; takes an empty one */

#endif
