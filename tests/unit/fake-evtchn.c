/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake's event channels and grants. */
#include "fake-machine.h"
#include <poll.h>
#include <string.h>

static void ports_run_out_at_the_limit_that_createdomain_set(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		if (r->max_evtchn_port < 0)
			continue;
		boot(&m, r, (struct fake_options){ 0 });
		put(good_create(&m), r->max_evtchn_port, 1, 4);
		assert_int_equal(run(&m), 0);
		m.domid = (uint16_t)get(m.buffer, 8, 2);
		alloc_port(&m);
		assert_int_equal(m.port, 1);
		put(m.buffer, 0, m.domid, 2);
		assert_int_equal(call(&m, 32, 6, (uintptr_t)m.buffer, 0, 0), -ENOSPC);
		destroy(&m);
		put(m.buffer, 0, m.domid, 2);
		assert_int_equal(call(&m, 32, 6, (uintptr_t)m.buffer, 0, 0), -ESRCH);
		halt(&m);
	}
}

static bool readable(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, 0) == 1;
}

static uint64_t status_of(struct machine *m)
{
	memset(m->buffer, 0, 24);
	put(m->buffer, 0, m->domid, 2);
	put(m->buffer, 4, m->port, 4);
	assert_int_equal(call(m, 32, 5, (uintptr_t)m->buffer, 0, 0), 0);
	return get(m->buffer, 8, 4);
}

static void a_bound_port_fires_once_at_first_and_is_masked_until_it_is_written(void **state)
{
	uint32_t bind[2], fired = 0;
	struct machine m;
	int fd, local;

	(void)state;
	start(&m, &releases[2]);
	assert_int_equal(status_of(&m), 1);
	fd = m.os->open(m.os, "/dev/xen/evtchn");
	bind[0] = 99;
	bind[1] = m.port;
	assert_int_equal(m.os->ioctl(m.os, fd, 0x084501, bind), -ESRCH);
	bind[0] = m.domid;
	bind[1] = m.port + 1;
	assert_int_equal(m.os->ioctl(m.os, fd, 0x084501, bind), -EINVAL);
	bind[1] = m.port;
	local = m.os->ioctl(m.os, fd, 0x084501, bind);
	assert_true(local > 0);
	assert_int_equal(m.os->ioctl(m.os, fd, 0x084501, bind), -EINVAL); /* bound now */
	assert_int_equal(status_of(&m), 2);

	assert_true(readable(fd));
	assert_int_equal(m.os->read(m.os, fd, &fired, 3), 0);
	assert_int_equal(m.os->read(m.os, fd, &fired, 4), 4);
	assert_int_equal(fired, local);
	assert_false(readable(fd));
	assert_int_equal(m.os->read(m.os, fd, &fired, 4), -EAGAIN);
	assert_int_equal(fake_guest_notify(m.fake, m.domid, m.port), 0);
	assert_false(readable(fd)); /* masked */
	assert_int_equal(m.os->write(m.os, fd, &fired, 4), 4);
	assert_true(readable(fd)); /* what came meanwhile */

	assert_int_equal(m.os->ioctl(m.os, fd, 0x044504, &fired), 0);
	assert_int_equal(fake_guest_events(m.fake, m.domid, m.port), 1);
	fired++;
	assert_int_equal(m.os->ioctl(m.os, fd, 0x044504, &fired), -ENOTCONN);
	m.os->close(m.os, fd);
	assert_int_equal(status_of(&m), 1); /* for the next one */
	destroy(&m);
	halt(&m);
}

static void a_port_for_another_domain_cannot_be_bound(void **state)
{
	uint32_t bind[2];
	struct machine m;
	int fd;

	(void)state;
	start(&m, &releases[2]);
	memset(m.buffer, 0, 8);
	put(m.buffer, 0, m.domid, 2);
	put(m.buffer, 2, 5, 2);
	assert_int_equal(call(&m, 32, 6, (uintptr_t)m.buffer, 0, 0), 0);
	bind[0] = m.domid;
	bind[1] = (uint32_t)get(m.buffer, 4, 4);
	fd = m.os->open(m.os, "/dev/xen/evtchn");
	assert_int_equal(m.os->ioctl(m.os, fd, 0x084501, bind), -EINVAL);
	m.os->close(m.os, fd);
	destroy(&m);
	halt(&m);
}

