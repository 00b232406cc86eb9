/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: what a start refuses, in which words, and that it leaves nothing then. */
#include "rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void refuses(struct fixture *f, const struct libxen_guest *guest, int code, const char *word)
{
	struct libxen_domain *domain = NULL;
	struct libxen_domain_info infos[64] = { { .size = sizeof(infos[0]) } };
	int before = libxen_list(f->xen, 0, infos, 64);

	rig_assert_fails(f, libxen_start(f->xen, guest, &domain), code, word);

	assert_null(domain);
	assert_int_equal(libxen_list(f->xen, 0, infos, 64), before);
}

static void given_too_little_memory_when_started_then_the_minimum_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.memory_bytes = 4 * MIB;

	refuses(f, &guest, -ENOSPC, "MiB at least");
}

static void given_more_memory_than_the_host_has_when_started_then_both_are_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.memory_bytes = rig_host(f).memory_free_bytes + MIB;

	refuses(f, &guest, -ENOMEM, "but the host has");
}

static void given_no_memory_size_when_started_then_it_is_asked_for(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.memory_bytes = 0;

	refuses(f, &guest, -EINVAL, "memory");
}

static void given_129_vcpus_when_started_then_the_range_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.vcpus = 129;

	refuses(f, &guest, -EINVAL, "1 to 128");
}

static void given_no_vcpus_when_started_then_it_has_one(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *domain;

	guest.vcpus = 0;
	guest.flags = LIBXEN_GUEST_PAUSED;
	domain = rig_start(f, &guest);

	assert_int_equal(rig_info(f, domain).vcpus, 1);
	rig_stop(f, domain);
}

static void given_a_uuid_in_use_when_started_then_its_owner_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *first;

	memset(guest.uuid, 0x42, sizeof(guest.uuid));
	guest.flags = LIBXEN_GUEST_PAUSED;
	first = rig_start(f, &guest);

	refuses(f, &guest, -EEXIST, "has this UUID already");
	rig_stop(f, first);
}

static void given_a_uuid_when_started_then_the_domain_has_it(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *domain, *found = NULL;
	struct libxen_domain_info info;

	memset(guest.uuid, 0x42, sizeof(guest.uuid));
	guest.flags = LIBXEN_GUEST_PAUSED;
	domain = rig_start(f, &guest);
	info = rig_info(f, domain);

	assert_memory_equal(info.uuid, guest.uuid, sizeof(guest.uuid));
	assert_int_equal(libxen_domain_open_uuid(f->xen, guest.uuid, &found), 0);
	assert_int_equal(libxen_domain_id(found), libxen_domain_id(domain));
	libxen_domain_close(found);
	rig_stop(f, domain);
}

static void given_a_long_command_line_when_started_then_the_limit_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	char cmdline[4096];

	memset(cmdline, 'x', sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = '\0';
	guest.cmdline = cmdline;

	refuses(f, &guest, -EINVAL, "longer than");
}

static void given_a_missing_ramdisk_when_started_then_it_is_named(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_source missing = { .size = sizeof(missing),
					 .kind = LIBXEN_SOURCE_PATH,
					 .path = "/no/such/ramdisk" };

	guest.ramdisks = &missing;

	refuses(f, &guest, -ENOENT, "/no/such/ramdisk");
}

static void given_several_ramdisks_when_started_then_it_runs(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	const struct libxen_source ramdisks[] = { rig_ramdisk(), rig_ramdisk() };
	struct libxen_domain *domain;

	guest.ramdisks = ramdisks;
	guest.ramdisk_count = 2;
	domain = rig_start(f, &guest);

	rig_stop(f, domain);
}

static void given_an_hvm_wish_when_started_then_it_is_refused(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.type = LIBXEN_TYPE_HVM;

	refuses(f, &guest, -EINVAL, "type");
}

static void given_no_wish_when_started_then_it_becomes_pvh_if_the_host_can(void **state)
{
	struct fixture *f = *state;
	struct libxen_start_result result = { .size = sizeof(result) };
	struct libxen_guest guest = rig_guest(f);
	struct libxen_host_info host = rig_host(f);
	bool pvh = rig_host_can(&host, LIBXEN_TYPE_PVH);
	struct libxen_domain_info info;
	struct libxen_domain *domain;

	guest.type = LIBXEN_TYPE_AUTO;
	guest.flags = LIBXEN_GUEST_PAUSED;
	guest.result = &result;
	domain = rig_start(f, &guest);
	info = rig_info(f, domain);

	assert_int_equal(result.type, pvh ? LIBXEN_TYPE_PVH : LIBXEN_TYPE_PV);
	assert_non_null(strstr(result.reason, pvh ? "has a PVH entry" : "PVH guests need"));
	if (info.valid & LIBXEN_DOMAIN_INFO_TYPE)
		assert_int_equal(info.type, result.type);
	rig_stop(f, domain);
}

static void given_a_type_when_checked_then_the_result_says_that_it_was_asked_for(void **state)
{
	struct fixture *f = *state;
	struct libxen_start_result result = { .size = sizeof(result) };
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *domain;

	guest.flags = LIBXEN_GUEST_CHECK;
	guest.result = &result;
	assert_int_equal(libxen_start(f->xen, &guest, &domain), 0);

	assert_null(domain);
	assert_int_equal(result.type, rig_type);
	assert_string_equal(result.reason, "it was asked for");
}

static void given_a_result_without_size_when_started_then_it_is_asked_for(void **state)
{
	struct fixture *f = *state;
	struct libxen_start_result result = { 0 };
	struct libxen_guest guest = rig_guest(f);

	guest.result = &result;

	refuses(f, &guest, -EINVAL, "libxen_start_result");
}

