/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a domain runs and how much it may: affinity, nodes, CPU pools, the scheduler's shares. */
#include "abi.h"
#include "arena.h"

#include <errno.h>
#include <string.h>

/* XEN_VCPUAFFINITY_* (public/domctl.h) */
enum { AFFINITY_HARD = 1, AFFINITY_SOFT = 2 };

/* XEN_DOMCTL_SCHEDOP_* */
enum { SHARE_PUT = 0, SHARE_GET = 1 };

/* XEN_SYSCTL_CPUPOOL_OP_* */
enum { POOL_INFO = 3, POOL_MOVE_DOMAIN = 6 };

enum { SET_BITS = LX_SET_WORDS * 64 };

static uint64_t *take_set(struct lx_hc *hc)
{
	return lx_arena_take(hc, LX_SET_WORDS * sizeof(uint64_t));
}

/* A copy that Xen can reach; 0 for none. */
static uint64_t lend_set(struct lx_hc *hc, const uint64_t *words, size_t count)
{
	uint64_t *copy;

	if (!words)
		return 0;
	copy = take_set(hc);
	memcpy(copy, words, count * sizeof(*copy));
	return lx_pointer(copy);
}

static void return_set(const uint64_t *from, uint64_t *words, size_t count)
{
	size_t known = count < LX_SET_WORDS ? count : LX_SET_WORDS;

	if (!words)
		return;
	memcpy(words, from, known * sizeof(*words));
	memset(words + known, 0, (count - known) * sizeof(*words));
}

int lx_hc_affinity_set(struct lx_hc *hc, uint32_t domid, uint32_t vcpu,
		       const struct lx_hc_affinity *affinity)
{
	size_t mark = hc->arena_used;
	struct lx_vcpu_affinity set = { .vcpu = vcpu };
	int ret;

	if (affinity->words > LX_SET_WORDS)
		return lx_fail(hc->error, -E2BIG, "a set of %zu words is too large",
			       affinity->words);
	set.hard = lend_set(hc, affinity->hard, affinity->words);
	set.soft = lend_set(hc, affinity->soft, affinity->words);
	if (set.hard) {
		set.flags |= AFFINITY_HARD;
		set.hard_bits = SET_BITS;
	}
	if (set.soft) {
		set.flags |= AFFINITY_SOFT;
		set.soft_bits = SET_BITS;
	}
	ret = set.flags ? lx_domctl(hc, &lx_domctl_set_affinity, &domid, &set) : 0;
	hc->arena_used = mark;
	return ret;
}

int lx_hc_affinity_get(struct lx_hc *hc, uint32_t domid, uint32_t vcpu,
		       const struct lx_hc_affinity *affinity)
{
	size_t mark = hc->arena_used;
	uint64_t *hard = take_set(hc), *soft = take_set(hc);
	struct lx_vcpu_affinity get = {
		.vcpu = vcpu,
		.flags = AFFINITY_HARD | AFFINITY_SOFT,
		.hard = lx_pointer(hard),
		.hard_bits = SET_BITS,
		.soft = lx_pointer(soft),
		.soft_bits = SET_BITS,
	};
	int ret;

	ret = lx_domctl(hc, &lx_domctl_get_affinity, &domid, &get);
	if (ret == 0) {
		return_set(hard, affinity->hard, affinity->words);
		return_set(soft, affinity->soft, affinity->words);
	}
	hc->arena_used = mark;
	return ret;
}

int lx_hc_nodes_set(struct lx_hc *hc, uint32_t domid, const uint64_t *words, size_t count)
{
	size_t mark = hc->arena_used;
	struct lx_node_affinity set = { .bits = SET_BITS };
	int ret;

	if (count > LX_SET_WORDS)
		return lx_fail(hc->error, -E2BIG, "a set of %zu words is too large", count);
	set.nodes = lend_set(hc, words, count);
	ret = lx_domctl(hc, &lx_domctl_set_nodes, &domid, &set);
	hc->arena_used = mark;
	return ret;
}

int lx_hc_nodes_get(struct lx_hc *hc, uint32_t domid, uint64_t *words, size_t count)
{
	size_t mark = hc->arena_used;
	uint64_t *nodes = take_set(hc);
	struct lx_node_affinity get = { .nodes = lx_pointer(nodes), .bits = SET_BITS };
	int ret;

	ret = lx_domctl(hc, &lx_domctl_get_nodes, &domid, &get);
	if (ret == 0)
		return_set(nodes, words, count);
	hc->arena_used = mark;
	return ret;
}

static const struct lx_op *share_op(uint32_t scheduler)
{
	return scheduler == LX_SCHEDULER_CREDIT ? &lx_domctl_credit : &lx_domctl_credit2;
}

bool lx_hc_scheduler_has_cap(const struct lx_hc *hc, uint32_t scheduler)
{
	return lx_layout_has(share_op(scheduler)->fields, &hc->domctl,
			     offsetof(struct lx_scheduler_op, cap));
}

int lx_hc_share_get(struct lx_hc *hc, uint32_t domid, struct lx_hc_share *share)
{
	struct lx_scheduler_op op = { .sched_id = share->scheduler, .cmd = SHARE_GET };
	int ret;

	ret = lx_domctl(hc, share_op(share->scheduler), &domid, &op);
	share->weight = op.weight;
	share->cap = op.cap;
	return ret;
}

int lx_hc_share_set(struct lx_hc *hc, uint32_t domid, const struct lx_hc_share *share)
{
	struct lx_scheduler_op op = { .sched_id = share->scheduler,
				      .cmd = SHARE_PUT,
				      .weight = share->weight,
				      .cap = share->cap };

	return lx_domctl(hc, share_op(share->scheduler), &domid, &op);
}

int lx_hc_pool_info(struct lx_hc *hc, uint32_t id, struct lx_hc_pool *pool)
{
	size_t mark = hc->arena_used;
	uint64_t *cpus = take_set(hc);
	struct lx_cpupool_op op = {
		.op = POOL_INFO, .id = id, .cpus = lx_pointer(cpus), .cpu_bits = SET_BITS
	};
	int ret;

	ret = lx_sysctl(hc, &lx_sysctl_cpupool, &op);
	if (ret == -ENOENT || (ret == 0 && op.id != id)) /* Xen answers with the next one */
		ret = lx_fail(hc->error, -ENOENT, "there is no CPU pool %u", id);
	pool->scheduler = op.sched_id;
	return_set(cpus, pool->cpus, LX_SET_WORDS);
	hc->arena_used = mark;
	return ret;
}

int lx_hc_pool_move(struct lx_hc *hc, uint32_t domid, uint32_t id)
{
	struct lx_cpupool_op op = { .op = POOL_MOVE_DOMAIN, .id = id, .domid = domid };
	int ret;

	ret = lx_sysctl(hc, &lx_sysctl_cpupool, &op);
	if (ret == -ENOENT)
		return lx_fail(hc->error, ret, "there is no CPU pool %u", id);
	return ret;
}
