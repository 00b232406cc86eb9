/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks what is asked about placement, before anything is changed. */
#include "placement-wish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define TOLD_ONLY ((uint64_t)LIBXEN_PLACEMENT_SCHEDULER | LIBXEN_PLACEMENT_TSC)
#define KNOWN                                                                                    \
	((uint64_t)LIBXEN_PLACEMENT_CPUPOOL | LIBXEN_PLACEMENT_NODES | LIBXEN_PLACEMENT_WEIGHT | \
	 LIBXEN_PLACEMENT_CAP | TOLD_ONLY)

enum { WEIGHT_MAX = 65535 };

static const struct {
	uint32_t theirs, ours;
	const char *name;
} schedulers[] = {
	{ LX_SCHEDULER_CREDIT, LIBXEN_SCHEDULER_CREDIT, "credit" },
	{ LX_SCHEDULER_CREDIT2, LIBXEN_SCHEDULER_CREDIT2, "credit2" },
	{ LX_SCHEDULER_ARINC653, LIBXEN_SCHEDULER_ARINC653, "arinc653" },
	{ LX_SCHEDULER_RTDS, LIBXEN_SCHEDULER_RTDS, "rtds" },
	{ LX_SCHEDULER_NULL, LIBXEN_SCHEDULER_NULL, "null" },
};

enum { SCHEDULERS = sizeof(schedulers) / sizeof(schedulers[0]) };

static size_t row_of(uint32_t scheduler)
{
	size_t i = 0;

	while (i < SCHEDULERS && schedulers[i].theirs != scheduler)
		i++;
	return i;
}

uint32_t lx_scheduler_of(uint32_t scheduler)
{
	size_t row = row_of(scheduler);

	return row < SCHEDULERS ? schedulers[row].ours : LIBXEN_SCHEDULER_UNKNOWN;
}

/* --- sets --- */

static bool has(const uint64_t *words, size_t count, uint32_t number)
{
	return number / 64 < count && words[number / 64] >> number % 64 & 1;
}

static bool meet(const uint64_t *a, const uint64_t *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i] & b[i])
			return true;
	return false;
}

/* "0-3,7" */
static void write_set(const uint64_t *words, size_t count, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t n = 0; n < count * 64 && used < size; n++) {
		uint32_t first = n;

		if (!has(words, count, n))
			continue;
		while (has(words, count, n + 1))
			n++;
		used += (size_t)snprintf(text + used, size - used, first == n ? "%s%u" : "%s%u-%u",
					 used ? "," : "", first, n);
	}
}

static int check_set(struct lx_error *error, const uint64_t *words, size_t count, const char *what)
{
	if (count > LX_SET_WORDS)
		return lx_fail(error, -EINVAL, "the set of %s has %zu words; %u are the most", what,
			       count, LX_SET_WORDS);
	for (size_t i = 0; i < count; i++)
		if (words[i])
			return 0;
	return lx_fail(error, -EINVAL, "the set of %s is empty", what);
}

/* --- placement --- */

static int take_nodes(struct libxen *xen, const struct libxen_placement *wish,
		      struct lx_place *place)
{
	struct lx_hc_physinfo host;
	int ret;

	if (!wish->nodes)
		return lx_fail(&xen->error, -EINVAL, "the set of NUMA nodes is missing");
	ret = check_set(&xen->error, wish->nodes, wish->node_words, "NUMA nodes");
	if (ret < 0)
		return ret;
	ret = lx_hc_physinfo(&xen->hc, &host);
	if (ret < 0)
		return ret;
	/* max_node_id is what Xen was built for (63 on all three of the lab), not what there is. */
	for (uint32_t node = 0; node < wish->node_words * 64; node++)
		if (has(wish->nodes, wish->node_words, node) && node >= host.nr_nodes)
			return lx_fail(&xen->error, -EINVAL,
				       "there is no NUMA node %u: this host has 0 to %u", node,
				       host.nr_nodes - 1);
	place->nodes = wish->nodes;
	place->node_words = wish->node_words;
	return 0;
}

