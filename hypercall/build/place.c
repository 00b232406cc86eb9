/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places a domain: nodes, its share of the CPUs, and which of them its vCPUs run on. */
#include "place.h"

/* One of the two alone leaves the other as it is: so both are read first. */
static int set_share(struct lx_hc *hc, uint32_t domid, const struct lx_place *place)
{
	struct lx_hc_share share = { .scheduler = place->share.scheduler };
	int ret;

	if (!place->set)
		return 0;
	ret = lx_hc_share_get(hc, domid, &share);
	if (ret < 0)
		return ret;
	if (place->set & LX_PLACE_WEIGHT)
		share.weight = place->share.weight;
	if (place->set & LX_PLACE_CAP)
		share.cap = place->share.cap;
	return lx_hc_share_set(hc, domid, &share);
}

static int set_vcpus(struct lx_hc *hc, uint32_t domid, const struct lx_place_vcpus *vcpus)
{
	int ret = 0;

	for (uint32_t vcpu = vcpus->first; vcpu < vcpus->end && ret == 0; vcpu++)
		ret = lx_hc_affinity_set(hc, domid, vcpu, &vcpus->affinity);
	return ret;
}

int lx_place_domain(struct lx_hc *hc, uint32_t domid, const struct lx_place *place)
{
	int ret = 0;

	if (place->nodes)
		ret = lx_hc_nodes_set(hc, domid, place->nodes, place->node_words);
	if (ret == 0)
		ret = set_share(hc, domid, place);
	for (size_t i = 0; i < place->vcpus_count && ret == 0; i++)
		ret = set_vcpus(hc, domid, &place->vcpus[i]);
	return ret;
}
