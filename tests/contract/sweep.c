/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fault sweep: fail each call and each allocation of a guest's life, on every Xen there is. */
#include "../unit/elf-maker.h"
#include "alloc.h"
#include "fake.h"
#include <errno.h>
#include <libxen/libxen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ull << 20)

/* One life, and the fault that is put into it. */
struct life {
	struct fake *fake;
	struct made kernel;
	struct libxen *xen;
	struct libxen_image *image;
	struct libxen_domain *domain;
	struct libxen_console *console;
	uint64_t free_pages;
	uint32_t type;
	const char *features;
};

static int open_xen(struct life *life)
{
	life->xen = libxen_new();
	if (!life->xen)
		return -ENOMEM;
	return libxen_open(life->xen, NULL);
}

static struct libxen_source bytes_of(const struct life *life)
{
	return (struct libxen_source){ .size = sizeof(struct libxen_source),
				       .kind = LIBXEN_SOURCE_MEMORY,
				       .data = life->kernel.data,
				       .data_bytes = life->kernel.size };
}

static int open_image(struct life *life)
{
	struct libxen_source source = bytes_of(life);

	return libxen_image_open(life->xen, &source, &life->image);
}

/* More than a superpage and not a multiple of one, so that every order of memory is asked for. */
static int start(struct life *life)
{
	const struct libxen_source ramdisks[] = { bytes_of(life), bytes_of(life) };
	uint64_t nodes = 1, cpus = 2, soft = 2; /* CPU 1 is pool 1 */
	const struct libxen_placement placement = { .size = sizeof(placement),
						    .valid = LIBXEN_PLACEMENT_CPUPOOL |
							     LIBXEN_PLACEMENT_NODES |
							     LIBXEN_PLACEMENT_WEIGHT |
							     LIBXEN_PLACEMENT_CAP,
						    .nodes = &nodes,
						    .node_words = 1,
						    .cpupool = 1,
						    .weight = 512,
						    .cap = 50 };
	const struct libxen_affinity affinity = {
		.size = sizeof(affinity), .hard = &cpus, .soft = &soft, .words = 1
	};
	struct libxen_guest guest = { .size = sizeof(guest),
				      .name = "sweep",
				      .kernel = life->image,
				      .ramdisks = ramdisks,
				      .ramdisk_count = 2,
				      .memory_bytes = 33 * MIB,
				      .type = life->type,
				      .memory_max_bytes = 40 * MIB,
				      .vcpus_max = 2,
				      .placement = &placement,
				      .affinities = &affinity,
				      .affinity_count = 1,
				      .tsc_mode = LIBXEN_TSC_NATIVE,
				      .features = life->features,
				      .uuid = { 1, 2, 3 } };

	return libxen_start(life->xen, &guest, &life->domain);
}

static int look(struct life *life)
{
	struct libxen_domain_info infos[4] = { { .size = sizeof(infos[0]) } };
	struct libxen_host_info host = { .size = sizeof(host) };
	uint32_t position = 0;
	char text[256];
	int ret;

	ret = libxen_domain_info(life->domain, &infos[0]);
	if (ret == 0)
		ret = libxen_list(life->xen, 0, infos, 4);
	if (ret >= 0)
		ret = libxen_host_info(life->xen, &host);
	if (ret == 0)
		ret = libxen_log_read(life->xen, &position, text, sizeof(text));
	return ret < 0 ? ret : 0;
}

static int place(struct life *life)
{
	uint64_t nodes, cpus = 2, soft;
	struct libxen_placement placement = { .size = sizeof(placement),
					      .nodes = &nodes,
					      .node_words = 1 };
	struct libxen_affinity affinity = {
		.size = sizeof(affinity), .hard = &cpus, .soft = &soft, .words = 1
	};
	int ret;

	ret = libxen_domain_placement(life->domain, &placement);
	placement.valid = LIBXEN_PLACEMENT_CPUPOOL | LIBXEN_PLACEMENT_CAP;
	placement.cpupool = 0;
	if (ret == 0)
		ret = libxen_domain_affinity(life->domain, &affinity);
	if (ret == 0)
		ret = libxen_domain_place(life->domain, &placement);
	cpus = soft = 1;
	if (ret == 0)
		ret = libxen_domain_set_affinity(life->domain, &affinity);
	return ret == 0 ? libxen_domain_set_memory_max(life->domain, 48 * MIB) : ret;
}

