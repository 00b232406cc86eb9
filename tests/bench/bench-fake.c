/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each call of libxen costs on the fake Xen, as counts; fails where a bound is broken. */
#include "../unit/elf-maker.h"
#include "alloc.h"
#include "fake.h"
#include <libxen/libxen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define MIB  (1ull << 20)
#define PAGE 4096u

enum { LIST_BATCH = 1024, LIST_MAX = 4096, RAMDISK_BYTES = 1100000 };
enum { MANY = 200, MANY_MIB = 6 };

/* Hypercalls by number, as they are shown. */
enum { MEMORY_OP = 12, VERSION = 17, GRANT_OP = 20, MMUEXT_OP = 26, EVENT_OP = 32 };
enum { SYSCTL = 35, DOMCTL = 36, POPULATE = 6 };

static const struct column {
	long op;
	const char *name;
} columns[] = {
	{ DOMCTL, "domctl" },	{ SYSCTL, "sysctl" },	 { MEMORY_OP, "memory" },
	{ EVENT_OP, "events" }, { MMUEXT_OP, "mmuext" }, { GRANT_OP, "grants" },
	{ VERSION, "version" },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Pages that two segments of a kernel share are copied to twice. */
enum { SHARED_PAGES = 8, MAPPED_MAX = 96, COPIES_AT_ONCE = 504 };

struct cost {
	uint64_t hypercalls, by_op[COLUMNS], populates;
	uint64_t mapping_calls, mapped_pages, copied_pages, copied_bytes;
	uint64_t allocations;
};

struct kernel {
	struct made elf; /* borrowed by the image */
	struct libxen_image *image;
};

/* One machine with a connection to it, and two kernels. */
struct bench {
	struct fake *fake;
	struct libxen *xen;
	struct kernel *small, *large, *tiny; /* tiny: fits into MANY_MIB */
	struct libxen_source ramdisk;
	struct libxen_counters before;
	uint8_t uuid[16]; /* of guests that are started; zero: a random one */
	uint32_t type;	  /* of guests that are started */
	unsigned int broken;
};

static void die(const struct bench *b, const char *what)
{
	fprintf(stderr, "bench-fake: cannot %s: %s\n", what, b->xen ? libxen_error(b->xen) : "");
	exit(2);
}

/* From here on everything is counted, by callgrind too if that is what runs this program. */
static void begin(struct bench *b)
{
	fake_count_reset(b->fake);
	b->before = (struct libxen_counters){ .size = sizeof(b->before) };
	libxen_counters(b->xen, &b->before);
	fake_alloc_fail_nth(0);
	CALLGRIND_ZERO_STATS;
	CALLGRIND_TOGGLE_COLLECT;
}

/* The fake's counts; libxen's own counters are asked only for what the fake cannot see. */
static struct cost take(struct bench *b)
{
	struct libxen_counters now = { .size = sizeof(now) };
	struct cost cost = { 0 };

	libxen_counters(b->xen, &now);
	cost.hypercalls = fake_count(b->fake, FAKE_CALL_HYPERCALL, FAKE_ALL, FAKE_ALL);
	for (int i = 0; i < COLUMNS; i++)
		cost.by_op[i] = fake_count(b->fake, FAKE_CALL_HYPERCALL, columns[i].op, FAKE_ALL);
	cost.populates = fake_count(b->fake, FAKE_CALL_HYPERCALL, MEMORY_OP, POPULATE);
	cost.mapped_pages = fake_frames_mapped(b->fake);
	cost.copied_pages = fake_frames_copied(b->fake);
	cost.mapping_calls = now.mapping_calls - b->before.mapping_calls;
	cost.copied_bytes = now.copied_bytes - b->before.copied_bytes;
	return cost;
}

static void show_head(void)
{
	printf("%-44s %5s", "on the fake", "calls");
	for (int i = 0; i < COLUMNS; i++)
		printf(" %7s", columns[i].name);
	printf(" %5s %6s %6s %9s %6s\n", "maps", "pages", "copied", "bytes", "allocs");
}

static void show(const char *name, const struct cost *cost)
{
	printf("%-44s %5llu", name, (unsigned long long)cost->hypercalls);
	for (int i = 0; i < COLUMNS; i++)
		printf(" %7llu", (unsigned long long)cost->by_op[i]);
	printf(" %5llu %6llu %6llu %9llu %6llu\n", (unsigned long long)cost->mapping_calls,
	       (unsigned long long)cost->mapped_pages, (unsigned long long)cost->copied_pages,
	       (unsigned long long)cost->copied_bytes, (unsigned long long)cost->allocations);
}

/* The end of what is counted: its row, under a name that callgrind's dump has as well. */
static struct cost end(struct bench *b, const char *name)
{
	uint64_t allocations = fake_alloc_count();
	struct cost cost;

	CALLGRIND_TOGGLE_COLLECT;
	CALLGRIND_DUMP_STATS_AT(name);
	cost = take(b);
	cost.allocations = allocations;
	show(name, &cost);
	return cost;
}

static void bound(struct bench *b, bool holds, const char *rule, uint64_t left, uint64_t right)
{
	printf("%s %s (%llu, %llu)\n", holds ? "ok  " : "BROKEN", rule, (unsigned long long)left,
	       (unsigned long long)right);
	b->broken += !holds;
}

static struct kernel open_kernel(uint64_t address, size_t text, size_t bss)
{
	struct elf_recipe recipe = { .load_address = address,
				     .text_bytes = text,
				     .bss_bytes = bss };
	struct kernel kernel = { .elf = make_elf(&recipe) };
	struct libxen_source source = {
		.size = sizeof(source),
		.kind = LIBXEN_SOURCE_MEMORY,
		.data = kernel.elf.data,
		.data_bytes = kernel.elf.size,
	};
	struct bench b = { .xen = libxen_new() };

	if (!b.xen || libxen_image_open(b.xen, &source, &kernel.image) < 0)
		die(&b, "open a kernel");
	libxen_free(b.xen);
	return kernel;
}

static void close_kernel(struct kernel *kernel)
{
	libxen_image_close(kernel->image);
	made_free(&kernel->elf);
}

static void open_machine(struct bench *b)
{
	struct fake_options options = { .release = "4.17", .seed = 1 };

	*b = (struct bench){
		.broken = b->broken, .small = b->small, .large = b->large, .tiny = b->tiny
	};
	b->type = LIBXEN_TYPE_PV; /* what most bounds are about */
	b->fake = fake_new(&options);
	b->xen = libxen_new();
	if (!b->fake || !b->xen) {
		fprintf(stderr, "bench-fake: no fake Xen\n");
		exit(2);
	}
	fake_set_default(b->fake);
	if (libxen_open(b->xen, NULL) < 0)
		die(b, "open the fake");

	b->ramdisk = (struct libxen_source){
		.size = sizeof(b->ramdisk),
		.kind = LIBXEN_SOURCE_MEMORY,
		.data = calloc(1, RAMDISK_BYTES),
		.data_bytes = RAMDISK_BYTES,
	};
}

static void close_machine(struct bench *b)
{
	char report[1024];

	libxen_free(b->xen);
	free((void *)b->ramdisk.data);
	if (fake_leaks(b->fake, report, sizeof(report))) {
		fprintf(stderr, "bench-fake: left over: %s\n", report);
		b->broken++;
	}
	fake_set_default(NULL);
	fake_free(b->fake);
}

static struct libxen_domain *start(struct bench *b, const struct kernel *kernel, uint64_t mib)
{
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.kernel = kernel->image,
		.ramdisks = &b->ramdisk,
		.ramdisk_count = 1,
		.cmdline = "console=hvc0",
		.memory_bytes = mib * MIB,
		.type = b->type,
		.flags = LIBXEN_GUEST_PAUSED,
	};
	struct libxen_domain *domain;

	memcpy(guest.uuid, b->uuid, sizeof(guest.uuid));
	if (libxen_start(b->xen, &guest, &domain) < 0)
		die(b, "start a guest");
	return domain;
}

