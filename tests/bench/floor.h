/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor: what a start of a PV Linux costs with the necessary hypercalls and nothing else. */
#ifndef FLOOR_H
#define FLOOR_H

#include <stddef.h>
#include <stdint.h>

struct floor_guest {
	const unsigned char *kernel; /* an unpacked ELF kernel of Linux' layout */
	size_t kernel_bytes;
	const unsigned char *ramdisk;
	size_t ramdisk_bytes;
	const char *cmdline;
	uint64_t pages; /* a multiple of 512 */
};

struct floor_cost {
	uint64_t hypercalls, mapping_calls, mapped_pages, copied_bytes;
};

/* How a guest ended, for floor_wait(). */
enum { FLOOR_POWEROFF = 0, FLOOR_REBOOT = 1, FLOOR_CRASH = 3, FLOOR_TIMEOUT = -1 };

/* Whatever fails ends the program: this is a measure, not a tool. */
void floor_open(void);

/* Look at the kernel and lay the guest out; not part of what is measured. */
void floor_prepare(const struct floor_guest *guest);

/*
 * Build the prepared guest, paused. @step, which may be NULL, is called at the beginning of each
 * step, under the names that libxen_start() has for the same.
 */
uint32_t floor_start(void (*step)(const char *name), struct floor_cost *cost);

void floor_unpause(uint32_t domid);

/* Wait until the guest has ended by itself; why it did. */
int floor_wait(uint32_t domid, unsigned int seconds);

void floor_destroy(uint32_t domid);

#endif
