/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domctls that libxen uses, for every release from 4.6 on: numbers, fields, flag bits. */
#include "abi.h"

/* Interface numbers by release: abi-releases.c. Number 0xb is 4.6 and 4.7, 0x17 is 4.19 to 4.21. */
/* clang-format off */
#define ALWAYS		  { 0x0b, LX_NEWEST, 0, 0 }
#define FROM(first)	  { first, LX_NEWEST, 0, 0 }
#define WITHIN(first, last) { first, last, 0, 0 }

#define FIELD(type, member, name, at, bytes, ...) \
	{ name, LX_MEMBER(type, member), at, bytes, __VA_ARGS__ }
/* clang-format on */

/* struct xen_domctl_createdomain (public/domctl.h); `arch' is xen_arch_domainconfig (x86) */
#define CREATE(member, name, at, bytes, ...) \
	FIELD(struct lx_hc_create, member, name, at, bytes, __VA_ARGS__)

static const struct lx_field create_fields[] = {
	CREATE(ssidref, "ssidref", 0, 4, ALWAYS),
	CREATE(handle, "handle", 4, 16, ALWAYS),
	CREATE(flags, "flags", 20, 4, ALWAYS),
	CREATE(iommu_opts, "iommu_opts", 24, 4, FROM(0x12)),
	CREATE(max_vcpus, "max_vcpus", 24, 4, WITHIN(0x11, 0x11)),
	CREATE(max_vcpus, "max_vcpus", 28, 4, FROM(0x12)),
	CREATE(max_evtchn_port, "max_evtchn_port", 28, 4, WITHIN(0x11, 0x11)),
	CREATE(max_evtchn_port, "max_evtchn_port", 32, 4, FROM(0x12)),
	CREATE(max_grant_frames, "max_grant_frames", 32, 4, WITHIN(0x11, 0x11)),
	CREATE(max_grant_frames, "max_grant_frames", 36, 4, FROM(0x12)),
	CREATE(max_maptrack_frames, "max_maptrack_frames", 36, 4, WITHIN(0x11, 0x11)),
	CREATE(max_maptrack_frames, "max_maptrack_frames", 40, 4, FROM(0x12)),
	CREATE(grant_opts, "grant_opts", 44, 4, FROM(0x14)),
	/* 4.21 splits what was one number under the same interface version. */
	CREATE(altp2m_opts, "altp2m_opts", 48, 4,
	       { 0x17, 0x17, LX_RELEASE(4, 19), LX_RELEASE(4, 20) }),
	CREATE(altp2m_opts, "altp2m.opts", 48, 2, { 0x17, LX_NEWEST, LX_RELEASE(4, 21), 0 }),
	CREATE(altp2m_nr, "altp2m.nr", 50, 2, { 0x17, LX_NEWEST, LX_RELEASE(4, 21), 0 }),
	CREATE(vmtrace_size, "vmtrace_size", 44, 4, WITHIN(0x13, 0x13)),
	CREATE(vmtrace_size, "vmtrace_size", 48, 4, WITHIN(0x14, 0x16)),
	CREATE(vmtrace_size, "vmtrace_size", 52, 4, FROM(0x17)),
	CREATE(cpupool_id, "cpupool_id", 52, 4, WITHIN(0x15, 0x16)),
	CREATE(cpupool_id, "cpupool_id", 56, 4, FROM(0x17)),
	/* 4.6 has a one-byte dummy in its place. */
	CREATE(emulation_flags, "emulation_flags", 24, 4, { 0x0b, 0x0b, LX_RELEASE(4, 7), 0 }),
	CREATE(emulation_flags, "emulation_flags", 24, 4, WITHIN(0x0c, 0x10)),
	CREATE(emulation_flags, "emulation_flags", 40, 4, WITHIN(0x11, 0x11)),
	CREATE(emulation_flags, "emulation_flags", 44, 4, WITHIN(0x12, 0x12)),
	CREATE(emulation_flags, "emulation_flags", 48, 4, WITHIN(0x13, 0x13)),
	CREATE(emulation_flags, "emulation_flags", 52, 4, WITHIN(0x14, 0x14)),
	CREATE(emulation_flags, "emulation_flags", 56, 4, WITHIN(0x15, 0x16)),
	CREATE(emulation_flags, "emulation_flags", 60, 4, FROM(0x17)),
	CREATE(misc_flags, "misc_flags", 52, 4, WITHIN(0x13, 0x13)),
	CREATE(misc_flags, "misc_flags", 56, 4, WITHIN(0x14, 0x14)),
	CREATE(misc_flags, "misc_flags", 60, 4, WITHIN(0x15, 0x16)),
	CREATE(misc_flags, "misc_flags", 64, 4, FROM(0x17)),
	{ 0 },
};