static int check_scheduler(struct libxen *xen, const struct lx_place *place)
{
	uint32_t scheduler = place->share.scheduler;
	size_t row = row_of(scheduler);

	if (scheduler != LX_SCHEDULER_CREDIT && scheduler != LX_SCHEDULER_CREDIT2)
		return lx_fail(&xen->error, -ENOTSUP,
			       "the scheduler of CPU pool %u is %s, which knows no weight and no "
			       "cap",
			       place->cpupool,
			       row < SCHEDULERS ? schedulers[row].name : "an unknown one");
	if ((place->set & LX_PLACE_CAP) && !lx_hc_scheduler_has_cap(&xen->hc, scheduler))
		return lx_fail(&xen->error, -ENOTSUP,
			       "the scheduler credit2 of this Xen (%u.%u) has no cap: 4.10 and "
			       "later have it",
			       xen->hc.release >> 8, xen->hc.release & 0xff);
	return 0;
}

/* Xen refuses a cap that no vCPUs could reach, after it has set the weight. */
static int take_share(struct libxen *xen, const struct libxen_placement *wish, uint32_t vcpus,
		      struct lx_place *place)
{
	if (wish->valid & LIBXEN_PLACEMENT_WEIGHT) {
		if (wish->weight < 1 || wish->weight > WEIGHT_MAX)
			return lx_fail(&xen->error, -EINVAL,
				       "a weight can be 1 to %d, and %u was asked for", WEIGHT_MAX,
				       wish->weight);
		place->set |= LX_PLACE_WEIGHT;
		place->share.weight = wish->weight;
	}
	if (wish->valid & LIBXEN_PLACEMENT_CAP) {
		if (wish->cap > 100 * vcpus)
			return lx_fail(&xen->error, -EINVAL,
				       "a cap can be 0 (no limit) to %u percent of a CPU, 100 for "
				       "each vCPU, and %u was asked for",
				       100 * vcpus, wish->cap);
		place->set |= LX_PLACE_CAP;
		place->share.cap = wish->cap;
	}
	return 0;
}

/* The pool is looked at if it is a wish, or decides what wishes there can be. */
static int take_pool(struct libxen *xen, const struct libxen_placement *wish,
		     struct lx_place *place)
{
	struct lx_hc_pool pool;
	int ret;

	if (wish->valid & LIBXEN_PLACEMENT_CPUPOOL)
		place->cpupool = wish->cpupool;
	else if (!place->set)
		return 0;
	ret = lx_hc_pool_info(&xen->hc, place->cpupool, &pool);
	if (ret < 0)
		return ret;
	place->share.scheduler = pool.scheduler;
	return place->set ? check_scheduler(xen, place) : 0;
}

int lx_placement_take(struct libxen *xen, const struct libxen_placement *wish, uint32_t vcpus,
		      struct lx_place *place)
{
	struct libxen_placement now;
	int ret;

	if (!wish)
		return 0;
	ret = lx_sized_in(xen, "libxen_placement", wish, LX_PLACEMENT_SIZE_0_1, &now, sizeof(now));
	if (ret < 0)
		return ret;
	if (now.valid & ~KNOWN)
		return lx_fail(&xen->error, -E2BIG,
			       "this libxen does not know the placement 0x%llx",
			       (unsigned long long)(now.valid & ~KNOWN));
	if (now.valid & TOLD_ONLY)
		return lx_fail(
			&xen->error, -EINVAL, "%s",
			now.valid & LIBXEN_PLACEMENT_TSC
				? "how a guest reads its clock can only be chosen at its "
				  "start, by libxen_guest.tsc_mode"
				: "the scheduler cannot be chosen: it is that of the CPU pool");
	if (now.valid & LIBXEN_PLACEMENT_NODES)
		ret = take_nodes(xen, &now, place);
	if (ret == 0)
		ret = take_share(xen, &now, vcpus, place);
	return ret < 0 ? ret : take_pool(xen, &now, place);
}

/* --- affinity --- */

