/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a domain shall be, in one piece: for one that is being built, and for one that runs. */
#ifndef LX_BUILD_PLACE_H
#define LX_BUILD_PLACE_H

#include "../hypercall.h"

/* Which CPUs, for which vCPUs. */
struct lx_place_vcpus {
	uint32_t first, end; /* end: one past the last */
	struct lx_hc_affinity affinity;
};

enum { LX_PLACE_WEIGHT = 1u << 0, LX_PLACE_CAP = 1u << 1 };

/* All zero: as Xen has it. */
struct lx_place {
	uint32_t cpupool;      /* for createdomain; not looked at here */
	const uint64_t *nodes; /* NULL: no wish */
	size_t node_words;
	uint32_t set;		  /* LX_PLACE_*: which members of @share are meant */
	struct lx_hc_share share; /* its scheduler is that of the domain's pool */
	const struct lx_place_vcpus *vcpus;
	size_t vcpus_count;
};

/* All but the pool. What comes first is set, if what comes after is refused. */
int lx_place_domain(struct lx_hc *hc, uint32_t domid, const struct lx_place *place);

#endif
