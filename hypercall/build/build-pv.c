/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carries a PV plan out: a list of steps, each of them short. */
#include "job.h"
#include "plan-pv.h"
#include "populate.h"
#include "pv-entry.h"
#include "tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct pv_job {
	struct lx_job job; /* first: steps get its address */
	struct lx_pv_plan plan;
	uint64_t *p2m;
	uint64_t shared_info_mfn;
};

static struct pv_job *pv_of(struct lx_job *job)
{
	return (struct pv_job *)job;
}

static int create(struct lx_job *job)
{
	return lx_job_create(job, 0, 0);
}

/* Up to its limit: a PV guest knows by start_info which part of it is there already. */
static int reserve(struct lx_job *job)
{
	struct lx_hc_map_entry ram = { .bytes = job->build->max_pages << LX_PAGE_SHIFT,
				       .type = LX_MAP_RAM };
	int ret;

	ret = lx_job_set_clock(job, -1);
	if (ret == 0)
		ret = lx_job_reserve(job, pv_of(job)->plan.pages);
	return ret < 0 ? ret : lx_hc_set_memory_map(job->hc, job->domid, &ram, 1);
}

static int populate(struct lx_job *job)
{
	struct pv_job *pv = pv_of(job);

	job->p2m = pv->p2m = malloc(pv->plan.pages * sizeof(*pv->p2m));
	if (!pv->p2m)
		return lx_fail_errno(job->hc->error, -ENOMEM, "no memory for the list of frames");
	return lx_populate(job->hc, job->domid, 0, pv->plan.pages, pv->p2m, job->build->progress);
}

static struct lx_span kernel_of(const struct lx_pv_plan *plan)
{
	return (struct lx_span){ plan->kernel_pfn, plan->kernel_pages };
}

static struct lx_span ramdisk_of(const struct lx_pv_plan *plan)
{
	return (struct lx_span){ plan->ramdisk_pfn, plan->ramdisk_pages };
}

/* [kernel_pfn, stack_pfn), and what lies behind the boot region, if anything does. */
static int map(struct lx_job *job)
{
	const struct lx_pv_plan *plan = &pv_of(job)->plan;
	int ret;

	ret = lx_job_choose_way(job, kernel_of(plan), ramdisk_of(plan));
	if (ret == 0)
		ret = lx_job_map(job, plan->kernel_pfn, plan->stack_pfn);
	return ret < 0 ? ret : lx_job_map(job, plan->end_pfn, plan->last_pfn);
}

static int write_kernel(struct lx_job *job)
{
	return lx_job_write_kernel(job, kernel_of(&pv_of(job)->plan));
}

static int write_ramdisk(struct lx_job *job)
{
	return lx_job_write_ramdisk(job, ramdisk_of(&pv_of(job)->plan));
}

static int write_p2m(struct lx_job *job)
{
	const struct lx_pv_plan *plan = &pv_of(job)->plan;

	lx_job_write_frames(job, plan->p2m_pfn, pv_of(job)->p2m, plan->pages * sizeof(uint64_t),
			    plan->p2m_pages);
	return 0;
}

static uint64_t *entries(struct lx_job *job, uint64_t pfn)
{
	return (uint64_t *)lx_job_frame(job, pfn);
}

static int write_tables(struct lx_job *job)
{
	const struct lx_pv_plan *plan = &pv_of(job)->plan;
	const uint64_t *p2m = pv_of(job)->p2m;
	uint64_t *l4 = entries(job, plan->l4_pfn);
	uint64_t count = lx_plan_pv_boot_tables(plan);

	lx_job_clear_frames(job, plan->l4_pfn, count);
	lx_tables_write(&plan->boot, p2m, l4, entries(job, plan->boot.table_pfn), plan->l4_pfn,
			count);
	if (!plan->p2m.pages)
		return 0;
	lx_job_clear_frames(job, plan->p2m.table_pfn, lx_pv_range_tables(&plan->p2m));
	lx_tables_write(&plan->p2m, p2m, l4, entries(job, plan->p2m.table_pfn), 0, 0);
	return 0;
}

/*
 * With this entry any process finds the console's page later. The xenstore ring gets none: the
 * guest is not told of it (see write_start_info) and uses its page as it likes.
 */
static int seed_grants(struct lx_job *job)
{
	const struct pv_job *pv = pv_of(job);

	if (!job->console_port)
		return 0;
	return lx_hc_grant_seed(job->hc, job->domid, LX_GRANT_CONSOLE,
				pv->p2m[pv->plan.console_pfn], LX_OUR_DOMID);
}

/*
 * No xenstore is announced: a PV Linux waits for ever for an answer on a ring that nobody serves,
 * whatever the ring's reconnect flag says (tried with Linux 6.1 on Xen 4.17).
 */
