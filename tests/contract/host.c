/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: connections, the host, its log, and how they refuse. */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void given_a_host_when_asked_then_its_numbers_fit_together(void **state)
{
	struct libxen_host_info host = rig_host(*state);
	char version[16];

	snprintf(version, sizeof(version), "%u.%u", host.xen_major, host.xen_minor);

	assert_int_equal(strncmp(host.xen_version, version, strlen(version)), 0);
	assert_true(host.memory_free_bytes < host.memory_total_bytes);
	assert_true(host.memory_claimed_bytes <= host.memory_free_bytes);
	assert_true(host.cpus >= 1 && host.nodes >= 1);
	assert_non_null(strstr(host.capabilities, "xen-3.0-x86_64"));
}

static void given_a_log_when_read_on_then_no_byte_comes_twice(void **state)
{
	struct fixture *f = *state;
	uint32_t position = 0;
	char text[512];
	size_t bytes = 0;
	int ret;

	while ((ret = libxen_log_read(f->xen, &position, text, sizeof(text))) > 0)
		bytes += ret;

	assert_int_equal(ret, 0);
	assert_true(bytes > 0);
	assert_int_equal(libxen_log_read(f->xen, &position, text, sizeof(text)), 0);
	rig_assert_fails(f, libxen_log_read(f->xen, &position, text, 0), -EINVAL, "no room");
}

static void given_an_open_connection_when_opened_again_then_it_says_so(void **state)
{
	struct fixture *f = *state;

	rig_assert_fails(f, libxen_open(f->xen, NULL), -EALREADY, "already");
}

static void given_a_closed_connection_when_used_then_every_call_says_so(void **state)
{
	struct fixture f = { .xen = libxen_new() };
	struct libxen_host_info host = { .size = sizeof(host) };
	struct libxen_domain_info info = { .size = sizeof(info) };
	struct libxen_domain *domain = NULL;
	struct libxen_guest guest = rig_guest(*state);
	uint32_t position = 0;
	char byte;

	rig_assert_fails(&f, libxen_host_info(f.xen, &host), -ENOTCONN, "not open");
	rig_assert_fails(&f, libxen_log_read(f.xen, &position, &byte, 1), -ENOTCONN, "not open");
	rig_assert_fails(&f, libxen_list(f.xen, 0, &info, 1), -ENOTCONN, "not open");
	rig_assert_fails(&f, libxen_domain_open(f.xen, 0, &domain), -ENOTCONN, "not open");
	rig_assert_fails(&f, libxen_start(f.xen, &guest, &domain), -ENOTCONN, "not open");
	libxen_free(f.xen);
}

static void given_structures_of_a_wrong_size_when_used_then_each_is_refused(void **state)
{
	struct fixture *f = *state;
	struct libxen_host_info host = { .size = 8 };
	struct libxen_domain_info info = { .size = 8 };
	struct libxen_open_options options = { .size = 3 };
	struct libxen_counters counters = { .size = 0 };
	struct libxen_domain *domain = NULL;
	struct libxen *xen = libxen_new();

	assert_int_equal(libxen_domain_open(f->xen, 0, &domain), 0);

	rig_assert_fails(f, libxen_host_info(f->xen, &host), -EINVAL, "size");
	rig_assert_fails(f, libxen_list(f->xen, 0, &info, 1), -EINVAL, "size");
	rig_assert_fails(f, libxen_domain_info(domain, &info), -EINVAL, "size");
	assert_int_equal(libxen_open(xen, &options), -EINVAL);
	assert_int_equal(libxen_counters(f->xen, &counters), -EINVAL);
	libxen_domain_close(domain);
	libxen_free(xen);
}

static void given_a_larger_structure_when_filled_then_its_tail_is_zero(void **state)
{
	struct fixture *f = *state;
	struct {
		struct libxen_host_info known;
		uint64_t unknown;
	} host = { .known = { .size = sizeof(host) }, .unknown = 7 };

	assert_int_equal(libxen_host_info(f->xen, &host.known), 0);

	assert_int_equal(host.known.size, sizeof(host));
	assert_int_equal(host.unknown, 0);
}

int host_suite(void)
{
	const struct CMUnitTest host[] = {
		TEST(given_a_host_when_asked_then_its_numbers_fit_together),
		TEST(given_a_log_when_read_on_then_no_byte_comes_twice),
		TEST(given_an_open_connection_when_opened_again_then_it_says_so),
		TEST(given_a_closed_connection_when_used_then_every_call_says_so),
		TEST(given_structures_of_a_wrong_size_when_used_then_each_is_refused),
		TEST(given_a_larger_structure_when_filled_then_its_tail_is_zero),
	};

	return SUITE(host);
}
