/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables: which Xens there are, which ops they have, where their fields lie. */
#ifndef LX_ABI_H
#define LX_ABI_H

#include "call.h"

/* Numbers of interface versions per release, oldest first (xen-abi, versions). */
struct lx_release {
	uint16_t release; /* LX_RELEASE(4, 17) */
	uint16_t domctl, sysctl;
};

extern const struct lx_release lx_releases[];
extern const size_t lx_release_count;

/* abi-domctl.c */

struct lx_max_vcpus {
	uint32_t max;
};

struct lx_gnttab_limits {
	uint32_t grant_frames, maptrack_frames;
};

struct lx_max_evtchn {
	uint32_t max_port;
};

struct lx_max_mem {
	uint64_t kib;
};

struct lx_vcpu_context {
	uint32_t vcpu;
	uint64_t context; /* address in the arena */
};

struct lx_shadow_op {
	uint32_t op, mb;
};

struct lx_paging_mempool {
	uint64_t size; /* bytes, whole pages */
};

struct lx_tsc_info {
	uint32_t tsc_mode, gtsc_khz, incarnation;
	uint64_t elapsed_nsec;
};

/* Maps of CPUs: addresses in the arena, and how many bits there are. */
struct lx_vcpu_affinity {
	uint32_t vcpu, flags;
	uint64_t hard, soft;
	uint32_t hard_bits, soft_bits;
};

struct lx_node_affinity {
	uint64_t nodes; /* address in the arena */
	uint32_t bits;
};

/* Of credit and credit2 alike: they differ in which Xen has the cap. */
struct lx_scheduler_op {
	uint32_t sched_id, cmd, weight, cap;
};

struct lx_hvm_context {
	uint32_t size;
	uint64_t buffer; /* address in the arena */
};

struct lx_hypercall_init {
	uint64_t gmfn;
};

extern const struct lx_op lx_domctl_create, lx_domctl_destroy, lx_domctl_pause, lx_domctl_unpause,
	lx_domctl_info, lx_domctl_max_mem, lx_domctl_set_context, lx_domctl_max_vcpus,
	lx_domctl_hypercall_init, lx_domctl_max_evtchn, lx_domctl_gnttab_limits, lx_domctl_shadow,
	lx_domctl_set_paging_mempool, lx_domctl_set_tsc, lx_domctl_get_tsc,
	lx_domctl_set_hvm_context, lx_domctl_set_affinity, lx_domctl_get_affinity,
	lx_domctl_set_nodes, lx_domctl_get_nodes, lx_domctl_credit, lx_domctl_credit2;

extern const struct lx_flag lx_create_flags[], lx_domain_flags[];

/* The size of getdomaininfo, which is the stride of getdomaininfolist's array too. */
size_t lx_domain_info_size(const struct lx_abi *domctl);

/* After decoding one: flags into ours, the shutdown code out of them (domctl.c). */
void lx_domain_info_polish(const struct lx_hc *hc, struct lx_hc_domain_info *info);

/* abi-sysctl.c */

struct lx_readconsole {
	uint32_t clear, incremental, index, count;
	uint64_t buffer;
};

struct lx_info_list {
	uint32_t first_domain, max_domains, num_domains;
	uint64_t buffer;
};

struct lx_cpupool_op {
	uint32_t op, id, sched_id, domid;
	uint64_t cpus; /* address in the arena */
	uint32_t cpu_bits;
};

extern const struct lx_op lx_sysctl_readconsole, lx_sysctl_physinfo, lx_sysctl_info_list,
	lx_sysctl_cpupool;
extern const struct lx_flag lx_host_flags[];

#endif
