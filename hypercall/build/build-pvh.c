/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carries a PVH plan out: a list of steps, each of them short. */
#include "acpi.h"
#include "job.h"
#include "plan-pvh.h"
#include "populate.h"
#include "pvh-entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pvh_job {
	struct lx_job job; /* first: steps get its address */
	struct lx_pvh_plan plan;
};

static struct pvh_job *pvh_of(struct lx_job *job)
{
	return (struct pvh_job *)job;
}

static uint64_t pages_of(const struct lx_pvh_plan *plan)
{
	return plan->low_pages + plan->high_pages;
}

static int create(struct lx_job *job)
{
	return lx_job_create(job, LX_CREATE_HVM | LX_CREATE_HAP, LX_EMULATION_PVH);
}

/*
 * Enough for the case that every superpage is broken into small ones (pvh-boot, 3): ballooning and
 * live migration do that.
 */
static uint64_t paging_bytes(const struct lx_build *build)
{
	return 4096 * (256ull * build->max_vcpus + 2 * (build->max_pages >> (20 - LX_PAGE_SHIFT)));
}

static int reserve(struct lx_job *job)
{
	const struct lx_pvh_plan *plan = &pvh_of(job)->plan;
	int ret;

	ret = lx_hc_paging_pool(job->hc, job->domid, paging_bytes(job->build));
	if (ret < 0)
		return ret;
	/* The clock that hardware keeps: to emulate it costs, and some hosts cannot. */
	ret = lx_job_set_clock(job, LX_TSC_NATIVE);
	if (ret < 0)
		return ret;
	ret = lx_job_reserve(job, pages_of(plan));
	if (ret < 0)
		return ret;
	return lx_hc_set_memory_map(job->hc, job->domid, plan->map, plan->map_count);
}

static int populate(struct lx_job *job)
{
	const struct lx_pvh_plan *plan = &pvh_of(job)->plan;
	int ret;

	ret = lx_populate(job->hc, job->domid, 0, plan->low_pages, NULL, job->build->progress);
	if (ret < 0 || !plan->high_pages)
		return ret;
	return lx_populate(job->hc, job->domid, LX_PVH_HIGH_GFN, plan->high_pages, NULL,
			   job->build->progress);
}

static struct lx_span kernel_of(const struct lx_pvh_plan *plan)
{
	return (struct lx_span){ plan->kernel_gfn, plan->kernel_pages };
}

static struct lx_span ramdisk_of(const struct lx_pvh_plan *plan)
{
	return (struct lx_span){ plan->ramdisk_gfn, plan->ramdisk_pages };
}

static int map(struct lx_job *job)
{
	const struct lx_pvh_plan *plan = &pvh_of(job)->plan;
	int ret;

	ret = lx_job_choose_way(job, kernel_of(plan), ramdisk_of(plan));
	if (ret == 0)
		ret = lx_job_map(job, LX_PVH_CONSOLE_GFN,
				 LX_PVH_CONSOLE_GFN + LX_PVH_SPECIAL_PAGES);
	if (ret == 0)
		ret = lx_job_map(job, LX_PVH_ACPI_GFN, LX_PVH_ACPI_GFN + LX_PVH_ACPI_PAGES);
	return ret < 0 ? ret : lx_job_map(job, plan->kernel_gfn, plan->last_gfn);
}

static int write_kernel(struct lx_job *job)
{
	return lx_job_write_kernel(job, kernel_of(&pvh_of(job)->plan));
}

static int write_ramdisk(struct lx_job *job)
{
	return lx_job_write_ramdisk(job, ramdisk_of(&pvh_of(job)->plan));
}

static int write_info(struct lx_job *job)
{
	const struct lx_pvh_plan *plan = &pvh_of(job)->plan;
	uint64_t acpi = (uint64_t)LX_PVH_ACPI_GFN << LX_PAGE_SHIFT;

	lx_job_clear_frames(job, plan->info_gfn, LX_PVH_INFO_PAGES);
	lx_pvh_write_info(plan, job->build->ramdisk->size, job->build->cmdline,
			  lx_job_frame(job, plan->info_gfn));
	lx_job_clear_frames(job, LX_PVH_ACPI_GFN, LX_PVH_ACPI_PAGES);
	lx_acpi_write(lx_job_frame(job, LX_PVH_ACPI_GFN), acpi, job->build->vcpus,
		      job->build->max_vcpus);
	lx_job_clear_frames(job, LX_PVH_CONSOLE_GFN, LX_PVH_SPECIAL_PAGES);
	lx_pvh_write_ident(lx_job_frame(job, LX_PVH_IDENT_GFN));
	return 0;
}