static void a_dead_domain_does_not_fire_its_port_and_takes_notifications(void **state)
{
	uint32_t bind[2], local;
	struct machine m;
	int fd, ret;

	(void)state;
	start(&m, &releases[2]);
	fd = m.os->open(m.os, "/dev/xen/evtchn");
	bind[0] = m.domid;
	bind[1] = m.port;
	ret = m.os->ioctl(m.os, fd, 0x084501, bind);
	assert_true(ret > 0);
	local = (uint32_t)ret;
	assert_int_equal(m.os->read(m.os, fd, &local, 4), 4);
	assert_int_equal(m.os->write(m.os, fd, &local, 4), 4);
	destroy(&m);
	assert_false(readable(fd));
	assert_int_equal(m.os->ioctl(m.os, fd, 0x044504, &local), 0);
	m.os->close(m.os, fd);
	halt(&m);
}

static void virq_dom_exc_has_one_binder_and_tells_of_each_end(void **state)
{
	uint32_t virq = 3, port;
	struct machine m;
	int fd, other;

	(void)state;
	start(&m, &releases[2]);
	fd = m.os->open(m.os, "/dev/xen/evtchn");
	other = m.os->open(m.os, "/dev/xen/evtchn");
	assert_true(m.os->ioctl(m.os, fd, 0x044500, &virq) > 0);
	assert_int_equal(m.os->ioctl(m.os, other, 0x044500, &virq), -EEXIST);
	assert_false(readable(fd));
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	fake_guest_shutdown(m.fake, m.domid, 1);
	assert_int_equal(m.os->read(m.os, fd, &port, 4), 4);
	assert_int_equal(m.os->write(m.os, fd, &port, 4), 4);
	assert_false(readable(fd));
	destroy(&m);
	assert_true(readable(fd));
	m.os->close(m.os, other);
	m.os->close(m.os, fd);
	halt(&m);
}

static void a_granted_page_is_mapped_through_gntdev_and_holds_the_domain(void **state)
{
	struct {
		uint32_t count, pad;
		uint64_t index;
		uint32_t domid, ref;
	} grant = { .count = 1 };
	struct machine m;
	void *addr;
	int fd;

	(void)state;
	start(&m, &releases[2]);
	fd = m.os->open(m.os, "/dev/xen/gntdev");
	grant.domid = m.domid;
	grant.ref = 0;
	assert_int_equal(m.os->ioctl(m.os, fd, 0x184700, &grant), 0);
	assert_int_equal(
		m.os->map(m.os, fd, 4096, PROT_READ | PROT_WRITE, (off_t)grant.index, &addr),
		-EINVAL); /* not granted yet */
	assert_int_equal(fake_guest_grant(m.fake, m.domid, 0, CONSOLE, true), 0);
	assert_int_equal(
		m.os->map(m.os, fd, 4096, PROT_READ | PROT_WRITE, (off_t)grant.index, &addr),
		-EINVAL); /* for reading only */
	assert_int_equal(fake_guest_grant(m.fake, m.domid, 0, CONSOLE, false), 0);
	assert_int_equal(
		m.os->map(m.os, fd, 4096, PROT_READ | PROT_WRITE, (off_t)grant.index, &addr), 0);
	strcpy((char *)addr + 1024, "seen");
	assert_string_equal((char *)fake_guest_page(m.fake, m.domid, CONSOLE) + 1024, "seen");
	destroy(&m);
	assert_int_equal(look(&m).tot_pages, 1);
	unmap(&m, addr, 1);
	assert_int_equal(fake_domains(m.fake), 0);
	m.os->close(m.os, fd);
	halt(&m);
}

/* struct gntdev_grant_copy_segment, the halves for a copy to a grant */
struct copy_segment {
	const void *from;
	uint32_t ref;
	uint16_t offset, domid, len, flags;
	int16_t status;
};

static int grant_copy(struct machine *m, int fd, struct copy_segment *segment)
{
	struct {
		uint32_t count;
		struct copy_segment *segments;
	} copy = { .count = 1, .segments = segment };

	return m->os->ioctl(m->os, fd, 0x104708, &copy);
}

