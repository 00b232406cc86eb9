/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake as a whole: its devices, faults and counts, and what others do with it. */
#include "fake-machine.h"
#include <string.h>

static void the_guest_prints_until_its_ring_is_full_and_goes_on_when_told(void **state)
{
	static char text[3001];
	uint32_t bind[2], local;
	struct machine m;
	unsigned char *ring;
	int fd, ret;

	(void)state;
	memset(text, 'x', 3000);
	boot(&m, &releases[2],
	     (struct fake_options){ .guest_console = text, .guest_exits = 1 + 1 });
	create(&m);
	give_memory(&m);
	load(&m, NULL);
	assert_int_equal(pin(&m, m.mfn[L4]), 0);
	good_context(&m);
	assert_int_equal(set_context(&m, 0), 0);
	fd = m.os->open(m.os, "/dev/xen/evtchn");
	bind[0] = m.domid;
	bind[1] = m.port;
	ret = m.os->ioctl(m.os, fd, 0x084501, bind);
	assert_true(ret > 0);
	local = (uint32_t)ret;
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	ring = fake_guest_console_page(m.fake, m.domid);
	assert_int_equal(get(ring, 3084, 4), 2048);
	assert_false(look(&m).shutdown);

	put(ring, 3080, 2048, 4); /* all read */
	assert_int_equal(m.os->ioctl(m.os, fd, 0x044504, &local), 0);

	assert_int_equal(get(ring, 3084, 4), 3000);
	assert_true(look(&m).shutdown);
	assert_int_equal(look(&m).reason, 1);
	m.os->close(m.os, fd);
	destroy(&m);
	halt(&m);
}

static void what_dom0_types_reaches_the_guest(void **state)
{
	struct machine m;
	unsigned char *ring;
	char text[8] = "";

	(void)state;
	start(&m, &releases[2]);
	ring = fake_guest_console_page(m.fake, m.domid);
	memcpy(ring, "ls\n", 3);
	put(ring, 3076, 3, 4);
	assert_int_equal(fake_guest_console_read(m.fake, m.domid, text, sizeof(text)), 3);
	assert_string_equal(text, "ls\n");
	assert_int_equal(fake_guest_console_write(m.fake, m.domid, "ok", 2), 2);
	assert_memory_equal(ring + 1024, "ok", 2);
	destroy(&m);
	halt(&m);
}

static void devices_can_be_absent_or_closed_to_us(void **state)
{
	struct fake_options options = { .memory_pages = 8192,
					.dom0_pages = 512,
					.absent = FAKE_HYPERCALL,
					.denied = FAKE_PRIVCMD };
	struct fake *fake = fake_new(&options);
	const struct lx_os *os = fake_os(fake);
	int fd;

	(void)state;
	assert_int_equal(os->open(os, "/dev/xen/hypercall"), -ENOENT);
	assert_int_equal(os->open(os, "/dev/xen/privcmd"), -EACCES);
	fd = os->open(os, "/proc/xen/privcmd");
	assert_true(fd >= 0);
	assert_int_equal(fake_leaks(fake, NULL, 0), 1);
	os->close(os, fd);
	assert_int_equal(fake_leaks(fake, NULL, 0), 0);
	fake_free(fake);
}

static void a_restricted_descriptor_makes_no_hypercalls_and_maps_one_domain(void **state)
{
	uint16_t domid;
	struct machine m;
	void *addr;
	int fd;

	(void)state;
	start(&m, &releases[2]);
	fd = m.privcmd;
	m.privcmd = m.os->open(m.os, "/dev/xen/privcmd");
	domid = (uint16_t)(m.domid + 1);
	assert_int_equal(m.os->ioctl(m.os, m.privcmd, 0x025006, &domid), 0);
	domctl(&m, INFO);
	assert_int_equal(run(&m), -EPERM);
	assert_int_equal(map(&m, &m.mfn[CONSOLE], 1, PROT_READ, &addr), -EPERM);
	unmap(&m, addr, 1);
	m.os->close(m.os, m.privcmd);
	m.privcmd = fd;
	destroy(&m);
	halt(&m);
}

static void a_caller_without_privilege_gets_eperm(void **state)
{
	uint64_t frame = 100;
	struct machine m;
	void *addr;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ .features = FAKE_UNPRIVILEGED });
	m.domid = (uint16_t)fake_add_domains(m.fake, 1);
	domctl(&m, INFO);
	assert_int_equal(run(&m), -EPERM);
	assert_int_equal(populate(&m, &frame, 1, 0), -EPERM);
	assert_int_equal(map(&m, &frame, 1, PROT_READ, &addr), -EPERM);
	unmap(&m, addr, 1);
	assert_int_equal(call(&m, 17, 0, 0, 0, 0), 4 << 16 | 17);
	halt(&m);
}

