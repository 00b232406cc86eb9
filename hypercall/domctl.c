/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed domctls: create, look at, pause and destroy domains. */
#include "abi.h"
#include "arena.h"

#include <errno.h>
#include <string.h>

/* In every release a free number is asked for by this one (xen-abi, CHANGES, 2). */
#define DOMID_ANY 0x7ff5u

/* Xen's own defaults, for releases that must be told. */
enum { DEFAULT_GRANT_FRAMES = 64, DEFAULT_MAPTRACK_FRAMES = 1024 };

static int simple(struct lx_hc *hc, const struct lx_op *op, uint32_t domid)
{
	return lx_domctl(hc, op, &domid, NULL);
}

#define CREATE_HAS(hc, member) \
	lx_layout_has(lx_domctl_create.fields, &(hc)->domctl, offsetof(struct lx_hc_create, member))

bool lx_hc_create_has_grant_opts(const struct lx_hc *hc)
{
	return CREATE_HAS(hc, grant_opts);
}

bool lx_hc_create_has_misc_flags(const struct lx_hc *hc)
{
	return CREATE_HAS(hc, misc_flags);
}

/*
 * What goes into createdomain itself. Before 4.12 the vCPUs, the event channels and the grant
 * table are limited by calls of their own. 4.12.0 and .1 take no "default" for the grant table,
 * and their number does not tell them from 4.12.2.
 */
static int encode_create(struct lx_hc *hc, const struct lx_hc_create *create,
			 struct lx_hc_create *now)
{
	*now = *create;
	if (!CREATE_HAS(hc, max_vcpus))
		now->max_vcpus = 0;
	if (!CREATE_HAS(hc, max_evtchn_port))
		now->max_evtchn_port = 0;
	if (!CREATE_HAS(hc, max_grant_frames)) {
		now->max_grant_frames = 0;
		now->max_maptrack_frames = 0;
	} else if (hc->domctl.number < 0x12) {
		if (now->max_grant_frames < 0)
			now->max_grant_frames = DEFAULT_GRANT_FRAMES;
		if (now->max_maptrack_frames < 0)
			now->max_maptrack_frames = DEFAULT_MAPTRACK_FRAMES;
	}
	if (!CREATE_HAS(hc, cpupool_id))
		now->cpupool_id = 0;
	return lx_flags_encode(lx_create_flags, &hc->domctl, create->flags, &now->flags, hc->error);
}

/* 4.10 and 4.11: without this call the domain has no grant table at all. Before, no limits. */
static int set_gnttab_limits(struct lx_hc *hc, uint32_t domid, const struct lx_hc_create *create)
{
	struct lx_gnttab_limits limits = {
		.grant_frames = create->max_grant_frames < 0 ? DEFAULT_GRANT_FRAMES
							     : create->max_grant_frames,
		.maptrack_frames = create->max_maptrack_frames < 0 ? DEFAULT_MAPTRACK_FRAMES
								   : create->max_maptrack_frames,
	};

	if (!lx_range_has(&lx_domctl_gnttab_limits.range, &hc->domctl))
		return 0;
	return lx_domctl(hc, &lx_domctl_gnttab_limits, &domid, &limits);
}

static int set_max_evtchn(struct lx_hc *hc, uint32_t domid, uint32_t max_port)
{
	struct lx_max_evtchn max = { .max_port = max_port };

	if (!lx_range_has(&lx_domctl_max_evtchn.range, &hc->domctl))
		return 0;
	return lx_domctl(hc, &lx_domctl_max_evtchn, &domid, &max);
}

/* Before 4.17 every domain is made in pool 0. */
static int set_pool(struct lx_hc *hc, uint32_t domid, uint32_t id)
{
	if (!id || CREATE_HAS(hc, cpupool_id))
		return 0;
	return lx_hc_pool_move(hc, domid, id);
}

/* The calls beside createdomain. max_vcpus sets up the vCPUs in every release. */
static int finish_create(struct lx_hc *hc, uint32_t domid, const struct lx_hc_create *create)
{
	struct lx_max_vcpus vcpus = { .max = create->max_vcpus };
	int ret;

	ret = lx_domctl(hc, &lx_domctl_max_vcpus, &domid, &vcpus);
	if (ret < 0)
		return ret;
	ret = set_pool(hc, domid, create->cpupool_id);
	if (ret < 0)
		return ret;
	ret = set_max_evtchn(hc, domid, create->max_evtchn_port);
	if (ret < 0)
		return ret;
	return set_gnttab_limits(hc, domid, create);
}

