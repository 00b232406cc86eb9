/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake's page types, and how a badly built guest ends. */
#include "fake-machine.h"
#include <string.h>

/* A domain up to its pin, with its pages spoilt, must not be pinned. */
static void refuse_pin(void (*spoil)(struct machine *m, void *pages), int error)
{
	EACH_RELEASE(r)
	{
		struct machine m;

		build(&m, r);
		load(&m, spoil);
		assert_int_equal(pin(&m, m.mfn[L4]), error);
		for (int i = 0; i < PAGES; i++)
			assert_int_equal(fake_frame_table_level(m.fake, m.mfn[i]), 0);
		/* nothing of the attempt is left: all can be mapped writable */
		{
			void *addr;

			assert_int_equal(map(&m, m.mfn, PAGES, PROT_READ | PROT_WRITE, &addr), 0);
			unmap(&m, addr, PAGES);
		}
		destroy(&m);
		halt(&m);
	}
}

static void map_a_table_writable(struct machine *m, void *pages)
{
	put(page(pages, L1), L1 * 8, entry(m, L1, true), 8);
}

static void name_a_foreign_frame(struct machine *m, void *pages)
{
	(void)m;
	put(page(pages, L1), SPARE * 8, 5ull << 12 | 0x67, 8);
}

static void skip_a_level(struct machine *m, void *pages)
{
	put(page(pages, L4), 511 * 8, entry(m, L4, true), 8);
}

static void use_a_large_page(struct machine *m, void *pages)
{
	put(page(pages, L1), SPARE * 8, 0, 8); /* which would make a good table otherwise */
	put(page(pages, L2), 8, entry(m, SPARE, true) | 0x80, 8);
}

static void a_wrong_tree_cannot_be_pinned(void **state)
{
	(void)state;
	refuse_pin(map_a_table_writable, -EBUSY);
	refuse_pin(name_a_foreign_frame, -EINVAL);
	refuse_pin(skip_a_level, -EINVAL);
	refuse_pin(use_a_large_page, -EINVAL);
}

static void a_table_that_dom0_maps_writable_cannot_be_pinned(void **state)
{
	static const int tables[] = { L4, L3, L2, L1 };

	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		void *addr;

		build(&m, r);
		load(&m, NULL);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(
				map(&m, &m.mfn[tables[i]], 1, PROT_READ | PROT_WRITE, &addr), 0);
			assert_int_equal(pin(&m, m.mfn[L4]), -EINVAL);
			unmap(&m, addr, 1);
		}
		/* reading does no harm */
		assert_int_equal(map(&m, m.mfn, PAGES, PROT_READ, &addr), 0);
		assert_int_equal(pin(&m, m.mfn[L4]), 0);
		unmap(&m, addr, PAGES);
		/* and now none of them can be mapped writable */
		for (int i = 0; i < 4; i++) {
			assert_int_equal(
				map(&m, &m.mfn[tables[i]], 1, PROT_READ | PROT_WRITE, &addr),
				-EBUSY);
			unmap(&m, addr, 1);
		}
		destroy(&m);
		halt(&m);
	}
}

static void entries_of_xens_own_slots_are_not_looked_at(void **state)
{
	struct machine m;
	uint64_t *l4;

	(void)state;
	build(&m, &releases[2]);
	load(&m, NULL);
	l4 = fake_guest_page(m.fake, m.domid, L4);
	l4[256] = 7ull << 12 | 0x67;
	assert_int_equal(pin(&m, m.mfn[L4]), 0);
	destroy(&m);
	halt(&m);
}

static void page_types_are_told(void **state)
{
	static const uint64_t types[] = { 0xc0000000, 0x30000000, 0x20000000, 0x10000000 };
	uint64_t frames[6];
	struct machine m;
	unsigned char *payload;

	(void)state;
	start(&m, &releases[2]);
	for (int i = 0; i < 4; i++)
		frames[i] = m.mfn[L4 + i];
	frames[4] = m.mfn[STACK];
	frames[5] = shared_info(&m);
	memcpy(m.buffer + 4096, frames, sizeof(frames));
	payload = domctl(&m, PAGE_INFO);
	put(payload, 0, 6, 8);
	put(payload, 8, (uintptr_t)(m.buffer + 4096), 8);
	assert_int_equal(run(&m), 0);
	memcpy(frames, m.buffer + 4096, sizeof(frames));
	for (int i = 0; i < 4; i++)
		assert_int_equal(frames[i], types[i]);
	assert_int_equal(frames[4], 0);
	assert_int_equal(frames[5], 0xf0000000);
	payload = domctl(&m, PAGE_INFO);
	put(payload, 0, 1025, 8);
	assert_int_equal(run(&m), -E2BIG);
	destroy(&m);
	halt(&m);
}

