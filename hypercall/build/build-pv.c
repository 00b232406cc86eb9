/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carries a PV plan out: a list of steps, each of them short; whatever fails, nothing stays. */
#include "build.h"
#include "plan-pv.h"
#include "populate.h"
#include "pv-entry.h"
#include "tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	MAX_EVTCHN_PORT = 1023,
	GRANT_VERSION = 1, /* all that Linux uses; entry 0 and 1 are laid out for it */
	SLACK_KIB = 1024,  /* above the guest's memory, as Xen's tools leave it */
	OUR_DOMID = 0,	   /* whose end of rings and ports ours is */
	COPY_PIECE = 4 << 20,
};

struct job {
	struct lx_hc *hc;
	const struct lx_build *build;
	struct lx_pv_plan plan;
	struct lx_pv_entry entry;
	uint64_t *p2m;
	uint32_t domid;
	bool created;
	struct lx_hc_mapping boot; /* [kernel_pfn, stack_pfn) */
	struct lx_hc_mapping high; /* what lies behind the boot region; nothing: there is none */
};

static unsigned char *at(const struct lx_hc_mapping *mapping, uint64_t first, uint64_t pfn)
{
	return (unsigned char *)mapping->addr + ((pfn - first) << LX_PAGE_SHIFT);
}

/* Where a written frame is mapped: everything written lies in one of two stretches. */
static unsigned char *frame(const struct job *job, uint64_t pfn)
{
	if (pfn < job->plan.end_pfn)
		return at(&job->boot, job->plan.kernel_pfn, pfn);
	return at(&job->high, job->plan.end_pfn, pfn);
}

/* Every byte that goes into the guest goes through these two. */
static void copy(struct job *job, unsigned char *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
	job->hc->counters.copied_bytes += bytes;
}

static void clear(struct job *job, unsigned char *to, size_t bytes)
{
	memset(to, 0, bytes);
	job->hc->counters.copied_bytes += bytes;
}

static void clear_frames(struct job *job, uint64_t pfn, uint64_t pages)
{
	clear(job, frame(job, pfn), pages << LX_PAGE_SHIFT);
}

/* Bytes, and zeroes up to the end of the last frame. */
static void write_frames(struct job *job, uint64_t pfn, const void *from, size_t bytes,
			 uint64_t pages)
{
	unsigned char *to = frame(job, pfn);

	copy(job, to, from, bytes);
	clear(job, to + bytes, (pages << LX_PAGE_SHIFT) - bytes);
}

static int create(struct job *job)
{
	struct lx_hc_create create = {
		.max_vcpus = job->build->vcpus,
		.max_evtchn_port = MAX_EVTCHN_PORT,
		.max_grant_frames = -1,
		.max_maptrack_frames = -1,
	};
	int ret;

	if (lx_hc_create_has_grant_opts(job->hc))
		create.grant_opts = GRANT_VERSION;
	memcpy(create.handle, job->build->uuid, sizeof(create.handle));

	ret = lx_hc_domain_create(job->hc, &create, &job->domid);
	job->created = ret == 0;
	return ret;
}

/* The claim makes a lack of memory show now, and to us alone. */
static int reserve(struct job *job)
{
	int ret;

	ret = lx_hc_domain_max_mem(job->hc, job->domid, job->plan.pages * 4 + SLACK_KIB);
	if (ret < 0)
		return ret;
	ret = lx_hc_claim(job->hc, job->domid, job->plan.pages);
	if (ret < 0)
		return ret;
	return lx_hc_set_ram_map(job->hc, job->domid, job->plan.pages << LX_PAGE_SHIFT);
}

static int populate(struct job *job)
{
	job->p2m = malloc(job->plan.pages * sizeof(*job->p2m));
	if (!job->p2m)
		return lx_fail_errno(job->hc->error, -ENOMEM, "no memory for the list of frames");
	return lx_populate(job->hc, job->domid, job->plan.pages, job->p2m, job->build->progress);
}

