/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Linux' devices for Xen take: ioctl numbers and structures, and the hypercalls' numbers. */
#ifndef FAKE_UAPI_H
#define FAKE_UAPI_H

#include <stdint.h>

/* linux/include/uapi/xen/privcmd.h, which needs Xen's own headers and so cannot be included */
struct privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};

struct privcmd_mmapbatch_v2 {
	uint32_t num;
	uint16_t dom;
	uint64_t addr;
	const uint64_t *arr;
	int *err;
};

struct privcmd_mmap_resource {
	uint16_t dom;
	uint32_t type, id, idx;
	uint64_t num, addr;
};

#define PRIVCMD_HYPERCALL     0x305000ul
#define PRIVCMD_MMAPBATCH_V2  0x205004ul
#define PRIVCMD_RESTRICT      0x025006ul
#define PRIVCMD_MMAP_RESOURCE 0x205007ul

/* .../evtchn.h */
struct evtchn_bind_interdomain {
	uint32_t remote_domain, remote_port;
};

#define EVTCHN_BIND_VIRQ	0x044500ul
#define EVTCHN_BIND_INTERDOMAIN 0x084501ul
#define EVTCHN_UNBIND		0x044503ul
#define EVTCHN_NOTIFY		0x044504ul
#define EVTCHN_RESET		0x004505ul

/* .../gntdev.h */
struct gntdev_map_grant_ref {
	uint32_t count, pad;
	uint64_t index;
	struct {
		uint32_t domid, ref;
	} refs[1];
};

struct gntdev_unmap_grant_ref {
	uint64_t index;
	uint32_t count, pad;
};

/* One that copies from memory of the caller's to a grant: of the unions the halves that it uses. */
struct gntdev_grant_copy_segment {
	uint64_t source;
	uint32_t ref;
	uint16_t offset, domid;
	uint16_t len, flags;
	int16_t status;
};

struct gntdev_grant_copy {
	uint32_t count;
	uint64_t segments;
};

#define GNTDEV_GRANT_COPY      0x104708ul
#define GNTCOPY_DEST_GREF      (1 << 1)
#define GNTDEV_MAP_GRANT_REF   0x184700ul
#define GNTDEV_UNMAP_GRANT_REF 0x104701ul

/* Hypercalls (public/xen.h); the facts say the same, which tests/unit/fake.c checks. */
enum {
	HYPERCALL_MMU_UPDATE = 1,
	HYPERCALL_MEMORY_OP = 12,
	HYPERCALL_XEN_VERSION = 17,
	HYPERCALL_GRANT_TABLE_OP = 20,
	HYPERCALL_MMUEXT_OP = 26,
	HYPERCALL_EVENT_CHANNEL_OP = 32,
	HYPERCALL_HVM_OP = 34,
	HYPERCALL_SYSCTL = 35,
	HYPERCALL_DOMCTL = 36,
};

enum {
	DOMID_SELF = 0x7ff0, /* also the first number that no domain has */
	DOMIDS = DOMID_SELF,
	DOMID_ANY = 0x7ff5,
	VIRQ_DOM_EXC = 3,
	DOMCTL_SIZE = 144,
	SYSCTL_SIZE = 136,
};

#endif