static int talk(struct life *life)
{
	char text[64];
	int ret;

	ret = libxen_console_open(life->domain, &life->console);
	if (ret < 0)
		return ret;
	fake_guest_console_write(life->fake, libxen_domain_id(life->domain), "hello", 5);
	while ((ret = libxen_console_read(life->console, text, sizeof(text))) > 0)
		;
	if (ret == -EAGAIN)
		ret = libxen_console_write(life->console, "x", 1);
	return ret < 0 ? ret : 0;
}

static int suspend_resume(struct life *life)
{
	int ret = libxen_domain_suspend(life->domain);

	return ret < 0 ? ret : libxen_domain_resume(life->domain);
}

static int stop(struct life *life)
{
	libxen_console_close(life->console);
	life->console = NULL;
	return libxen_domain_destroy(life->domain, NULL);
}

enum { START = 2, TALK = 5 };

static int (*const steps[])(struct life *) = { open_xen, open_image, start,	     look,
					       place,	 talk,	     suspend_resume, stop };

/* Returns the code of the step that failed, and which it was; 0: all went well. */
static int live(struct life *life, size_t *failed)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int ret = steps[i](life);

		*failed = i;
		if (ret < 0)
			return ret;
	}
	return 0;
}

static void begin(struct life *life, const char *release, uint32_t type)
{
	struct fake_options options = {
		.release = release, .memory_pages = 1 << 17, .pool_cpus = 2, .seed = 3
	};
	struct elf_recipe recipe = { 0 };

	*life = (struct life){ .fake = fake_new(&options),
			       .kernel = make_elf(&recipe),
			       .type = type,
			       /* what each later one has, and no earlier one */
			       .features = atoi(release + 2) >= 15 ? "msr_relaxed" : NULL };
	assert_non_null(life->fake);
	fake_set_default(life->fake);
	life->free_pages = fake_free_pages(life->fake);
}

/* What a program does after a failure: it closes what it has, and stops a guest that it started. */
static void clean_up(struct life *life)
{
	struct fake_domain_view view;

	libxen_console_close(life->console);
	if (life->domain && fake_domain_look(life->fake, libxen_domain_id(life->domain), &view))
		assert_int_equal(libxen_domain_destroy(life->domain, NULL), 0);
	libxen_domain_close(life->domain);
	libxen_image_close(life->image);
	libxen_free(life->xen);
}

static void assert_nothing_left(struct life *life, const char *release, uint64_t n)
{
	char report[1024];

	if (fake_leaks(life->fake, report, sizeof(report)))
		fail_msg("Xen %s, fault %llu: %s", release, (unsigned long long)n, report);
	assert_int_equal(fake_free_pages(life->fake), life->free_pages);
	assert_int_equal(fake_claimed_pages(life->fake), 0);
	fake_set_default(NULL);
	fake_free(life->fake);
	made_free(&life->kernel);
}

/* A kind of fault: how it is put in, whether it struck, and the code that must come out. */
struct fault {
	void (*arm)(struct life *life, uint64_t n);
	bool (*fired)(struct life *life);
	void (*disarm)(struct life *life);
	int code;
	int console_code; /* or, of a console: which frame it is the guest says */
};

static void arm_call(struct life *life, uint64_t n)
{
	fake_fail_nth(life->fake, n, EIO);
}

static void arm_frame(struct life *life, uint64_t n)
{
	fake_fail_frame(life->fake, n, 0, EINVAL);
}

static bool fake_fired(struct life *life)
{
	return fake_fault_fired(life->fake);
}

static void disarm_fake(struct life *life)
{
	fake_fail_clear(life->fake);
}

static void arm_allocation(struct life *life, uint64_t n)
{
	(void)life;
	fake_alloc_fail_nth(n);
}

static bool allocation_fired(struct life *life)
{
	(void)life;
	return fake_alloc_fired();
}

static void disarm_allocation(struct life *life)
{
	(void)life;
	fake_alloc_fail_nth(0);
}

static const struct fault call_fault = { arm_call, fake_fired, disarm_fake, -EIO, -EIO };
static const struct fault frame_fault = { arm_frame, fake_fired, disarm_fake, -EINVAL, -ENODEV };
static const struct fault allocation_fault = { arm_allocation, allocation_fired, disarm_allocation,
					       -ENOMEM, -ENOMEM };