/* XEN_DOMCTL_CDF_* */
const struct lx_flag lx_create_flags[] = {
	{ "hvm", LX_CREATE_HVM, 0x1, ALWAYS },
	{ "hap", LX_CREATE_HAP, 0x2, ALWAYS },
	{ 0 },
};

/* struct xen_domctl_getdomaininfo */
#define INFO(member, name, at, bytes, ...) \
	FIELD(struct lx_hc_domain_info, member, name, at, bytes, __VA_ARGS__)

static const struct lx_field info_fields[] = {
	INFO(domid, "domain", 0, 2, ALWAYS),
	INFO(flags, "flags", 4, 4, ALWAYS),
	INFO(tot_pages, "tot_pages", 8, 8, ALWAYS),
	INFO(max_pages, "max_pages", 16, 8, ALWAYS),
	INFO(outstanding_pages, "outstanding_pages", 24, 8, ALWAYS),
	INFO(shr_pages, "shr_pages", 32, 8, ALWAYS),
	INFO(paged_pages, "paged_pages", 40, 8, ALWAYS),
	INFO(shared_info_frame, "shared_info_frame", 48, 8, ALWAYS),
	INFO(cpu_time, "cpu_time", 56, 8, ALWAYS),
	INFO(nr_online_vcpus, "nr_online_vcpus", 64, 4, ALWAYS),
	INFO(max_vcpu_id, "max_vcpu_id", 68, 4, ALWAYS),
	INFO(ssidref, "ssidref", 72, 4, ALWAYS),
	INFO(handle, "handle", 76, 16, ALWAYS),
	INFO(cpupool, "cpupool", 92, 4, ALWAYS),
	INFO(gpaddr_bits, "gpaddr_bits", 96, 1, FROM(0x14)),
	INFO(emulation_flags, "emulation_flags", 96, 4, WITHIN(0x0f, 0x13)),
	INFO(emulation_flags, "emulation_flags", 104, 4, FROM(0x14)),
	{ 0 },
};

size_t lx_domain_info_size(const struct lx_abi *domctl)
{
	static const struct {
		size_t size;
		struct lx_range range;
	} sizes[] = {
		{ 96, WITHIN(0x0b, 0x0e) },
		{ 104, WITHIN(0x0f, 0x13) },
		{ 112, FROM(0x14) },
	};
	size_t i = 0;

	while (!lx_range_has(&sizes[i].range, domctl))
		i++;
	return sizes[i].size;
}

/* XEN_DOMINF_*; bits 16 to 23 are the shutdown code */
const struct lx_flag lx_domain_flags[] = {
	{ "dying", LX_DOMAIN_DYING, 0x001, ALWAYS },
	{ "hvm_guest", LX_DOMAIN_HVM, 0x002, ALWAYS },
	{ "shutdown", LX_DOMAIN_SHUTDOWN, 0x004, ALWAYS },
	{ "paused", LX_DOMAIN_PAUSED, 0x008, ALWAYS },
	{ "blocked", LX_DOMAIN_BLOCKED, 0x010, ALWAYS },
	{ "running", LX_DOMAIN_RUNNING, 0x020, ALWAYS },
	{ "debugged", LX_DOMAIN_DEBUGGED, 0x040, ALWAYS },
	/* 4.7 shares its number with 4.6, which has no such bit. */
	{ "xs_domain", LX_DOMAIN_XENSTORE, 0x100, { 0x0b, 0x0b, LX_RELEASE(4, 7), 0 } },
	{ "xs_domain", LX_DOMAIN_XENSTORE, 0x100, WITHIN(0x0c, 0x0c) },
	{ "xs_domain", LX_DOMAIN_XENSTORE, 0x080, FROM(0x0d) },
	{ "hap", LX_DOMAIN_HAP, 0x200, WITHIN(0x0c, 0x0c) },
	{ "hap", LX_DOMAIN_HAP, 0x100, FROM(0x0d) },
	{ 0 },
};

