/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In dom0: does the 200th guest start as fast as the first, and a large one with as few calls? */
#include "../unit/elf-maker.h"
#include "samples.h"

#include <libxen/libxen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB	   (1ull << 20)
#define SMALL	   (16 * MIB)
#define GUESTS	   200
#define SPARE	   (64 * MIB) /* left free: of Xen's own memory for each guest we know nothing */
#define RATIO_MAX  1.1
#define CALLS_MORE 1.2 /* hypercalls for 512 MiB per one for 128 MiB, and one for each 2 MiB */
#define LOAD_AT	   MIB /* our kernel is a page that never runs: guests stay paused */

/* Tries at each end; more, at both, if a busy host disturbed them all. SAMPLES_MAX holds them. */
enum { TRIES = 15, BATCHES = 4, SETTLE_SECONDS = 20 };

static struct rate rate;
static unsigned int cases, broken;

/* One kind of guest, while it is measured. */
struct many {
	struct libxen *xen;
	const struct libxen_image *kernel;
	uint32_t type;
	const char *name;
	struct timing *now; /* takes the steps of a start; NULL: nothing is measured */
	struct libxen_domain *others[GUESTS];
	unsigned int count;
};

/* What a start costs at one end: among no or among many others. */
struct cost {
	struct timing timing;
	uint64_t hypercalls; /* the most that one of them needed */
};

static void die(struct libxen *xen, const char *what)
{
	fprintf(stderr, "bench-many: cannot %s: %s\n", what, xen ? libxen_error(xen) : "");
	exit(2);
}

/* One line of TAP. */
static void check(const struct many *many, bool holds, const char *rule)
{
	printf("%sok %u - many, %s: %s\n", holds ? "" : "not ", ++cases, many->name, rule);
	broken += !holds;
}

static int on_progress(const struct libxen_progress *progress, void *data)
{
	const struct many *many = data;

	if (many->now)
		timing_step(many->now, progress->step);
	return 0;
}

static uint64_t memory_free(struct libxen *xen)
{
	struct libxen_host_info host = { .size = sizeof(host) };

	if (libxen_host_info(xen, &host) < 0)
		die(xen, "ask for the free memory");
	return host.memory_free_bytes;
}

static uint64_t hypercalls(struct libxen *xen)
{
	struct libxen_counters counters = { .size = sizeof(counters) };

	libxen_counters(xen, &counters);
	return counters.hypercalls;
}

static struct libxen_domain *start(struct many *many, uint64_t bytes)
{
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.kernel = many->kernel,
		.memory_bytes = bytes,
		.type = many->type,
		.flags = LIBXEN_GUEST_PAUSED,
	};
	struct libxen_domain *domain;

	if (libxen_start(many->xen, &guest, &domain) < 0)
		die(many->xen, "start a guest");
	return domain;
}

static void destroy(struct many *many, struct libxen_domain *domain)
{
	if (libxen_domain_destroy(domain, NULL) < 0)
		die(many->xen, "destroy a guest");
	libxen_domain_close(domain);
}

/* --- the first and the last --- */

static void fill(struct many *many)
{
	while (many->count < GUESTS - 1 && memory_free(many->xen) > 2 * SMALL + SPARE)
		many->others[many->count++] = start(many, SMALL);
}

static void empty(struct many *many)
{
	while (many->count > 0)
		destroy(many, many->others[--many->count]);
}

/* Start one more guest than there are, a few times. */
static void measure(struct many *many, struct cost *cost)
{
	struct libxen_domain *domain;
	uint64_t before, needed;

	for (unsigned int i = 0; i < TRIES; i++) {
		before = hypercalls(many->xen);
		timing_begin(&cost->timing);
		many->now = &cost->timing;
		domain = start(many, SMALL);
		many->now = NULL;
		timing_done(&cost->timing);
		needed = hypercalls(many->xen) - before;
		if (needed > cost->hypercalls)
			cost->hypercalls = needed;
		destroy(many, domain);
	}
}

static double ratio(const struct cost *a, const struct cost *b)
{
	return (double)timing_undisturbed(&a->timing) / (double)timing_undisturbed(&b->timing);
}

static void show(const char *name, const struct cost *cost)
{
	double unit = rate_ticks_per_ms(&rate);

	printf("# %-24s %8.3f ms (fastest steps), %8.3f ms (median), %llu hypercalls\n", name,
	       (double)timing_undisturbed(&cost->timing) / unit,
	       (double)samples_median(&cost->timing.wall) / unit,
	       (unsigned long long)cost->hypercalls);
}