static void the_nth_call_fails_and_only_that(void **state)
{
	struct machine m;
	uint64_t before;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ 0 });
	before = fake_calls_total(m.fake);
	fake_fail_nth(m.fake, 2, EIO);
	domctl(&m, INFO);
	assert_int_equal(run(&m), 0);
	assert_false(fake_fault_fired(m.fake));
	assert_int_equal(run(&m), -EIO);
	assert_true(fake_fault_fired(m.fake));
	assert_int_equal(run(&m), 0);
	assert_int_equal(fake_calls_total(m.fake), before + 3);
	assert_int_equal(fake_count(m.fake, FAKE_CALL_HYPERCALL, 36, INFO), 3);
	assert_int_equal(fake_count(m.fake, FAKE_CALL_HYPERCALL, 36, CREATE), 0);

	fake_fail_call(m.fake, FAKE_CALL_HYPERCALL, 36, CREATE, 1, ENOMEM);
	domctl(&m, INFO);
	assert_int_equal(run(&m), 0);
	good_create(&m);
	assert_int_equal(run(&m), -ENOMEM);
	halt(&m);
}

static void populations_and_frames_fail_when_told(void **state)
{
	uint64_t extents[4] = { 0, 1, 2, 3 };
	struct machine m;
	void *addr;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ 0 });
	create(&m);
	assert_int_equal(simple(&m, MAX_MEM, 4 * 4, 8), 0);
	fake_fail_populate(m.fake, 1, 2);
	assert_int_equal(populate(&m, extents, 4, 0), 2);
	fake_fail_frame(m.fake, 2, 1, EBUSY);
	assert_int_equal(map(&m, extents, 2, PROT_READ, &addr), 0);
	unmap(&m, addr, 2);
	assert_int_equal(map(&m, extents, 2, PROT_READ, &addr), -EBUSY);
	unmap(&m, addr, 2);
	assert_int_equal(map(&m, extents, 2, PROT_READ, &addr), 0);
	unmap(&m, addr, 2);
	assert_int_equal(fake_frames_mapped(m.fake), 5);
	destroy(&m);
	halt(&m);
}

static void every_release_in_the_facts_makes_a_machine(void **state)
{
	(void)state;
	for (const char *const *name = fake_releases(); *name; name++) {
		struct fake_options options = { .release = *name,
						.memory_pages = 8192,
						.dom0_pages = 512 };
		struct fake *fake = fake_new(&options);

		assert_non_null(fake);
		assert_int_equal(fake_constant(fake, "__HYPERVISOR_domctl"), 36);
		assert_int_equal(fake_constant(fake, "__HYPERVISOR_sysctl"), 35);
		assert_int_equal(fake_constant(fake, "__HYPERVISOR_memory_op"), 12);
		assert_int_equal(fake_constant(fake, "__HYPERVISOR_mmuext_op"), 26);
		assert_int_equal(fake_constant(fake, "EVTCHNSTAT_unbound"), 1);
		assert_int_equal(fake_constant(fake, "EVTCHNSTAT_interdomain"), 2);
		fake_free(fake);
	}
}

static void a_text_makes_a_machine(void **state)
{
	struct fake *fake =
		fake_from_text("release=4.14,memory=64M,dom0=2M,domains=3,absent=gntdev,log=a\\nb");
	const struct lx_os *os = fake_os(fake);

	(void)state;
	assert_int_equal(fake_domains(fake), 3);
	assert_int_equal(fake_domctl_version(fake), 0x12);
	assert_int_equal(fake_free_pages(fake), 16384 - 512);
	assert_int_equal(os->open(os, "/dev/xen/gntdev"), -ENOENT);
	fake_set_default(fake);
	assert_ptr_equal(lx_os_default(), os);
	fake_free(fake);
}

static void a_replaced_domain_has_the_number_but_not_the_handle(void **state)
{
	static const uint8_t handle[16] = { 1, 2, 3 };
	struct machine m;

	(void)state;
	start(&m, &releases[2]);
	assert_int_equal(fake_other_hold(m.fake, m.domid, STACK), 0);
	assert_int_equal(fake_replace_domain(m.fake, m.domid, handle), -EEXIST); /* a zombie */
	fake_other_release(m.fake, m.domid);
	assert_int_equal(fake_domains(m.fake), 0);
	assert_int_equal(fake_replace_domain(m.fake, m.domid, handle), 0);
	assert_memory_equal(look(&m).handle, handle, 16);
	halt(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_guest_prints_until_its_ring_is_full_and_goes_on_when_told),
		cmocka_unit_test(what_dom0_types_reaches_the_guest),
		cmocka_unit_test(devices_can_be_absent_or_closed_to_us),
		cmocka_unit_test(a_restricted_descriptor_makes_no_hypercalls_and_maps_one_domain),
		cmocka_unit_test(a_caller_without_privilege_gets_eperm),
		cmocka_unit_test(the_nth_call_fails_and_only_that),
		cmocka_unit_test(populations_and_frames_fail_when_told),
		cmocka_unit_test(every_release_in_the_facts_makes_a_machine),
		cmocka_unit_test(a_text_makes_a_machine),
		cmocka_unit_test(a_replaced_domain_has_the_number_but_not_the_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