static void given_unknown_flags_when_started_then_they_are_refused(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.flags = 1u << 31;

	refuses(f, &guest, -E2BIG, "0x80000000");
}

static void given_a_wish_from_the_future_when_started_then_it_is_refused(void **state)
{
	struct fixture *f = *state;
	struct {
		struct libxen_guest known;
		uint64_t wish;
	} guest = { .known = rig_guest(f), .wish = 1 };

	guest.known.size = sizeof(guest);

	refuses(f, &guest.known, -E2BIG, "libxen_guest");
}

static int cancel_at(const struct libxen_progress *progress, void *data)
{
	const char *step = data;

	return strcmp(progress->step, step) == 0;
}

static void given_each_step_when_cancelled_there_then_nothing_is_left(void **state)
{
	static const char *const steps[] = { "check",	     "create domain",  "give memory",
					     "write kernel", "allocate ports", "let it run" };
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		libxen_set_progress(f->xen, cancel_at, (void *)steps[i]);
		refuses(f, &guest, -ECANCELED, "cancelled");
	}
	libxen_set_progress(f->xen, NULL, NULL);
}

/* A file that somebody else shortens while a guest is made of it. */
struct shrinking {
	char path[32];
	int fd;
};

static int shorten_it(const struct libxen_progress *progress, void *data)
{
	const struct shrinking *file = data;

	if (strcmp(progress->step, "create domain") == 0)
		assert_int_equal(ftruncate(file->fd, 4096), 0);
	return 0;
}

static void given_a_ramdisk_that_shrinks_when_started_then_it_is_told_and_nothing_is_left(
	void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct shrinking file = { .path = "/tmp/libxen-shrinks-XXXXXX" };
	const struct libxen_source ramdisk = { .size = sizeof(ramdisk),
					       .kind = LIBXEN_SOURCE_PATH,
					       .path = file.path };

	file.fd = mkstemp(file.path);
	assert_true(file.fd >= 0);
	assert_int_equal(ftruncate(file.fd, MIB), 0);
	guest.ramdisks = &ramdisk;

	libxen_set_progress(f->xen, shorten_it, &file);
	refuses(f, &guest, -EBADMSG, "write ramdisk: its file became shorter");

	libxen_set_progress(f->xen, NULL, NULL);
	unlink(file.path);
	close(file.fd);
}

static void given_no_console_when_started_then_none_can_be_opened(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain;

	guest.flags = LIBXEN_GUEST_NO_CONSOLE | LIBXEN_GUEST_PAUSED;
	domain = rig_start(f, &guest);

	rig_assert_fails(f, libxen_console_open(domain, &console), -ENODEV, "no console");
	rig_stop(f, domain);
}

static void given_a_check_when_nothing_is_wrong_then_no_domain_is_made(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain_info infos[64] = { { .size = sizeof(infos[0]) } };
	struct libxen_domain *domain = (struct libxen_domain *)&guest;
	int before = libxen_list(f->xen, 0, infos, 64);

	guest.flags = LIBXEN_GUEST_CHECK;

	assert_int_equal(libxen_start(f->xen, &guest, &domain), 0);
	assert_null(domain);
	assert_int_equal(libxen_list(f->xen, 0, infos, 64), before);
}

static void given_a_check_when_something_is_wrong_then_it_is_said_as_at_a_start(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);

	guest.flags = LIBXEN_GUEST_CHECK;
	guest.memory_bytes = 4 * MIB;
	refuses(f, &guest, -ENOSPC, "MiB at least");

	guest.memory_bytes = rig_host(f).memory_free_bytes + MIB;
	refuses(f, &guest, -ENOMEM, "but the host has");
}

int start_suite(void)
{
	const struct CMUnitTest start[] = {
		TEST(given_too_little_memory_when_started_then_the_minimum_is_named),
		TEST(given_more_memory_than_the_host_has_when_started_then_both_are_named),
		TEST(given_no_memory_size_when_started_then_it_is_asked_for),
		TEST(given_129_vcpus_when_started_then_the_range_is_named),
		TEST(given_no_vcpus_when_started_then_it_has_one),
		TEST(given_a_uuid_in_use_when_started_then_its_owner_is_named),
		TEST(given_a_uuid_when_started_then_the_domain_has_it),
		TEST(given_a_long_command_line_when_started_then_the_limit_is_named),
		TEST(given_a_missing_ramdisk_when_started_then_it_is_named),
		TEST(given_several_ramdisks_when_started_then_it_runs),
		TEST(given_an_hvm_wish_when_started_then_it_is_refused),
		TEST(given_no_wish_when_started_then_it_becomes_pvh_if_the_host_can),
		TEST(given_a_type_when_checked_then_the_result_says_that_it_was_asked_for),
		TEST(given_a_result_without_size_when_started_then_it_is_asked_for),
		TEST(given_unknown_flags_when_started_then_they_are_refused),
		TEST(given_a_wish_from_the_future_when_started_then_it_is_refused),
		TEST(given_each_step_when_cancelled_there_then_nothing_is_left),
		TEST(given_a_ramdisk_that_shrinks_when_started_then_it_is_told_and_nothing_is_left),
		TEST(given_no_console_when_started_then_none_can_be_opened),
		TEST(given_a_check_when_nothing_is_wrong_then_no_domain_is_made),
		TEST(given_a_check_when_something_is_wrong_then_it_is_said_as_at_a_start),
	};

	return SUITE(start);
}
