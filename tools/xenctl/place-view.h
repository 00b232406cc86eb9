/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the placement of a domain is shown. */
#ifndef XENCTL_PLACE_VIEW_H
#define XENCTL_PLACE_VIEW_H

#include <libxen/libxen.h>

#include "cpu-set.h"
#include "json.h"
#include "place.h"

/* Where one vCPU runs. */
struct ctl_vcpu_view {
	uint64_t hard[CTL_SET_WORDS], soft[CTL_SET_WORDS];
};

struct ctl_place_view {
	struct libxen_placement placement;
	uint64_t nodes[CTL_SET_WORDS];
	struct ctl_vcpu_view *vcpus; /* as many as the domain has */
	uint32_t vcpu_count;
	uint32_t host_cpus, host_nodes;
};

/* Ask for all of it; what was asked is to be freed, whatever comes back. */
int ctl_place_look(struct libxen *xen, struct libxen_domain *domain,
		   const struct libxen_domain_info *info, struct ctl_place_view *view);
void ctl_place_forget(struct ctl_place_view *view);

void ctl_place_print(const struct ctl_place_view *view);
void ctl_place_json(struct ctl_json *json, const struct ctl_place_view *view);

/* What of it is asked for; nothing if nobody asked. */
void ctl_place_print_wish(const struct ctl_place *place);
void ctl_place_json_wish(struct ctl_json *json, const struct ctl_place *place);

#endif