static void destroy(struct bench *b, struct libxen_domain *domain)
{
	if (libxen_domain_destroy(domain, NULL) < 0)
		die(b, "destroy a guest");
	libxen_domain_close(domain);
}

/* New memory of the fake is poisoned: a frame without poison only is one that got a byte. */
static uint64_t written_frames(struct bench *b, uint32_t domid, uint64_t mib)
{
	static unsigned char poison[PAGE];
	uint64_t count = 0;

	memset(poison, FAKE_POISON, sizeof(poison));
	for (uint64_t pfn = 0; pfn < mib * MIB / PAGE; pfn++) {
		const void *page = fake_guest_page(b->fake, domid, pfn);

		count += page && memcmp(page, poison, PAGE) != 0;
	}
	return count;
}

static struct cost cost_of_start(struct bench *b, const char *name, const struct kernel *kernel,
				 uint64_t mib)
{
	struct libxen_domain *domain;
	uint64_t needed;
	struct cost cost;

	begin(b);
	domain = start(b, kernel, mib);
	cost = end(b, name);

	/* Beside its frames: the page that Xen shares with it, and its grant table, twice. */
	needed = written_frames(b, libxen_domain_id(domain), mib) + 3;
	bound(b,
	      cost.mapped_pages + cost.copied_pages >= needed &&
		      cost.mapped_pages + cost.copied_pages <= needed + SHARED_PAGES,
	      "pages mapped or copied to = pages that get a byte",
	      cost.mapped_pages + cost.copied_pages, needed);
	bound(b, cost.mapped_pages <= MAPPED_MAX + mib * MIB / PAGE / 512,
	      "mapped pages: tables, list of frames and start info alone", cost.mapped_pages,
	      MAPPED_MAX + mib * MIB / PAGE / 512);
	destroy(b, domain);
	return cost;
}

