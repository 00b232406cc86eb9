/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Series of times, one for each step of a job that is done many times. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdint.h>

enum { SAMPLES_MAX = 64, STEPS_MAX = 32 };

struct samples {
	unsigned int count;
	uint64_t value[SAMPLES_MAX];
};

/*
 * Time is taken from the processor's counter: the kernel's clock stands still for a while when Xen
 * moves dom0 to another processor, whose clock is behind. This finds out what a tick is.
 */
struct rate {
	uint64_t ticks, ns;
};

uint64_t ticks_now(void);
void rate_begin(struct rate *rate);
double rate_ticks_per_ms(const struct rate *rate); /* the longer after the beginning, the better */

/* One job's steps by name, in the order in which they first came, and the whole of it. */
struct timing {
	struct {
		const char *name; /* static text */
		struct samples wall;
	} steps[STEPS_MAX];
	unsigned int count;
	struct samples wall, end; /* of the job; of undoing it; in ticks as the steps */
	struct samples cpu;	  /* in ns */

	const char *now; /* the step that runs; NULL: none */
	uint64_t wall_begin, cpu_begin, step_begin;
};

void timing_begin(struct timing *timing); /* with a step "prepare" */
/* The next step begins; the same name again goes on with the one that runs. */
void timing_step(struct timing *timing, const char *name);
void timing_done(struct timing *timing);

void samples_add(struct samples *samples, uint64_t value);
uint64_t samples_median(const struct samples *samples); /* 0: there is none */
uint64_t samples_least(const struct samples *samples);
/*
 * What the job takes if nothing disturbs any of its steps: their fastest ones, added up. A host that
 * is busy now and then hits most rounds somewhere, but hardly the same step in each of them.
 */
uint64_t timing_undisturbed(const struct timing *timing);
/* Of the step with this name. NULL: the job has no such step. */
const struct samples *timing_of(const struct timing *timing, const char *name);

#endif
