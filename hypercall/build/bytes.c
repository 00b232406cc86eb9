/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting the bytes of a kernel or ramdisk: mapped if that is possible, read if not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mremap */
#endif
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_ROOM ((size_t)1 << 20) /* of a file whose size nobody knows; doubled as needed */

static int too_large(size_t limit, const char *what, struct lx_error *error)
{
	if (limit >= 1 << 20)
		return lx_fail(error, -EFBIG, "%s is larger than %zu MiB", what, limit >> 20);
	return lx_fail(error, -EFBIG, "%s is larger than %zu bytes", what, limit);
}

static int map_file(struct lx_bytes *bytes, int fd, size_t size, const char *what,
		    struct lx_error *error)
{
	void *mapping;
	int ret, own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0)
		return lx_fail_errno(error, -errno, "cannot keep %s open", what);
	mapping = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapping == MAP_FAILED) {
		ret = lx_fail_errno(error, -errno, "cannot map %s", what);
		close(own);
		return ret;
	}
	*bytes = (struct lx_bytes){
		.data = mapping,
		.size = size,
		.mapping = mapping,
		.mapping_size = size,
		.is_file = true,
		.fd = own,
	};
	return 0;
}

int lx_bytes_grow(struct lx_bytes *bytes, size_t size, struct lx_error *error)
{
	void *mapping;

	if (!bytes->mapping)
		return lx_bytes_room(bytes, size, error);
	mapping = mremap(bytes->mapping, bytes->mapping_size, size, MREMAP_MAYMOVE);
	if (mapping == MAP_FAILED)
		return lx_fail_errno(error, -errno, "no room for %zu bytes", size);
	*bytes = (struct lx_bytes){
		.data = mapping, .size = size, .mapping = mapping, .mapping_size = size
	};
	return 0;
}

/* A descriptor that knows positions is read from its start, without moving the caller's. */
static ssize_t read_some(int fd, bool seekable, void *buffer, size_t size, size_t position)
{
	ssize_t got;

	do {
		if (seekable)
			got = pread(fd, buffer, size, (off_t)position);
		else
			got = read(fd, buffer, size);
	} while (got < 0 && errno == EINTR);
	return got;
}

static int read_to_end(struct lx_bytes *bytes, int fd, size_t limit, const char *what,
		       struct lx_error *error)
{
	bool seekable = lseek(fd, 0, SEEK_CUR) >= 0;
	struct lx_bytes room = { 0 };
	size_t used = 0, want;
	ssize_t got;
	int ret;

	do {
		if (used == room.mapping_size) {
			ret = lx_bytes_grow(&room, used ? used * 2 : FIRST_ROOM, error);
			if (ret < 0)
				goto out;
		}
		want = room.mapping_size - used;
		if (want > limit - used + 1) /* one too many tells, more would only cost */
			want = limit - used + 1;
		got = read_some(fd, seekable, (uint8_t *)room.mapping + used, want, used);
		if (got < 0) {
			ret = lx_fail_errno(error, -errno, "cannot read %s", what);
			goto out;
		}
		used += (size_t)got;
		if (used > limit) {
			ret = too_large(limit, what, error);
			goto out;
		}
	} while (got > 0);

	room.size = used;
	*bytes = room;
	room = (struct lx_bytes){ 0 };
	ret = 0;
out:
	lx_bytes_free(&room);
	return ret;
}

int lx_bytes_from_fd(struct lx_bytes *bytes, int fd, size_t limit, const char *what,
		     struct lx_error *error)
{
	struct stat status;

	*bytes = (struct lx_bytes){ 0 };
	if (fstat(fd, &status) < 0)
		return lx_fail_errno(error, -errno, "cannot read %s", what);

	/* Files in /proc and /sys say that they are regular and empty, and are neither. */
	if (!S_ISREG(status.st_mode) || status.st_size == 0)
		return read_to_end(bytes, fd, limit, what, error);

	if ((uintmax_t)status.st_size > limit)
		return too_large(limit, what, error);
	return map_file(bytes, fd, (size_t)status.st_size, what, error);
}

int lx_bytes_from_path(struct lx_bytes *bytes, const char *path, size_t limit, const char *what,
		       struct lx_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	*bytes = (struct lx_bytes){ 0 };
	if (fd < 0)
		return lx_fail_errno(error, -errno, "cannot open %s", what);
	ret = lx_bytes_from_fd(bytes, fd, limit, what, error);
	close(fd);
	return ret;
}

static int too_short(const struct lx_bytes *bytes, size_t size, struct lx_error *error)
{
	return lx_fail(
		error, -EBADMSG,
		"its file became shorter while it was in use: it ends after %zu bytes, not %zu",
		size, bytes->size);
}

int lx_bytes_check(const struct lx_bytes *bytes, struct lx_error *error)
{
	struct stat status;

	if (!bytes->is_file)
		return 0;
	if (fstat(bytes->fd, &status) < 0)
		return lx_fail_errno(error, -errno, "cannot look at its file");
	if ((uintmax_t)status.st_size < bytes->size)
		return too_short(bytes, (size_t)status.st_size, error);
	return 0;
}

int lx_bytes_copy(const struct lx_bytes *bytes, const uint8_t *at, void *to, size_t size,
		  struct lx_error *error)
{
	size_t position = (size_t)(at - bytes->data);
	uint8_t *next = to;

	if (!bytes->is_file) {
		memcpy(to, at, size);
		return 0;
	}
	while (size > 0) {
		ssize_t got = read_some(bytes->fd, true, next, size, position);

		if (got < 0)
			return lx_fail_errno(error, -errno, "cannot read its file");
		if (got == 0)
			return too_short(bytes, position, error);
		next += got;
		position += (size_t)got;
		size -= (size_t)got;
	}
	return 0;
}

int lx_bytes_load(struct lx_bytes *bytes, struct lx_error *error)
{
	struct lx_bytes room = { 0 };
	int ret;

	if (!bytes->is_file)
		return 0;
	ret = lx_bytes_room(&room, bytes->size, error);
	if (ret == 0)
		ret = lx_bytes_copy(bytes, bytes->data, room.mapping, bytes->size, error);
	if (ret < 0) {
		lx_bytes_free(&room);
		return ret;
	}
	lx_bytes_free(bytes);
	*bytes = room;
	return 0;
}

int lx_bytes_room(struct lx_bytes *bytes, size_t size, struct lx_error *error)
{
	void *mapping =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapping == MAP_FAILED)
		return lx_fail_errno(error, -errno, "no room for %zu bytes", size);
	*bytes = (struct lx_bytes){
		.data = mapping, .size = size, .mapping = mapping, .mapping_size = size
	};
	return 0;
}

void lx_bytes_free(struct lx_bytes *bytes)
{
	if (bytes->mapping)
		munmap(bytes->mapping, bytes->mapping_size);
	if (bytes->is_file)
		close(bytes->fd);
	*bytes = (struct lx_bytes){ 0 };
}
