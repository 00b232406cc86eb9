/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The funnel: every hypercall goes through lx_call(), every domctl and sysctl through its frame. */
#include "call.h"
#include "arena.h"
#include "devices.h"

#include <errno.h>
#include <string.h>

/* struct xen_domctl and xen_sysctl: the same outside in every release (xen-abi, structs). */
struct domctl_frame {
	uint32_t cmd, version;
	uint16_t domain, pad[3];
	unsigned char payload[LX_PAYLOAD_SIZE];
};

struct sysctl_frame {
	uint32_t cmd, version;
	unsigned char payload[LX_PAYLOAD_SIZE];
};

_Static_assert(sizeof(struct domctl_frame) == 144, "Xen copies this many bytes");
_Static_assert(sizeof(struct sysctl_frame) == 136, "Xen copies this many bytes");

int lx_call(struct lx_hc *hc, uint64_t number, uint64_t arg1, uint64_t arg2, uint64_t arg3,
	    uint64_t arg4)
{
	struct lx_privcmd_hypercall call = { .op = number, .arg = { arg1, arg2, arg3, arg4, 0 } };

	hc->counters.hypercalls++;
	return hc->os->ioctl(hc->os, hc->privcmd, LX_PRIVCMD_HYPERCALL, &call);
}

int lx_domctl_raw(struct lx_hc *hc, uint16_t number, uint32_t op, uint32_t *domid,
		  unsigned char payload[LX_PAYLOAD_SIZE])
{
	size_t mark = hc->arena_used;
	struct domctl_frame *frame = lx_arena_take(hc, sizeof(*frame));
	int ret;

	frame->cmd = op;
	frame->version = number;
	frame->domain = (uint16_t)*domid;
	memcpy(frame->payload, payload, LX_PAYLOAD_SIZE);

	ret = lx_call(hc, LX_CALL_DOMCTL, lx_pointer(frame), 0, 0, 0);

	*domid = frame->domain;
	memcpy(payload, frame->payload, LX_PAYLOAD_SIZE);
	hc->arena_used = mark;
	return ret;
}

int lx_sysctl_raw(struct lx_hc *hc, uint16_t number, uint32_t op,
		  unsigned char payload[LX_PAYLOAD_SIZE])
{
	size_t mark = hc->arena_used;
	struct sysctl_frame *frame = lx_arena_take(hc, sizeof(*frame));
	int ret;

	frame->cmd = op;
	frame->version = number;
	memcpy(frame->payload, payload, LX_PAYLOAD_SIZE);

	ret = lx_call(hc, LX_CALL_SYSCTL, lx_pointer(frame), 0, 0, 0);

	memcpy(payload, frame->payload, LX_PAYLOAD_SIZE);
	hc->arena_used = mark;
	return ret;
}

/* Releases differ in how they refuse an op that they were built without (xen-abi, CHANGES, 1). */
static int one_refusal(int ret)
{
	return ret == -ENOSYS ? -ENOTSUP : ret;
}

/* Before the call: is the op there, and what goes down. */
static int prepare(struct lx_hc *hc, const struct lx_op *op, const struct lx_abi *abi,
		   const void *ours, unsigned char *payload)
{
	if (!lx_range_has(&op->range, abi))
		return lx_fail(hc->error, -ENOTSUP, "this Xen (%u.%u) has no %s", abi->release >> 8,
			       abi->release & 0xff, op->name);
	if (!ours)
		return 0;
	return lx_layout_encode(op->fields, abi, ours, payload, hc->error);
}

int lx_domctl(struct lx_hc *hc, const struct lx_op *op, uint32_t *domid, void *ours)
{
	unsigned char payload[LX_PAYLOAD_SIZE] = { 0 };
	uint32_t asked = *domid;
	int ret;

	ret = prepare(hc, op, &hc->domctl, ours, payload);
	if (ret < 0)
		return ret;

	ret = one_refusal(lx_domctl_raw(hc, hc->domctl.number, op->number, domid, payload));
	if (ret < 0 && asked >= LX_DOMID_END) /* a wish for any number: it names no domain */
		return lx_fail_errno(hc->error, ret, "Xen refuses %s", op->name);
	if (ret == -ESRCH)
		return lx_fail(hc->error, ret, "there is no domain %u", asked);
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "Xen refuses %s for domain %u", op->name,
				     asked);
	if (ours)
		lx_layout_decode(op->fields, &hc->domctl, payload, ours);
	return ret;
}

int lx_sysctl(struct lx_hc *hc, const struct lx_op *op, void *ours)
{
	unsigned char payload[LX_PAYLOAD_SIZE] = { 0 };
	int ret;

	ret = prepare(hc, op, &hc->sysctl, ours, payload);
	if (ret < 0)
		return ret;

	ret = one_refusal(lx_sysctl_raw(hc, hc->sysctl.number, op->number, payload));
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "Xen refuses %s", op->name);
	if (ours)
		lx_layout_decode(op->fields, &hc->sysctl, payload, ours);
	return ret;
}
