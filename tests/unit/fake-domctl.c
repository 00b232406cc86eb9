/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake's domctl and sysctl: what each release answers, and the errno of each mistake. */
#include "fake-machine.h"
#include <string.h>

static void a_domain_made_by_hand_runs_and_goes_without_a_trace(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		uint64_t before;

		build(&m, r);
		before = fake_free_pages(m.fake) + PAGES + 1; /* shared_info too */
		load(&m, NULL);
		assert_int_equal(pin(&m, m.mfn[L4]), 0);
		good_context(&m);
		assert_int_equal(set_context(&m, 0), 0);
		assert_false(look(&m).entered);

		assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);

		assert_true(look(&m).entered);
		assert_false(look(&m).shutdown);
		assert_int_equal(look(&m).online_vcpus, 1);
		assert_int_equal(look(&m).tot_pages, PAGES);
		assert_int_equal(fake_frame_table_level(m.fake, m.mfn[L4]), 4);
		assert_true(fake_frame_pinned(m.fake, m.mfn[L4]));
		assert_int_equal(fake_frame_table_level(m.fake, m.mfn[L1]), 1);
		assert_ptr_equal(fake_guest_start_info(m.fake, m.domid),
				 fake_guest_page(m.fake, m.domid, START_INFO));
		fake_tick(m.fake, 1000);
		assert_int_equal(look(&m).cpu_time, 1000);
		destroy(&m);
		assert_int_equal(fake_domains(m.fake), 0);
		assert_int_equal(fake_free_pages(m.fake), before);
		halt(&m);
	}
}

static void getdomaininfo_tells_what_was_done(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		unsigned char *info;

		build(&m, r);
		info = domctl(&m, INFO);
		assert_int_equal(run(&m), 0);
		assert_int_equal(get(info, 0, 2), m.domid);
		assert_int_equal(get(info, 4, 4), 0xffff0018); /* paused, blocked */
		assert_int_equal(get(info, 8, 8), PAGES);
		assert_int_equal(get(info, 16, 8), PAGES);
		assert_int_equal(get(info, 64, 4), 0);
		assert_int_equal(get(info, 68, 4), 0);
		assert_int_equal(get(info, 76, 8), 0x1111111111111111);
		destroy(&m);
		halt(&m);
	}
}

static void another_interface_version_is_eacces(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		boot(&m, r, (struct fake_options){ .features = FAKE_UNPRIVILEGED });
		for (uint32_t version = 0; version < 0x20; version++) {
			domctl(&m, INFO);
			put(m.buffer, 4, version, 4);
			assert_int_equal(run(&m), version == r->domctl ? -EPERM : -EACCES);
			memset(m.buffer, 0, 136);
			put(m.buffer, 0, 3, 4);
			put(m.buffer, 4, version, 4);
			assert_int_equal(call(&m, 35, (uintptr_t)m.buffer, 0, 0, 0),
					 version == r->sysctl ? -EPERM : -EACCES);
		}
		assert_int_equal(call(&m, 17, 0, 0, 0, 0) >> 16, 4);
		halt(&m);
	}
}

static void unknown_calls_have_the_code_of_their_release(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		boot(&m, r, (struct fake_options){ 0 });
		assert_int_equal(simple(&m, 0x7ff, 0, 4),
				 strcmp(r->name, "4.14") == 0 ? -EOPNOTSUPP : -ENOSYS);
		m.domid = 77;
		assert_int_equal(simple(&m, 0x7ff, 0, 4), -ESRCH);
		assert_int_equal(call(&m, 63, 0, 0, 0, 0), -ENOSYS);
		assert_int_equal(m.os->ioctl(m.os, m.privcmd, 0x5fff, m.buffer), -ENOTTY);
		halt(&m);
	}
}

static void memory_that_xen_cannot_reach_is_efault(void **state)
{
	unsigned char mine[144] = { 0 };

	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		boot(&m, r, (struct fake_options){ 0 });
		put(mine, 0, INFO, 4);
		put(mine, 4, r->domctl, 4);
		assert_int_equal(call(&m, 36, (uintptr_t)mine, 0, 0, 0), -EFAULT);
		domctl(&m, INFO);
		memcpy(m.buffer + BUFFER_SIZE - 143, m.buffer, 143); /* ends one byte too late */
		assert_int_equal(call(&m, 36, (uintptr_t)(m.buffer + BUFFER_SIZE - 143), 0, 0, 0),
				 -EFAULT);
		assert_int_equal(run(&m), 0);
		halt(&m);
	}
}

/* createdomain with one field spoilt; no domain may come of it. */
static void refuse_create(const struct release *r, int offset, uint64_t value, int error)
{
	struct machine m;

	if (offset < 0)
		return;
	boot(&m, r, (struct fake_options){ 0 });
	put(good_create(&m), offset, value, 4);
	assert_int_equal(run(&m), error);
	assert_int_equal(fake_domains(m.fake), 0);
	halt(&m);
}

