/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each step of a job has cost: time, hypercalls, pages, bytes. */
#include "timing.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "text.h"

static const struct ctl_column columns[] = {
	{ "STEP", false }, { "TIME/us", true }, { "HYPERCALLS", true }, { "MAPPINGS", true },
	{ "PAGES", true }, { "BYTES", true },	{ NULL, false },
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct ctl_cost cost_now(const struct ctl_timing *timing, const struct libxen *xen)
{
	struct libxen_counters counters = { .size = sizeof(counters) };
	struct ctl_cost cost = { 0 };

	if (xen && libxen_counters(xen, &counters) == 0) {
		cost.hypercalls = counters.hypercalls;
		cost.mapping_calls = counters.mapping_calls;
		cost.mapped_pages = counters.mapped_pages;
		cost.copied_bytes = counters.copied_bytes;
	}
	cost.time_us = (now_ns() - timing->clock_ns) / 1000;
	return cost;
}

static struct ctl_cost minus(const struct ctl_cost *a, const struct ctl_cost *b)
{
	return (struct ctl_cost){
		.time_us = a->time_us - b->time_us,
		.hypercalls = a->hypercalls - b->hypercalls,
		.mapping_calls = a->mapping_calls - b->mapping_calls,
		.mapped_pages = a->mapped_pages - b->mapped_pages,
		.copied_bytes = a->copied_bytes - b->copied_bytes,
	};
}

static struct ctl_cost step_cost(const struct ctl_timing *timing, unsigned int i)
{
	bool last = i + 1 == timing->count;

	return minus(last ? &timing->end : &timing->steps[i + 1].begin, &timing->steps[i].begin);
}

static struct ctl_cost whole_cost(const struct ctl_timing *timing)
{
	return minus(&timing->end, &timing->steps[0].begin);
}

void ctl_timing_begin(struct ctl_timing *timing, const struct libxen *xen, const char *name)
{
	struct ctl_step *last = timing->count ? &timing->steps[timing->count - 1] : NULL;

	if (!last)
		timing->clock_ns = now_ns();
	if (timing->count == CTL_STEPS_MAX || (last && strcmp(last->name, name) == 0))
		return;
	timing->steps[timing->count++] =
		(struct ctl_step){ .name = name, .begin = cost_now(timing, xen) };
}

void ctl_timing_end(struct ctl_timing *timing, const struct libxen *xen)
{
	timing->end = cost_now(timing, xen);
}

static void add_row(struct ctl_table *table, const char *name, struct ctl_cost cost)
{
	ctl_table_cell(table, "%s", name);
	ctl_table_cell(table, "%" PRIu64, cost.time_us);
	ctl_table_cell(table, "%" PRIu64, cost.hypercalls);
	ctl_table_cell(table, "%" PRIu64, cost.mapping_calls);
	ctl_table_cell(table, "%" PRIu64, cost.mapped_pages);
	ctl_table_cell(table, "%" PRIu64, cost.copied_bytes);
}

int ctl_timing_print(const struct ctl_timing *timing)
{
	struct ctl_table *table = ctl_table_new(columns);
	unsigned int i;
	int ret;

	if (!table)
		return -ENOMEM;
	for (i = 0; i < timing->count; i++)
		add_row(table, timing->steps[i].name, step_cost(timing, i));
	add_row(table, "sum", whole_cost(timing));
	ret = ctl_table_print(table, stderr);
	ctl_table_free(table);
	return ret;
}

static void add_cost(struct ctl_json *json, struct ctl_cost cost)
{
	ctl_json_number(json, "time_us", cost.time_us);
	ctl_json_number(json, "hypercalls", cost.hypercalls);
	ctl_json_number(json, "mapping_calls", cost.mapping_calls);
	ctl_json_number(json, "mapped_pages", cost.mapped_pages);
	ctl_json_number(json, "copied_bytes", cost.copied_bytes);
}

void ctl_timing_json(const struct ctl_timing *timing, struct ctl_json *json)
{
	unsigned int i;

	ctl_json_open_object(json, "timing");
	ctl_json_open_array(json, "steps");
	for (i = 0; i < timing->count; i++) {
		ctl_json_open_object(json, NULL);
		ctl_json_text(json, "step", timing->steps[i].name);
		add_cost(json, step_cost(timing, i));
		ctl_json_close(json);
	}
	ctl_json_close(json);
	ctl_json_open_object(json, "sum");
	add_cost(json, whole_cost(timing));
	ctl_json_close(json);
	ctl_json_close(json);
}
