/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: a guest's life from start to stop, alone and with others. */
#include "rig.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void lives(struct fixture *f, unsigned int vcpus, uint64_t memory_bytes)
{
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain_info info;
	struct libxen_domain *domain;
	char up[32];

	guest.vcpus = vcpus;
	guest.memory_bytes = memory_bytes;

	snprintf(up, sizeof(up), "GUEST UP: cpus=%u", vcpus);
	domain = rig_boot(f, &guest, up, &console);
	info = rig_info(f, domain);

	/* A PVH guest gives pages back where it puts what Xen shares with it. */
	assert_in_range(info.memory_bytes, memory_bytes - MIB, memory_bytes);
	assert_int_equal(info.vcpus, vcpus);
	if (info.valid & LIBXEN_DOMAIN_INFO_TYPE)
		assert_int_equal(info.type, rig_type);
	assert_true(info.cpu_time_ns > 0);
	assert_true(info.state == LIBXEN_STATE_RUNNING || info.state == LIBXEN_STATE_IDLE ||
		    info.state == LIBXEN_STATE_RUNNABLE);
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_one_vcpu_and_128_mib_when_started_then_it_reaches_userland(void **state)
{
	lives(*state, 1, 128 * MIB);
}

static void given_two_vcpus_and_512_mib_when_started_then_it_reaches_userland(void **state)
{
	lives(*state, 2, 512 * MIB);
}

static void given_a_running_guest_when_suspended_then_it_stands_still_until_resumed(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain = rig_boot(f, &guest, "tick 2", &console);
	struct libxen_domain_info before, after;

	assert_int_equal(libxen_domain_suspend(domain), 0);
	rig_console_bytes(f, console, 100); /* what it wrote before */
	before = rig_info(f, domain);
	assert_int_equal(before.state, LIBXEN_STATE_SUSPENDED);
	assert_int_equal(rig_console_bytes(f, console, 3000), 0);
	after = rig_info(f, domain);
	assert_int_equal(before.cpu_time_ns, after.cpu_time_ns);

	assert_int_equal(libxen_domain_resume(domain), 0);
	rig_expect(f, console, "tick");
	assert_true(rig_info(f, domain).cpu_time_ns > before.cpu_time_ns);

	libxen_console_close(console);
	rig_stop(f, domain);
}

/* The teardown looks at memory, descriptors and mappings after all of them. */
static void given_thirty_starts_and_stops_when_done_then_nothing_is_lost(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	for (int i = 0; i < 30; i++) {
		guest.flags = i % 2 ? LIBXEN_GUEST_PAUSED : LIBXEN_GUEST_NO_CONSOLE;
		rig_stop(f, rig_start(f, &guest));
	}
}

/* One guest's life over a connection of its own; cmocka's asserts belong to the main thread. */
static void *live_in_thread(void *data)
{
	struct fixture *f = data;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *domain = NULL;
	struct libxen *xen = libxen_new();
	const char *failed = NULL;

	guest.flags = LIBXEN_GUEST_NO_CONSOLE;
	if (libxen_open(xen, NULL) < 0)
		failed = "open";
	else if (libxen_start(xen, &guest, &domain) < 0)
		failed = "start";
	else if (libxen_domain_destroy(domain, NULL) < 0)
		failed = "stop";
	if (failed)
		fprintf(stderr, "%s: %s\n", failed, libxen_error(xen));
	libxen_domain_close(domain);
	libxen_free(xen);
	return (void *)failed;
}

static void given_one_image_when_two_threads_start_guests_then_both_live(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[2];
	void *failed[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, live_in_thread, f), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &failed[i]);

	assert_null(failed[0]);
	assert_null(failed[1]);
}

static void given_two_guests_when_one_is_stopped_then_the_other_goes_on(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *one_console = NULL, *two_console = NULL;
	struct libxen_domain *one = rig_boot(f, &guest, "GUEST UP", &one_console);
	struct libxen_domain *two = rig_boot(f, &guest, "GUEST UP", &two_console);

	libxen_console_close(one_console);
	rig_stop(f, one);

	rig_expect(f, two_console, "tick");
	libxen_console_close(two_console);
	rig_stop(f, two);
}

int life_suite(void)
{
	const struct CMUnitTest life[] = {
		TEST(given_one_vcpu_and_128_mib_when_started_then_it_reaches_userland),
		TEST(given_two_vcpus_and_512_mib_when_started_then_it_reaches_userland),
		TEST(given_a_running_guest_when_suspended_then_it_stands_still_until_resumed),
		TEST(given_thirty_starts_and_stops_when_done_then_nothing_is_lost),
		TEST(given_one_image_when_two_threads_start_guests_then_both_live),
		TEST(given_two_guests_when_one_is_stopped_then_the_other_goes_on),
	};

	return SUITE(life);
}
