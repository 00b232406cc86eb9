/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seam: every entry into the kernel that concerns Xen goes through this table. */
#ifndef LX_OS_H
#define LX_OS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The kernel behind the devices /dev/xen/{privcmd,hypercall,evtchn}, or a model of it.
 * Each member returns 0 or a positive result, or a negative errno; errno itself means nothing.
 * Members are called from several threads at once, never with the same descriptor.
 */
struct lx_os {
	/* Open a device by path for reading and writing, closed on exec. Returns the descriptor. */
	int (*open)(const struct lx_os *os, const char *path);

	/* Close what open() returned. Cannot fail in a way that matters. */
	void (*close)(const struct lx_os *os, int fd);

	/* ioctl(2) on what open() returned. Returns the ioctl's value. */
	int (*ioctl)(const struct lx_os *os, int fd, unsigned long request, void *arg);

	/*
	 * mmap(2) of @size bytes, shared, of what open() returned. A privcmd mapping holds
	 * nothing until a batch ioctl fills it.
	 */
	int (*map)(const struct lx_os *os, int fd, size_t size, int prot, off_t offset,
		   void **addr);

	/* munmap(2) of a whole mapping. */
	void (*unmap)(const struct lx_os *os, void *addr, size_t size);

	/* mmap(2) of private memory, locked, not inherited by fork, and present. */
	int (*map_locked)(const struct lx_os *os, size_t size, void **addr);

	/* read(2) and write(2), whole u32 port numbers, on an event channel descriptor. */
	int (*read)(const struct lx_os *os, int fd, void *buffer, size_t size);
	int (*write)(const struct lx_os *os, int fd, const void *buffer, size_t size);
};

/*
 * The table that a new connection uses. libxen has just one, the Linux kernel (os-linux.c);
 * tests link their own definition in its place.
 */
const struct lx_os *lx_os_default(void);

#endif