static void a_wrong_createdomain_is_refused(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0;

		refuse_create(r, 20, 0x80000000, -EINVAL); /* unknown flag */
		if (!old)
			refuse_create(r, 20, 2, -EINVAL); /* hap without hvm */
		refuse_create(r, r->max_vcpus, 0, -EINVAL);
		refuse_create(r, r->max_vcpus, 8193, -EINVAL);
		refuse_create(r, r->max_grant_frames, 0, -EINVAL);
		if (strcmp(r->name, "4.20") != 0)
			refuse_create(r, r->max_grant_frames, 65, -EINVAL);
		refuse_create(r, r->grant_opts, 0, -EINVAL);
		refuse_create(r, r->grant_opts, 3, -EINVAL);
		refuse_create(r, r->emulation, 1, -EOPNOTSUPP);
		refuse_create(r, r->emulation, 0x1000, -EINVAL);
	}
}

static void from_4_18_a_guest_may_have_more_grant_frames_than_the_default(void **state)
{
	const struct release *r = &releases[3];
	struct machine m;

	(void)state;
	boot(&m, r, (struct fake_options){ 0 });
	put(good_create(&m), r->max_grant_frames, 65, 4);
	assert_int_equal(run(&m), 0);
	m.domid = (uint16_t)get(m.buffer, 8, 2);
	assert_int_equal(look(&m).max_grant_frames, 65);
	destroy(&m);
	halt(&m);
}

static void the_number_of_a_new_domain_follows_the_rules_of_its_release(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0;
		struct machine m;
		uint16_t first;

		boot(&m, r, (struct fake_options){ 0 });
		create(&m);
		first = m.domid;
		good_create(&m);
		put(m.buffer, 8, first, 2); /* in use */
		assert_int_equal(run(&m), old ? -EINVAL : -EEXIST);
		good_create(&m);
		put(m.buffer, 8, 0, 2); /* automatic: up to 4.21 */
		assert_int_equal(run(&m), 0);
		assert_true(get(m.buffer, 8, 2) > first);
		m.domid = (uint16_t)get(m.buffer, 8, 2);
		destroy(&m);
		m.domid = first;
		destroy(&m);
		halt(&m);
	}
}

static void from_4_22_only_domid_any_is_automatic(void **state)
{
	static const struct release newest = { "4.22", 0x18, 0x16, 28, 32, 36, 44, 60, 112, 48 };
	struct machine m;

	(void)state;
	boot(&m, &newest, (struct fake_options){ 0 });
	good_create(&m);
	put(m.buffer, 8, 0, 2);
	assert_int_equal(run(&m), -EEXIST);
	create(&m);
	destroy(&m);
	halt(&m);
}

static void two_layouts_under_one_number_are_told_apart_by_the_release(void **state)
{
	static const struct release older = { "4.12.0", 0x11, 0x12, 24, 28, 32, -1, 40, 104, 40 };
	static const struct release first = { "4.10.0", 0xe, 0x10, -1, -1, -1, -1, 24, 96, 40 };
	size_t offset, size;
	struct machine m;

	(void)state;
	/* before 4.12.2 there is no way to ask for the host's number of grant frames */
	refuse_create(&older, 32, UINT32_MAX, -EINVAL);
	boot(&m, &first, (struct fake_options){ 0 });
	assert_int_equal(fake_domctl_version(m.fake), 0xe);
	assert_true(fake_field(m.fake, "xen_domctl_getdomaininfo", "(size)", &offset, &size));
	assert_int_equal(size, 96);
	halt(&m);
}

static void a_domain_that_is_not_there_is_answered_by_the_next_one_up_to_4_17(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		uint16_t there;

		boot(&m, r, (struct fake_options){ 0 });
		there = (uint16_t)fake_add_domains(m.fake, 1);
		assert_int_equal(fake_other_destroy(m.fake, there), 0);
		there = (uint16_t)fake_add_domains(m.fake, 1);
		m.domid = (uint16_t)(there - 1);
		domctl(&m, INFO);
		if (strcmp(r->name, "4.20") == 0) {
			assert_int_equal(run(&m), -ESRCH);
		} else {
			assert_int_equal(run(&m), 0);
			assert_int_equal(get(m.buffer, 8, 2), there);
		}
		m.domid = (uint16_t)(there + 1);
		domctl(&m, INFO);
		assert_int_equal(run(&m), -ESRCH);
		halt(&m);
	}
}

static void the_list_has_the_stride_of_its_release(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		const unsigned char *list;

		boot(&m, r, (struct fake_options){ 0 });
		fake_add_domains(m.fake, 3);
		memset(m.buffer, 0, 136);
		put(m.buffer, 0, 6, 4);
		put(m.buffer, 4, r->sysctl, 4);
		put(m.buffer, 8, 1, 2);
		put(m.buffer, 8 + 4, 16, 4);
		put(m.buffer, 8 + 8, (uintptr_t)(m.buffer + 4096), 8);
		assert_int_equal(call(&m, 35, (uintptr_t)m.buffer, 0, 0, 0), 0);
		assert_int_equal(get(m.buffer, 8 + 16, 4), 3);
		list = m.buffer + 4096;
		for (int i = 0; i < 3; i++)
			assert_int_equal(get(list + i * r->info_size, 0, 2), i + 1);
		halt(&m);
	}
}

