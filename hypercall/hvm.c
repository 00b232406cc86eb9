/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hardware-virtualised guests: parameters, the state of vCPUs, paging memory, the clock. */
#include "abi.h"
#include "arena.h"

#include <errno.h>
#include <string.h>

/* struct xen_hvm_param (public/hvm/hvm_op.h); the same in every release */
struct hvm_param {
	uint16_t domid, pad;
	uint32_t index;
	uint64_t value;
};

_Static_assert(sizeof(struct hvm_param) == 16, "xen_hvm_param");

enum { HVMOP_SET_PARAM = 0, HVMOP_GET_PARAM = 1 };

static int param_op(struct lx_hc *hc, unsigned int op, uint32_t domid, uint32_t index,
		    uint64_t *value)
{
	size_t mark = hc->arena_used;
	struct hvm_param *args = lx_arena_take(hc, sizeof(*args));
	int ret;

	*args = (struct hvm_param){ .domid = domid, .index = index, .value = *value };
	ret = lx_call(hc, LX_CALL_HVM_OP, op, lx_pointer(args), 0, 0);
	*value = args->value;
	hc->arena_used = mark;
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "Xen refuses parameter %u of domain %u", index,
				     domid);
	return 0;
}

int lx_hc_hvm_param(struct lx_hc *hc, uint32_t domid, uint32_t index, uint64_t value)
{
	return param_op(hc, HVMOP_SET_PARAM, domid, index, &value);
}

int lx_hc_hvm_param_get(struct lx_hc *hc, uint32_t domid, uint32_t index, uint64_t *value)
{
	*value = 0;
	return param_op(hc, HVMOP_GET_PARAM, domid, index, value);
}

int lx_hc_hvm_set_context(struct lx_hc *hc, uint32_t domid, const void *context, size_t size)
{
	size_t mark = hc->arena_used;
	struct lx_hvm_context set = { .size = size };
	void *copy;
	int ret;

	if (size > LX_HVM_CONTEXT_MAX)
		return lx_fail(hc->error, -E2BIG, "a vCPU state of %zu bytes is too large", size);
	copy = lx_arena_take(hc, size);
	memcpy(copy, context, size);
	set.buffer = lx_pointer(copy);
	ret = lx_domctl(hc, &lx_domctl_set_hvm_context, &domid, &set);
	hc->arena_used = mark;
	return ret;
}

/* In bytes where Xen takes them, else in MiB, rounded up. */
int lx_hc_paging_pool(struct lx_hc *hc, uint32_t domid, uint64_t bytes)
{
	enum { SET_ALLOCATION = 31 }; /* XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION */
	struct lx_paging_mempool pool = { .size = bytes };
	struct lx_shadow_op shadow = {
		.op = SET_ALLOCATION,
		.mb = (uint32_t)((bytes + (1 << 20) - 1) >> 20),
	};

	if (lx_range_has(&lx_domctl_set_paging_mempool.range, &hc->domctl))
		return lx_domctl(hc, &lx_domctl_set_paging_mempool, &domid, &pool);
	return lx_domctl(hc, &lx_domctl_shadow, &domid, &shadow);
}

int lx_hc_tsc_mode(struct lx_hc *hc, uint32_t domid, uint32_t mode)
{
	struct lx_tsc_info info = { .tsc_mode = mode };

	return lx_domctl(hc, &lx_domctl_set_tsc, &domid, &info);
}

int lx_hc_tsc_mode_get(struct lx_hc *hc, uint32_t domid, uint32_t *mode)
{
	struct lx_tsc_info info = { 0 };
	int ret;

	ret = lx_domctl(hc, &lx_domctl_get_tsc, &domid, &info);
	*mode = info.tsc_mode;
	return ret;
}
