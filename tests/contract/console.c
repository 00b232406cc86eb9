/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: a console is attached, read, written to, left and taken up again. */
#include "rig.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

static void given_a_console_that_is_open_when_opened_again_then_it_is_busy(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL, *second = NULL;
	struct libxen_domain *domain = rig_start_with_console(f, &guest, &console);

	rig_assert_fails(f, libxen_console_open(domain, &second), -EBUSY, "another program");

	assert_null(second);
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_a_console_that_was_left_when_opened_again_then_nothing_is_missed(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain = rig_boot(f, &guest, "GUEST UP", &console);

	libxen_console_close(console);
	rig_pass_time(3000);

	assert_int_equal(libxen_console_open(domain, &console), 0);
	rig_expect(f, console, "tick 2");
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_a_guest_when_typed_to_then_it_answers(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain;

	guest.cmdline = "console=hvc0 quiet lab=shell";
	domain = rig_boot(f, &guest, "GUEST UP", &console);

	assert_int_equal(libxen_console_write(console, "echo moin\n", 10), 10);

	rig_expect(f, console, "moin");
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_nothing_written_when_read_then_it_says_so_and_does_not_wait(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain;
	char byte;

	guest.flags = LIBXEN_GUEST_PAUSED;
	domain = rig_start(f, &guest);
	assert_int_equal(libxen_console_open(domain, &console), 0);

	rig_assert_fails(f, libxen_console_read(console, &byte, 1), -EAGAIN, "nothing");
	rig_assert_fails(f, libxen_console_read(console, &byte, 0), -EINVAL, "no room");
	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_a_full_ring_when_read_slowly_then_every_byte_comes(void **state)
{
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain = rig_boot(f, &guest, "GUEST UP", &console);
	struct pollfd ready = { .fd = libxen_console_fd(console), .events = POLLIN };
	char byte, seen[8] = "";

	/* One byte at a time, waiting each time: the descriptor must stay readable. */
	while (!strstr(seen, "tick 3")) {
		int ret;

		rig_pass_time(0);
		if (poll(&ready, 1, 60000) <= 0)
			fail_msg("the console fell silent");
		ret = libxen_console_read(console, &byte, 1);
		if (ret == -EAGAIN)
			continue;
		assert_int_equal(ret, 1);
		memmove(seen, seen + 1, 6);
		seen[5] = byte;
	}

	libxen_console_close(console);
	rig_stop(f, domain);
}

static void given_a_stopped_guest_when_read_then_its_last_words_and_the_end_come(void **state)
{
	struct fixture *f = *state;
	struct libxen_destroy_options options = { .size = sizeof(options), .timeout_ms = 1 };
	struct libxen_guest guest = rig_guest(f);
	struct libxen_console *console = NULL;
	struct libxen_domain *domain = rig_boot(f, &guest, "GUEST UP", &console);
	char text[4096];
	int ret;

	rig_pass_time(2000);
	assert_int_equal(libxen_domain_destroy(domain, &options), -ETIMEDOUT);

	ret = libxen_console_read(console, text, sizeof(text) - 1);
	assert_true(ret > 0);
	text[ret] = '\0';
	assert_non_null(strstr(text, "tick"));
	while ((ret = libxen_console_read(console, text, sizeof(text))) > 0)
		;
	assert_int_equal(ret, 0);

	libxen_console_close(console);
	assert_true(rig_is_gone(f, domain));
	libxen_domain_close(domain);
}

int console_suite(void)
{
	const struct CMUnitTest console[] = {
		TEST(given_a_console_that_is_open_when_opened_again_then_it_is_busy),
		TEST(given_a_console_that_was_left_when_opened_again_then_nothing_is_missed),
		TEST(given_a_guest_when_typed_to_then_it_answers),
		TEST(given_nothing_written_when_read_then_it_says_so_and_does_not_wait),
		TEST(given_a_full_ring_when_read_slowly_then_every_byte_comes),
		TEST(given_a_stopped_guest_when_read_then_its_last_words_and_the_end_come),
	};

	return SUITE(console);
}