static void physinfo_tells_the_free_memory_at_the_place_of_its_release(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		boot(&m, r, (struct fake_options){ 0 });
		memset(m.buffer, 0, 136);
		put(m.buffer, 0, 3, 4);
		put(m.buffer, 4, r->sysctl, 4);
		assert_int_equal(call(&m, 35, (uintptr_t)m.buffer, 0, 0, 0), 0);
		assert_int_equal(get(m.buffer, 8 + r->free_pages, 8), 16384 - 512);
		assert_int_equal(get(m.buffer, 8 + r->free_pages - 8, 8), 16384);
		halt(&m);
	}
}

static void the_log_is_read_on_from_an_index(void **state)
{
	struct machine m;
	uint64_t index;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ .log = "first\n" });
	memset(m.buffer, 0, 136);
	put(m.buffer, 0, 1, 4);
	put(m.buffer, 4, releases[2].sysctl, 4);
	put(m.buffer, 8 + 1, 1, 1);
	put(m.buffer, 8 + 8, (uintptr_t)(m.buffer + 4096), 8);
	put(m.buffer, 8 + 16, 4096, 4);
	assert_int_equal(call(&m, 35, (uintptr_t)m.buffer, 0, 0, 0), 0);
	assert_int_equal(get(m.buffer, 8 + 16, 4), 6);
	assert_memory_equal(m.buffer + 4096, "first\n", 6);
	index = get(m.buffer, 8 + 4, 4);

	fake_other_log(m.fake, "second\n");

	put(m.buffer, 8 + 16, 4096, 4);
	assert_int_equal(get(m.buffer, 8 + 4, 4), index);
	assert_int_equal(call(&m, 35, (uintptr_t)m.buffer, 0, 0, 0), 0);
	assert_int_equal(get(m.buffer, 8 + 16, 4), 7);
	assert_memory_equal(m.buffer + 4096, "second\n", 7);
	halt(&m);
}

static void pausing_is_counted(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		start(&m, r);
		assert_int_equal(simple(&m, PAUSE, 0, 4), 0);
		assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
		assert_false(look(&m).entered);
		assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
		assert_true(look(&m).entered);
		assert_int_equal(simple(&m, UNPAUSE, 0, 4), -EINVAL);
		destroy(&m);
		assert_int_equal(simple(&m, UNPAUSE, 0, 4), -ESRCH);
		m.domid = 0;
		assert_int_equal(simple(&m, PAUSE, 0, 4), -EINVAL);
		assert_int_equal(simple(&m, DESTROY, 0, 4), -EINVAL);
		halt(&m);
	}
}

static void vcpus_must_be_as_many_as_createdomain_said(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0;
		struct machine m;

		boot(&m, r, (struct fake_options){ 0 });
		create(&m);
		assert_int_equal(simple(&m, MAX_VCPUS, 0, 4), -EINVAL);
		if (!old)
			assert_int_equal(simple(&m, MAX_VCPUS, 2, 4), -EINVAL);
		assert_int_equal(simple(&m, MAX_VCPUS, 1, 4), 0);
		assert_int_equal(simple(&m, MAX_VCPUS, 1, 4), 0);
		if (old)
			assert_int_equal(simple(&m, MAX_VCPUS, 2, 4), -EBUSY);
		destroy(&m);
		halt(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_made_by_hand_runs_and_goes_without_a_trace),
		cmocka_unit_test(getdomaininfo_tells_what_was_done),
		cmocka_unit_test(another_interface_version_is_eacces),
		cmocka_unit_test(unknown_calls_have_the_code_of_their_release),
		cmocka_unit_test(memory_that_xen_cannot_reach_is_efault),
		cmocka_unit_test(a_wrong_createdomain_is_refused),
		cmocka_unit_test(from_4_18_a_guest_may_have_more_grant_frames_than_the_default),
		cmocka_unit_test(the_number_of_a_new_domain_follows_the_rules_of_its_release),
		cmocka_unit_test(from_4_22_only_domid_any_is_automatic),
		cmocka_unit_test(two_layouts_under_one_number_are_told_apart_by_the_release),
		cmocka_unit_test(a_domain_that_is_not_there_is_answered_by_the_next_one_up_to_4_17),
		cmocka_unit_test(the_list_has_the_stride_of_its_release),
		cmocka_unit_test(physinfo_tells_the_free_memory_at_the_place_of_its_release),
		cmocka_unit_test(the_log_is_read_on_from_an_index),
		cmocka_unit_test(pausing_is_counted),
		cmocka_unit_test(vcpus_must_be_as_many_as_createdomain_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
