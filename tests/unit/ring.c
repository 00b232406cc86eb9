/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The console's ring: whole texts, every edge, and a guest that cheats. */
#include "console-ring.h"
#include "xen-facts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define IN_SIZE	 1024
#define OUT_SIZE 2048
#define PAGE	 4096

/* The guest's view: where it finds the ring's parts, from the facts. */
struct fixture {
	unsigned char *mapping; /* the page, between two that may not be touched */
	unsigned char *page;
	char *in, *out;
	uint32_t *in_cons, *in_prod, *out_cons, *out_prod;
	struct lx_console_ring ring;
};

static struct facts facts;

static void *at(const struct fixture *f, const char *field)
{
	return f->page + facts_always(&facts, "xencons_interface", field)->offset;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->mapping = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f->mapping == MAP_FAILED || mprotect(f->mapping + PAGE, PAGE, PROT_READ | PROT_WRITE))
		return -1;
	f->page = f->mapping + PAGE;
	f->in = at(f, "in");
	f->out = at(f, "out");
	f->in_cons = at(f, "in_cons");
	f->in_prod = at(f, "in_prod");
	f->out_cons = at(f, "out_cons");
	f->out_prod = at(f, "out_prod");
	lx_console_ring_attach(&f->ring, f->page);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	munmap(f->mapping, 3 * PAGE);
	free(f);
	return 0;
}

/* The guest prints; it is honest here, and there is room. */
static void print(struct fixture *f, const char *text, size_t size)
{
	assert_true(*f->out_prod - *f->out_cons + size <= OUT_SIZE);
	for (size_t i = 0; i < size; i++)
		f->out[(*f->out_prod + i) % OUT_SIZE] = text[i];
	*f->out_prod += size;
}

/* The guest reads what was typed. */
static size_t typed(struct fixture *f, char *text)
{
	size_t size = *f->in_prod - *f->in_cons;

	assert_true(size <= IN_SIZE);
	for (size_t i = 0; i < size; i++)
		text[i] = f->in[(*f->in_cons + i) % IN_SIZE];
	*f->in_cons += size;
	return size;
}

/* Start again with all indices at @index, as if so much had gone through. */
static void start_at(struct fixture *f, uint32_t index)
{
	*f->in_cons = *f->in_prod = *f->out_cons = *f->out_prod = index;
	lx_console_ring_attach(&f->ring, f->page);
}

static void fill(char *text, size_t size, unsigned int seed)
{
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(seed + i * 31 + i / 251);
}

/* --- the ring's size, in Xen's headers too --- */

static void given_the_headers_when_sizes_are_compared_then_the_ring_has_them(void **state)
{
	(void)state;

	assert_int_equal(facts_always(&facts, "xencons_interface", "in")->size, IN_SIZE);
	assert_int_equal(facts_always(&facts, "xencons_interface", "out")->size, OUT_SIZE);
}

/* --- out of the guest --- */

static void given_an_empty_ring_when_it_is_read_then_there_is_nothing(void **state)
{
	struct fixture *f = *state;
	char buffer[16] = "untouched";

	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 0);

	assert_string_equal(buffer, "untouched");
	assert_int_equal(lx_console_ring_pending(&f->ring), 0);
}

static void given_some_output_when_it_is_read_then_it_is_whole_and_taken(void **state)
{
	struct fixture *f = *state;
	char buffer[16] = "";

	print(f, "Linux\n", 6);
	assert_int_equal(lx_console_ring_pending(&f->ring), 6);

	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 6);

	assert_memory_equal(buffer, "Linux\n", 6);
	assert_int_equal(*f->out_cons, 6);
	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 0);
}

static void given_more_output_than_room_when_it_is_read_then_the_rest_waits(void **state)
{
	struct fixture *f = *state;
	char buffer[8] = "........";

	print(f, "0123456789", 10);

	assert_int_equal(lx_console_ring_read(&f->ring, buffer, 4), 4);
	assert_memory_equal(buffer, "0123....", 8);
	assert_int_equal(lx_console_ring_read(&f->ring, buffer, 0), 0);
	assert_int_equal(lx_console_ring_pending(&f->ring), 6);
	assert_int_equal(lx_console_ring_read(&f->ring, buffer, 8), 6);
	assert_memory_equal(buffer, "456789..", 8);
}

static void given_a_full_ring_when_it_is_read_then_all_of_it_comes(void **state)
{
	char text[OUT_SIZE], buffer[OUT_SIZE + 1];
	struct fixture *f = *state;

	fill(text, sizeof(text), 1);
	start_at(f, 1000);
	print(f, text, sizeof(text));

	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), OUT_SIZE);

	assert_memory_equal(buffer, text, sizeof(text));
}

