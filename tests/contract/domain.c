/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: domains are found, listed, suspended and stopped; mistaken ones are not touched. */
#include "rig.h"

#include <errno.h>
#include <string.h>

static struct libxen_domain *start_paused(struct fixture *f)
{
	struct libxen_guest guest = rig_guest(f);

	guest.flags = LIBXEN_GUEST_PAUSED;
	return rig_start(f, &guest);
}

static void given_a_number_that_never_was_when_opened_then_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	rig_assert_fails(f, libxen_domain_open(f->xen, 32000, &domain), -ESRCH, "no domain 32000");
	assert_null(domain);
}

static void given_a_number_beyond_all_when_opened_then_it_is_no_number(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	rig_assert_fails(f, libxen_domain_open(f->xen, 0x7ff0, &domain), -EINVAL, "32751");
}

static void given_an_unknown_uuid_when_opened_then_there_is_none(void **state)
{
	struct fixture *f = *state;
	uint8_t uuid[16] = { 0xff, 0xee };
	struct libxen_domain *domain = NULL;

	rig_assert_fails(f, libxen_domain_open_uuid(f->xen, uuid, &domain), -ESRCH, "UUID");
}

static void given_a_stopped_domain_when_used_then_it_is_gone(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	struct libxen_domain_info info = { .size = sizeof(info) };

	assert_int_equal(libxen_domain_destroy(domain, NULL), 0);

	rig_assert_fails(f, libxen_domain_info(domain, &info), -ESRCH, "gone");
	rig_assert_fails(f, libxen_domain_resume(domain), -ESRCH, "gone");
	rig_assert_fails(f, libxen_domain_destroy(domain, NULL), -ESRCH, "gone");
	libxen_domain_close(domain);
}

static void given_a_replaced_domain_when_used_then_the_other_is_not_touched(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f), *other = NULL;
	uint32_t domid = libxen_domain_id(domain);

	if (rig_replace_domain(domid)) {
		rig_assert_fails(f, libxen_domain_suspend(domain), -ESTALE, "another one");
		rig_assert_fails(f, libxen_domain_destroy(domain, NULL), -ESTALE, "another one");
		assert_int_equal(libxen_domain_open(f->xen, domid, &other), 0);
		rig_stop(f, other);
		libxen_domain_close(domain);
		return;
	}
	rig_stop(f, domain);
	skip();
}

static void given_a_suspended_domain_when_suspended_again_then_it_is_said(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);

	rig_assert_fails(f, libxen_domain_suspend(domain), -EALREADY, "already");
	assert_int_equal(libxen_domain_resume(domain), 0);
	rig_assert_fails(f, libxen_domain_resume(domain), -EALREADY, "not suspended");
	rig_stop(f, domain);
}

static void given_two_who_suspended_when_one_resumes_then_it_is_said(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	bool can = rig_other_suspends(libxen_domain_id(domain));

	if (can)
		rig_assert_fails(f, libxen_domain_resume(domain), -EBUSY, "another program");
	rig_stop(f, domain);
	if (!can)
		skip();
}

static void given_domain_0_when_stopped_or_suspended_then_it_is_refused(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	assert_int_equal(libxen_domain_open(f->xen, 0, &domain), 0);

	rig_assert_fails(f, libxen_domain_destroy(domain, NULL), -EINVAL, "domain 0");
	rig_assert_fails(f, libxen_domain_suspend(domain), -EINVAL, "domain 0");
	libxen_domain_close(domain);
}

static void given_a_guest_when_listed_then_it_comes_after_domain_0(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	struct libxen_domain_info infos[8] = { { .size = sizeof(infos[0]) } };

	assert_int_equal(libxen_list(f->xen, 0, infos, 8), 2);

	assert_int_equal(infos[0].domid, 0);
	assert_int_equal(infos[1].domid, libxen_domain_id(domain));
	assert_int_equal(infos[1].state, LIBXEN_STATE_SUSPENDED);
	assert_int_equal(infos[1].memory_bytes, 128 * MIB);
	assert_int_equal(infos[1].shutdown_reason, LIBXEN_SHUTDOWN_NONE);
	rig_stop(f, domain);
}

static void given_a_short_array_when_listed_then_it_is_gone_on_from_there(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = start_paused(f);
	struct libxen_domain_info info = { .size = sizeof(info) };

	assert_int_equal(libxen_list(f->xen, 0, &info, 1), 1);
	assert_int_equal(info.domid, 0);
	assert_int_equal(libxen_list(f->xen, 1, &info, 1), 1);
	assert_int_equal(info.domid, libxen_domain_id(domain));
	assert_int_equal(libxen_list(f->xen, info.domid + 1, &info, 1), 0);
	rig_stop(f, domain);
}

static void given_an_open_console_when_stopped_then_what_holds_it_is_said(void **state)
{
	struct fixture *f = *state;
	struct libxen_destroy_options options = { .size = sizeof(options), .timeout_ms = 300 };
	struct libxen_domain *domain = start_paused(f);
	struct libxen_domain_info info;
	struct libxen_console *console = NULL;

	assert_int_equal(libxen_console_open(domain, &console), 0);

	rig_assert_fails(f, libxen_domain_destroy(domain, &options), -ETIMEDOUT, "console");
	info = rig_info(f, domain);
	assert_int_equal(info.state, LIBXEN_STATE_DYING);
	libxen_console_close(console);
	assert_true(rig_is_gone(f, domain));
	libxen_domain_close(domain);
}

int domain_suite(void)
{
	const struct CMUnitTest domain[] = {
		TEST(given_a_number_that_never_was_when_opened_then_there_is_none),
		TEST(given_a_number_beyond_all_when_opened_then_it_is_no_number),
		TEST(given_an_unknown_uuid_when_opened_then_there_is_none),
		TEST(given_a_stopped_domain_when_used_then_it_is_gone),
		TEST(given_a_replaced_domain_when_used_then_the_other_is_not_touched),
		TEST(given_a_suspended_domain_when_suspended_again_then_it_is_said),
		TEST(given_two_who_suspended_when_one_resumes_then_it_is_said),
		TEST(given_domain_0_when_stopped_or_suspended_then_it_is_refused),
		TEST(given_a_guest_when_listed_then_it_comes_after_domain_0),
		TEST(given_a_short_array_when_listed_then_it_is_gone_on_from_there),
		TEST(given_an_open_console_when_stopped_then_what_holds_it_is_said),
	};

	return SUITE(domain);
}
