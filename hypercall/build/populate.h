/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for a new guest, in extents as large as the host has them. */
#ifndef LX_BUILD_POPULATE_H
#define LX_BUILD_POPULATE_H

#include "../hypercall.h"
#include "../progress.h"

/*
 * Give a domain @pages frames from @first on, and note in @p2m, from its element @first on, in
 * which machine frame each one lies; NULL: it does not matter (PVH). -ENOMEM: the host has no more.
 */
int lx_populate(struct lx_hc *hc, uint32_t domid, uint64_t first, uint64_t pages, uint64_t *p2m,
		const struct lx_progress *progress);

#endif
