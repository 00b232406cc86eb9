/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In dom0: what a start costs beside the floor, in time, CPU time and memory; fails above bounds. */
#include "floor.h"
#include "samples.h"

#include <fcntl.h>
#include <libxen/libxen.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KERNEL	    "/lab/vmlinux"
#define RAMDISK	    "/lab/guest.cpio.gz"
#define RAMDISK_RAM "/tmp/bench-ramdisk" /* of dom0's memory: the host's files are slow */
#define MIB	    (1ull << 20)
#define MEMORY	    (128 * MIB)
#define RATIO_MAX   1.5
#define COPIED_MAX  1.02 /* bytes that libxen may copy for each of the floor's */
#define RSS_MAX	    (8 * MIB)

/* Rounds in one batch; more batches, added to the first, if a busy host disturbed it. */
enum { ROUNDS = 15, BATCHES = 3, BOOT_SECONDS = 120 };
#define BUSY 1.25 /* the floor's median in proportion to what it takes undisturbed: a busy host */

static struct rate rate;
static struct timing ours, bare;
static struct floor_cost bare_cost;
static struct libxen_counters our_cost;
static unsigned int cases, broken;

static void die(struct libxen *xen, const char *what)
{
	fprintf(stderr, "bench-lab: cannot %s: %s\n", what, xen ? libxen_error(xen) : "");
	exit(2);
}

/* One line of TAP. */
static void check(bool holds, const char *rule)
{
	printf("%sok %u - bench: %s\n", holds ? "" : "not ", ++cases, rule);
	broken += !holds;
}

/* --- libxen's side --- */

static int on_progress(const struct libxen_progress *progress, void *data)
{
	timing_step(data, progress->step);
	return 0;
}

static struct libxen_source file(const char *path)
{
	return (struct libxen_source){ .size = sizeof(struct libxen_source),
				       .kind = LIBXEN_SOURCE_PATH,
				       .path = path };
}

static void round_of_ours(struct libxen *xen, const struct libxen_image *kernel)
{
	struct libxen_source ramdisk = file(RAMDISK_RAM);
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.kernel = kernel,
		.ramdisks = &ramdisk,
		.ramdisk_count = 1,
		.cmdline = "console=hvc0",
		.memory_bytes = MEMORY,
		.type = LIBXEN_TYPE_PV, /* what the floor builds */
		.flags = LIBXEN_GUEST_PAUSED,
	};
	struct libxen_counters before = { .size = sizeof(before) };
	struct libxen_domain *domain;
	uint64_t begin;

	our_cost.size = sizeof(our_cost);
	libxen_counters(xen, &before);
	timing_begin(&ours);
	if (libxen_start(xen, &guest, &domain) < 0)
		die(xen, "start a guest");
	timing_done(&ours);
	libxen_counters(xen, &our_cost);
	our_cost.hypercalls -= before.hypercalls;
	our_cost.mapping_calls -= before.mapping_calls;
	our_cost.mapped_pages -= before.mapped_pages;
	our_cost.copied_bytes -= before.copied_bytes;

	begin = ticks_now();
	if (libxen_domain_destroy(domain, NULL) < 0)
		die(xen, "destroy a guest");
	samples_add(&ours.end, ticks_now() - begin);
	libxen_domain_close(domain);
}

/* --- the floor's --- */

static void on_step(const char *name)
{
	timing_step(&bare, name);
}

static void round_of_floor(void)
{
	uint64_t begin;
	uint32_t domid;

	timing_begin(&bare);
	domid = floor_start(on_step, &bare_cost);
	timing_done(&bare);

	begin = ticks_now();
	floor_destroy(domid);
	samples_add(&bare.end, ticks_now() - begin);
}

static const unsigned char *map_file(const char *path, size_t *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *data;

	if (fd < 0 || fstat(fd, &status) < 0)
		die(NULL, "open an image of the lab");
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		die(NULL, "map an image of the lab");
	close(fd);
	*bytes = (size_t)status.st_size;
	return data;
}

static void copy_ramdisk(void)
{
	size_t bytes;
	const unsigned char *data = map_file(RAMDISK, &bytes);
	FILE *copy = fopen(RAMDISK_RAM, "w");

	if (!copy || fwrite(data, 1, bytes, copy) != bytes || fclose(copy) != 0)
		die(NULL, "copy the ramdisk");
	munmap((void *)data, bytes);
}

static struct floor_guest floor_guest(const char *cmdline)
{
	static struct floor_guest guest;