int lx_hc_domain_create(struct lx_hc *hc, const struct lx_hc_create *create, uint32_t *domid)
{
	struct lx_hc_create now;
	uint32_t created = DOMID_ANY;
	int ret;

	ret = encode_create(hc, create, &now);
	if (ret < 0)
		return ret;
	ret = lx_domctl(hc, &lx_domctl_create, &created, &now);
	if (ret == -EEXIST) /* from 4.21 on; before, -ENOMEM */
		return lx_fail(hc->error, -ENOMEM, "Xen has no number left for another domain");
	if (ret < 0)
		return ret;

	ret = finish_create(hc, created, create);
	if (ret < 0) {
		lx_hc_domain_undo(hc, created);
		return ret;
	}
	*domid = created;
	return 0;
}

int lx_hc_domain_destroy(struct lx_hc *hc, uint32_t domid)
{
	int ret;

	/* One call is enough since long; very old releases want to be asked again. */
	do
		ret = simple(hc, &lx_domctl_destroy, domid);
	while (ret == -EAGAIN);
	return ret;
}

void lx_hc_domain_undo(struct lx_hc *hc, uint32_t domid)
{
	struct lx_error *first = hc->error;
	struct lx_error undo = { 0 };
	int ret;

	hc->error = &undo;
	ret = lx_hc_domain_destroy(hc, domid);
	hc->error = first;
	if (ret < 0 && ret != -ESRCH)
		lx_fail_also(first, "domain %u remains: %s", domid, undo.text);
}

int lx_hc_domain_pause(struct lx_hc *hc, uint32_t domid)
{
	return simple(hc, &lx_domctl_pause, domid);
}

int lx_hc_domain_unpause(struct lx_hc *hc, uint32_t domid)
{
	return simple(hc, &lx_domctl_unpause, domid);
}

int lx_hc_domain_max_mem(struct lx_hc *hc, uint32_t domid, uint64_t kib)
{
	struct lx_max_mem max = { .kib = kib };

	return lx_domctl(hc, &lx_domctl_max_mem, &domid, &max);
}

int lx_hc_hypercall_page(struct lx_hc *hc, uint32_t domid, uint64_t mfn)
{
	struct lx_hypercall_init init = { .gmfn = mfn };

	return lx_domctl(hc, &lx_domctl_hypercall_init, &domid, &init);
}

#define INFO_HAS(hc, member)                                \
	lx_layout_has(lx_domctl_info.fields, &(hc)->domctl, \
		      offsetof(struct lx_hc_domain_info, member))

void lx_domain_info_polish(const struct lx_hc *hc, struct lx_hc_domain_info *info)
{
	info->shutdown_code = info->flags >> 16 & 0xff;
	info->flags = lx_flags_decode(lx_domain_flags, &hc->domctl, info->flags);
	info->known = 0;
	if (INFO_HAS(hc, gpaddr_bits))
		info->known |= LX_DOMAIN_KNOWN_GPADDR_BITS;
	if (INFO_HAS(hc, emulation_flags))
		info->known |= LX_DOMAIN_KNOWN_EMULATION;
}

int lx_hc_domain_info(struct lx_hc *hc, uint32_t domid, struct lx_hc_domain_info *info)
{
	uint32_t answered = domid;
	int ret;

	*info = (struct lx_hc_domain_info){ 0 };
	ret = lx_domctl(hc, &lx_domctl_info, &answered, info);
	if (ret < 0)
		return ret;

	/* Up to 4.17 Xen answers with the next domain if this one is gone. */
	if (info->domid != domid)
		return lx_fail(hc->error, -ESRCH, "there is no domain %u", domid);
	lx_domain_info_polish(hc, info);
	return 0;
}

int lx_hc_vcpu_set_context(struct lx_hc *hc, uint32_t domid, uint32_t vcpu, const void *context)
{
	size_t mark = hc->arena_used;
	void *copy = lx_arena_take(hc, LX_VCPU_CONTEXT_SIZE);
	struct lx_vcpu_context set = { .vcpu = vcpu, .context = lx_pointer(copy) };
	int ret;

	memcpy(copy, context, LX_VCPU_CONTEXT_SIZE);
	ret = lx_domctl(hc, &lx_domctl_set_context, &domid, &set);
	hc->arena_used = mark;
	return ret;
}
