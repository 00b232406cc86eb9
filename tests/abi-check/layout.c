/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where members of public structures lie, and what constants are: literal numbers, never changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <libxen/libxen.h>

/*
 * A number here may be added, with a new member or constant, and never changed: programs that were
 * compiled with the old one are out there.
 */
struct member {
	const char *name;
	size_t at, bytes; /* as compiled */
	size_t at_first, bytes_first;
};

struct structure {
	const char *name;
	size_t bytes, bytes_today;
	const struct member *members;
	size_t count;
};

struct constant {
	const char *name;
	long long value, value_first;
};

#define MEMBER(type, member, offset, size)                               \
	{                                                                \
#type "." #member, offsetof(struct type, member),        \
			sizeof(((struct type *)0)->member), offset, size \
	}
#define STRUCTURE(noun, size)                                              \
	{                                                                  \
		"libxen_" #noun, sizeof(struct libxen_##noun), size, noun, \
			sizeof(noun) / sizeof(*noun)                       \
	}
#define CONSTANT(name, value)      \
	{                          \
#name, name, value \
	}

static const struct member open_options[] = {
	MEMBER(libxen_open_options, size, 0, 8),
	MEMBER(libxen_open_options, flags, 8, 4),
	MEMBER(libxen_open_options, reserved, 12, 4),
};

static const struct member progress[] = {
	MEMBER(libxen_progress, size, 0, 8),
	MEMBER(libxen_progress, step, 8, 8),
	MEMBER(libxen_progress, done, 16, 8),
	MEMBER(libxen_progress, total, 24, 8),
};

static const struct member counters[] = {
	MEMBER(libxen_counters, size, 0, 8),	       MEMBER(libxen_counters, hypercalls, 8, 8),
	MEMBER(libxen_counters, mapping_calls, 16, 8), MEMBER(libxen_counters, mapped_pages, 24, 8),
	MEMBER(libxen_counters, copied_bytes, 32, 8),
};

static const struct member domain_info[] = {
	MEMBER(libxen_domain_info, size, 0, 8),
	MEMBER(libxen_domain_info, valid, 8, 8),
	MEMBER(libxen_domain_info, memory_bytes, 16, 8),
	MEMBER(libxen_domain_info, memory_max_bytes, 24, 8),
	MEMBER(libxen_domain_info, claimed_bytes, 32, 8),
	MEMBER(libxen_domain_info, cpu_time_ns, 40, 8),
	MEMBER(libxen_domain_info, domid, 48, 4),
	MEMBER(libxen_domain_info, state, 52, 4),
	MEMBER(libxen_domain_info, shutdown_reason, 56, 4),
	MEMBER(libxen_domain_info, type, 60, 4),
	MEMBER(libxen_domain_info, vcpus_online, 64, 4),
	MEMBER(libxen_domain_info, vcpus, 68, 4),
	MEMBER(libxen_domain_info, cpupool, 72, 4),
	MEMBER(libxen_domain_info, gpaddr_bits, 76, 4),
	MEMBER(libxen_domain_info, uuid, 80, 16),
};

static const struct member destroy_options[] = {
	MEMBER(libxen_destroy_options, size, 0, 8),
	MEMBER(libxen_destroy_options, timeout_ms, 8, 4),
	MEMBER(libxen_destroy_options, flags, 12, 4),
};

static const struct member host_info[] = {
	MEMBER(libxen_host_info, size, 0, 8),
	MEMBER(libxen_host_info, valid, 8, 8),
	MEMBER(libxen_host_info, features, 16, 8),
	MEMBER(libxen_host_info, memory_total_bytes, 24, 8),
	MEMBER(libxen_host_info, memory_free_bytes, 32, 8),
	MEMBER(libxen_host_info, memory_claimed_bytes, 40, 8),
	MEMBER(libxen_host_info, memory_scrub_bytes, 48, 8),
	MEMBER(libxen_host_info, max_mfn, 56, 8),
	MEMBER(libxen_host_info, xen_major, 64, 4),
	MEMBER(libxen_host_info, xen_minor, 68, 4),
	MEMBER(libxen_host_info, domctl_version, 72, 4),
	MEMBER(libxen_host_info, sysctl_version, 76, 4),
	MEMBER(libxen_host_info, cpus, 80, 4),
	MEMBER(libxen_host_info, nodes, 84, 4),
	MEMBER(libxen_host_info, cores_per_socket, 88, 4),
	MEMBER(libxen_host_info, threads_per_core, 92, 4),
	MEMBER(libxen_host_info, cpu_khz, 96, 4),
	MEMBER(libxen_host_info, reserved, 100, 4),
	MEMBER(libxen_host_info, xen_version, 104, 32),
	MEMBER(libxen_host_info, capabilities, 136, 256),
};

