/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host: what it has, which Xen runs on it, what that logs. */
#include "internal.h"

#include <errno.h>
#include <limits.h>

enum { HOST_INFO_SIZE_0_1 = 392 };

static const struct {
	uint32_t theirs;
	uint64_t ours;
	uint64_t valid;
} features[] = {
	{ LX_HOST_HVM, LIBXEN_HOST_HVM, 0 },
	{ LX_HOST_IOMMU, LIBXEN_HOST_IOMMU, 0 },
	{ LX_HOST_PV, LIBXEN_HOST_PV, LIBXEN_HOST_INFO_PV },
	{ LX_HOST_HAP, LIBXEN_HOST_HAP, LIBXEN_HOST_INFO_PAGING },
	{ LX_HOST_SHADOW, LIBXEN_HOST_SHADOW, LIBXEN_HOST_INFO_PAGING },
};

static void report_features(const struct lx_hc_physinfo *now, struct libxen_host_info *info)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		if (now->capabilities & features[i].theirs)
			info->features |= features[i].ours;
		if (now->known_capabilities & features[i].theirs)
			info->valid |= features[i].valid;
	}
	if (now->max_mfn)
		info->valid |= LIBXEN_HOST_INFO_MAX_MFN;
}

static void report(const struct lx_hc *hc, const struct lx_hc_physinfo *now,
		   struct libxen_host_info *info)
{
	*info = (struct libxen_host_info){
		.valid = LIBXEN_HOST_INFO_BASIC,
		.memory_total_bytes = now->total_pages * LX_PAGE_SIZE,
		.memory_free_bytes = now->free_pages * LX_PAGE_SIZE,
		.memory_claimed_bytes = now->outstanding_pages * LX_PAGE_SIZE,
		.memory_scrub_bytes = now->scrub_pages * LX_PAGE_SIZE,
		.max_mfn = now->max_mfn,
		.xen_major = hc->release >> 8,
		.xen_minor = hc->release & 0xff,
		.domctl_version = hc->domctl.number,
		.sysctl_version = hc->sysctl.number,
		.cpus = now->nr_cpus,
		.nodes = now->nr_nodes,
		.cores_per_socket = now->cores_per_socket,
		.threads_per_core = now->threads_per_core,
		.cpu_khz = now->cpu_khz,
	};
	report_features(now, info);
}

int libxen_host_info(struct libxen *xen, struct libxen_host_info *info)
{
	struct lx_hc_physinfo physinfo;
	struct libxen_host_info now;
	int ret;

	ret = lx_need_open(xen);
	if (ret < 0)
		return ret;
	ret = lx_hc_physinfo(&xen->hc, &physinfo);
	if (ret < 0)
		return ret;

	report(&xen->hc, &physinfo, &now);
	ret = lx_hc_version_text(&xen->hc, now.xen_version, sizeof(now.xen_version));
	if (ret < 0)
		return ret;
	ret = lx_hc_capabilities_text(&xen->hc, now.capabilities, sizeof(now.capabilities));
	if (ret < 0)
		return ret;

	ret = lx_sized_out(info, HOST_INFO_SIZE_0_1, &now, sizeof(now));
	if (ret < 0)
		return lx_fail(&xen->error, ret, "struct libxen_host_info has a wrong size");
	return 0;
}

int libxen_log_read(struct libxen *xen, uint32_t *position, char *buffer, size_t size)
{
	int ret;

	ret = lx_need_open(xen);
	if (ret < 0)
		return ret;
	if (!size)
		return lx_fail(&xen->error, -EINVAL, "there is no room to read the log into");
	return lx_hc_log_read(&xen->hc, position, buffer, size);
}