	if (!guest.kernel) {
		guest.kernel = map_file(KERNEL, &guest.kernel_bytes);
		guest.ramdisk = map_file(RAMDISK_RAM, &guest.ramdisk_bytes);
		guest.pages = MEMORY / 4096;
	}
	guest.cmdline = cmdline;
	return guest;
}

/* A floor that leaves out something necessary would be too low: its guest must run as well. */
static void check_floor_boots(void)
{
	struct floor_guest guest = floor_guest("console=hvc0 quiet lab=reboot");
	struct floor_cost cost;
	uint32_t domid;
	int end;

	floor_prepare(&guest);
	domid = floor_start(NULL, &cost);
	floor_unpause(domid);
	end = floor_wait(domid, BOOT_SECONDS);
	floor_destroy(domid);
	printf("# the floor's guest ended with %d; a reboot that its userland asked for is %d\n",
	       end, FLOOR_REBOOT);
	check(end == FLOOR_REBOOT, "the floor's guest reaches userland");
}

/* --- the tables --- */

static double ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : 0;
}

static double median_ratio(void)
{
	return ratio(samples_median(&ours.wall), samples_median(&bare.wall));
}

static double undisturbed_ratio(void)
{
	return ratio(timing_undisturbed(&ours), timing_undisturbed(&bare));
}

/* How much longer than necessary the floor itself took. */
static double disturbance(void)
{
	return ratio(samples_median(&bare.wall), timing_undisturbed(&bare));
}

/* @unit: how many of the samples' units are a millisecond. */
static void row(const char *name, const struct samples *a, const struct samples *b, double unit)
{
	printf("# %-20s %9.2f %9.2f", name, (double)samples_median(a) / unit,
	       (double)samples_least(a) / unit);
	if (b && b->count)
		printf(" %9.2f %9.2f %7.2f %7.2f\n", (double)samples_median(b) / unit,
		       (double)samples_least(b) / unit, ratio(samples_median(a), samples_median(b)),
		       ratio(samples_least(a), samples_least(b)));
	else
		printf(" %9s %9s\n", "-", "-");
}

static void show_times(void)
{
	double unit = rate_ticks_per_ms(&rate);

	printf("# %-20s %19s %19s %15s\n", "", "libxen/ms", "floor/ms", "libxen:floor");
	printf("# %-20s %9s %9s %9s %9s %7s %7s\n", "step", "median", "least", "median", "least",
	       "median", "least");
	for (unsigned int i = 0; i < ours.count; i++)
		row(ours.steps[i].name, &ours.steps[i].wall, timing_of(&bare, ours.steps[i].name),
		    unit);
	row("start", &ours.wall, &bare.wall, unit);
	printf("# %-20s %19.2f %19.2f %15.2f\n", "fastest steps, sum",
	       (double)timing_undisturbed(&ours) / unit, (double)timing_undisturbed(&bare) / unit,
	       undisturbed_ratio());
	row("start, CPU time", &ours.cpu, &bare.cpu, 1e6);
	row("destroy", &ours.end, &bare.end, unit);
}

static void count_row(const char *name, uint64_t a, uint64_t b)
{
	printf("# %-20s %19llu %19llu %15.2f\n", name, (unsigned long long)a, (unsigned long long)b,
	       ratio(a, b));
}

static void show_counts(void)
{
	count_row("hypercalls", our_cost.hypercalls, bare_cost.hypercalls);
	count_row("mapping calls", our_cost.mapping_calls, bare_cost.mapping_calls);
	count_row("mapped pages", our_cost.mapped_pages, bare_cost.mapped_pages);
	count_row("copied bytes", our_cost.copied_bytes, bare_cost.copied_bytes);
}

/* Neither always follows the other, whose freed memory Xen cleans meanwhile. */
static void batch(struct libxen *xen, const struct libxen_image *kernel)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (i % 2)
			round_of_floor();
		round_of_ours(xen, kernel);
		if (i % 2 == 0)
			round_of_floor();
	}
}

static void measure(struct libxen *xen)
{
	struct floor_guest guest = floor_guest("console=hvc0");
	struct libxen_source source = file(KERNEL);
	struct libxen_image *kernel;

	if (libxen_image_open(xen, &source, &kernel) < 0)
		die(xen, "open the kernel");
	libxen_set_progress(xen, on_progress, &ours);
	floor_prepare(&guest);

	/* The first round, which finds nothing in any cache, does not count. */
	round_of_ours(xen, kernel);
	round_of_floor();
	memset(&ours, 0, sizeof(ours));
	memset(&bare, 0, sizeof(bare));

	batch(xen, kernel);
	for (unsigned int i = 1;
	     i < BATCHES && (median_ratio() > RATIO_MAX || disturbance() > BUSY); i++)
		batch(xen, kernel);
	libxen_set_progress(xen, NULL, NULL);
	libxen_image_close(kernel);
}