static const struct member source[] = {
	MEMBER(libxen_source, size, 0, 8),  MEMBER(libxen_source, kind, 8, 4),
	MEMBER(libxen_source, fd, 12, 4),   MEMBER(libxen_source, path, 16, 8),
	MEMBER(libxen_source, data, 24, 8), MEMBER(libxen_source, data_bytes, 32, 8),
};

static const struct member image_info[] = {
	MEMBER(libxen_image_info, size, 0, 8),
	MEMBER(libxen_image_info, file_bytes, 8, 8),
	MEMBER(libxen_image_info, elf_bytes, 16, 8),
	MEMBER(libxen_image_info, memory_bytes, 24, 8),
	MEMBER(libxen_image_info, minimum_bytes, 32, 8),
	MEMBER(libxen_image_info, load_address, 40, 8),
	MEMBER(libxen_image_info, pv_entry, 48, 8),
	MEMBER(libxen_image_info, pvh_entry, 56, 8),
	MEMBER(libxen_image_info, virt_base, 64, 8),
	MEMBER(libxen_image_info, starts_as, 72, 4),
	MEMBER(libxen_image_info, segments, 76, 4),
	MEMBER(libxen_image_info, container, 80, 16),
	MEMBER(libxen_image_info, compression, 96, 16),
	MEMBER(libxen_image_info, guest_os, 112, 32),
	MEMBER(libxen_image_info, guest_version, 144, 32),
	MEMBER(libxen_image_info, features, 176, 256),
	MEMBER(libxen_image_info, pv_obstacle, 432, 512),
	MEMBER(libxen_image_info, pvh_obstacle, 944, 512),
};

static const struct member guest[] = {
	MEMBER(libxen_guest, size, 0, 8),
	MEMBER(libxen_guest, name, 8, 8),
	MEMBER(libxen_guest, kernel, 16, 8),
	MEMBER(libxen_guest, ramdisks, 24, 8),
	MEMBER(libxen_guest, cmdline, 32, 8),
	MEMBER(libxen_guest, memory_bytes, 40, 8),
	MEMBER(libxen_guest, vcpus, 48, 4),
	MEMBER(libxen_guest, type, 52, 4),
	MEMBER(libxen_guest, flags, 56, 4),
	MEMBER(libxen_guest, ramdisk_count, 60, 4),
	MEMBER(libxen_guest, uuid, 64, 16),
	MEMBER(libxen_guest, memory_max_bytes, 80, 8),
	MEMBER(libxen_guest, placement, 88, 8),
	MEMBER(libxen_guest, affinities, 96, 8),
	MEMBER(libxen_guest, affinity_count, 104, 4),
	MEMBER(libxen_guest, vcpus_max, 108, 4),
	MEMBER(libxen_guest, tsc_mode, 112, 4),
	MEMBER(libxen_guest, reserved, 116, 4),
	MEMBER(libxen_guest, features, 120, 8),
	MEMBER(libxen_guest, result, 128, 8),
};

static const struct member placement[] = {
	MEMBER(libxen_placement, size, 0, 8),	   MEMBER(libxen_placement, valid, 8, 8),
	MEMBER(libxen_placement, nodes, 16, 8),	   MEMBER(libxen_placement, node_words, 24, 4),
	MEMBER(libxen_placement, cpupool, 28, 4),  MEMBER(libxen_placement, scheduler, 32, 4),
	MEMBER(libxen_placement, weight, 36, 4),   MEMBER(libxen_placement, cap, 40, 4),
	MEMBER(libxen_placement, tsc_mode, 44, 4),
};

