/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest that is asked for shall run: by options, by keys of xl.cfg, and for the library. */
#ifndef XENCTL_PLACE_H
#define XENCTL_PLACE_H

#include <libxen/libxen.h>
#include <stdint.h>

#include "cpu-set.h"
#include "xlcfg.h"

/* A member that is 0, CTL_PLACE_UNSAID, or a set that was not said, is nobody's wish. */
#define CTL_PLACE_UNSAID (-1)
#define CTL_PLACE_NONE                                             \
	{                                                          \
		.pool = CTL_PLACE_UNSAID, .cap = CTL_PLACE_UNSAID, \
	}

struct ctl_place {
	struct ctl_set cpus, cpus_soft; /* of all vCPUs */
	struct ctl_set nodes;
	struct ctl_set *cpus_of, *soft_of; /* one for each vCPU, as far as a file says it */
	uint32_t cpus_of_count, soft_of_count;
	int64_t pool, cap;
	uint32_t weight;
	uint32_t tsc_mode; /* LIBXEN_TSC_* */
};

/*
 * Take a key of a file, unless @said has the wish already. -EINVAL or -ENOTSUP: the sentence says
 * what is wrong with it; -ENOMEM.
 */
int ctl_place_take(struct ctl_place *place, const struct ctl_place *said,
		   const struct ctl_xlcfg *cfg, const struct ctl_xlcfg_key *key, char *sentence,
		   size_t size);
void ctl_place_free(struct ctl_place *place);

/* What the library is told of it: must live as long as the guest. */
struct ctl_place_room {
	struct libxen_placement placement;
	struct libxen_affinity affinities[2 + 2 * 128];
};

/* @place must live as long, too. */
void ctl_place_guest(const struct ctl_place *place, struct ctl_place_room *room,
		     struct libxen_guest *guest);

/* "default", "emulated" or "native"; what xl.cfg calls "always_emulate" is taken too. -EINVAL. */
int ctl_parse_tsc(const char *text, uint32_t *tsc_mode);

#endif
