/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: where guests run, what their share is and what they may have later: set and read. */
#include "rig.h"

#include <errno.h>
#include <string.h>

/* Both hosts have two CPUs at least, one node, and CPU pool 0 alone. */
enum { WORDS = 4 };

static struct libxen_guest paused_guest(struct fixture *f)
{
	struct libxen_guest guest = rig_guest(f);

	guest.flags = LIBXEN_GUEST_PAUSED;
	return guest;
}

static struct libxen_domain *start_paused(struct fixture *f)
{
	struct libxen_guest guest = paused_guest(f);

	return rig_start(f, &guest);
}

static void refuses(struct fixture *f, const struct libxen_guest *guest, int code, const char *word)
{
	struct libxen_domain *domain = NULL;

	rig_assert_fails(f, libxen_start(f->xen, guest, &domain), code, word);
	assert_null(domain);
}

static struct libxen_placement placed(struct fixture *f, struct libxen_domain *domain)
{
	struct libxen_placement placement = { .size = sizeof(placement) };

	if (libxen_domain_placement(domain, &placement) < 0)
		fail_msg("%s", libxen_error(f->xen));
	return placement;
}

static void assert_affinity(struct fixture *f, struct libxen_domain *domain, uint32_t vcpu,
			    uint64_t hard, uint64_t soft)
{
	uint64_t is_hard[WORDS] = { 0 }, is_soft[WORDS] = { 0 };
	struct libxen_affinity affinity = { .size = sizeof(affinity),
					    .hard = is_hard,
					    .soft = is_soft,
					    .words = WORDS,
					    .vcpu = vcpu };

	if (libxen_domain_affinity(domain, &affinity) < 0)
		fail_msg("%s", libxen_error(f->xen));
	assert_int_equal(is_hard[0], hard);
	assert_int_equal(is_soft[0], soft);
}

/* --- affinity --- */

static void given_affinities_when_started_then_each_vcpu_has_its_own(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	uint64_t first = 1, second = 2;
	const struct libxen_affinity affinities[] = {
		{ .size = sizeof(*affinities), .hard = &second, .soft = &first, .words = 1 },
		{ .size = sizeof(*affinities),
		  .hard = &first,
		  .words = 1,
		  .vcpu = 1,
		  .vcpu_count = 1 },
	};
	struct libxen_domain *domain;

	guest.vcpus = 3;
	guest.affinities = affinities;
	guest.affinity_count = 2;
	domain = rig_start(f, &guest);

	assert_affinity(f, domain, 0, second, first);
	assert_affinity(f, domain, 1, first, first);
	assert_affinity(f, domain, 2, second, first);
	rig_stop(f, domain);
}

static void given_a_pinned_guest_when_it_runs_then_it_comes_up(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	uint64_t second = 2;
	const struct libxen_affinity affinity = { .size = sizeof(affinity),
						  .hard = &second,
						  .words = 1 };
	struct libxen_console *console = NULL;
	struct libxen_domain *domain;

	guest.affinities = &affinity;
	guest.affinity_count = 1;
	domain = rig_start_with_console(f, &guest, &console);

	rig_expect(f, console, "GUEST UP");
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_a_domain_when_its_affinity_is_changed_then_the_other_set_stays(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	uint64_t first[2] = { 1, 0 }, second[2] = { 2, 0 };
	struct libxen_affinity affinity = { .size = sizeof(affinity), .hard = second, .words = 2 };

	assert_int_equal(libxen_domain_set_affinity(domain, &affinity), 0);
	affinity.hard = NULL;
	affinity.soft = first;
	assert_int_equal(libxen_domain_set_affinity(domain, &affinity), 0);

	assert_affinity(f, domain, 0, 2, 1);
	rig_stop(f, domain);
}

static void given_cpus_that_there_are_not_when_asked_for_then_the_pools_are_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	uint64_t none[2] = { 0, 1 }, empty[2] = { 0, 0 };
	struct libxen_affinity affinity = { .size = sizeof(affinity), .hard = none, .words = 2 };
	struct libxen_domain *domain = start_paused(f);

	guest.affinities = &affinity;
	guest.affinity_count = 1;
	refuses(f, &guest, -EINVAL, "CPU pool 0, which has 0-");
	rig_assert_fails(f, libxen_domain_set_affinity(domain, &affinity), -EINVAL,
			 "CPU pool 0, which has 0-");

	affinity.hard = empty;
	refuses(f, &guest, -EINVAL, "the set of CPUs is empty");
	affinity.hard = NULL;
	affinity.soft = none;
	refuses(f, &guest, -EINVAL, "CPU pool 0, which has 0-");
	affinity.soft = empty;
	rig_assert_fails(f, libxen_domain_set_affinity(domain, &affinity), -EINVAL,
			 "the set of CPUs is empty");
	affinity.soft = none;
	affinity.words = 1000000;
	refuses(f, &guest, -EINVAL, "words");
	rig_stop(f, domain);
}

