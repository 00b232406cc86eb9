/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Series of times, one for each step of a job that is done many times. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdint.h>

enum { SAMPLES_MAX = 64, STEPS_MAX = 32 };

struct samples {
	unsigned int count;
	uint64_t ns[SAMPLES_MAX];
};

/* One job's steps by name, in the order in which they first came, and the whole of it. */
struct timing {
	struct {
		const char *name; /* static text */
		struct samples wall;
	} steps[STEPS_MAX];
	unsigned int count;
	struct samples wall, cpu, end; /* of the job; of undoing it */

	const char *now; /* the step that runs; NULL: none */
	uint64_t wall_begin, cpu_begin, step_begin;
};

uint64_t wall_ns(void);

void timing_begin(struct timing *timing);
/* The next step begins; the same name again goes on with the one that runs. */
void timing_step(struct timing *timing, const char *name);
void timing_done(struct timing *timing);

void samples_add(struct samples *samples, uint64_t ns);
uint64_t samples_median(const struct samples *samples); /* 0: there is none */
uint64_t samples_least(const struct samples *samples);
/* Of the step with this name. NULL: the job has no such step. */
const struct samples *timing_of(const struct timing *timing, const char *name);

#endif