static const struct member affinity[] = {
	MEMBER(libxen_affinity, size, 0, 8),	  MEMBER(libxen_affinity, hard, 8, 8),
	MEMBER(libxen_affinity, soft, 16, 8),	  MEMBER(libxen_affinity, words, 24, 4),
	MEMBER(libxen_affinity, vcpu, 28, 4),	  MEMBER(libxen_affinity, vcpu_count, 32, 4),
	MEMBER(libxen_affinity, reserved, 36, 4),
};

static const struct member start_result[] = {
	MEMBER(libxen_start_result, size, 0, 8),
	MEMBER(libxen_start_result, type, 8, 4),
	MEMBER(libxen_start_result, reserved, 12, 4),
	MEMBER(libxen_start_result, reason, 16, 512),
};

static const struct structure structures[] = {
	STRUCTURE(open_options, 16), STRUCTURE(progress, 32),	     STRUCTURE(counters, 40),
	STRUCTURE(domain_info, 96),  STRUCTURE(destroy_options, 16), STRUCTURE(host_info, 392),
	STRUCTURE(source, 40),	     STRUCTURE(image_info, 1456),    STRUCTURE(guest, 136),
	STRUCTURE(placement, 48),    STRUCTURE(affinity, 40),	     STRUCTURE(start_result, 528),
};

static const struct constant constants[] = {
	CONSTANT(LIBXEN_OPEN_TRY_NEWER, 1),
	CONSTANT(LIBXEN_TYPE_AUTO, 0),
	CONSTANT(LIBXEN_TYPE_PV, 1),
	CONSTANT(LIBXEN_TYPE_PVH, 2),
	CONSTANT(LIBXEN_TYPE_HVM, 3),
	CONSTANT(LIBXEN_STATE_DYING, 1),
	CONSTANT(LIBXEN_STATE_CRASHED, 2),
	CONSTANT(LIBXEN_STATE_SHUTDOWN, 3),
	CONSTANT(LIBXEN_STATE_UNFINISHED, 4),
	CONSTANT(LIBXEN_STATE_SUSPENDED, 5),
	CONSTANT(LIBXEN_STATE_RUNNING, 6),
	CONSTANT(LIBXEN_STATE_IDLE, 7),
	CONSTANT(LIBXEN_STATE_RUNNABLE, 8),
	CONSTANT(LIBXEN_SHUTDOWN_POWEROFF, 0),
	CONSTANT(LIBXEN_SHUTDOWN_REBOOT, 1),
	CONSTANT(LIBXEN_SHUTDOWN_SUSPEND, 2),
	CONSTANT(LIBXEN_SHUTDOWN_CRASH, 3),
	CONSTANT(LIBXEN_SHUTDOWN_WATCHDOG, 4),
	CONSTANT(LIBXEN_SHUTDOWN_SOFT_RESET, 5),
	CONSTANT(LIBXEN_SHUTDOWN_NONE, 256),
	CONSTANT(LIBXEN_DOMAIN_INFO_BASIC, 1),
	CONSTANT(LIBXEN_DOMAIN_INFO_GPADDR_BITS, 2),
	CONSTANT(LIBXEN_DOMAIN_INFO_TYPE, 4),
	CONSTANT(LIBXEN_HOST_INFO_BASIC, 1),
	CONSTANT(LIBXEN_HOST_INFO_MAX_MFN, 2),
	CONSTANT(LIBXEN_HOST_INFO_PV, 4),
	CONSTANT(LIBXEN_HOST_INFO_PAGING, 8),
	CONSTANT(LIBXEN_HOST_HVM, 1),
	CONSTANT(LIBXEN_HOST_PV, 2),
	CONSTANT(LIBXEN_HOST_IOMMU, 4),
	CONSTANT(LIBXEN_HOST_HAP, 8),
	CONSTANT(LIBXEN_HOST_SHADOW, 16),
	CONSTANT(LIBXEN_SOURCE_PATH, 1),
	CONSTANT(LIBXEN_SOURCE_FD, 2),
	CONSTANT(LIBXEN_SOURCE_MEMORY, 3),
	CONSTANT(LIBXEN_IMAGE_PV, 1),
	CONSTANT(LIBXEN_IMAGE_PVH, 2),
	CONSTANT(LIBXEN_GUEST_PAUSED, 1),
	CONSTANT(LIBXEN_DESTROY_NO_WAIT, 1),
	CONSTANT(LIBXEN_GUEST_NO_CONSOLE, 2),
	CONSTANT(LIBXEN_GUEST_CHECK, 4),
	CONSTANT(LIBXEN_SCHEDULER_UNKNOWN, 0),
	CONSTANT(LIBXEN_SCHEDULER_CREDIT, 1),
	CONSTANT(LIBXEN_SCHEDULER_CREDIT2, 2),
	CONSTANT(LIBXEN_SCHEDULER_ARINC653, 3),
	CONSTANT(LIBXEN_SCHEDULER_RTDS, 4),
	CONSTANT(LIBXEN_SCHEDULER_NULL, 5),
	CONSTANT(LIBXEN_TSC_AUTO, 0),
	CONSTANT(LIBXEN_TSC_DEFAULT, 1),
	CONSTANT(LIBXEN_TSC_EMULATED, 2),
	CONSTANT(LIBXEN_TSC_NATIVE, 3),
	CONSTANT(LIBXEN_PLACEMENT_CPUPOOL, 1),
	CONSTANT(LIBXEN_PLACEMENT_NODES, 2),
	CONSTANT(LIBXEN_PLACEMENT_WEIGHT, 4),
	CONSTANT(LIBXEN_PLACEMENT_CAP, 8),
	CONSTANT(LIBXEN_PLACEMENT_SCHEDULER, 16),
	CONSTANT(LIBXEN_PLACEMENT_TSC, 32),
};