static const struct lx_field max_mem_fields[] = {
	FIELD(struct lx_max_mem, kib, "max_memkb", 0, 8, ALWAYS),
	{ 0 },
};

static const struct lx_field context_fields[] = {
	FIELD(struct lx_vcpu_context, vcpu, "vcpu", 0, 4, ALWAYS),
	FIELD(struct lx_vcpu_context, context, "ctxt", 8, 8, ALWAYS),
	{ 0 },
};

static const struct lx_field max_vcpus_fields[] = {
	FIELD(struct lx_max_vcpus, max, "max", 0, 4, ALWAYS),
	{ 0 },
};

static const struct lx_field shadow_fields[] = {
	FIELD(struct lx_shadow_op, op, "op", 0, 4, ALWAYS),
	FIELD(struct lx_shadow_op, mb, "mb", 8, 4, ALWAYS),
	{ 0 },
};

static const struct lx_field paging_mempool_fields[] = {
	FIELD(struct lx_paging_mempool, size, "size", 0, 8, FROM(0x15)),
	{ 0 },
};

static const struct lx_field tsc_fields[] = {
	FIELD(struct lx_tsc_info, tsc_mode, "tsc_mode", 0, 4, ALWAYS),
	FIELD(struct lx_tsc_info, gtsc_khz, "gtsc_khz", 4, 4, ALWAYS),
	FIELD(struct lx_tsc_info, incarnation, "incarnation", 8, 4, ALWAYS),
	FIELD(struct lx_tsc_info, elapsed_nsec, "elapsed_nsec", 16, 8, ALWAYS),
	{ 0 },
};

#define AFFINITY(member, name, at, bytes) \
	FIELD(struct lx_vcpu_affinity, member, name, at, bytes, ALWAYS)

static const struct lx_field affinity_fields[] = {
	AFFINITY(vcpu, "vcpu", 0, 4),
	AFFINITY(flags, "flags", 4, 4),
	AFFINITY(hard, "cpumap_hard.bitmap", 8, 8),
	AFFINITY(hard_bits, "cpumap_hard.nr_bits", 16, 4),
	AFFINITY(soft, "cpumap_soft.bitmap", 24, 8),
	AFFINITY(soft_bits, "cpumap_soft.nr_bits", 32, 4),
	{ 0 },
};

static const struct lx_field nodes_fields[] = {
	FIELD(struct lx_node_affinity, nodes, "nodemap.bitmap", 0, 8, ALWAYS),
	FIELD(struct lx_node_affinity, bits, "nodemap.nr_bits", 8, 4, ALWAYS),
	{ 0 },
};

/* struct xen_domctl_scheduler_op, once for each scheduler that has weights */
#define SCHEDULER(member, name, at, bytes, ...) \
	FIELD(struct lx_scheduler_op, member, name, at, bytes, __VA_ARGS__)

static const struct lx_field credit_fields[] = {
	SCHEDULER(sched_id, "sched_id", 0, 4, ALWAYS),
	SCHEDULER(cmd, "cmd", 4, 4, ALWAYS),
	SCHEDULER(weight, "u.credit.weight", 8, 2, ALWAYS),
	SCHEDULER(cap, "u.credit.cap", 10, 2, ALWAYS),
	{ 0 },
};

