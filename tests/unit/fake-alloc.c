/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocations that fail on purpose: just the chosen one, and never the fake's own. */
#include "alloc.h"
#include "fake-machine.h"
#include <stdlib.h>
#include <string.h>

static void the_nth_allocation_fails_and_the_next_one_works(void **state)
{
	void *first, *second, *third;
	bool fired_before, fired_after;

	(void)state;
	fake_alloc_fail_nth(2);
	first = malloc(16);
	fired_before = fake_alloc_fired();
	second = calloc(1, 16);
	fired_after = fake_alloc_fired();
	third = strdup("there");

	assert_int_equal(fake_alloc_count(), 3);
	fake_alloc_fail_nth(0);
	assert_non_null(first);
	assert_null(second);
	assert_non_null(third);
	assert_false(fired_before);
	assert_true(fired_after);
	free(first);
	free(third);
}

static void what_the_fake_allocates_does_not_count(void **state)
{
	struct fake_options options = { .memory_pages = 8192, .dom0_pages = 512 };
	struct fake *fake;
	int fd;

	(void)state;
	fake_alloc_fail_nth(1);
	fake = fake_new(&options);
	fake_add_domains(fake, 10);
	fd = fake_os(fake)->open(fake_os(fake), "/dev/xen/privcmd");
	assert_int_equal(fake_alloc_count(), 0);
	assert_false(fake_alloc_fired());
	fake_alloc_fail_nth(0);
	fake_os(fake)->close(fake_os(fake), fd);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_allocation_fails_and_the_next_one_works),
		cmocka_unit_test(what_the_fake_allocates_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