static int map(struct job *job)
{
	const struct lx_pv_plan *plan = &job->plan;
	int prot = PROT_READ | PROT_WRITE;
	int ret;

	ret = lx_hc_map(job->hc, job->domid, job->p2m + plan->kernel_pfn,
			plan->stack_pfn - plan->kernel_pfn, prot, &job->boot);
	if (ret < 0 || plan->last_pfn == plan->end_pfn)
		return ret;
	return lx_hc_map(job->hc, job->domid, job->p2m + plan->end_pfn,
			 plan->last_pfn - plan->end_pfn, prot, &job->high);
}

/* One segment, in pieces between which the owner may cancel. */
static int write_segment(struct job *job, const struct lx_segment *segment, unsigned char *to)
{
	for (uint64_t done = 0; done < segment->file_bytes;) {
		uint64_t piece = segment->file_bytes - done;

		if (piece > COPY_PIECE)
			piece = COPY_PIECE;
		if (lx_progress_tell(job->build->progress, "write kernel", done,
				     segment->file_bytes) < 0)
			return lx_fail(job->hc->error, -ECANCELED, "cancelled");
		copy(job, to + done, segment->data + done, piece);
		done += piece;
	}
	return 0;
}

/* New memory is not sure to be zero: what no segment fills is cleared. */
static int write_kernel(struct job *job)
{
	const struct lx_image *image = job->build->image;
	unsigned char *base = frame(job, job->plan.kernel_pfn);
	unsigned char *next = base;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct lx_segment *segment = &image->segments[i];
		uint64_t offset = segment->paddr - (job->plan.kernel_pfn << LX_PAGE_SHIFT);
		int ret;

		clear(job, next, base + offset - next);
		ret = write_segment(job, segment, base + offset);
		if (ret < 0)
			return ret;
		next = base + offset + segment->file_bytes;
	}
	clear(job, next, base + (job->plan.kernel_pages << LX_PAGE_SHIFT) - next);
	return 0;
}

static int write_ramdisk(struct job *job)
{
	const struct lx_bytes *ramdisk = job->build->ramdisk;

	if (ramdisk->size)
		write_frames(job, job->plan.ramdisk_pfn, ramdisk->data, ramdisk->size,
			     job->plan.ramdisk_pages);
	return 0;
}

static int write_p2m(struct job *job)
{
	write_frames(job, job->plan.p2m_pfn, job->p2m, job->plan.pages * sizeof(*job->p2m),
		     job->plan.p2m_pages);
	return 0;
}

static int write_tables(struct job *job)
{
	const struct lx_pv_plan *plan = &job->plan;
	uint64_t *l4 = (uint64_t *)frame(job, plan->l4_pfn);
	uint64_t count = lx_plan_pv_boot_tables(plan);

	clear_frames(job, plan->l4_pfn, count);
	lx_tables_write(&plan->boot, job->p2m, l4, (uint64_t *)frame(job, plan->boot.table_pfn),
			plan->l4_pfn, count);
	if (!plan->p2m.pages)
		return 0;
	clear_frames(job, plan->p2m.table_pfn, lx_pv_range_tables(&plan->p2m));
	lx_tables_write(&plan->p2m, job->p2m, l4, (uint64_t *)frame(job, plan->p2m.table_pfn), 0,
			0);
	return 0;
}

/* The order is part of the contract: a console is found again by its number. */
static int allocate_ports(struct job *job)
{
	uint32_t port;
	int ret;

	ret = lx_hc_port_alloc(job->hc, job->domid, OUR_DOMID, &port);
	if (ret == 0 && port != LX_PORT_STORE)
		return lx_fail(job->hc->error, -EIO, "Xen gave port %u as the first", port);
	if (ret < 0 || !job->build->console)
		return ret;

	ret = lx_hc_port_alloc(job->hc, job->domid, OUR_DOMID, &port);
	if (ret == 0 && port != LX_PORT_CONSOLE)
		return lx_fail(job->hc->error, -EIO, "Xen gave port %u as the second", port);
	if (ret < 0)
		return ret;

	job->entry.console_port = port;
	job->entry.console_mfn = job->p2m[job->plan.console_pfn];
	return 0;
}

/*
 * With this entry any process finds the console's page later. The xenstore ring gets none: the
 * guest is not told of it (see write_start_info) and uses its page as it likes.
 */