/* One life with the n-th fault. Returns whether there was an n-th. */
static bool live_with(const struct fault *fault, const char *release, uint32_t type, uint64_t n,
		      bool *survived)
{
	struct life life;
	struct fake_domain_view view;
	size_t failed;
	bool fired;
	int ret;

	begin(&life, release, type);
	fault->arm(&life, n);
	ret = live(&life, &failed);
	fired = fault->fired(&life);
	fault->disarm(&life);

	*survived = fired && ret == 0;
	if (ret < 0) {
		if (ret != fault->code && (failed != TALK || ret != fault->console_code))
			fail_msg("Xen %s, fault %llu, step %zu: code %d", release,
				 (unsigned long long)n, failed, ret);
		if (life.xen && !*libxen_error(life.xen))
			fail_msg("Xen %s, fault %llu, step %zu: no sentence", release,
				 (unsigned long long)n, failed);
		if (failed <= START)
			assert_false(fake_domain_look(life.fake, 1, &view));
	} else {
		assert_true(!fired || *survived);
	}
	clean_up(&life);
	assert_nothing_left(&life, release, n);
	return fired;
}

/* Returns how many faults there were for one release and type. */
static uint64_t sweep_life(const struct fault *fault, const char *release, uint32_t type,
			   unsigned int survivable)
{
	unsigned int survivors = 0;
	uint64_t n = 1;
	bool survived;

	while (live_with(fault, release, type, n, &survived)) {
		survivors += survived;
		n++;
		assert_true(n < 1000);
	}
	print_message("Xen %s, %s: %llu faults, %u of them without effect\n", release,
		      type == LIBXEN_TYPE_PVH ? "PVH" : "PV", (unsigned long long)n - 1, survivors);
	assert_in_range(survivors, 0, survivable);
	return n - 1;
}

/* PVH is there from 4.9 on: behind the first three releases. */
enum { RELEASES_WITHOUT_PVH = 3 };

/* @survivable: how many faults may go unnoticed, because there is another way; see each test. */
static void sweep(const struct fault *fault, unsigned int survivable)
{
	const char *const *releases = fake_releases();

	for (size_t i = 0; releases[i]; i++) {
		assert_true(sweep_life(fault, releases[i], LIBXEN_TYPE_PV, survivable) > 3);
		if (i >= RELEASES_WITHOUT_PVH)
			assert_true(sweep_life(fault, releases[i], LIBXEN_TYPE_PVH, survivable) >
				    3);
	}
}

/*
 * Without effect: opening /dev/xen/hypercall, instead of which memory is locked; telling the guest
 * of bytes read and of bytes written, which it finds out by itself; and looking whether a resumed
 * guest is really resumed.
 */
static void given_each_call_that_fails_when_a_guest_lives_then_nothing_is_left(void **state)
{
	(void)state;
	sweep(&call_fault, 4);
}

static void given_each_mapping_that_fails_when_a_guest_lives_then_nothing_is_left(void **state)
{
	(void)state;
	sweep(&frame_fault, 0);
}

static void given_each_allocation_that_fails_when_a_guest_lives_then_nothing_is_left(void **state)
{
	(void)state;
	sweep(&allocation_fault, 0);
}

/* Memory that runs out half-way, at each batch and each number of extents. */
static void given_too_few_extents_when_started_then_smaller_ones_are_tried(void **state)
{
	(void)state;
	for (uint64_t extents = 0; extents < 16; extents++) {
		struct life life;
		size_t failed;

		begin(&life, "4.17", LIBXEN_TYPE_PV);
		fake_fail_populate(life.fake, 1, extents);
		assert_int_equal(live(&life, &failed), 0);
		clean_up(&life);
		assert_nothing_left(&life, "4.17", extents);
	}
}

static void given_no_frames_left_when_started_then_it_says_how_many_came(void **state)
{
	struct life life;
	size_t failed;

	(void)state;
	begin(&life, "4.17", LIBXEN_TYPE_PV);
	fake_fail_populate(life.fake, 2, 7); /* of the single frames at the end */

	assert_int_equal(live(&life, &failed), -ENOMEM);

	assert_int_equal(failed, START);
	assert_non_null(strstr(libxen_error(life.xen), "of 33 MiB"));
	clean_up(&life);
	assert_nothing_left(&life, "4.17", 0);
}

int main(void)
{
	const struct CMUnitTest sweeps[] = {
		cmocka_unit_test(
			given_each_call_that_fails_when_a_guest_lives_then_nothing_is_left),
		cmocka_unit_test(
			given_each_mapping_that_fails_when_a_guest_lives_then_nothing_is_left),
		cmocka_unit_test(
			given_each_allocation_that_fails_when_a_guest_lives_then_nothing_is_left),
		cmocka_unit_test(given_too_few_extents_when_started_then_smaller_ones_are_tried),
		cmocka_unit_test(given_no_frames_left_when_started_then_it_says_how_many_came),
	};

	return cmocka_run_group_tests(sweeps, NULL, NULL);
}