static int write_start_info(struct lx_job *job)
{
	struct pv_job *pv = pv_of(job);
	const struct lx_pv_plan *plan = &pv->plan;
	struct lx_pv_entry entry = { .ramdisk_bytes = job->build->ramdisk->size,
				     .cmdline = job->build->cmdline,
				     .console_port = job->console_port };
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_hc_domain_info(job->hc, job->domid, &info);
	if (ret < 0)
		return ret;

	pv->shared_info_mfn = entry.shared_info_mfn = info.shared_info_frame;
	if (job->console_port)
		entry.console_mfn = pv->p2m[plan->console_pfn];
	lx_job_clear_frames(job, plan->start_info_pfn, 1);
	lx_job_clear_frames(job, plan->store_pfn, 1);
	lx_job_clear_frames(job, plan->console_pfn, 1);
	lx_pv_write_start_info(plan, &entry, lx_job_frame(job, plan->start_info_pfn));
	return 0;
}

/* Before the vCPU's context, which makes Xen write the clock into the same page. */
static int write_shared_info(struct lx_job *job)
{
	struct lx_hc_mapping mapping = { 0 };
	int ret;

	ret = lx_hc_map(job->hc, job->domid, &pv_of(job)->shared_info_mfn, 1,
			PROT_READ | PROT_WRITE, &mapping);
	if (ret < 0)
		return ret;
	lx_pv_write_shared_info(mapping.addr);
	lx_hc_unmap(job->hc, &mapping);
	return 0;
}

static int hand_over_tables(struct lx_job *job)
{
	const struct pv_job *pv = pv_of(job);
	int ret = 0;

	if (pv->plan.has_hypercall_page)
		ret = lx_hc_hypercall_page(job->hc, job->domid, pv->p2m[pv->plan.hypercall_pfn]);
	if (ret < 0)
		return ret;
	return lx_hc_pin_l4(job->hc, job->domid, pv->p2m[pv->plan.l4_pfn]);
}

static int set_context(struct lx_job *job)
{
	const struct pv_job *pv = pv_of(job);
	unsigned char context[LX_VCPU_CONTEXT_SIZE] = { 0 };

	lx_pv_write_context(&pv->plan, pv->p2m[pv->plan.l4_pfn], context);
	return lx_hc_vcpu_set_context(job->hc, job->domid, 0, context);
}

/*
 * All is unmapped before Xen looks at the tables: it refuses those that somebody can write, and
 * Linux turns pages of its own image into tables as soon as it runs.
 */
static const struct lx_step steps[] = {
	{ "create domain", create },
	{ "place it", lx_job_place },
	{ "reserve memory", reserve },
	{ "give memory", populate },
	{ "map memory", map },
	{ "write kernel", write_kernel },
	{ "write ramdisk", write_ramdisk },
	{ "write frame list", write_p2m },
	{ "write page tables", write_tables },
	{ "allocate ports", lx_job_allocate_ports },
	{ "seed grants", seed_grants },
	{ "write start info", write_start_info },
	{ "unmap memory", lx_job_unmap },
	{ "write shared info", write_shared_info },
	{ "pin page tables", hand_over_tables },
	{ "set up vCPU", set_context },
	{ "let it run", lx_job_let_run },
};

static int make_plan(const struct lx_build *build, struct lx_pv_plan *plan, struct lx_error *error)
{
	int ret;

	ret = lx_plan_pv(build->image, build->pages, build->ramdisk->size, plan, error);
	if (ret < 0)
		return ret;
	if (strlen(build->cmdline) > LX_PV_CMDLINE_MAX)
		return lx_fail(error, -EINVAL, "the command line is longer than %d bytes",
			       LX_PV_CMDLINE_MAX);
	return 0;
}

int lx_build_pv_check(struct lx_hc *hc, const struct lx_build *build)
{
	char capabilities[256];
	struct lx_pv_plan plan;
	int ret;

	ret = make_plan(build, &plan, hc->error);
	if (ret < 0)
		return ret;
	ret = lx_hc_capabilities_text(hc, capabilities, sizeof(capabilities));
	if (ret < 0)
		return ret;
	if (!strstr(capabilities, "xen-3.0-x86_64"))
		return lx_fail(hc->error, -ENOTSUP, "this Xen runs no 64-bit PV guests");
	return 0;
}

int lx_build_pv(struct lx_hc *hc, const struct lx_build *build, uint32_t *domid)
{
	struct pv_job pv = { .job = { .hc = hc, .build = build } };
	int ret;

	ret = make_plan(build, &pv.plan, hc->error);
	if (ret == 0)
		ret = lx_job_run(&pv.job, steps, sizeof(steps) / sizeof(steps[0]));
	*domid = pv.job.domid;
	free(pv.p2m);
	return ret;
}
