/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory for hypercall arguments: one mapping for a connection, used like a stack. */
#include "arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int lx_arena_open(struct lx_hc *hc)
{
	void *memory = NULL;
	int ret;

	hc->hypercall = hc->os->open(hc->os, "/dev/xen/hypercall");
	if (hc->hypercall >= 0)
		ret = hc->os->map(hc->os, hc->hypercall, LX_ARENA_SIZE, PROT_READ | PROT_WRITE, 0,
				  &memory);
	else
		ret = hc->os->map_locked(hc->os, LX_ARENA_SIZE, &memory);
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "no memory that Xen can reach");

	hc->arena = memory;
	hc->arena_used = 0;
	return 0;
}

void lx_arena_close(struct lx_hc *hc)
{
	if (hc->arena)
		hc->os->unmap(hc->os, hc->arena, LX_ARENA_SIZE);
	if (hc->hypercall >= 0)
		hc->os->close(hc->os, hc->hypercall);
	hc->arena = NULL;
	hc->hypercall = -1;
}

void *lx_arena_take(struct lx_hc *hc, size_t size)
{
	unsigned char *piece = hc->arena + hc->arena_used;

	size = (size + 7) & ~(size_t)7;
	if (size > LX_ARENA_SIZE - hc->arena_used)
		abort();
	hc->arena_used += size;
	return memset(piece, 0, size);
}