/* Xen would take a soft set without effect, too. */
static int check_cpus(struct libxen *xen, const uint64_t *set, uint32_t words,
		      const struct lx_hc_pool *pool, uint32_t cpupool)
{
	char text[80];
	int ret;

	if (!set)
		return 0;
	ret = check_set(&xen->error, set, words, "CPUs");
	if (ret < 0)
		return ret;
	if (meet(set, pool->cpus, words))
		return 0;
	write_set(pool->cpus, LX_SET_WORDS, text, sizeof(text));
	return lx_fail(&xen->error, -EINVAL,
		       "none of the CPUs asked for is in CPU pool %u, which has %s", cpupool, text);
}

static int check_vcpus(struct lx_error *error, const struct libxen_affinity *wish, uint32_t vcpus)
{
	if (wish->vcpu >= vcpus)
		return lx_fail(error, -EINVAL, "there is no vCPU %u: they are 0 to %u", wish->vcpu,
			       vcpus - 1);
	if (wish->vcpu_count > vcpus - wish->vcpu)
		return lx_fail(error, -EINVAL, "there are no %u vCPUs from %u on: they are 0 to %u",
			       wish->vcpu_count, wish->vcpu, vcpus - 1);
	return 0;
}

static int take_affinity(struct libxen *xen, const struct libxen_affinity *theirs, uint32_t vcpus,
			 const struct lx_hc_pool *pool, uint32_t cpupool,
			 struct lx_place_vcpus *place)
{
	struct libxen_affinity wish;
	int ret;

	ret = lx_sized_in(xen, "libxen_affinity", theirs, LX_AFFINITY_SIZE_0_1, &wish,
			  sizeof(wish));
	if (ret < 0)
		return ret;
	if (wish.reserved)
		return lx_fail(&xen->error, -E2BIG,
			       "struct libxen_affinity asks for something that libxen %s does not "
			       "know",
			       libxen_version());
	ret = check_vcpus(&xen->error, &wish, vcpus);
	if (ret == 0)
		ret = check_cpus(xen, wish.hard, wish.words, pool, cpupool);
	if (ret == 0)
		ret = check_cpus(xen, wish.soft, wish.words, pool, cpupool);
	if (ret < 0)
		return ret;
	place->first = wish.vcpu;
	place->end = wish.vcpu_count ? wish.vcpu + wish.vcpu_count : vcpus;
	place->affinity = (struct lx_hc_affinity){ wish.hard, wish.soft, wish.words };
	return 0;
}

/* They lie one behind the other, each as large as the first says. */
static int check_stride(struct lx_error *error, size_t stride, const struct libxen_affinity *wish,
			uint32_t index)
{
	if (wish->size == stride && stride % _Alignof(struct libxen_affinity) == 0)
		return 0;
	return lx_fail(error, -EINVAL, "struct libxen_affinity %u of the guest has a wrong size",
		       index + 1);
}

int lx_affinities_take(struct libxen *xen, const struct libxen_affinity *wishes, uint32_t count,
		       uint32_t vcpus, struct lx_place *place)
{
	const unsigned char *at = (const unsigned char *)wishes;
	struct lx_place_vcpus *list;
	struct lx_hc_pool pool;
	int ret;

	if (!count)
		return 0;
	if (!wishes)
		return lx_fail(&xen->error, -EINVAL,
			       "there are said to be %u affinities, but not where", count);
	ret = lx_hc_pool_info(&xen->hc, place->cpupool, &pool);
	if (ret < 0)
		return ret;
	list = calloc(count, sizeof(*list));
	if (!list)
		return lx_fail_errno(&xen->error, -ENOMEM, "no memory for the affinities");
	place->vcpus = list;
	place->vcpus_count = count;
	for (uint32_t i = 0; i < count && ret == 0; i++, at += wishes->size) {
		ret = check_stride(&xen->error, wishes->size, (const void *)at, i);
		if (ret == 0)
			ret = take_affinity(xen, (const void *)at, vcpus, &pool, place->cpupool,
					    &list[i]);
	}
	return ret;
}
