/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each step of a job has cost: time, hypercalls, pages, bytes. */
#ifndef XENCTL_TIMING_H
#define XENCTL_TIMING_H

#include <libxen/libxen.h>
#include <stdint.h>

#include "json.h"

#define CTL_STEPS_MAX 48

struct ctl_cost {
	uint64_t time_us; /* since the start of the clock */
	uint64_t hypercalls;
	uint64_t mapping_calls;
	uint64_t mapped_pages;
	uint64_t copied_bytes;
};

struct ctl_step {
	const char *name;
	struct ctl_cost begin;
};

/*
 * Every moment belongs to one step: a step lasts until the next one begins. So the steps add
 * up to the whole, and nothing hides between them.
 */
struct ctl_timing {
	struct ctl_step steps[CTL_STEPS_MAX]; /* what comes beyond belongs to the last */
	unsigned int count;
	struct ctl_cost end;
	uint64_t clock_ns; /* when it began */
};

void ctl_timing_begin(struct ctl_timing *timing, const struct libxen *xen, const char *name);
void ctl_timing_end(struct ctl_timing *timing, const struct libxen *xen);
int ctl_timing_print(const struct ctl_timing *timing); /* a table, to stderr */
void ctl_timing_json(const struct ctl_timing *timing, struct ctl_json *json);

#endif
