/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wishes about placement: checked, and put in the terms of the layer below. */
#ifndef LX_PLACEMENT_WISH_H
#define LX_PLACEMENT_WISH_H

#include "internal.h"
#include <build/build.h>

/*
 * What @wish (NULL: nothing) asks for a domain with @vcpus vCPUs that is in CPU pool
 * place->cpupool, or will be; the pool that it is moved to takes that one's place. The sets stay
 * the caller's.
 */
int lx_placement_take(struct libxen *xen, const struct libxen_placement *wish, uint32_t vcpus,
		      struct lx_place *place);

/*
 * The same of @count affinities for a domain with @vcpus vCPUs, after the pool is known. What
 * place->vcpus points to then is to be freed.
 */
int lx_affinities_take(struct libxen *xen, const struct libxen_affinity *wishes, uint32_t count,
		       uint32_t vcpus, struct lx_place *place);

/* The API's name of a scheduler: LIBXEN_SCHEDULER_*. */
uint32_t lx_scheduler_of(uint32_t scheduler);

enum { LX_PLACEMENT_SIZE_0_1 = 48, LX_AFFINITY_SIZE_0_1 = 40 };

#endif