static void compare(struct libxen *xen)
{
	measure(xen);
	printf("# start of a Linux PV guest, 128 MB, unpacked kernel; %u rounds\n",
	       ours.wall.count);
	show_times();
	show_counts();
	if (disturbance() > BUSY)
		printf("# the host was busy: the floor itself took %.1f times what it needs\n",
		       disturbance());
	check(median_ratio() <= RATIO_MAX,
	      "the median start takes at most 1.5 times the floor's time");
	check(undisturbed_ratio() <= RATIO_MAX,
	      "an undisturbed start takes at most 1.5 times the floor's time");
	check(ratio(our_cost.copied_bytes, bare_cost.copied_bytes) <= COPIED_MAX &&
		      ratio(bare_cost.copied_bytes, our_cost.copied_bytes) <= COPIED_MAX,
	      "both copy the same bytes, within 2 %");
	/* One more, the grant table, lets any process find the console later. */
	check(our_cost.mapped_pages <= bare_cost.mapped_pages + 1,
	      "libxen maps one page more than the floor at most");
}

/* --- memory --- */

/* Run "xenctl start" as a user does; its largest resident size, and which domain it made. */
static uint64_t xenctl_start(uint32_t *domid)
{
	static const char *argv[] = { "xenctl",	   "start",    "--kernel", KERNEL,     "--ramdisk",
				      RAMDISK_RAM, "--memory", "128M",	   "--paused", NULL };
	posix_spawn_file_actions_t actions;
	struct rusage usage = { 0 };
	char text[64] = "";
	int status, out[2];
	pid_t pid;

	if (pipe(out) < 0)
		die(NULL, "make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, out[0]);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ) != 0)
		die(NULL, "run xenctl");
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	if (read(out[0], text, sizeof(text) - 1) <= 0 || sscanf(text, "%u", domid) != 1)
		die(NULL, "learn from xenctl which domain it made");
	close(out[0]);
	if (wait4(pid, &status, 0, &usage) < 0 || status != 0)
		die(NULL, "have xenctl start a guest");
	return (uint64_t)usage.ru_maxrss * 1024;
}

/* Bytes of the kernel that a start must read: what it maps of the file can be no less. */
static uint64_t kernel_bytes(struct libxen *xen)
{
	struct libxen_image_info info = { .size = sizeof(info) };
	struct libxen_source source = file(KERNEL);
	struct libxen_image *kernel;

	if (libxen_image_open(xen, &source, &kernel) < 0)
		die(xen, "open the kernel");
	libxen_image_info(kernel, &info);
	libxen_image_close(kernel);
	return info.memory_bytes < info.file_bytes ? info.memory_bytes : info.file_bytes;
}

static void check_memory(struct libxen *xen)
{
	uint64_t peak, image = kernel_bytes(xen);
	struct libxen_domain *domain;
	uint32_t domid;

	peak = xenctl_start(&domid);
	if (libxen_domain_open(xen, domid, &domain) < 0 || libxen_domain_destroy(domain, NULL) < 0)
		die(xen, "destroy xenctl's guest");
	libxen_domain_close(domain);
	printf("# xenctl start: peak resident %.1f MiB, mapped kernel %.1f MiB, beyond it %.1f MiB\n",
	       (double)peak / MIB, (double)image / MIB, ((double)peak - (double)image) / MIB);
	check(peak > image && peak - image <= RSS_MAX,
	      "xenctl start needs at most 8 MiB beyond the mapped kernel");
}

int main(void)
{
	struct libxen_host_info host = { .size = sizeof(host) };
	struct libxen *xen = libxen_new();

	setlinebuf(stdout);
	rate_begin(&rate);
	if (!xen || libxen_open(xen, NULL) < 0 || libxen_host_info(xen, &host) < 0)
		die(xen, "open the connection to Xen");
	printf("# bench on Xen %s\n", host.xen_version);
	copy_ramdisk();
	check_memory(xen); /* first: a child's peak begins with ours */
	floor_open();
	compare(xen);
	check_floor_boots();
	printf("1..%u\n", cases);
	unlink(RAMDISK_RAM);
	libxen_free(xen);
	return broken != 0;
}