/* The same start among @others other guests. */
static struct cost cost_among(struct bench *b, const char *name, const struct kernel *kernel,
			      unsigned int others)
{
	struct cost cost;

	open_machine(b);
	if (others)
		fake_add_domains(b->fake, others);
	cost = cost_of_start(b, name, kernel, 128);
	close_machine(b);
	return cost;
}

static void bench_starts(struct bench *b)
{
	struct cost alone, among, with_uuid, small, medium, large;

	alone = cost_among(b, "start, 60 MB kernel, no other guest", b->large, 0);
	among = cost_among(b, "start, 60 MB kernel, 1000 other guests", b->large, 1000);
	bound(b, alone.hypercalls == among.hypercalls, "start: hypercalls with 0 and 1000 others",
	      alone.hypercalls, among.hypercalls);
	bound(b, alone.allocations == among.allocations,
	      "start: allocations with 0 and 1000 others", alone.allocations, among.allocations);

	/* To find out that nobody has it, all domains are looked through. */
	open_machine(b);
	fake_add_domains(b->fake, 1000);
	b->uuid[0] = 1;
	with_uuid = cost_of_start(b, "start, with a given UUID, 1000 other guests", b->large, 128);
	close_machine(b);
	bound(b, with_uuid.hypercalls == among.hypercalls + 1,
	      "start: a given UUID costs one hypercall for 1024 domains", with_uuid.hypercalls,
	      among.hypercalls + 1);

	open_machine(b);
	small = cost_of_start(b, "start, small kernel, 128 MB", b->small, 128);
	medium = cost_of_start(b, "start, 60 MB kernel, 128 MB", b->large, 128);
	large = cost_of_start(b, "start, 60 MB kernel, 512 MB", b->large, 512);
	close_machine(b);
	bound(b, medium.hypercalls - medium.populates == large.hypercalls - large.populates,
	      "start: hypercalls but for populate, 128 and 512 MB",
	      medium.hypercalls - medium.populates, large.hypercalls - large.populates);
	bound(b, large.populates <= 1, "start: populate calls for 512 MB, at most one",
	      large.populates, 1);
	bound(b, small.hypercalls == medium.hypercalls,
	      "start: hypercalls of a small and a large kernel", small.hypercalls,
	      medium.hypercalls);
	bound(b,
	      large.mapping_calls <=
		      small.mapping_calls +
			      (large.copied_pages - small.copied_pages) / COPIES_AT_ONCE + 2,
	      "start: calls that map or copy: one for each 504 pages more", small.mapping_calls,
	      large.mapping_calls);
}

/* What a start costs, without a look at which pages got a byte. */
static struct cost cost_of_paused(struct bench *b, const char *name, const struct kernel *kernel,
				  uint64_t mib)
{
	struct libxen_domain *domain;
	struct cost cost;

	begin(b);
	domain = start(b, kernel, mib);
	cost = end(b, name);
	destroy(b, domain);
	return cost;
}

/* The 200th guest, with the first 199 built and paused: real ones to the fake, not just names. */
static void bench_many(struct bench *b, uint32_t type, const char *type_name)
{
	struct libxen_domain *others[MANY - 1];
	struct cost first, last;
	char name[64];

	open_machine(b);
	b->type = type;
	b->ramdisk.data_bytes = PAGE;
	snprintf(name, sizeof(name), "start, %s, 6 MB, the first", type_name);
	first = cost_of_paused(b, name, b->tiny, MANY_MIB);
	for (int i = 0; i < MANY - 1; i++)
		others[i] = start(b, b->tiny, MANY_MIB);
	snprintf(name, sizeof(name), "start, %s, 6 MB, the 200th", type_name);
	last = cost_of_paused(b, name, b->tiny, MANY_MIB);
	for (int i = 0; i < MANY - 1; i++)
		destroy(b, others[i]);
	close_machine(b);

	bound(b, first.hypercalls == last.hypercalls,
	      "start: hypercalls of the first and the 200th", first.hypercalls, last.hypercalls);
	bound(b,
	      first.mapping_calls == last.mapping_calls && first.mapped_pages == last.mapped_pages,
	      "start: mapped pages of the first and the 200th", first.mapped_pages,
	      last.mapped_pages);
	bound(b, first.allocations == last.allocations,
	      "start: allocations of the first and the 200th", first.allocations, last.allocations);
}