/* Memory that Xen is still cleaning comes back a little later. */
static bool memory_is_back(struct libxen *xen, uint64_t before)
{
	for (unsigned int i = 0; i < SETTLE_SECONDS * 10; i++) {
		if (memory_free(xen) == before)
			return true;
		usleep(100000);
	}
	printf("# free memory: %llu before, %llu now\n", (unsigned long long)before,
	       (unsigned long long)memory_free(xen));
	return false;
}

static void check_many(struct many *many)
{
	static struct cost first, last;
	unsigned int among, batch;
	char name[64];
	uint64_t before;

	/* Once unmeasured: Xen's own heap grows with the most guests that it ever had. */
	fill(many);
	empty(many);
	usleep(500000);
	before = memory_free(many->xen);

	memset(&first, 0, sizeof(first));
	memset(&last, 0, sizeof(last));
	for (batch = 0; batch < BATCHES && (batch == 0 || ratio(&last, &first) > RATIO_MAX);
	     batch++) {
		measure(many, &first);
		fill(many);
		among = many->count + 1;
		measure(many, &last);
		empty(many);
	}
	snprintf(name, sizeof(name), "guest %u of 16 MiB", among);
	show("the first guest of 16 MiB", &first);
	show(name, &last);
	printf("# ratio %.3f, %u tries at each end\n", ratio(&last, &first),
	       last.timing.wall.count);
	check(many, ratio(&last, &first) <= RATIO_MAX,
	      "the last start takes at most 1.1 times as long as the first");
	check(many, last.hypercalls == first.hypercalls,
	      "the last start needs as many hypercalls as the first");
	check(many, among == GUESTS, "200 guests were there at a time");
	check(many, memory_is_back(many->xen, before),
	      "all of them gone, free memory is as before");
}

/* --- large ones --- */

static uint64_t hypercalls_for(struct many *many, uint64_t bytes)
{
	uint64_t before = hypercalls(many->xen), needed;
	struct libxen_domain *domain = start(many, bytes);

	needed = hypercalls(many->xen) - before;
	destroy(many, domain);
	return needed;
}

static void check_large(struct many *many)
{
	uint64_t small = hypercalls_for(many, 128 * MIB), large = hypercalls_for(many, 512 * MIB);

	printf("# hypercalls: %llu for 128 MiB, %llu for 512 MiB\n", (unsigned long long)small,
	       (unsigned long long)large);
	check(many, (double)large <= CALLS_MORE * (double)small + (512 - 128) / 2,
	      "512 MiB need at most 1.2 times the hypercalls of 128 MiB, and one for each 2 MiB");
}

static struct libxen_image *open_kernel(struct libxen *xen, struct made *elf)
{
	struct elf_recipe recipe = { .load_address = LOAD_AT, .text_bytes = 4096 };
	struct libxen_source source = { .size = sizeof(source), .kind = LIBXEN_SOURCE_MEMORY };
	struct libxen_image *kernel;

	*elf = make_elf(&recipe);
	source.data = elf->data;
	source.data_bytes = elf->size;
	if (libxen_image_open(xen, &source, &kernel) < 0)
		die(xen, "open the kernel");
	return kernel;
}

static void run(struct libxen *xen, const struct libxen_image *kernel, uint32_t type,
		const char *name)
{
	static struct many many;

	many = (struct many){ .xen = xen, .kernel = kernel, .type = type, .name = name };
	libxen_set_progress(xen, on_progress, &many);
	check_large(&many);
	check_many(&many);
	libxen_set_progress(xen, NULL, NULL);
}

int main(void)
{
	struct libxen *xen = libxen_new();
	struct libxen_image *kernel;
	struct made elf;

	setlinebuf(stdout);
	rate_begin(&rate);
	if (!xen || libxen_open(xen, NULL) < 0)
		die(xen, "open the connection to Xen");
	kernel = open_kernel(xen, &elf);
	run(xen, kernel, LIBXEN_TYPE_PV, "PV");
	run(xen, kernel, LIBXEN_TYPE_PVH, "PVH");
	printf("1..%u\n", cases);
	libxen_image_close(kernel);
	made_free(&elf);
	libxen_free(xen);
	return broken != 0;
}