static void given_output_across_the_rings_end_when_it_is_read_then_it_is_in_order(void **state)
{
	struct fixture *f = *state;
	char buffer[16];

	start_at(f, OUT_SIZE - 3);
	print(f, "abcdef", 6);

	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 6);

	assert_memory_equal(buffer, "abcdef", 6);
}

static void given_indices_at_2_to_the_32_when_they_wrap_then_nothing_is_lost(void **state)
{
	char text[OUT_SIZE], buffer[OUT_SIZE];
	struct fixture *f = *state;

	fill(text, sizeof(text), 2);
	start_at(f, UINT32_MAX - 5);

	for (int i = 0; i < 3; i++) {
		print(f, text, 700);
		assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 700);
		assert_memory_equal(buffer, text, 700);
		assert_int_equal(lx_console_ring_write(&f->ring, text, 700), 700);
		assert_int_equal(typed(f, buffer), 700);
		assert_memory_equal(buffer, text, 700);
	}
	assert_int_equal(*f->out_cons, 2094);
	assert_int_equal(*f->in_prod, 2094);
}

/* --- into the guest --- */

static void given_room_when_something_is_typed_then_the_guest_finds_it(void **state)
{
	struct fixture *f = *state;
	char text[IN_SIZE];

	assert_int_equal(lx_console_ring_write(&f->ring, "ls\n", 3), 3);

	assert_int_equal(*f->in_prod, 3);
	assert_int_equal(typed(f, text), 3);
	assert_memory_equal(text, "ls\n", 3);
}

static void given_more_than_fits_when_it_is_typed_then_the_room_is_told(void **state)
{
	char text[IN_SIZE + 100], found[IN_SIZE];
	struct fixture *f = *state;

	fill(text, sizeof(text), 3);
	start_at(f, IN_SIZE - 10);

	assert_int_equal(lx_console_ring_write(&f->ring, text, sizeof(text)), IN_SIZE);
	assert_int_equal(lx_console_ring_write(&f->ring, text, 1), 0);

	assert_int_equal(typed(f, found), IN_SIZE);
	assert_memory_equal(found, text, IN_SIZE);
	assert_int_equal(lx_console_ring_write(&f->ring, text, 1), 1);
}

static void given_nothing_when_it_is_typed_then_nothing_happens(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_console_ring_write(&f->ring, "x", 0), 0);

	assert_int_equal(*f->in_prod, 0);
}

/* --- a guest that cheats --- */

static void given_output_that_cannot_be_when_it_is_read_then_it_is_refused_and_life_goes_on(
	void **state)
{
	static const uint32_t lies[] = { OUT_SIZE + 1, 0x7fffffff, 0x80000000, 0xfffffffe,
					 UINT32_MAX };
	struct fixture *f = *state;
	char buffer[OUT_SIZE];

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		start_at(f, 100);
		*f->out_prod = 100 + lies[i];
		memset(buffer, 0x55, sizeof(buffer));

		assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), -EPROTO);

		for (size_t b = 0; b < sizeof(buffer); b++)
			assert_int_equal(buffer[b], 0x55);
		assert_int_equal(*f->out_cons, 100 + lies[i]);
		print(f, "ok", 2);
		assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 2);
		assert_memory_equal(buffer, "ok", 2);
	}
}

static void given_input_that_cannot_be_when_something_is_typed_then_it_is_refused_and_life_goes_on(
	void **state)
{
	/* How far the guest claims to have read beyond what was written; or how far it is behind. */
	static const uint32_t lies[] = { 1, 0x7fffffff, 0x80000000, (uint32_t) - (IN_SIZE + 1) };
	struct fixture *f = *state;
	char text[IN_SIZE];

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		start_at(f, 5000);
		memset(f->in, 0x55, IN_SIZE);
		*f->in_cons = 5000 + lies[i];

		assert_int_equal(lx_console_ring_write(&f->ring, "abc", 3), -EPROTO);

		for (size_t b = 0; b < IN_SIZE; b++)
			assert_int_equal(f->in[b], 0x55);
		assert_int_equal(*f->in_prod, 5000 + lies[i]);
		assert_int_equal(lx_console_ring_write(&f->ring, "ok", 2), 2);
		assert_int_equal(typed(f, text), 2);
		assert_memory_equal(text, "ok", 2);
	}
}

static void given_a_guest_that_writes_our_indices_when_it_is_read_then_ours_count(void **state)
{
	struct fixture *f = *state;
	char buffer[16];

	print(f, "first", 5);
	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 5);
	print(f, "second", 6);

	*f->out_cons = 0;
	assert_int_equal(lx_console_ring_read(&f->ring, buffer, sizeof(buffer)), 6);

	assert_memory_equal(buffer, "second", 6);
	assert_int_equal(*f->out_cons, 11);
}