static void given_vcpus_that_there_are_not_when_asked_for_then_the_range_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	uint64_t first = 1;
	struct libxen_affinity affinity = {
		.size = sizeof(affinity), .hard = &first, .words = 1, .vcpu = 2
	};
	const struct libxen_affinity two[] = { { .size = sizeof(*two), .hard = &first, .words = 1 },
					       { .size = 0 } };
	struct libxen_domain *domain = start_paused(f);

	guest.vcpus = 2;
	guest.affinities = &affinity;
	guest.affinity_count = 1;
	refuses(f, &guest, -EINVAL, "no vCPU 2: they are 0 to 1");
	affinity.vcpu = 1;
	affinity.vcpu_count = 2;
	refuses(f, &guest, -EINVAL, "no 2 vCPUs from 1 on");
	affinity.vcpu_count = UINT32_MAX;
	refuses(f, &guest, -EINVAL, "vCPUs from 1 on");
	rig_assert_fails(f, libxen_domain_set_affinity(domain, &affinity), -EINVAL, "no vCPU 1");
	rig_assert_fails(f, libxen_domain_affinity(domain, &affinity), -EINVAL, "no vCPU 1");
	guest.affinities = NULL;
	refuses(f, &guest, -EINVAL, "not where");
	guest.affinities = two;
	guest.affinity_count = 2;
	refuses(f, &guest, -EINVAL, "libxen_affinity 2 of the guest has a wrong size");
	rig_stop(f, domain);
}

/* --- placement --- */

static void given_a_share_when_started_then_it_is_read_back(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	const struct libxen_placement wish = { .size = sizeof(wish),
					       .valid = LIBXEN_PLACEMENT_WEIGHT |
							LIBXEN_PLACEMENT_CAP |
							LIBXEN_PLACEMENT_CPUPOOL,
					       .weight = 512,
					       .cap = 75 };
	struct libxen_domain *domain;
	struct libxen_placement is;

	guest.placement = &wish;
	domain = rig_start(f, &guest);
	is = placed(f, domain);

	assert_int_equal(is.valid & wish.valid, wish.valid);
	assert_int_equal(is.weight, 512);
	assert_int_equal(is.cap, 75);
	assert_int_equal(is.cpupool, 0);
	assert_true(is.valid & LIBXEN_PLACEMENT_SCHEDULER);
	assert_in_range(is.scheduler, LIBXEN_SCHEDULER_CREDIT, LIBXEN_SCHEDULER_CREDIT2);
	rig_stop(f, domain);
}

static void given_a_domain_when_its_share_is_changed_then_the_rest_of_it_stays(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	struct libxen_placement wish = { .size = sizeof(wish) }, is = placed(f, domain);

	assert_int_equal(is.weight, 256);
	assert_int_equal(is.cap, 0);

	wish.valid = LIBXEN_PLACEMENT_CAP;
	wish.cap = 50;
	assert_int_equal(libxen_domain_place(domain, &wish), 0);
	is = placed(f, domain);
	assert_int_equal(is.weight, 256);
	assert_int_equal(is.cap, 50);

	wish.valid = LIBXEN_PLACEMENT_WEIGHT;
	wish.weight = 1000;
	assert_int_equal(libxen_domain_place(domain, &wish), 0);
	is = placed(f, domain);
	assert_int_equal(is.weight, 1000);
	assert_int_equal(is.cap, 50);

	wish.valid = LIBXEN_PLACEMENT_CAP;
	wish.cap = 0;
	assert_int_equal(libxen_domain_place(domain, &wish), 0);
	assert_int_equal(placed(f, domain).cap, 0);
	rig_stop(f, domain);
}

static void given_shares_out_of_range_when_asked_for_then_the_range_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	struct libxen_placement wish = { .size = sizeof(wish), .valid = LIBXEN_PLACEMENT_WEIGHT };

	guest.placement = &wish;
	refuses(f, &guest, -EINVAL, "1 to 65535");
	wish.weight = 65536;
	refuses(f, &guest, -EINVAL, "1 to 65535");
	wish.valid = LIBXEN_PLACEMENT_CAP;
	wish.cap = 101;
	refuses(f, &guest, -EINVAL, "to 100 percent");
	guest.vcpus_max = 2;
	wish.cap = 200;
	rig_stop(f, rig_start(f, &guest));
}

