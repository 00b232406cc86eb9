/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The raw calls that the typed ones are made of. */
#ifndef LX_CALL_H
#define LX_CALL_H

#include "hypercall.h"

/* Hypercall numbers (public/xen.h); constant in every release. */
enum {
	LX_CALL_MEMORY_OP = 12,
	LX_CALL_XEN_VERSION = 17,
	LX_CALL_GRANT_TABLE_OP = 20,
	LX_CALL_MMUEXT_OP = 26,
	LX_CALL_EVENT_CHANNEL_OP = 32,
	LX_CALL_HVM_OP = 34,
	LX_CALL_SYSCTL = 35,
	LX_CALL_DOMCTL = 36,
};

/* The value of the hypercall, or a negative errno. Keeps no sentence. */
int lx_call(struct lx_hc *hc, uint64_t number, uint64_t arg1, uint64_t arg2, uint64_t arg3,
	    uint64_t arg4);

static inline uint64_t lx_pointer(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

/* One domctl or sysctl: its number, which Xens have it, and where its fields lie. */
struct lx_op {
	const char *name; /* as Xen's headers call it, and as sentences do */
	uint32_t number;
	struct lx_range range;
	const struct lx_field *fields; /* NULL: it has no payload that we look at */
};

#define LX_PAYLOAD_SIZE 128 /* of domctl and sysctl alike (public/domctl.h, sysctl.h: pad[128]) */

/*
 * Make one domctl on *@domid: encode @ours (NULL: nothing), call, decode the answer into it. An op
 * that this Xen does not have is -ENOTSUP without a call. The sentence names op and domain.
 */
int lx_domctl(struct lx_hc *hc, const struct lx_op *op, uint32_t *domid, void *ours);
int lx_sysctl(struct lx_hc *hc, const struct lx_op *op, void *ours);

/* The same with an interface number of the caller's, and no sentence: for probing. */
int lx_domctl_raw(struct lx_hc *hc, uint16_t number, uint32_t op, uint32_t *domid,
		  unsigned char payload[LX_PAYLOAD_SIZE]);
int lx_sysctl_raw(struct lx_hc *hc, uint16_t number, uint32_t op,
		  unsigned char payload[LX_PAYLOAD_SIZE]);

#endif