static const struct lx_field credit2_fields[] = {
	SCHEDULER(sched_id, "sched_id", 0, 4, ALWAYS),
	SCHEDULER(cmd, "cmd", 4, 4, ALWAYS),
	SCHEDULER(weight, "u.credit2.weight", 8, 2, ALWAYS),
	SCHEDULER(cap, "u.credit2.cap", 10, 2, FROM(0x0e)),
	{ 0 },
};

static const struct lx_field hvm_context_fields[] = {
	FIELD(struct lx_hvm_context, size, "size", 0, 4, ALWAYS),
	FIELD(struct lx_hvm_context, buffer, "buffer", 8, 8, ALWAYS),
	{ 0 },
};

static const struct lx_field hypercall_init_fields[] = {
	FIELD(struct lx_hypercall_init, gmfn, "gmfn", 0, 8, ALWAYS),
	{ 0 },
};

static const struct lx_field max_evtchn_fields[] = {
	FIELD(struct lx_max_evtchn, max_port, "max_port", 0, 4, WITHIN(0x0b, 0x10)),
	{ 0 },
};

static const struct lx_field gnttab_limits_fields[] = {
	FIELD(struct lx_gnttab_limits, grant_frames, "grant_frames", 0, 4, WITHIN(0x0e, 0x10)),
	FIELD(struct lx_gnttab_limits, maptrack_frames, "maptrack_frames", 4, 4,
	      WITHIN(0x0e, 0x10)),
	{ 0 },
};

/* Numbers were never moved or given to another op (xen-abi, CHANGES, 1). */
const struct lx_op lx_domctl_create = { "createdomain", 1, ALWAYS, create_fields };
const struct lx_op lx_domctl_destroy = { "destroydomain", 2, ALWAYS, NULL };
const struct lx_op lx_domctl_pause = { "pausedomain", 3, ALWAYS, NULL };
const struct lx_op lx_domctl_unpause = { "unpausedomain", 4, ALWAYS, NULL };
const struct lx_op lx_domctl_info = { "getdomaininfo", 5, ALWAYS, info_fields };
const struct lx_op lx_domctl_max_mem = { "max_mem", 11, ALWAYS, max_mem_fields };
const struct lx_op lx_domctl_shadow = { "shadow_op", 10, ALWAYS, shadow_fields };
const struct lx_op lx_domctl_set_context = { "setvcpucontext", 12, ALWAYS, context_fields };
const struct lx_op lx_domctl_max_vcpus = { "max_vcpus", 15, ALWAYS, max_vcpus_fields };
const struct lx_op lx_domctl_hypercall_init = { "hypercall_init", 22, ALWAYS,
						hypercall_init_fields };
const struct lx_op lx_domctl_max_evtchn = { "set_max_evtchn", 70, WITHIN(0x0b, 0x10),
					    max_evtchn_fields };
const struct lx_op lx_domctl_gnttab_limits = { "set_gnttab_limits", 80, WITHIN(0x0e, 0x10),
					       gnttab_limits_fields };
const struct lx_op lx_domctl_set_hvm_context = { "sethvmcontext", 34, ALWAYS, hvm_context_fields };
const struct lx_op lx_domctl_set_tsc = { "settscinfo", 60, ALWAYS, tsc_fields };
const struct lx_op lx_domctl_get_tsc = { "gettscinfo", 59, ALWAYS, tsc_fields };
const struct lx_op lx_domctl_set_affinity = { "setvcpuaffinity", 9, ALWAYS, affinity_fields };
const struct lx_op lx_domctl_get_affinity = { "getvcpuaffinity", 25, ALWAYS, affinity_fields };
const struct lx_op lx_domctl_credit = { "scheduler_op", 16, ALWAYS, credit_fields };
const struct lx_op lx_domctl_credit2 = { "scheduler_op", 16, ALWAYS, credit2_fields };
const struct lx_op lx_domctl_set_nodes = { "setnodeaffinity", 68, ALWAYS, nodes_fields };
const struct lx_op lx_domctl_get_nodes = { "getnodeaffinity", 69, ALWAYS, nodes_fields };
const struct lx_op lx_domctl_set_paging_mempool = { "set_paging_mempool_size", 86, FROM(0x15),
						    paging_mempool_fields };
