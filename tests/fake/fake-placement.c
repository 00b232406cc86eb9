/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* domctl and sysctl: which CPUs and nodes a domain is on, CPU pools, weights and caps. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <string.h>

uint64_t fake_all_cpus(const struct fake *fake)
{
	return (2ull << (fake->options.cpus - 1)) - 1;
}

/* Of 64 CPUs and nodes at most; Xen's own bitmaps are longer, and all beyond is 0. */
static int read_map(struct fake *fake, uint64_t bitmap, uint64_t bits, uint64_t *map)
{
	size_t size = bits < 64 ? (bits + 7) / 8 : sizeof(*map);
	void *from = fake_reach(fake, bitmap, size);

	*map = 0;
	if (!from)
		return -EFAULT;
	memcpy(map, from, size);
	return 0;
}

static int write_map(struct fake *fake, uint64_t bitmap, uint64_t bits, uint64_t map)
{
	size_t size = (bits + 7) / 8;
	void *to = fake_reach(fake, bitmap, size);

	if (!to)
		return -EFAULT;
	memset(to, 0, size);
	memcpy(to, &map, size < sizeof(map) ? size : sizeof(map));
	return 0;
}

static const struct fake_pool *pool_of(const struct fake *fake, const struct fake_domain *domain)
{
	return &fake->pools[domain->cpupool];
}

/* --- affinity --- */

static const char affinity_type[] = "xen_domctl_vcpuaffinity";

static uint64_t affinity(const struct fake_domctl_call *d, const char *field)
{
	return fake_get(d->fake, d->payload, affinity_type, field);
}

static struct fake_vcpu *find_vcpu(const struct fake_domctl_call *d)
{
	uint64_t vcpu = affinity(d, "vcpu");

	return vcpu < d->domain->nr_vcpus ? &d->domain->vcpus[vcpu] : NULL;
}

static bool wants(const struct fake_domctl_call *d, const char *flag)
{
	return affinity(d, "flags") & fake_constant(d->fake, flag);
}

/* What comes back is what has an effect; what is remembered, all CPUs that there are. */
static int set_map(struct fake_domctl_call *d, const char *field, uint64_t within, uint64_t *kept)
{
	char bitmap[32], bits[32];
	uint64_t map;
	int ret;

	snprintf(bitmap, sizeof(bitmap), "%s.bitmap", field);
	snprintf(bits, sizeof(bits), "%s.nr_bits", field);
	ret = read_map(d->fake, affinity(d, bitmap), affinity(d, bits), &map);
	if (ret < 0)
		return ret;
	*kept = map & fake_all_cpus(d->fake);
	return write_map(d->fake, affinity(d, bitmap), affinity(d, bits), map & within);
}

int fake_setvcpuaffinity(struct fake_domctl_call *d)
{
	struct fake_vcpu *vcpu = find_vcpu(d);
	uint64_t online = pool_of(d->fake, d->domain)->cpus, map = 0;
	int ret = 0;

	if (!vcpu)
		return -EINVAL;
	if (!wants(d, "XEN_VCPUAFFINITY_HARD") && !wants(d, "XEN_VCPUAFFINITY_SOFT"))
		return -EINVAL;
	if (wants(d, "XEN_VCPUAFFINITY_HARD")) {
		ret = set_map(d, "cpumap_hard", online, &map);
		if (ret == 0 && !(map & online))
			return -EINVAL;
		if (ret == 0)
			vcpu->hard = map;
	}
	if (ret == 0 && wants(d, "XEN_VCPUAFFINITY_SOFT"))
		ret = set_map(d, "cpumap_soft", online & vcpu->hard, &vcpu->soft);
	return ret;
}

int fake_getvcpuaffinity(struct fake_domctl_call *d)
{
	const struct fake_vcpu *vcpu = find_vcpu(d);
	int ret = 0;

	if (!vcpu)
		return -EINVAL;
	if (wants(d, "XEN_VCPUAFFINITY_HARD"))
		ret = write_map(d->fake, affinity(d, "cpumap_hard.bitmap"),
				affinity(d, "cpumap_hard.nr_bits"), vcpu->hard);
	if (ret == 0 && wants(d, "XEN_VCPUAFFINITY_SOFT"))
		ret = write_map(d->fake, affinity(d, "cpumap_soft.bitmap"),
				affinity(d, "cpumap_soft.nr_bits"), vcpu->soft);
	return ret;
}

/* --- nodes --- */

static uint64_t all_nodes(const struct fake *fake)
{
	return (2ull << (fake->options.nodes - 1)) - 1;
}

int fake_setnodeaffinity(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_nodeaffinity";
	uint64_t map;
	int ret;

	ret = read_map(d->fake, fake_get(d->fake, d->payload, type, "nodemap.bitmap"),
		       fake_get(d->fake, d->payload, type, "nodemap.nr_bits"), &map);
	if (ret < 0)
		return ret;
	if (!(map & all_nodes(d->fake)))
		return -EINVAL;
	d->domain->nodes = map;
	d->domain->pages_elsewhere = d->domain->tot_pages; /* what it has stays where it is */
	return 0;
}

int fake_getnodeaffinity(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_nodeaffinity";

	return write_map(d->fake, fake_get(d->fake, d->payload, type, "nodemap.bitmap"),
			 fake_get(d->fake, d->payload, type, "nodemap.nr_bits"), d->domain->nodes);
}

/* --- schedulers --- */

