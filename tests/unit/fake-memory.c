/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake's memory: given, claimed, and mapped frame by frame. */
#include "fake-machine.h"
#include <string.h>

static void populate_counts_and_never_fails(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		uint64_t extents[4] = { 0, 1, 2, 3 }, large = 0;
		struct machine m;

		boot(&m, r, (struct fake_options){ 0 });
		m.domid = 99;
		assert_int_equal(populate(&m, extents, 4, 0), 0); /* no such domain */
		create(&m);
		assert_int_equal(populate(&m, extents, 4, 0), 0); /* max_mem is 0 */
		assert_int_equal(simple(&m, MAX_MEM, 3 * 4, 8), 0);
		assert_int_equal(populate(&m, extents, 4, 0), 3);
		assert_int_equal(extents[3], 3); /* the tail is as it was */
		assert_int_equal(simple(&m, MAX_MEM, 1 << 24, 8), 0);
		assert_int_equal(populate(&m, &large, 1, 20), 0); /* too large an order */
		assert_int_equal(populate(&m, &large, 1, 18), 0); /* not so much there */
		assert_int_equal(populate(&m, &large, 1, 9), 1);
		assert_int_equal(large % 512, 0);
		destroy(&m);
		halt(&m);
	}
}

static void the_largest_extent_is_one_gibibyte(void **state)
{
	uint64_t large = 0;
	struct machine m;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ .memory_pages = 1 << 21 });
	create(&m);
	assert_int_equal(simple(&m, MAX_MEM, 1 << 24, 8), 0);
	assert_int_equal(populate(&m, &large, 1, 19), 0);
	assert_int_equal(populate(&m, &large, 1, 18), 1);
	assert_int_equal(large % (1 << 18), 0);
	destroy(&m);
	halt(&m);
}

static int claim(struct machine *m, uint64_t pages)
{
	memset(m->buffer, 0, 32);
	put(m->buffer, 8, pages, 8);
	put(m->buffer, 24, m->domid, 2);
	return call(m, 12, 24, (uintptr_t)m->buffer, 0, 0);
}

static void claims_keep_memory_for_one_domain(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		uint64_t free;

		boot(&m, r, (struct fake_options){ 0 });
		create(&m);
		free = fake_free_pages(m.fake);
		assert_int_equal(claim(&m, free + 1), -ENOMEM);
		assert_int_equal(claim(&m, PAGES + 10), 0);
		assert_int_equal(claim(&m, PAGES), -EINVAL); /* there is one */
		assert_int_equal(fake_free_pages(m.fake), free);
		give_memory(&m);
		assert_int_equal(fake_claimed_pages(m.fake), 10);
		assert_int_equal(claim(&m, 0), 0);
		assert_int_equal(fake_claimed_pages(m.fake), 0);
		assert_int_equal(claim(&m, 5), 0);
		destroy(&m);
		assert_int_equal(fake_claimed_pages(m.fake), 0);
		halt(&m);
	}
}

static void new_memory_is_poisoned_and_never_in_order(void **state)
{
	struct machine m;
	const unsigned char *first;
	int neighbours = 0;
	void *pages;

	(void)state;
	build(&m, &releases[2]);
	assert_int_equal(map(&m, m.mfn, PAGES, PROT_READ, &pages), 0);
	first = pages;
	assert_int_equal(first[0], FAKE_POISON);
	assert_int_equal(first[PAGES * 4096 - 1], FAKE_POISON);
	unmap(&m, pages, PAGES);
	for (int i = 1; i < PAGES; i++)
		neighbours += m.mfn[i] == m.mfn[i - 1] + 1;
	assert_true(neighbours < PAGES / 4);
	destroy(&m);
	halt(&m);
}

