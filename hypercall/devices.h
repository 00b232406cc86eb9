/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ioctls of Linux' Xen devices, as the kernel's uapi documents them (x86-64). */
#ifndef LX_DEVICES_H
#define LX_DEVICES_H

#include <stdint.h>

/* include/uapi/xen/privcmd.h */
struct lx_privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};

struct lx_privcmd_mmapbatch_v2 {
	uint32_t num;
	uint16_t dom;
	uint64_t addr;
	const uint64_t *frames;
	int32_t *errors;
};

struct lx_privcmd_mmap_resource {
	uint16_t dom;
	uint32_t type, id, idx;
	uint64_t num;
	uint64_t addr;
};

#define LX_PRIVCMD_HYPERCALL	 0x305000ul
#define LX_PRIVCMD_MMAPBATCH_V2	 0x205004ul
#define LX_PRIVCMD_MMAP_RESOURCE 0x205007ul

/* include/uapi/xen/evtchn.h */
struct lx_evtchn_bind_interdomain {
	uint32_t remote_domain, remote_port;
};

struct lx_evtchn_port {
	uint32_t port;
};

#define LX_EVTCHN_BIND_INTERDOMAIN 0x084501ul
#define LX_EVTCHN_NOTIFY	   0x044504ul

/* include/uapi/xen/gntdev.h; the destination's half of each union */
struct lx_gntdev_copy_segment {
	const void *from;
	uint32_t ref;
	uint16_t offset, domid;
	uint16_t bytes, flags;
	int16_t status;
};

struct lx_gntdev_grant_copy {
	uint32_t count;
	struct lx_gntdev_copy_segment *segments;
};

#define LX_GNTDEV_GRANT_COPY 0x104708ul
enum { LX_GNTDEV_COPY_TO_GRANT = 1 << 1 };

_Static_assert(sizeof(struct lx_gntdev_copy_segment) == 24, "as Linux has it");
_Static_assert(sizeof(struct lx_gntdev_grant_copy) == 0x10, "as the ioctl number says");
_Static_assert(sizeof(struct lx_privcmd_hypercall) == 0x30, "as the ioctl number says");
_Static_assert(sizeof(struct lx_privcmd_mmapbatch_v2) == 0x20, "as the ioctl number says");
_Static_assert(sizeof(struct lx_privcmd_mmap_resource) == 0x20, "as the ioctl number says");

#endif