static const char scheduler_type[] = "xen_domctl_scheduler_op";

static int credit_op(struct fake_domctl_call *d, const char *weight, const char *cap)
{
	uint64_t cmd = fake_get(d->fake, d->payload, scheduler_type, "cmd");

	if (cmd == fake_constant(d->fake, "XEN_DOMCTL_SCHEDOP_getinfo")) {
		fake_set(d->fake, d->payload, scheduler_type, weight, d->domain->weight);
		fake_set_if(d->fake, d->payload, scheduler_type, cap, d->domain->cap);
		return 0;
	}
	if (cmd != fake_constant(d->fake, "XEN_DOMCTL_SCHEDOP_putinfo"))
		return -EINVAL;
	if (fake_get(d->fake, d->payload, scheduler_type, weight))
		d->domain->weight = (uint32_t)fake_get(d->fake, d->payload, scheduler_type, weight);
	/* Looked at when the weight is set already. */
	if (fake_get_if(d->fake, d->payload, scheduler_type, cap) > 100 * d->domain->nr_vcpus)
		return -EINVAL;
	d->domain->cap = (uint32_t)fake_get_if(d->fake, d->payload, scheduler_type, cap);
	return 0;
}

/* That of the domain's pool, or none. */
int fake_scheduler_op(struct fake_domctl_call *d)
{
	uint64_t id = fake_get(d->fake, d->payload, scheduler_type, "sched_id");

	if (id != pool_of(d->fake, d->domain)->scheduler)
		return -EINVAL;
	if (id == fake_constant(d->fake, "XEN_SCHEDULER_CREDIT"))
		return credit_op(d, "u.credit.weight", "u.credit.cap");
	if (id == fake_constant(d->fake, "XEN_SCHEDULER_CREDIT2"))
		return credit_op(d, "u.credit2.weight", "u.credit2.cap");
	return -EINVAL; /* what the others take is not modelled */
}

/* --- pools --- */

static const char pool_type[] = "xen_sysctl_cpupool_op";

/* The pool asked for, or the next one. */
static int pool_info(struct fake *fake, void *payload)
{
	uint64_t id = fake_get(fake, payload, pool_type, "cpupool_id");

	while (id < FAKE_POOLS && !fake->pools[id].cpus)
		id++;
	if (id >= FAKE_POOLS)
		return -ENOENT;
	fake_set(fake, payload, pool_type, "cpupool_id", id);
	fake_set(fake, payload, pool_type, "sched_id", fake->pools[id].scheduler);
	return write_map(fake, fake_get(fake, payload, pool_type, "cpumap.bitmap"),
			 fake_get(fake, payload, pool_type, "cpumap.nr_bits"),
			 fake->pools[id].cpus);
}

/* Another scheduler knows nothing of it yet. */
static void begin_in_pool(struct fake *fake, struct fake_domain *domain)
{
	domain->weight = 256;
	domain->cap = 0;
	for (uint32_t i = 0; i < domain->nr_vcpus; i++)
		domain->vcpus[i].hard = domain->vcpus[i].soft = fake_all_cpus(fake);
}

static int move_domain(struct fake *fake, void *payload)
{
	uint64_t id = fake_get(fake, payload, pool_type, "cpupool_id");
	struct fake_domain *domain =
		fake_domain(fake, (uint32_t)fake_get(fake, payload, pool_type, "domid"));

	if (!domain)
		return -ESRCH;
	if (domain->domid == 0)
		return -EPERM;
	if (!fake_pool(fake, id))
		return -ENOENT;
	if (domain->cpupool != id)
		begin_in_pool(fake, domain);
	domain->cpupool = (uint32_t)id;
	return 0;
}

int fake_cpupool_op(struct fake *fake, void *payload)
{
	uint64_t op = fake_get(fake, payload, pool_type, "op");

	if (op == fake_constant(fake, "XEN_SYSCTL_CPUPOOL_OP_INFO"))
		return pool_info(fake, payload);
	if (op == fake_constant(fake, "XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN"))
		return move_domain(fake, payload);
	return -ENOSYS; /* pools are made by fake_options */
}

const struct fake_pool *fake_pool(const struct fake *fake, uint64_t id)
{
	return id < FAKE_POOLS && fake->pools[id].cpus ? &fake->pools[id] : NULL;
}

void fake_pools_init(struct fake *fake)
{
	uint64_t all = fake_all_cpus(fake), others = fake->options.pool_cpus;
	const char *usual = fake_since(fake, 12) ? "XEN_SCHEDULER_CREDIT2" : "XEN_SCHEDULER_CREDIT";

	fake->pools[0].cpus = all & ~others;
	fake->pools[0].scheduler = (uint32_t)fake_constant(fake, usual);
	if (fake->options.scheduler)
		fake->pools[0].scheduler = fake->options.scheduler;
	fake->pools[1].cpus = all & others;
	fake->pools[1].scheduler = fake->options.pool_scheduler;
	if (!fake->pools[1].scheduler)
		fake->pools[1].scheduler = fake->pools[0].scheduler;
}

bool fake_affinity(struct fake *fake, uint32_t domid, uint32_t vcpu, uint64_t *hard, uint64_t *soft)
{
	const struct fake_domain *domain;
	bool there;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	there = domain && vcpu < domain->nr_vcpus;
	if (there) {
		*hard = domain->vcpus[vcpu].hard;
		*soft = domain->vcpus[vcpu].soft;
	}
	fake_unlock(fake);
	return there;
}