static void given_a_pool_that_there_is_not_when_asked_for_then_it_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	const struct libxen_placement wish = { .size = sizeof(wish),
					       .valid = LIBXEN_PLACEMENT_CPUPOOL,
					       .cpupool = 77 };
	struct libxen_domain *domain = start_paused(f);

	guest.placement = &wish;
	refuses(f, &guest, -ENOENT, "no CPU pool 77");
	rig_assert_fails(f, libxen_domain_place(domain, &wish), -ENOENT, "no CPU pool 77");
	assert_int_equal(placed(f, domain).cpupool, 0);
	rig_stop(f, domain);
}

static void given_nodes_when_started_then_they_are_read_back(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	uint64_t node = 1, nodes[2] = { 0xee, 0xee };
	const struct libxen_placement wish = { .size = sizeof(wish),
					       .valid = LIBXEN_PLACEMENT_NODES,
					       .nodes = &node,
					       .node_words = 1 };
	struct libxen_placement is = { .size = sizeof(is), .nodes = nodes, .node_words = 2 };
	struct libxen_domain *domain;

	guest.placement = &wish;
	domain = rig_start(f, &guest);

	assert_int_equal(libxen_domain_placement(domain, &is), 0);
	assert_true(is.valid & LIBXEN_PLACEMENT_NODES);
	assert_int_equal(nodes[0], 1);
	assert_int_equal(nodes[1], 0);
	rig_stop(f, domain);
}

static void given_nodes_that_there_are_not_when_asked_for_then_it_is_said(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	uint64_t nodes[2] = { 1, 1 };
	struct libxen_placement wish = { .size = sizeof(wish),
					 .valid = LIBXEN_PLACEMENT_NODES,
					 .nodes = nodes,
					 .node_words = 2 };

	guest.placement = &wish;
	refuses(f, &guest, -EINVAL, "no NUMA node 64: this host has 0 to 0");
	nodes[0] = 3; /* the next one, which is below Xen's max_node_id */
	refuses(f, &guest, -EINVAL, "no NUMA node 1: this host has 0 to 0");
	wish.node_words = 0;
	refuses(f, &guest, -EINVAL, "the set of NUMA nodes is empty");
	wish.nodes = NULL;
	refuses(f, &guest, -EINVAL, "missing");
}

static void given_what_is_only_told_when_asked_for_then_it_is_refused(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	struct libxen_placement wish = { .size = sizeof(wish),
					 .valid = LIBXEN_PLACEMENT_SCHEDULER };

	rig_assert_fails(f, libxen_domain_place(domain, &wish), -EINVAL, "scheduler");
	wish.valid = LIBXEN_PLACEMENT_TSC;
	rig_assert_fails(f, libxen_domain_place(domain, &wish), -EINVAL, "at its start");
	wish.valid = 1ull << 40;
	rig_assert_fails(f, libxen_domain_place(domain, &wish), -E2BIG, "0x10000000000");
	wish.size = 8;
	rig_assert_fails(f, libxen_domain_place(domain, &wish), -EINVAL, "libxen_placement");
	rig_assert_fails(f, libxen_domain_placement(domain, &wish), -EINVAL, "libxen_placement");
	rig_stop(f, domain);
}

/* --- the clock --- */

static void given_each_mode_of_the_clock_when_started_then_it_is_read_back(void **state)
{
	static const uint32_t modes[] = { LIBXEN_TSC_DEFAULT, LIBXEN_TSC_EMULATED,
					  LIBXEN_TSC_NATIVE };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct libxen_guest guest = paused_guest(f);
		struct libxen_domain *domain;
		struct libxen_placement is;

		guest.tsc_mode = modes[i];
		domain = rig_start(f, &guest);
		is = placed(f, domain);

		assert_true(is.valid & LIBXEN_PLACEMENT_TSC);
		assert_int_equal(is.tsc_mode, modes[i]);
		rig_stop(f, domain);
	}
}

static void given_no_wish_when_started_then_the_clock_suits_the_type(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);

	assert_int_equal(placed(f, domain).tsc_mode,
			 rig_type == LIBXEN_TYPE_PVH ? LIBXEN_TSC_NATIVE : LIBXEN_TSC_DEFAULT);
	rig_stop(f, domain);
}

/* --- what it may have later --- */

