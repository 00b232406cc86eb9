/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page tables of PV guests. */
#include "arena.h"
#include "call.h"

/* struct mmuext_op (public/xen.h) */
struct mmuext {
	uint32_t cmd, pad;
	uint64_t mfn;
	uint64_t arg2;
};

_Static_assert(sizeof(struct mmuext) == 24, "mmuext_op");

int lx_hc_pin_l4(struct lx_hc *hc, uint32_t domid, uint64_t mfn)
{
	enum { MMUEXT_PIN_L4_TABLE = 3 };
	size_t mark = hc->arena_used;
	struct mmuext *op = lx_arena_take(hc, sizeof(*op));
	int ret;

	*op = (struct mmuext){ .cmd = MMUEXT_PIN_L4_TABLE, .mfn = mfn };
	ret = lx_call(hc, LX_CALL_MMUEXT_OP, lx_pointer(op), 1, 0, domid);
	hc->arena_used = mark;
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "Xen refuses the page tables of domain %u",
				     domid);
	return 0;
}
