/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what Xen tells of a domain to what the API reports. */
#include "domain-report.h"

#include <string.h>

enum { DOMAIN_INFO_SIZE_0_1 = 96 };

static const struct {
	uint32_t flag;
	uint32_t state;
} states[] = {
	{ LX_DOMAIN_PAUSED, LIBXEN_STATE_SUSPENDED },
	{ LX_DOMAIN_RUNNING, LIBXEN_STATE_RUNNING },
	{ LX_DOMAIN_BLOCKED, LIBXEN_STATE_IDLE },
};

/* A build brings vCPU 0 online in its last step; before, the domain has never run. */
static bool is_unfinished(const struct lx_hc_domain_info *info)
{
	return (info->flags & LX_DOMAIN_PAUSED) && !info->nr_online_vcpus && !info->cpu_time;
}

uint32_t lx_domain_state(const struct lx_hc_domain_info *info)
{
	if (info->flags & LX_DOMAIN_DYING)
		return LIBXEN_STATE_DYING;
	if (info->flags & LX_DOMAIN_SHUTDOWN)
		return info->shutdown_code == LIBXEN_SHUTDOWN_CRASH ? LIBXEN_STATE_CRASHED
								    : LIBXEN_STATE_SHUTDOWN;
	if (is_unfinished(info))
		return LIBXEN_STATE_UNFINISHED;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (info->flags & states[i].flag)
			return states[i].state;
	return LIBXEN_STATE_RUNNABLE;
}

static uint32_t type_of(const struct lx_hc_domain_info *info)
{
	if (!(info->flags & LX_DOMAIN_HVM))
		return LIBXEN_TYPE_PV;
	if ((info->known & LX_DOMAIN_KNOWN_EMULATION) && info->emulation_flags == LX_EMULATION_PVH)
		return LIBXEN_TYPE_PVH;
	return LIBXEN_TYPE_HVM;
}

/* Domain 0 may have "no limit", which is more than bytes can say. */
static uint64_t bytes_of(uint64_t pages)
{
	return pages > UINT64_MAX >> LX_PAGE_SHIFT ? UINT64_MAX : pages << LX_PAGE_SHIFT;
}

bool lx_domain_info_fits(size_t size)
{
	return size >= DOMAIN_INFO_SIZE_0_1 && size <= LX_SANE_SIZE &&
	       size % _Alignof(struct libxen_domain_info) == 0;
}

int lx_domain_report(const struct lx_hc_domain_info *from, struct libxen_domain_info *info)
{
	struct libxen_domain_info now = {
		.valid = LIBXEN_DOMAIN_INFO_BASIC,
		.memory_bytes = bytes_of(from->tot_pages),
		.memory_max_bytes = bytes_of(from->max_pages),
		.claimed_bytes = bytes_of(from->outstanding_pages),
		.cpu_time_ns = from->cpu_time,
		.domid = from->domid,
		.state = lx_domain_state(from),
		.shutdown_reason = from->flags & LX_DOMAIN_SHUTDOWN ? from->shutdown_code
								    : LIBXEN_SHUTDOWN_NONE,
		.type = type_of(from),
		.vcpus_online = from->nr_online_vcpus,
		.vcpus = from->max_vcpu_id + 1, /* ~0 before there are any */
		.cpupool = from->cpupool,
		.gpaddr_bits = from->gpaddr_bits,
	};

	if (from->known & LX_DOMAIN_KNOWN_GPADDR_BITS)
		now.valid |= LIBXEN_DOMAIN_INFO_GPADDR_BITS;
	if (from->known & LX_DOMAIN_KNOWN_EMULATION)
		now.valid |= LIBXEN_DOMAIN_INFO_TYPE;
	memcpy(now.uuid, from->handle, sizeof(now.uuid));
	return lx_sized_out(info, DOMAIN_INFO_SIZE_0_1, &now, sizeof(now));
}
