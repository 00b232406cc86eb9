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

_Static_assert(sizeof(struct lx_privcmd_hypercall) == 0x30, "as the ioctl number says");
_Static_assert(sizeof(struct lx_privcmd_mmapbatch_v2) == 0x20, "as the ioctl number says");
_Static_assert(sizeof(struct lx_privcmd_mmap_resource) == 0x20, "as the ioctl number says");

#endif
