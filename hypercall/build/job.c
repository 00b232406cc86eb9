/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The common part of building a guest: whatever fails, nothing stays. */
#include "job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	MAX_EVTCHN_PORT = 1023,
	GRANT_VERSION = 1, /* all that Linux uses; entries 0 and 1 are laid out for it */
	SLACK_KIB = 1024,  /* above the guest's memory, as Xen's tools leave it */
};

int lx_job_create(struct lx_job *job, uint32_t flags, uint32_t emulation_flags)
{
	struct lx_hc_create create = {
		.flags = flags,
		.max_vcpus = job->build->max_vcpus,
		.max_evtchn_port = MAX_EVTCHN_PORT,
		.max_grant_frames = -1,
		.max_maptrack_frames = -1,
		.cpupool_id = job->build->place.cpupool,
		.emulation_flags = emulation_flags,
		.misc_flags = job->build->misc_flags,
	};
	int ret;

	if (lx_hc_create_has_grant_opts(job->hc))
		create.grant_opts = GRANT_VERSION;
	memcpy(create.handle, job->build->uuid, sizeof(create.handle));

	ret = lx_hc_domain_create(job->hc, &create, &job->domid);
	job->created = ret == 0;
	return ret;
}

int lx_job_place(struct lx_job *job)
{
	return lx_place_domain(job->hc, job->domid, &job->build->place);
}

int lx_job_set_clock(struct lx_job *job, int fit)
{
	int mode = job->build->tsc_mode >= 0 ? job->build->tsc_mode : fit;

	return mode < 0 ? 0 : lx_hc_tsc_mode(job->hc, job->domid, mode);
}

int lx_job_reserve(struct lx_job *job, uint64_t pages)
{
	int ret;

	ret = lx_hc_domain_max_mem(job->hc, job->domid, job->build->max_pages * 4 + SLACK_KIB);
	return ret < 0 ? ret : lx_hc_claim(job->hc, job->domid, pages);
}

/* The guest's own names of consecutive frames. NULL: no memory. */
static uint64_t *count_up(uint64_t first, uint64_t count)
{
	uint64_t *frames = malloc(count * sizeof(*frames));

	for (uint64_t i = 0; frames && i < count; i++)
		frames[i] = first + i;
	return frames;
}

int lx_job_choose_way(struct lx_job *job, struct lx_span kernel, struct lx_span ramdisk)
{
	int ret = lx_hc_copier_open(job->hc, job->domid, LX_OUR_DOMID, &job->copier);

	if (ret == -EOPNOTSUPP)
		return 0;
	if (ret == 0) {
		job->bulk[0] = kernel;
		job->bulk[1] = ramdisk;
	}
	return ret;
}

static int map_stretch(struct lx_job *job, uint64_t first, uint64_t count)
{
	struct lx_stretch *stretch = &job->stretches[job->stretch_count];
	const uint64_t *frames = job->p2m ? job->p2m + first : NULL;
	uint64_t *own = NULL;
	int ret;

	if (!frames)
		frames = own = count_up(first, count);
	if (!frames)
		return lx_fail_errno(job->hc->error, -ENOMEM, "no memory for the list of frames");

	ret = lx_hc_map(job->hc, job->domid, frames, count, PROT_READ | PROT_WRITE,
			&stretch->mapping);
	free(own);
	if (ret < 0)
		return ret;
	stretch->first = first;
	job->stretch_count++;
	return 0;
}

int lx_job_map(struct lx_job *job, uint64_t first, uint64_t end)
{
	int ret = 0;

	while (first < end && ret == 0) {
		uint64_t stop = end, behind = 0;

		for (int i = 0; i < 2; i++) {
			const struct lx_span *bulk = &job->bulk[i];

			if (first - bulk->first < bulk->count)
				behind = bulk->first + bulk->count;
			else if (bulk->count && bulk->first > first && bulk->first < stop)
				stop = bulk->first;
		}
		if (!behind)
			ret = map_stretch(job, first, stop - first);
		first = behind ? behind : stop;
	}
	return ret;
}

int lx_job_unmap(struct lx_job *job)
{
	while (job->stretch_count)
		lx_hc_unmap(job->hc, &job->stretches[--job->stretch_count].mapping);
	return 0;
}

/* Builders map before they write: a frame that is in no stretch is a mistake in libxen. */
unsigned char *lx_job_frame(struct lx_job *job, uint64_t frame)
{
	struct lx_stretch *stretch = job->stretches;

	while (frame - stretch->first >= stretch->mapping.pages)
		stretch++;
	return (unsigned char *)stretch->mapping.addr + ((frame - stretch->first) << LX_PAGE_SHIFT);
}

static int allocate_port(struct lx_job *job, uint32_t expected, uint32_t *port)
{
	int ret = lx_hc_port_alloc(job->hc, job->domid, LX_OUR_DOMID, port);

	if (ret == 0 && *port != expected)
		return lx_fail(job->hc->error, -EIO, "Xen gave port %u in place of %u", *port,
			       expected);
	return ret;
}

/* The order is part of the contract: a console is found again by its number. */
int lx_job_allocate_ports(struct lx_job *job)
{
	int ret = allocate_port(job, LX_PORT_STORE, &job->store_port);

	if (ret == 0 && job->build->console)
		ret = allocate_port(job, LX_PORT_CONSOLE, &job->console_port);
	return ret;
}

/* Xen made the domain paused once: that pause is what a paused start keeps. */
int lx_job_let_run(struct lx_job *job)
{
	return job->build->paused ? 0 : lx_hc_domain_unpause(job->hc, job->domid);
}

static int run(struct lx_job *job, const struct lx_step *step)
{
	struct lx_error *error = job->hc->error;
	int ret;

	if (lx_progress_tell(job->build->progress, step->name, 0, 0) < 0)
		return lx_fail(error, -ECANCELED, "cancelled");
	ret = step->run(job);
	return ret < 0 ? lx_fail_for(error, ret, "cannot %s", step->name) : 0;
}

int lx_job_run(struct lx_job *job, const struct lx_step *steps, size_t count)
{
	int ret = 0;

	for (size_t i = 0; i < count && ret == 0; i++)
		ret = run(job, &steps[i]);

	lx_hc_copier_close(job->hc, &job->copier);
	lx_job_unmap(job);
	if (ret < 0 && job->created)
		lx_hc_domain_undo(job->hc, job->domid);
	return ret;
}
