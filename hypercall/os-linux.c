/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Linux kernel behind the seam: the one place that makes system calls on Xen's devices. */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int result(long value)
{
	return value < 0 ? -errno : (int)value;
}

static int linux_open(const struct lx_os *os, const char *path)
{
	(void)os;
	return result(open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK));
}

static void linux_close(const struct lx_os *os, int fd)
{
	(void)os;
	close(fd);
}

static int linux_ioctl(const struct lx_os *os, int fd, unsigned long request, void *arg)
{
	(void)os;
	return result(ioctl(fd, request, arg));
}

static int linux_map(const struct lx_os *os, int fd, size_t size, int prot, off_t offset,
		     void **addr)
{
	void *mapped;

	(void)os;
	mapped = mmap(NULL, size, prot, MAP_SHARED, fd, offset);
	if (mapped == MAP_FAILED)
		return -errno;
	*addr = mapped;
	return 0;
}

static void linux_unmap(const struct lx_os *os, void *addr, size_t size)
{
	(void)os;
	munmap(addr, size);
}

static int linux_map_locked(const struct lx_os *os, size_t size, void **addr)
{
	int ret;
	void *mapped;

	(void)os;
	mapped = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	if (mapped == MAP_FAILED)
		return -errno;

	/* After a fork, copy-on-write would take the page away from under Xen. */
	if (madvise(mapped, size, MADV_DONTFORK) < 0) {
		ret = -errno;
		munmap(mapped, size);
		return ret;
	}

	memset(mapped, 0, size); /* written, not only read: each page is ours now */
	*addr = mapped;
	return 0;
}

static int linux_read(const struct lx_os *os, int fd, void *buffer, size_t size)
{
	(void)os;
	return result(read(fd, buffer, size));
}

static int linux_write(const struct lx_os *os, int fd, const void *buffer, size_t size)
{
	(void)os;
	return result(write(fd, buffer, size));
}

const struct lx_os *lx_os_default(void)
{
	static const struct lx_os os_linux = {
		.open = linux_open,
		.close = linux_close,
		.ioctl = linux_ioctl,
		.map = linux_map,
		.unmap = linux_unmap,
		.map_locked = linux_map_locked,
		.read = linux_read,
		.write = linux_write,
	};

	return &os_linux;
}
