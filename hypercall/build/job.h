/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What building PV and PVH guests has in common: a domain, its mapped frames, a list of steps. */
#ifndef LX_BUILD_JOB_H
#define LX_BUILD_JOB_H

#include "build.h"

enum {
	LX_OUR_DOMID = 0, /* whose end of rings and ports ours is */
	LX_JOB_STRETCHES = 4,
};

/* Consecutive frames of the guest, mapped here for writing. */
struct lx_stretch {
	uint64_t first;
	struct lx_hc_mapping mapping;
};

struct lx_span {
	uint64_t first, count;
};

struct lx_job {
	struct lx_hc *hc;
	const struct lx_build *build;
	uint32_t domid;
	bool created;
	uint32_t store_port, console_port; /* 0: none */
	const uint64_t *p2m; /* the machine's names of the guest's frames; NULL: it has its own */
	struct lx_stretch stretches[LX_JOB_STRETCHES];
	size_t stretch_count;
	struct lx_hc_copier copier; /* open: it writes kernel and ramdisk, which are not mapped */
	struct lx_span bulk[2];	    /* where these two are, if so */
};

/* The name is what progress, timing and sentences show. @run gets the structure around the job. */
struct lx_step {
	const char *name;
	int (*run)(struct lx_job *job);
};

/*
 * Run the steps. If one fails, the frames are unmapped and the domain is destroyed; the sentence
 * says which.
 */
int lx_job_run(struct lx_job *job, const struct lx_step *steps, size_t count);

/* --- steps, and parts of them; what writes is in job-write.c --- */

int lx_job_create(struct lx_job *job, uint32_t flags, uint32_t emulation_flags);

/* Before it has memory: that comes from its nodes. */
int lx_job_place(struct lx_job *job);

/* Its clock: @fit is the mode for those who have no wish, -1: Xen's. */
int lx_job_set_clock(struct lx_job *job, int fit);

/*
 * Room for what the guest may have later, and @pages frames promised by Xen: a lack of memory
 * shows now, and to us alone.
 */
int lx_job_reserve(struct lx_job *job, uint64_t pages);

/*
 * Find out how kernel and ramdisk, which lie there, are best written: by a copier where this kernel
 * has one. It costs less than to map pages, write, and unmap them (docs/benchmarks.md).
 */
int lx_job_choose_way(struct lx_job *job, struct lx_span kernel, struct lx_span ramdisk);

/* Map the frames from @first on up to @end, but for what the copier writes. */
int lx_job_map(struct lx_job *job, uint64_t first, uint64_t end);
int lx_job_unmap(struct lx_job *job); /* all of it */

/* Where a mapped frame is. */
unsigned char *lx_job_frame(struct lx_job *job, uint64_t frame);

/* Every byte that goes into the guest goes through these. */
void lx_job_copy(struct lx_job *job, unsigned char *to, const void *from, size_t bytes);
void lx_job_clear(struct lx_job *job, unsigned char *to, size_t bytes);
void lx_job_clear_frames(struct lx_job *job, uint64_t first, uint64_t count);
/* Bytes, and zeroes up to the end of the last of @count frames. */
void lx_job_write_frames(struct lx_job *job, uint64_t first, const void *from, size_t bytes,
			 uint64_t count);

/* The image's segments, and zeroes wherever none of them is. */
int lx_job_write_kernel(struct lx_job *job, struct lx_span to);
/* The ramdisk, if there is one. It is the last that the copier writes. */
int lx_job_write_ramdisk(struct lx_job *job, struct lx_span to);

/* Xenstore's port, and the console's if there is to be one: always the same numbers. */
int lx_job_allocate_ports(struct lx_job *job);

int lx_job_let_run(struct lx_job *job);

#endif
