/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking times, and what is told of many: the median, and the least. */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t ticks_now(void)
{
	return __builtin_ia32_rdtsc();
}

void rate_begin(struct rate *rate)
{
	*rate = (struct rate){ .ticks = ticks_now(), .ns = clock_ns(CLOCK_MONOTONIC) };
}

double rate_ticks_per_ms(const struct rate *rate)
{
	uint64_t ticks = ticks_now() - rate->ticks, ns = clock_ns(CLOCK_MONOTONIC) - rate->ns;

	return ns ? (double)ticks * 1e6 / (double)ns : 1;
}

void samples_add(struct samples *samples, uint64_t value)
{
	if (samples->count < SAMPLES_MAX)
		samples->value[samples->count++] = value;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

uint64_t samples_median(const struct samples *samples)
{
	struct samples sorted = *samples;

	if (!sorted.count)
		return 0;
	qsort(sorted.value, sorted.count, sizeof(sorted.value[0]), compare);
	return (sorted.value[(sorted.count - 1) / 2] + sorted.value[sorted.count / 2]) / 2;
}

uint64_t samples_least(const struct samples *samples)
{
	uint64_t least = samples->count ? samples->value[0] : 0;

	for (unsigned int i = 1; i < samples->count; i++)
		if (samples->value[i] < least)
			least = samples->value[i];
	return least;
}

static struct samples *find(struct timing *timing, const char *name)
{
	for (unsigned int i = 0; i < timing->count; i++)
		if (strcmp(timing->steps[i].name, name) == 0)
			return &timing->steps[i].wall;
	return NULL;
}

const struct samples *timing_of(const struct timing *timing, const char *name)
{
	return find((struct timing *)timing, name);
}

uint64_t timing_undisturbed(const struct timing *timing)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < timing->count; i++)
		sum += samples_least(&timing->steps[i].wall);
	return sum;
}

static void end_step(struct timing *timing, uint64_t now)
{
	struct samples *samples;

	if (!timing->now)
		return;
	samples = find(timing, timing->now);
	if (!samples) {
		if (timing->count == STEPS_MAX) {
			fprintf(stderr, "bench: more than %d steps\n", STEPS_MAX);
			exit(2);
		}
		timing->steps[timing->count].name = timing->now;
		samples = &timing->steps[timing->count++].wall;
	}
	samples_add(samples, now - timing->step_begin);
	timing->now = NULL;
}

void timing_begin(struct timing *timing)
{
	timing->cpu_begin = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	timing->wall_begin = timing->step_begin = ticks_now();
	timing->now = "prepare";
}

void timing_step(struct timing *timing, const char *name)
{
	uint64_t now;

	if (timing->now && strcmp(timing->now, name) == 0)
		return;
	now = ticks_now();
	end_step(timing, now);
	timing->now = name;
	timing->step_begin = now;
}

void timing_done(struct timing *timing)
{
	uint64_t now = ticks_now();

	end_step(timing, now);
	samples_add(&timing->wall, now - timing->wall_begin);
	samples_add(&timing->cpu, clock_ns(CLOCK_PROCESS_CPUTIME_ID) - timing->cpu_begin);
}