static int seed_grants(struct job *job)
{
	if (!job->build->console)
		return 0;
	return lx_hc_grant_seed(job->hc, job->domid, LX_GRANT_CONSOLE, job->entry.console_mfn,
				OUR_DOMID);
}

/*
 * No xenstore is announced: a PV Linux waits for ever for an answer on a ring that nobody serves,
 * whatever the ring's reconnect flag says (tried with Linux 6.1 on Xen 4.17).
 */
static int write_start_info(struct job *job)
{
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_hc_domain_info(job->hc, job->domid, &info);
	if (ret < 0)
		return ret;

	job->entry.shared_info_mfn = info.shared_info_frame;
	clear_frames(job, job->plan.start_info_pfn, 1);
	clear_frames(job, job->plan.store_pfn, 1);
	clear_frames(job, job->plan.console_pfn, 1);
	lx_pv_write_start_info(&job->plan, &job->entry, frame(job, job->plan.start_info_pfn));
	return 0;
}

/*
 * All of it, at once: Xen refuses tables that somebody can write, and Linux turns pages of its own
 * image into tables as soon as it runs.
 */
static int unmap(struct job *job)
{
	lx_hc_unmap(job->hc, &job->boot);
	lx_hc_unmap(job->hc, &job->high);
	return 0;
}

/* Before the vCPU's context, which makes Xen write the clock into the same page. */
static int write_shared_info(struct job *job)
{
	struct lx_hc_mapping mapping = { 0 };
	int ret;

	ret = lx_hc_map(job->hc, job->domid, &job->entry.shared_info_mfn, 1, PROT_READ | PROT_WRITE,
			&mapping);
	if (ret < 0)
		return ret;
	lx_pv_write_shared_info(mapping.addr);
	lx_hc_unmap(job->hc, &mapping);
	return 0;
}

static int hand_over_tables(struct job *job)
{
	int ret = 0;

	if (job->plan.has_hypercall_page)
		ret = lx_hc_hypercall_page(job->hc, job->domid, job->p2m[job->plan.hypercall_pfn]);
	if (ret < 0)
		return ret;
	return lx_hc_pin_l4(job->hc, job->domid, job->p2m[job->plan.l4_pfn]);
}

static int set_context(struct job *job)
{
	unsigned char context[LX_VCPU_CONTEXT_SIZE] = { 0 };

	lx_pv_write_context(&job->plan, job->p2m[job->plan.l4_pfn], context);
	return lx_hc_vcpu_set_context(job->hc, job->domid, 0, context);
}

static const struct step {
	const char *name;
	int (*run)(struct job *job);
} steps[] = {
	{ "create domain", create },
	{ "reserve memory", reserve },
	{ "give memory", populate },
	{ "map memory", map },
	{ "write kernel", write_kernel },
	{ "write ramdisk", write_ramdisk },
	{ "write frame list", write_p2m },
	{ "write page tables", write_tables },
	{ "allocate ports", allocate_ports },
	{ "seed grants", seed_grants },
	{ "write start info", write_start_info },
	{ "unmap memory", unmap },
	{ "write shared info", write_shared_info },
	{ "pin page tables", hand_over_tables },
	{ "set up vCPU", set_context },
};

static int run_steps(struct job *job)
{
	struct lx_error *error = job->hc->error;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int ret;

		if (lx_progress_tell(job->build->progress, steps[i].name, 0, 0) < 0)
			return lx_fail(error, -ECANCELED, "cancelled");
		ret = steps[i].run(job);
		if (ret < 0)
			return lx_fail_for(error, ret, "cannot %s", steps[i].name);
	}
	return 0;
}

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
	struct job job = {
		.hc = hc,
		.build = build,
		.entry = { .ramdisk_bytes = build->ramdisk->size, .cmdline = build->cmdline },
	};
	int ret;

	ret = make_plan(build, &job.plan, hc->error);
	if (ret == 0)
		ret = run_steps(&job);

	unmap(&job);
	if (ret < 0 && job.created)
		lx_hc_domain_undo(hc, job.domid);
	if (ret == 0)
		*domid = job.domid;
	free(job.p2m);
	return ret;
}
