/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Populates a guest: 1 GiB extents first, then 2 MiB, then single frames. */
#include "populate.h"

#include <errno.h>
#include <stdlib.h>

/* The largest that Xen gives a control domain, a superpage, a page (pv-boot, 5). */
static const unsigned int orders[] = { 18, 9, 0 };

#define EXTENTS 8192u /* in one call: enough for 16 GiB of superpages */

struct job {
	struct lx_hc *hc;
	uint32_t domid;
	uint64_t first, pages, done;
	uint64_t *p2m;	   /* NULL: not asked for */
	uint64_t *scratch; /* room for a batch, in that case */
};

/*
 * Xen answers with the first frame of each extent; spread them to all frames. From the end, as each
 * one goes to a place at or behind its own.
 */
static void spread(uint64_t *frames, size_t extents, unsigned int order)
{
	while (extents-- > 0) {
		uint64_t first = frames[extents];

		for (uint64_t page = 0; page < 1ull << order; page++)
			frames[(extents << order) + page] = first + page;
	}
}

/*
 * One call: as many extents of @order as are left, up to a batch. Returns how many came. The list
 * itself, where it is not filled yet, has the room for what goes down and comes back.
 */
static int populate_batch(struct job *job, unsigned int order, size_t *asked)
{
	uint64_t *extents = job->p2m ? job->p2m + job->done : job->scratch;
	uint64_t count = (job->pages - job->done) >> order;
	int ret;

	*asked = count < EXTENTS ? count : EXTENTS;
	for (size_t i = 0; i < *asked; i++)
		extents[i] = job->first + job->done + ((uint64_t)i << order);

	ret = lx_hc_populate(job->hc, job->domid, extents, *asked, order);
	if (ret < 0)
		return ret;

	if (job->p2m)
		spread(extents, ret, order);
	job->done += (uint64_t)ret << order;
	return ret;
}

/* All that can be had in extents of one size. A short count means: try smaller ones. */
static int populate_order(struct job *job, unsigned int order, const struct lx_progress *progress)
{
	size_t asked;
	int got;

	while (job->pages - job->done >= 1ull << order) {
		int ret = lx_progress_tell(progress, "give memory", job->done, job->pages);

		if (ret < 0)
			return lx_fail(job->hc->error, ret, "cancelled");
		got = populate_batch(job, order, &asked);
		if (got < 0)
			return got;
		if ((size_t)got < asked)
			break;
	}
	return 0;
}

static int populate_all(struct job *job, const struct lx_progress *progress)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		int ret = populate_order(job, orders[i], progress);

		if (ret < 0)
			return ret;
	}
	if (job->done < job->pages)
		return lx_fail(job->hc->error, -ENOMEM,
			       "Xen gave %llu of %llu MiB of memory: other guests took the rest "
			       "meanwhile",
			       (unsigned long long)job->done >> 8,
			       (unsigned long long)job->pages >> 8);
	return 0;
}

int lx_populate(struct lx_hc *hc, uint32_t domid, uint64_t first, uint64_t pages, uint64_t *p2m,
		const struct lx_progress *progress)
{
	struct job job = { .hc = hc, .domid = domid, .first = first, .pages = pages, .p2m = p2m };
	int ret;

	if (!p2m)
		job.scratch = malloc(EXTENTS * sizeof(*job.scratch));
	if (!p2m && !job.scratch)
		return lx_fail_errno(hc->error, -ENOMEM, "no memory for the list of extents");
	ret = populate_all(&job, progress);
	free(job.scratch);
	return ret;
}