static void a_wrong_context_is_refused(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		boot(&m, r, (struct fake_options){ 0 });
		create(&m);
		good_context(&m);
		assert_int_equal(set_context(&m, 0), -EINVAL); /* max_vcpus was not called */
		give_memory(&m);
		load(&m, NULL);
		assert_int_equal(pin(&m, m.mfn[L4]), 0);
		good_context(&m);
		assert_int_equal(set_context(&m, 1), -EINVAL);
		put(good_context(&m), 4984 + 3 * 8, m.mfn[STACK] << 12, 8);
		assert_int_equal(set_context(&m, 0), -EINVAL); /* no L4 */
		put(good_context(&m), 512, 0x20, 8);
		assert_int_equal(set_context(&m, 0), -EINVAL); /* not in_kernel */
		put(good_context(&m), 648, 0x800000000000, 8);
		assert_int_equal(set_context(&m, 0), -EINVAL); /* not canonical */
		good_context(&m);
		assert_int_equal(set_context(&m, 0), 0);
		assert_int_equal(set_context(&m, 0), 0);
		put(good_context(&m), 4984 + 3 * 8, m.mfn[L3] << 12, 8);
		assert_int_equal(set_context(&m, 0), -EOPNOTSUPP); /* another CR3 */
		destroy(&m);
		halt(&m);
	}
}

static void setting_the_first_context_writes_the_wall_clock(void **state)
{
	struct machine m;
	const unsigned char *shared;

	(void)state;
	start(&m, &releases[2]);
	shared = fake_guest_shared_info(m.fake, m.domid);
	assert_true(get(shared, 3076, 4) > 0);
	destroy(&m);
	halt(&m);
}

/* A domain started with one mistake; how it ends. */
static struct fake_domain_view end_of(void (*spoil_context)(unsigned char *context), bool pinned,
				      bool masked, bool mapped)
{
	struct fake_domain_view view;
	struct machine m;
	void *addr = NULL;

	build(&m, &releases[2]);
	load(&m, NULL);
	if (pinned)
		assert_int_equal(pin(&m, m.mfn[L4]), 0);
	if (!masked)
		((unsigned char *)fake_guest_shared_info(m.fake, m.domid))[1] = 0;
	if (spoil_context)
		spoil_context(good_context(&m));
	else
		good_context(&m);
	assert_int_equal(set_context(&m, 0), 0);
	if (mapped)
		assert_int_equal(map(&m, &m.mfn[SPARE], 1, PROT_READ | PROT_WRITE, &addr), 0);
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	view = look(&m);
	if (mapped)
		unmap(&m, addr, 1);
	destroy(&m);
	halt(&m);
	return view;
}

static void no_selectors(unsigned char *context)
{
	put(context, 656, 0, 2);
}

static void no_entry(unsigned char *context)
{
	put(context, 648, BASE + 0x40000000, 8);
}

static void not_online(unsigned char *context)
{
	put(context, 512, 0x4, 8);
}

static void a_badly_built_guest_ends_as_on_xen(void **state)
{
	struct fake_domain_view view;

	(void)state;
	view = end_of(no_selectors, true, true, false);
	assert_true(view.shutdown && view.reason == 3);
	view = end_of(no_entry, true, true, false);
	assert_true(view.shutdown && view.reason == 3);
	view = end_of(NULL, false, true, false); /* not pinned */
	assert_true(view.shutdown && view.reason == 0);
	view = end_of(NULL, true, false, false); /* an event comes too early */
	assert_true(view.shutdown && view.reason == 0);
	view = end_of(NULL, true, true, true); /* dom0 can write a page of it */
	assert_true(view.shutdown && view.reason == 3);
	view = end_of(not_online, true, true, false);
	assert_false(view.entered || view.shutdown);
	view = end_of(NULL, true, true, false);
	assert_true(view.entered && !view.shutdown);
}

static void the_hypercall_page_must_be_the_guests(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;
		const unsigned char *code;

		start(&m, r);
		assert_int_equal(simple(&m, HYPERCALL_INIT, 5, 8), -EINVAL);
		assert_int_equal(simple(&m, HYPERCALL_INIT, m.mfn[L1], 8), -EINVAL);
		assert_int_equal(simple(&m, HYPERCALL_INIT, m.mfn[SPARE], 8), 0);
		code = fake_guest_page(m.fake, m.domid, SPARE);
		assert_int_equal(code[32 + 1], 1);
		destroy(&m);
		halt(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_tree_cannot_be_pinned),
		cmocka_unit_test(a_table_that_dom0_maps_writable_cannot_be_pinned),
		cmocka_unit_test(entries_of_xens_own_slots_are_not_looked_at),
		cmocka_unit_test(page_types_are_told),
		cmocka_unit_test(a_wrong_context_is_refused),
		cmocka_unit_test(setting_the_first_context_writes_the_wall_clock),
		cmocka_unit_test(a_badly_built_guest_ends_as_on_xen),
		cmocka_unit_test(the_hypercall_page_must_be_the_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
