/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that Xen can reach: it reads and writes our addresses and cannot take a page fault. */
#ifndef LX_ARENA_H
#define LX_ARENA_H

#include "hypercall.h"

/*
 * 64 pages: the first kernels with /dev/xen/hypercall gave no more for one descriptor (pv-boot,
 * 1.3), and the largest list of domains and the largest batch of extents fit.
 */
#define LX_ARENA_SIZE (64 * LX_PAGE_SIZE)

/* /dev/xen/hypercall where the kernel has it, else locked memory. */
int lx_arena_open(struct lx_hc *hc);
void lx_arena_close(struct lx_hc *hc);

/*
 * Take @size zeroed bytes, aligned to 8. Callers remember @arena_used before the first and set it
 * back when done, so pieces are given back in the reverse order. @size is bounded by the caller's
 * own constants: asking for more than is there is a mistake in libxen and aborts.
 */
void *lx_arena_take(struct lx_hc *hc, size_t size);

#endif
