/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sysctls that libxen uses, for every release from 4.6 on: numbers, fields, flag bits. */
#include "abi.h"

/* Interface numbers by release: abi-releases.c. Number 0x12 is 4.12 and 4.13. */
/* clang-format off */
#define ALWAYS		  { 0x0c, LX_NEWEST, 0, 0 }
#define FROM(first)	  { first, LX_NEWEST, 0, 0 }
#define WITHIN(first, last) { first, last, 0, 0 }
#define SINCE_4_13	  { 0x12, LX_NEWEST, LX_RELEASE(4, 13), 0 }

#define FIELD(type, member, name, at, bytes, ...) \
	{ name, LX_MEMBER(type, member), at, bytes, __VA_ARGS__ }
/* clang-format on */

/* struct xen_sysctl_physinfo (public/sysctl.h) */
#define HOST(member, name, at, bytes, ...) \
	FIELD(struct lx_hc_physinfo, member, name, at, bytes, __VA_ARGS__)

static const struct lx_field physinfo_fields[] = {
	HOST(threads_per_core, "threads_per_core", 0, 4, ALWAYS),
	HOST(cores_per_socket, "cores_per_socket", 4, 4, ALWAYS),
	HOST(nr_cpus, "nr_cpus", 8, 4, ALWAYS),
	HOST(max_cpu_id, "max_cpu_id", 12, 4, ALWAYS),
	HOST(nr_nodes, "nr_nodes", 16, 4, ALWAYS),
	HOST(max_node_id, "max_node_id", 20, 4, ALWAYS),
	HOST(cpu_khz, "cpu_khz", 24, 4, ALWAYS),
	HOST(capabilities, "capabilities", 96, 4, WITHIN(0x0c, 0x0f)),
	HOST(capabilities, "capabilities", 28, 4, FROM(0x10)),
	HOST(total_pages, "total_pages", 32, 8, WITHIN(0x0c, 0x14)),
	HOST(total_pages, "total_pages", 40, 8, FROM(0x15)),
	HOST(free_pages, "free_pages", 40, 8, WITHIN(0x0c, 0x14)),
	HOST(free_pages, "free_pages", 48, 8, FROM(0x15)),
	HOST(scrub_pages, "scrub_pages", 48, 8, WITHIN(0x0c, 0x14)),
	HOST(scrub_pages, "scrub_pages", 56, 8, FROM(0x15)),
	HOST(outstanding_pages, "outstanding_pages", 56, 8, WITHIN(0x0c, 0x14)),
	HOST(outstanding_pages, "outstanding_pages", 64, 8, FROM(0x15)),
	HOST(max_mfn, "max_mfn", 64, 8, WITHIN(0x10, 0x14)),
	HOST(max_mfn, "max_mfn", 72, 8, FROM(0x15)),
	{ 0 },
};

/* XEN_SYSCTL_PHYSCAP_*; bit 1 was the IOMMU's before it came to mean PV */
const struct lx_flag lx_host_flags[] = {
	{ "hvm", LX_HOST_HVM, 0x01, ALWAYS },
	{ "hvm_directio", LX_HOST_IOMMU, 0x02, WITHIN(0x0c, 0x11) },
	{ "pv", LX_HOST_PV, 0x02, FROM(0x12) },
	{ "directio", LX_HOST_IOMMU, 0x04, FROM(0x12) },
	{ "hap", LX_HOST_HAP, 0x08, SINCE_4_13 },
	{ "shadow", LX_HOST_SHADOW, 0x10, SINCE_4_13 },
	{ 0 },
};

/* struct xen_sysctl_readconsole */
#define LOG(member, at, bytes) FIELD(struct lx_readconsole, member, #member, at, bytes, ALWAYS)

static const struct lx_field readconsole_fields[] = {
	LOG(clear, 0, 1),  LOG(incremental, 1, 1), LOG(index, 4, 4),
	LOG(buffer, 8, 8), LOG(count, 16, 4),	   { 0 },
};

/* struct xen_sysctl_getdomaininfolist */
#define LIST(member, at, bytes) FIELD(struct lx_info_list, member, #member, at, bytes, ALWAYS)

static const struct lx_field info_list_fields[] = {
	LIST(first_domain, 0, 2),
	LIST(max_domains, 4, 4),
	LIST(buffer, 8, 8),
	LIST(num_domains, 16, 4),
	{ 0 },
};

/* struct xen_sysctl_cpupool_op */
#define POOL(member, name, at, bytes) FIELD(struct lx_cpupool_op, member, name, at, bytes, ALWAYS)

static const struct lx_field cpupool_fields[] = {
	POOL(op, "op", 0, 4),
	POOL(id, "cpupool_id", 4, 4),
	POOL(sched_id, "sched_id", 8, 4),
	POOL(domid, "domid", 12, 4),
	POOL(cpus, "cpumap.bitmap", 24, 8),
	POOL(cpu_bits, "cpumap.nr_bits", 32, 4),
	{ 0 },
};

const struct lx_op lx_sysctl_readconsole = { "readconsole", 1, ALWAYS, readconsole_fields };
const struct lx_op lx_sysctl_physinfo = { "physinfo", 3, ALWAYS, physinfo_fields };
const struct lx_op lx_sysctl_info_list = { "getdomaininfolist", 6, ALWAYS, info_list_fields };
const struct lx_op lx_sysctl_cpupool = { "cpupool_op", 18, ALWAYS, cpupool_fields };