static void bytes_are_copied_to_what_is_granted_and_nowhere_else(void **state)
{
	struct copy_segment to = { .from = "copied", .offset = 1024, .len = 7, .flags = 2 };
	struct machine m;
	int fd;

	(void)state;
	start(&m, &releases[2]);
	fd = m.os->open(m.os, "/dev/xen/gntdev");
	to.domid = m.domid;
	to.ref = 8;
	assert_int_equal(grant_copy(&m, fd, &to), 0);
	assert_int_equal(to.status, -3); /* not granted yet: GNTST_bad_gntref */
	assert_int_equal(fake_guest_grant(m.fake, m.domid, 8, CONSOLE, true), 0);
	assert_int_equal(grant_copy(&m, fd, &to), 0);
	assert_int_equal(to.status, -3); /* for reading only */
	assert_int_equal(fake_guest_grant(m.fake, m.domid, 8, CONSOLE, false), 0);
	assert_int_equal(grant_copy(&m, fd, &to), 0);
	assert_int_equal(to.status, 0);
	assert_string_equal((char *)fake_guest_page(m.fake, m.domid, CONSOLE) + 1024, "copied");
	to.offset = 4090;
	assert_int_equal(grant_copy(&m, fd, &to), 0);
	assert_int_equal(to.status, -10); /* across the page's end: GNTST_bad_copy_arg */
	to.offset = 0;
	to.from = NULL;
	assert_int_equal(grant_copy(&m, fd, &to), -EFAULT);
	assert_int_equal(fake_guest_grant(m.fake, m.domid, 8, L1, false), 0);
	to.from = "copied";
	assert_int_equal(grant_copy(&m, fd, &to), 0);
	assert_int_equal(to.status, -1); /* a page table: GNTST_general_error */
	m.os->close(m.os, fd);
	destroy(&m);
	halt(&m);
}

static int16_t setup_table(struct machine *m, int *ret)
{
	memset(m->buffer, 0, 24);
	put(m->buffer, 0, m->domid, 2);
	put(m->buffer, 4, 1, 4);
	put(m->buffer, 16, (uintptr_t)(m->buffer + 4096), 8);
	*ret = call(m, 20, 2, (uintptr_t)m->buffer, 1, 0);
	return (int16_t)get(m->buffer, 8, 2);
}

static void the_grant_table_is_found_by_both_ways(void **state)
{
	struct {
		uint16_t dom;
		uint32_t type, id, idx;
		uint64_t num, addr;
	} resource = { .type = 1, .num = 1 };
	struct machine m;
	void *first, *second;
	uint64_t mfn;
	int ret;

	(void)state;
	build(&m, &releases[2]);
	assert_int_equal(setup_table(&m, &ret), 0);
	assert_int_equal(ret, 0);
	mfn = get(m.buffer + 4096, 0, 8);
	assert_int_equal(map(&m, &mfn, 1, PROT_READ | PROT_WRITE, &first), 0);
	assert_int_equal(m.os->map(m.os, m.privcmd, 4096, PROT_READ | PROT_WRITE, 0, &second), 0);
	resource.dom = m.domid;
	resource.addr = (uintptr_t)second;
	assert_int_equal(m.os->ioctl(m.os, m.privcmd, RESOURCE, &resource), 0);
	*(uint32_t *)first = 0x12345678;
	assert_int_equal(*(uint32_t *)second, 0x12345678);
	unmap(&m, first, 1);
	unmap(&m, second, 1);
	destroy(&m);
	halt(&m);
}

static void on_4_11_the_grant_table_wants_its_limits_first(void **state)
{
	static const struct release old = { "4.11", 0x10, 0x11, -1, -1, -1, -1, 24, 104, 40 };
	struct machine m;
	int ret;

	(void)state;
	boot(&m, &old, (struct fake_options){ 0 });
	create(&m);
	setup_table(&m, &ret);
	assert_int_equal(ret, -ENODEV);
	assert_int_equal(simple(&m, SET_GNTTAB_LIMITS, 0, 8), -EINVAL);
	assert_int_equal(simple(&m, SET_GNTTAB_LIMITS, 32 | 1024ull << 32, 8), 0);
	assert_int_equal(setup_table(&m, &ret), 0);
	assert_int_equal(ret, 0);
	destroy(&m);
	halt(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_run_out_at_the_limit_that_createdomain_set),
		cmocka_unit_test(
			a_bound_port_fires_once_at_first_and_is_masked_until_it_is_written),
		cmocka_unit_test(a_port_for_another_domain_cannot_be_bound),
		cmocka_unit_test(a_dead_domain_does_not_fire_its_port_and_takes_notifications),
		cmocka_unit_test(virq_dom_exc_has_one_binder_and_tells_of_each_end),
		cmocka_unit_test(a_granted_page_is_mapped_through_gntdev_and_holds_the_domain),
		cmocka_unit_test(bytes_are_copied_to_what_is_granted_and_nowhere_else),
		cmocka_unit_test(the_grant_table_is_found_by_both_ways),
		cmocka_unit_test(on_4_11_the_grant_table_wants_its_limits_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