static void each_frame_has_an_error_of_its_own(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		uint64_t frames[4] = { 0, 0, UINT64_MAX >> 12, 0 };
		int errors[4];
		struct batch batch = { 4, 0, 0, frames, errors };
		struct machine m;
		void *addr;

		build(&m, r);
		frames[0] = m.mfn[3];
		frames[3] = m.mfn[5];
		batch.dom = m.domid;
		assert_int_equal(m.os->map(m.os, m.privcmd, 4 * 4096, PROT_READ, 0, &addr), 0);
		batch.addr = (uintptr_t)addr;
		assert_int_equal(m.os->ioctl(m.os, m.privcmd, BATCH, &batch), 0);
		assert_int_equal(errors[0], 0);
		assert_int_equal(errors[1], -EPERM);
		assert_int_equal(errors[2], -EINVAL);
		assert_int_equal(errors[3], 0);
		/* a second batch over the same addresses */
		assert_int_equal(m.os->ioctl(m.os, m.privcmd, BATCH, &batch), -EINVAL);
		unmap(&m, addr, 4);
		destroy(&m);
		m.domid = 99;
		assert_int_equal(map(&m, frames, 1, PROT_READ, &addr), -ESRCH);
		unmap(&m, addr, 1);
		halt(&m);
	}
}

static void a_batch_must_cover_its_whole_mapping(void **state)
{
	uint64_t frames[2] = { 1, 2 };
	int errors[2];
	struct batch batch = { 1, 0, 0, frames, errors };
	struct machine m;
	void *addr;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ 0 });
	assert_int_equal(m.os->map(m.os, m.privcmd, 2 * 4096, PROT_READ, 0, &addr), 0);
	batch.addr = (uintptr_t)addr;
	assert_int_equal(m.os->ioctl(m.os, m.privcmd, BATCH, &batch), -EINVAL);
	batch.num = 0;
	assert_int_equal(m.os->ioctl(m.os, m.privcmd, BATCH, &batch), -EINVAL);
	batch.num = 2;
	batch.addr += 4096;
	assert_int_equal(m.os->ioctl(m.os, m.privcmd, BATCH, &batch), -EINVAL);
	unmap(&m, addr, 2);
	halt(&m);
}

static void another_domains_frame_cannot_be_mapped(void **state)
{
	struct machine m;
	uint16_t first;
	uint64_t mfn;
	void *addr;

	(void)state;
	build(&m, &releases[2]);
	first = m.domid;
	mfn = m.mfn[0];
	create(&m);
	assert_int_equal(map(&m, &mfn, 1, PROT_READ, &addr), -EINVAL);
	unmap(&m, addr, 1);
	destroy(&m);
	m.domid = first;
	destroy(&m);
	halt(&m);
}

static void a_mapped_page_keeps_a_dead_domain_and_its_number(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0;
		struct machine m;
		uint16_t domid;
		void *addr;

		start(&m, r);
		domid = m.domid;
		assert_int_equal(map(&m, &m.mfn[CONSOLE], 1, PROT_READ | PROT_WRITE, &addr), 0);
		destroy(&m);
		assert_true(look(&m).dying);
		assert_int_equal(look(&m).tot_pages, 1);
		destroy(&m); /* again: nothing to do */
		good_create(&m);
		put(m.buffer, 8, domid, 2);
		assert_int_equal(run(&m), old ? -EINVAL : -EEXIST);
		unmap(&m, addr, 1);
		assert_int_equal(fake_domains(m.fake), 0);
		halt(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(populate_counts_and_never_fails),
		cmocka_unit_test(the_largest_extent_is_one_gibibyte),
		cmocka_unit_test(claims_keep_memory_for_one_domain),
		cmocka_unit_test(new_memory_is_poisoned_and_never_in_order),
		cmocka_unit_test(each_frame_has_an_error_of_its_own),
		cmocka_unit_test(a_batch_must_cover_its_whole_mapping),
		cmocka_unit_test(another_domains_frame_cannot_be_mapped),
		cmocka_unit_test(a_mapped_page_keeps_a_dead_domain_and_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