static void given_limits_above_the_start_when_started_then_it_has_both(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain;
	struct libxen_domain_info info;

	guest.memory_max_bytes = 192 * MIB;
	guest.vcpus_max = 2;
	domain = rig_start(f, &guest);
	info = rig_info(f, domain);
	assert_int_equal(libxen_console_open(domain, &console), 0);
	assert_int_equal(libxen_domain_resume(domain), 0);

	rig_expect(f, console, "GUEST UP");
	assert_int_equal(info.memory_bytes, 128 * MIB);
	assert_int_equal(info.memory_max_bytes, 193 * MIB);
	assert_int_equal(info.vcpus, 2);
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_a_domain_when_its_memory_limit_is_changed_then_its_memory_stays(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);

	assert_int_equal(libxen_domain_set_memory_max(domain, 160 * MIB + 1), 0);

	assert_int_equal(rig_info(f, domain).memory_max_bytes, 161 * MIB + 4096);
	assert_int_equal(rig_info(f, domain).memory_bytes, 128 * MIB);
	rig_assert_fails(f, libxen_domain_set_memory_max(domain, 0), -EINVAL, "limit");
	rig_assert_fails(f, libxen_domain_set_memory_max(domain, UINT64_MAX), -EINVAL, "limit");
	rig_stop(f, domain);
}

static void given_limits_below_the_start_when_started_then_both_are_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);

	guest.memory_max_bytes = 64 * MIB;
	refuses(f, &guest, -EINVAL, "128 MiB of memory at the start are more than 64 MiB");
	guest.memory_max_bytes = UINT64_MAX;
	refuses(f, &guest, -EINVAL, "more than any guest can have");
	guest.memory_max_bytes = 0;
	guest.vcpus = 3;
	guest.vcpus_max = 2;
	refuses(f, &guest, -EINVAL, "3 vCPUs at the start are more than 2");
	guest.vcpus_max = 129;
	refuses(f, &guest, -EINVAL, "128");
	guest.vcpus_max = 0;
	guest.tsc_mode = 4;
	refuses(f, &guest, -EINVAL, "4 is not a mode");
	guest.tsc_mode = 0;
	guest.reserved = 1;
	refuses(f, &guest, -E2BIG, "libxen_guest");
}

/* --- features --- */

static void given_relaxed_msrs_when_started_then_a_xen_that_has_them_takes_it(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);

	guest.features = "msr_relaxed";
	if (rig_host(f).xen_minor < 15)
		refuses(f, &guest, -ENOTSUP, "msr_relaxed: 4.15");
	else
		rig_stop(f, rig_start(f, &guest));
	guest.features = "msr_relaxed,msr_relaxed=off";
	rig_stop(f, rig_start(f, &guest));
}

static void given_features_that_are_not_to_be_switched_when_started_then_the_reason_is_told(
	void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = paused_guest(f);

	guest.features = "msr_relaxed=off,writable_page_tables=off";
	refuses(f, &guest, -ENOTSUP, "writable_page_tables cannot be switched: the type");
	guest.features = "pae_pgdir_above_4gb";
	refuses(f, &guest, -ENOTSUP, "32-bit");
	guest.features = "frobnicate=on";
	refuses(f, &guest, -EINVAL, "no feature \"frobnicate\"");
	guest.features = "msr_relaxed=maybe";
	refuses(f, &guest, -EINVAL, "\"maybe\"");
	guest.features = ",";
	refuses(f, &guest, -EINVAL, "no feature \"\"");
}

int placement_suite(void)
{
	const struct CMUnitTest placement[] = {
		TEST(given_affinities_when_started_then_each_vcpu_has_its_own),
		TEST(given_a_pinned_guest_when_it_runs_then_it_comes_up),
		TEST(given_a_domain_when_its_affinity_is_changed_then_the_other_set_stays),
		TEST(given_cpus_that_there_are_not_when_asked_for_then_the_pools_are_named),
		TEST(given_vcpus_that_there_are_not_when_asked_for_then_the_range_is_named),
		TEST(given_a_share_when_started_then_it_is_read_back),
		TEST(given_a_domain_when_its_share_is_changed_then_the_rest_of_it_stays),
		TEST(given_shares_out_of_range_when_asked_for_then_the_range_is_named),
		TEST(given_a_pool_that_there_is_not_when_asked_for_then_it_is_named),
		TEST(given_nodes_when_started_then_they_are_read_back),
		TEST(given_nodes_that_there_are_not_when_asked_for_then_it_is_said),
		TEST(given_what_is_only_told_when_asked_for_then_it_is_refused),
		TEST(given_each_mode_of_the_clock_when_started_then_it_is_read_back),
		TEST(given_no_wish_when_started_then_the_clock_suits_the_type),
		TEST(given_limits_above_the_start_when_started_then_it_has_both),
		TEST(given_a_domain_when_its_memory_limit_is_changed_then_its_memory_stays),
		TEST(given_limits_below_the_start_when_started_then_both_are_named),
		TEST(given_relaxed_msrs_when_started_then_a_xen_that_has_them_takes_it),
		TEST(given_features_that_are_not_to_be_switched_when_started_then_the_reason_is_told),
	};

	return SUITE(placement);
}