static void given_a_guest_that_writes_our_indices_when_something_is_typed_then_ours_count(
	void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_console_ring_write(&f->ring, "abc", 3), 3);

	*f->in_prod = 77;
	assert_int_equal(lx_console_ring_write(&f->ring, "def", 3), 3);

	assert_memory_equal(f->in, "abcdef", 6);
	assert_int_equal(*f->in_prod, 6);
}

static void given_a_ring_in_use_when_a_reader_attaches_then_it_goes_on_where_the_last_was(
	void **state)
{
	struct lx_console_ring next;
	struct fixture *f = *state;
	char buffer[16];

	print(f, "old", 3);
	lx_console_ring_read(&f->ring, buffer, sizeof(buffer));
	lx_console_ring_write(&f->ring, "x", 1);
	print(f, "new", 3);

	lx_console_ring_attach(&next, f->page);

	assert_int_equal(lx_console_ring_read(&next, buffer, sizeof(buffer)), 3);
	assert_memory_equal(buffer, "new", 3);
	assert_int_equal(lx_console_ring_write(&next, "y", 1), 1);
	assert_memory_equal(f->in, "xy", 2);
}

static uint32_t next_random(uint32_t *seed)
{
	return *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes */
}

/*
 * A page of noise, whatever is done with it: an answer is a count that fits, or -EPROTO, and only
 * our two indices and the input are ever written. The pages around it are not there at all.
 */
static void given_a_page_of_noise_when_it_is_used_then_nothing_but_ours_is_touched(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 2026;

	for (int i = 0; i < 20000; i++) {
		unsigned char before[PAGE];
		char buffer[3000] = { 0 };
		size_t size = next_random(&seed) % sizeof(buffer);
		int ret;

		for (size_t b = 3072; b < 3088; b++)
			f->page[b] = (unsigned char)(next_random(&seed) >> 24);
		if (i % 3)
			*f->out_prod = f->ring.out_cons + next_random(&seed) % 2200;
		if (i % 5)
			*f->in_cons = f->ring.in_prod - next_random(&seed) % 1100;
		memcpy(before, f->page, PAGE);

		if (i % 2)
			ret = lx_console_ring_read(&f->ring, buffer, size);
		else
			ret = lx_console_ring_write(&f->ring, buffer, size);

		assert_true(ret == -EPROTO || (ret >= 0 && (size_t)ret <= size));
		assert_true(ret <= (i % 2 ? OUT_SIZE : IN_SIZE));
		memcpy(before, f->in, IN_SIZE);
		memcpy(before + 3076, f->in_prod, 4);
		memcpy(before + 3080, f->out_cons, 4);
		assert_memory_equal(f->page, before, PAGE);
	}
}

static int read_facts(void **state)
{
	(void)state;
	facts_read(&facts, XEN_ABI);
	return 0;
}

static int free_facts(void **state)
{
	(void)state;
	facts_free(&facts);
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(given_the_headers_when_sizes_are_compared_then_the_ring_has_them),
		TEST(given_an_empty_ring_when_it_is_read_then_there_is_nothing),
		TEST(given_some_output_when_it_is_read_then_it_is_whole_and_taken),
		TEST(given_more_output_than_room_when_it_is_read_then_the_rest_waits),
		TEST(given_a_full_ring_when_it_is_read_then_all_of_it_comes),
		TEST(given_output_across_the_rings_end_when_it_is_read_then_it_is_in_order),
		TEST(given_indices_at_2_to_the_32_when_they_wrap_then_nothing_is_lost),
		TEST(given_room_when_something_is_typed_then_the_guest_finds_it),
		TEST(given_more_than_fits_when_it_is_typed_then_the_room_is_told),
		TEST(given_nothing_when_it_is_typed_then_nothing_happens),
		TEST(given_output_that_cannot_be_when_it_is_read_then_it_is_refused_and_life_goes_on),
		TEST(given_input_that_cannot_be_when_something_is_typed_then_it_is_refused_and_life_goes_on),
		TEST(given_a_guest_that_writes_our_indices_when_it_is_read_then_ours_count),
		TEST(given_a_guest_that_writes_our_indices_when_something_is_typed_then_ours_count),
		TEST(given_a_ring_in_use_when_a_reader_attaches_then_it_goes_on_where_the_last_was),
		TEST(given_a_page_of_noise_when_it_is_used_then_nothing_but_ours_is_touched),
	};

	return cmocka_run_group_tests(tests, read_facts, free_facts);
}