static void bench_large(struct bench *b)
{
	struct cost small, large;

	open_machine(b);
	b->type = LIBXEN_TYPE_PVH;
	small = cost_of_paused(b, "start, pvh, 128 MB", b->small, 128);
	large = cost_of_paused(b, "start, pvh, 512 MB", b->small, 512);
	close_machine(b);
	bound(b, large.hypercalls * 5 <= small.hypercalls * 6 + (512 - 128) / 2 * 5,
	      "start: a PVH guest's hypercalls, 1.2 times those of 128 MB and one for each 2 MB",
	      large.hypercalls, small.hypercalls);
}

/* All domains, dom0 among them, into one array. */
static unsigned int list(struct bench *b, struct libxen_domain_info *infos, unsigned int room)
{
	int count;

	infos[0].size = sizeof(infos[0]);
	count = libxen_list(b->xen, 0, infos, room);
	if (count < 0)
		die(b, "list domains");
	return (unsigned int)count;
}

static void bench_list(struct bench *b, unsigned int domains)
{
	static struct libxen_domain_info infos[LIST_MAX];
	uint64_t batches = (domains + LIST_BATCH - 1) / LIST_BATCH;
	char name[64];
	struct cost cost;
	unsigned int got;

	snprintf(name, sizeof(name), "list, %u domains", domains);
	open_machine(b);
	fake_add_domains(b->fake, domains - 1);
	begin(b);
	got = list(b, infos, LIST_MAX);
	cost = end(b, name);
	bound(b, got == domains, "list: all domains", got, domains);
	bound(b, cost.hypercalls == batches, "list: one hypercall for 1024 domains",
	      cost.hypercalls, batches);
	bound(b, cost.allocations == 0, "list: no allocation", cost.allocations, 0);
	close_machine(b);
}

/* The short calls on one guest: each is a look at it first, since numbers are used again. */
static void bench_verbs(struct bench *b)
{
	struct libxen_domain_info info = { .size = sizeof(info) };
	struct libxen_domain *domain;
	struct cost info_cost, resume, suspend, end_cost;

	open_machine(b);
	domain = start(b, b->small, 128);

	begin(b);
	if (libxen_domain_info(domain, &info) < 0)
		die(b, "look at a guest");
	info_cost = end(b, "info");

	begin(b);
	if (libxen_domain_resume(domain) < 0)
		die(b, "resume a guest");
	resume = end(b, "resume");

	begin(b);
	if (libxen_domain_suspend(domain) < 0)
		die(b, "suspend a guest");
	suspend = end(b, "suspend");

	begin(b);
	if (libxen_domain_destroy(domain, NULL) < 0)
		die(b, "destroy a guest");
	end_cost = end(b, "destroy");

	bound(b, info_cost.hypercalls == 1, "info: one hypercall", info_cost.hypercalls, 1);
	bound(b, suspend.hypercalls <= 2, "suspend: two hypercalls at most", suspend.hypercalls, 2);
	bound(b, resume.hypercalls <= 3, "resume: three hypercalls at most", resume.hypercalls, 3);
	bound(b, end_cost.hypercalls <= 3, "destroy: three hypercalls at most", end_cost.hypercalls,
	      3);
	bound(b,
	      !info_cost.allocations && !suspend.allocations && !resume.allocations &&
		      !end_cost.allocations,
	      "info, suspend, resume, destroy: no allocation",
	      info_cost.allocations + suspend.allocations, resume.allocations);
	libxen_domain_close(domain);
	close_machine(b);
}

int main(void)
{
	struct kernel small = open_kernel(16 * MIB, 4 * MIB, 2 * MIB);
	struct kernel large = open_kernel(16 * MIB, 42 * MIB, 17 * MIB);
	struct kernel tiny = open_kernel(1 * MIB, PAGE, PAGE);
	struct bench b = { .small = &small, .large = &large, .tiny = &tiny };

	show_head();
	bench_starts(&b);
	bench_many(&b, LIBXEN_TYPE_PV, "pv");
	bench_many(&b, LIBXEN_TYPE_PVH, "pvh");
	bench_large(&b);
	bench_list(&b, 1000);
	bench_list(&b, 2500);
	bench_verbs(&b);
	close_kernel(&small);
	close_kernel(&large);
	close_kernel(&tiny);
	return b.broken != 0;
}