static void given_a_program_compiled_long_ago_when_it_runs_then_members_lie_where_they_did(
	void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(structures) / sizeof(*structures); i++) {
		const struct structure *structure = &structures[i];

		for (size_t j = 0; j < structure->count; j++) {
			const struct member *member = &structure->members[j];

			if (member->at != member->at_first || member->bytes != member->bytes_first)
				fail_msg("%s is at %zu, %zu bytes; was at %zu, %zu bytes",
					 member->name, member->at, member->bytes, member->at_first,
					 member->bytes_first);
		}
		if (structure->bytes != structure->bytes_today)
			fail_msg("%s has %zu bytes, not %zu", structure->name, structure->bytes,
				 structure->bytes_today);
	}
}

static void given_a_structure_when_it_is_copied_then_no_byte_of_it_is_hidden_padding(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(structures) / sizeof(*structures); i++) {
		const struct structure *structure = &structures[i];
		size_t end = 0;

		for (size_t j = 0; j < structure->count; j++) {
			const struct member *member = &structure->members[j];

			if (member->at != end)
				fail_msg("there is a gap before %s", member->name);
			end += member->bytes;
		}
		if (end != structure->bytes)
			fail_msg("there is a gap at the end of %s", structure->name);
	}
}

static void given_a_structure_when_it_is_looked_at_then_it_begins_with_its_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(structures) / sizeof(*structures); i++) {
		const struct member *first = structures[i].members;

		assert_string_equal(strrchr(first->name, '.'), ".size");
		assert_int_equal(first->bytes, sizeof(size_t));
	}
}

static void given_a_program_compiled_long_ago_when_it_runs_then_constants_mean_the_same(
	void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++)
		if (constants[i].value != constants[i].value_first)
			fail_msg("%s is %lld; was %lld", constants[i].name, constants[i].value,
				 constants[i].value_first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_a_program_compiled_long_ago_when_it_runs_then_members_lie_where_they_did),
		cmocka_unit_test(
			given_a_structure_when_it_is_copied_then_no_byte_of_it_is_hidden_padding),
		cmocka_unit_test(
			given_a_structure_when_it_is_looked_at_then_it_begins_with_its_size),
		cmocka_unit_test(
			given_a_program_compiled_long_ago_when_it_runs_then_constants_mean_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