/*
 * HVM_PARAM_* (public/hvm/params.h); the guest asks for them, and so does who opens its console.
 * It is told of no xenstore, which nobody serves: Linux 5.10 waits there for an answer for ever,
 * also if the ring says "reconnect", which newer ones understand.
 */
static int set_params(struct lx_job *job)
{
	enum { REASON_CRASH = 3 };
	const struct {
		uint32_t index;
		uint64_t value;
	} params[] = {
		{ LX_PARAM_IDENT_PT, (uint64_t)LX_PVH_IDENT_GFN << LX_PAGE_SHIFT },
		{ LX_PARAM_TRIPLE_FAULT_REASON, REASON_CRASH },
		{ LX_PARAM_CONSOLE_PFN, job->console_port ? LX_PVH_CONSOLE_GFN : 0 },
		{ LX_PARAM_CONSOLE_EVTCHN, job->console_port },
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]) && ret == 0; i++)
		if (params[i].value)
			ret = lx_hc_hvm_param(job->hc, job->domid, params[i].index,
					      params[i].value);
	return ret;
}

static int set_context(struct lx_job *job)
{
	size_t size = lx_pvh_context_size(job->build->max_vcpus);
	void *context = calloc(1, size);
	int ret;

	if (!context)
		return lx_fail_errno(job->hc->error, -ENOMEM, "no memory for the vCPUs' state");
	lx_pvh_write_context(&pvh_of(job)->plan, job->build->max_vcpus, context);
	ret = lx_hc_hvm_set_context(job->hc, job->domid, context, size);
	free(context);
	return ret;
}

/* What is mapped still is unmapped after the start: a PVH guest does not mind. */
/* clang-format off */
static const struct lx_step steps[] = {
	{ "create domain", create },
	{ "place it", lx_job_place },
	{ "reserve memory", reserve },
	{ "give memory", populate },
	{ "map memory", map },
	{ "write kernel", write_kernel },
	{ "write ramdisk", write_ramdisk },
	{ "write start info", write_info },
	{ "allocate ports", lx_job_allocate_ports },
	{ "set parameters", set_params },
	{ "set up vCPUs", set_context },
	{ "let it run", lx_job_let_run },
};
/* clang-format on */

static int make_plan(const struct lx_build *build, struct lx_pvh_plan *plan, struct lx_error *error)
{
	int ret;

	ret = lx_plan_pvh(build->image, build->pages, build->ramdisk->size, plan, error);
	if (ret < 0)
		return ret;
	if (strlen(build->cmdline) > LX_PVH_CMDLINE_MAX)
		return lx_fail(error, -EINVAL, "the command line is longer than %d bytes",
			       LX_PVH_CMDLINE_MAX);
	return 0;
}

/* What Xen must have: emulation of nothing but a local APIC, and a CPU policy from the start. */
static int check_host(struct lx_hc *hc)
{
	struct lx_hc_physinfo host;
	int ret;

	if (hc->release < LX_RELEASE(4, 9))
		return lx_fail(hc->error, -ENOTSUP, "PVH guests need Xen 4.9 or later");
	ret = lx_hc_physinfo(hc, &host);
	if (ret < 0)
		return ret;
	if (!(host.capabilities & LX_HOST_HVM))
		return lx_fail(hc->error, -ENOTSUP,
			       "this host has no hardware virtualisation, which PVH guests need");
	if ((host.known_capabilities & ~host.capabilities) & LX_HOST_HAP)
		return lx_fail(hc->error, -ENOTSUP,
			       "this host has no hardware-assisted paging, which PVH guests need");
	return 0;
}

int lx_build_pvh_check(struct lx_hc *hc, const struct lx_build *build)
{
	struct lx_pvh_plan plan;
	int ret = make_plan(build, &plan, hc->error);

	return ret < 0 ? ret : check_host(hc);
}

int lx_build_pvh(struct lx_hc *hc, const struct lx_build *build, uint32_t *domid)
{
	struct pvh_job pvh = { .job = { .hc = hc, .build = build } };
	int ret;

	ret = make_plan(build, &pvh.plan, hc->error);
	if (ret == 0)
		ret = lx_job_run(&pvh.job, steps, sizeof(steps) / sizeof(steps[0]));
	*domid = pvh.job.domid;
	return ret;
}
