/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a domain runs: read it, and change it while it runs. */
#include "placement-wish.h"

#include <errno.h>
#include <stdlib.h>

/* Far more than any Xen takes, and far from any overflow. */
#define MEMORY_MAX_BYTES (1ull << 56)

/* Above the guest's memory, as Xen's tools leave it. */
enum { SLACK_KIB = 1024 };

static const uint32_t clocks[] = {
	[LX_TSC_DEFAULT] = LIBXEN_TSC_DEFAULT,
	[LX_TSC_EMULATED] = LIBXEN_TSC_EMULATED,
	[LX_TSC_NATIVE] = LIBXEN_TSC_NATIVE,
};

/* A domain may leave its pool, and that go, between two questions: then nothing is told. */
static int tell_share(struct libxen *xen, uint32_t domid, struct libxen_placement *now)
{
	struct lx_hc_share share = { 0 };
	struct lx_hc_pool pool;
	int ret;

	ret = lx_hc_pool_info(&xen->hc, now->cpupool, &pool);
	if (ret < 0)
		return ret == -ENOENT ? 0 : ret;
	now->valid |= LIBXEN_PLACEMENT_SCHEDULER;
	now->scheduler = lx_scheduler_of(pool.scheduler);
	if (pool.scheduler != LX_SCHEDULER_CREDIT && pool.scheduler != LX_SCHEDULER_CREDIT2)
		return 0;
	share.scheduler = pool.scheduler;
	ret = lx_hc_share_get(&xen->hc, domid, &share);
	if (ret < 0)
		return ret;
	now->valid |= LIBXEN_PLACEMENT_WEIGHT;
	now->weight = share.weight;
	if (lx_hc_scheduler_has_cap(&xen->hc, pool.scheduler))
		now->valid |= LIBXEN_PLACEMENT_CAP;
	now->cap = share.cap;
	return 0;
}

static int tell_clock(struct libxen *xen, uint32_t domid, struct libxen_placement *now)
{
	uint32_t mode;
	int ret;

	if (domid == 0) /* the one that we run in: Xen does not tell */
		return 0;
	ret = lx_hc_tsc_mode_get(&xen->hc, domid, &mode);
	if (ret < 0)
		return ret;
	if (mode < sizeof(clocks) / sizeof(clocks[0])) {
		now->valid |= LIBXEN_PLACEMENT_TSC;
		now->tsc_mode = clocks[mode];
	}
	return 0;
}

static int tell(struct libxen_domain *domain, struct libxen_placement *now)
{
	struct libxen *xen = domain->xen;
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	if (now->nodes) {
		ret = lx_hc_nodes_get(&xen->hc, domain->domid, now->nodes, now->node_words);
		if (ret < 0)
			return ret;
		now->valid |= LIBXEN_PLACEMENT_NODES;
	}
	ret = tell_clock(xen, domain->domid, now);
	if (ret < 0 || info.cpupool == UINT32_MAX)
		return ret;
	now->valid |= LIBXEN_PLACEMENT_CPUPOOL;
	now->cpupool = info.cpupool;
	return tell_share(xen, domain->domid, now);
}

int libxen_domain_placement(struct libxen_domain *domain, struct libxen_placement *placement)
{
	struct libxen_placement now = { 0 };
	int ret = -EINVAL;

	if (placement->size >= LX_PLACEMENT_SIZE_0_1) {
		now.nodes = placement->nodes;
		now.node_words = placement->node_words;
		ret = tell(domain, &now);
		if (ret < 0)
			return ret;
		ret = lx_sized_out(placement, LX_PLACEMENT_SIZE_0_1, &now, sizeof(now));
	}
	if (ret < 0)
		return lx_fail(&domain->xen->error, ret,
			       "struct libxen_placement has a wrong size");
	return 0;
}

int libxen_domain_place(struct libxen_domain *domain, const struct libxen_placement *placement)
{
	struct libxen *xen = domain->xen;
	struct lx_place place = { 0 };
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	place.cpupool = info.cpupool;
	ret = lx_placement_take(xen, placement, info.max_vcpu_id + 1, &place);
	if (ret == 0 && place.cpupool != info.cpupool && domain->domid == 0)
		ret = lx_fail(&xen->error, -EINVAL, "domain 0 cannot be moved to another CPU pool");
	if (ret == 0 && place.cpupool != info.cpupool)
		ret = lx_hc_pool_move(&xen->hc, domain->domid, place.cpupool);
	return ret < 0 ? ret : lx_place_domain(&xen->hc, domain->domid, &place);
}

int libxen_domain_affinity(struct libxen_domain *domain, const struct libxen_affinity *affinity)
{
	struct libxen *xen = domain->xen;
	struct lx_hc_affinity sets;
	struct lx_hc_domain_info info;
	struct libxen_affinity now;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	ret = lx_sized_in(xen, "libxen_affinity", affinity, LX_AFFINITY_SIZE_0_1, &now,
			  sizeof(now));
	if (ret < 0)
		return ret;
	if (now.vcpu >= info.max_vcpu_id + 1) /* ~0 before there are any */
		return lx_fail(&xen->error, -EINVAL, "domain %u has no vCPU %u", domain->domid,
			       now.vcpu);
	sets = (struct lx_hc_affinity){ now.hard, now.soft, now.words };
	return lx_hc_affinity_get(&xen->hc, domain->domid, now.vcpu, &sets);
}

int libxen_domain_set_affinity(struct libxen_domain *domain, const struct libxen_affinity *affinity)
{
	struct libxen *xen = domain->xen;
	struct lx_place place = { 0 };
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	if (info.max_vcpu_id == UINT32_MAX)
		return lx_fail(&xen->error, -EINVAL, "domain %u has no vCPUs yet", domain->domid);
	place.cpupool = info.cpupool;
	ret = lx_affinities_take(xen, affinity, 1, info.max_vcpu_id + 1, &place);
	if (ret == 0)
		ret = lx_place_domain(&xen->hc, domain->domid, &place);
	free((void *)place.vcpus);
	return ret;
}

int libxen_domain_set_memory_max(struct libxen_domain *domain, uint64_t bytes)
{
	struct libxen *xen = domain->xen;
	struct lx_hc_domain_info info;
	uint64_t pages;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	if (!bytes || bytes > MEMORY_MAX_BYTES)
		return lx_fail(&xen->error, -EINVAL, "%llu bytes are no limit of memory",
			       (unsigned long long)bytes);
	pages = (bytes + LX_PAGE_SIZE - 1) / LX_PAGE_SIZE;
	return lx_hc_domain_max_mem(&xen->hc, domain->domid, pages * 4 + SLACK_KIB);
}
