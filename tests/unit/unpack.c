/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unpacking: what went in comes out, and of anything else it is said what it is. */
#include "build/unpack.h"
#include "elf-maker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Longer than three pieces of progress; for lz4, which packs quickly, more than one block. */
#define LONG_BYTES     ((size_t)4 << 20)
#define LONG_LZ4_BYTES ((size_t)9 << 20)

static const char *const names[] = { MADE_PACKINGS };

/* What a progress function saw, and when it is to cancel. */
struct listener {
	uint64_t calls, last, total;
	uint64_t cancel_at; /* calls; 0: never */
};

struct fixture {
	struct made plain, packed;
	uint8_t *out;
	struct lx_bytes grown;
	struct lx_error error;
	struct listener listener;
	struct lx_progress progress;
	struct lx_unpack job;
	const struct lx_packing *packing;
};

static int listen(void *data, const char *step, uint64_t done, uint64_t total)
{
	struct listener *listener = data;

	assert_string_equal(step, "unpack kernel");
	assert_true(done >= listener->last);
	assert_true(done <= total || total == 0);
	listener->last = done;
	listener->total = total;
	return ++listener->calls == listener->cancel_at;
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

/* Forget one packing, before the next. */
static void clear(struct fixture *f)
{
	made_free(&f->plain);
	made_free(&f->packed);
	free(f->out);
	lx_bytes_free(&f->grown);
	*f = (struct fixture){ 0 };
}

static int teardown(void **state)
{
	clear(*state);
	free(*state);
	return 0;
}

/* Pack @size bytes of a kernel-like pattern. False: this build has no such packing. */
static bool pack(struct fixture *f, const char *name, size_t size)
{
	struct elf_recipe recipe = { 0 };

	if (size == LONG_BYTES && strcmp(name, "lz4") == 0)
		size = LONG_LZ4_BYTES;
	recipe.text_bytes = size;
	clear(f);
	f->plain = make_elf(&recipe);
	f->plain.size = size;
	f->packed = make_packed(name, f->plain);
	if (!f->packed.data)
		return false;

	print_message("           with %s\n", name);
	f->packing = lx_packing_find(f->packed.data, f->packed.size);
	assert_non_null(f->packing);
	assert_string_equal(f->packing->name, name);
	f->progress = (struct lx_progress){ listen, &f->listener };
	return true;
}

/* Unpack the first @in bytes as if they announced @out. The room has exactly that size. */
static int unpack(struct fixture *f, size_t in, size_t out)
{
	uint8_t *exact = malloc(in);
	int ret;

	assert_non_null(exact);
	memcpy(exact, f->packed.data, in);
	free(f->out);
	f->out = calloc(1, out);
	assert_non_null(f->out);
	f->error.text[0] = '\0';
	f->listener.calls = f->listener.last = 0;
	f->job = (struct lx_unpack){ .in = exact,
				     .in_size = in,
				     .out = f->out,
				     .out_size = out,
				     .progress = &f->progress,
				     .error = &f->error };
	ret = f->packing->unpack(&f->job);
	free(exact);
	return ret;
}

/* Unpack it all into a room that grows up to @limit, as a file that announces nothing. */
static int unpack_growing(struct fixture *f, size_t limit, const char *begin)
{
	lx_bytes_free(&f->grown);
	f->job = (struct lx_unpack){ .in = f->packed.data,
				     .in_size = f->packed.size,
				     .growing = &f->grown,
				     .out_limit = limit,
				     .out_begin = begin,
				     .progress = &f->progress,
				     .error = &f->error };
	return f->packing->unpack(&f->job);
}

#define FOR_EACH_PACKING(f, size)                                                             \
	for (size_t packing_i = 0; packing_i < sizeof(names) / sizeof(names[0]); packing_i++) \
		if (pack(f, names[packing_i], size))

static void given_a_packed_kernel_when_it_is_unpacked_then_it_is_the_same(void **state)
{
	struct fixture *f = *state;

	FOR_EACH_PACKING(f, LONG_BYTES)
	{
		assert_int_equal(unpack(f, f->packed.size, f->plain.size), 0);

		assert_int_equal(f->job.out_done, f->plain.size);
		assert_memory_equal(f->out, f->plain.data, f->plain.size);
		assert_string_equal(f->error.text, "");
	}
}

static void given_a_listener_when_a_kernel_is_unpacked_then_it_hears_of_the_start_and_the_end(
	void **state)
{
	struct fixture *f = *state;

	FOR_EACH_PACKING(f, LONG_BYTES)
	{
		assert_int_equal(unpack(f, f->packed.size, f->plain.size), 0);

		assert_true(f->listener.calls >= 3);
		assert_int_equal(f->listener.last, f->plain.size);
		assert_int_equal(f->listener.total, f->plain.size);
	}
}

static void given_a_listener_that_has_enough_when_it_cancels_then_unpacking_ends(void **state)
{
	struct fixture *f = *state;

	FOR_EACH_PACKING(f, LONG_BYTES)
	{
		f->listener.cancel_at = 2;

		assert_int_equal(unpack(f, f->packed.size, f->plain.size), -ECANCELED);

		assert_int_equal(f->listener.calls, 2);
		assert_string_equal(f->error.text, "unpacking was cancelled");
	}
}

static void given_too_small_a_size_when_it_is_unpacked_then_nothing_is_written_beyond(void **state)
{
	struct fixture *f = *state;

	/* The sanitizer guards the byte behind the room. */
	FOR_EACH_PACKING(f, 70000)
	{
		assert_int_equal(unpack(f, f->packed.size, f->plain.size - 1), -EBADMSG);
		assert_non_null(strstr(f->error.text, "more than"));

		assert_int_equal(unpack(f, f->packed.size, 1), -EBADMSG);
	}
}

static void given_too_large_a_size_when_it_is_unpacked_then_both_sizes_are_named(void **state)
{
	struct fixture *f = *state;

	FOR_EACH_PACKING(f, 70000)
	{
		assert_int_equal(unpack(f, f->packed.size, f->plain.size + 1), -EBADMSG);

		assert_non_null(strstr(f->error.text, "70000"));
		assert_non_null(strstr(f->error.text, "70001"));
	}
}

static void given_a_stream_cut_anywhere_when_it_is_unpacked_then_it_is_damaged(void **state)
{
	struct fixture *f = *state;
	size_t in;

	FOR_EACH_PACKING(f, 5000)
	{
		for (in = f->packing->magic_size; in < f->packed.size; in++) {
			assert_int_equal(unpack(f, in, f->plain.size), -EBADMSG);
			assert_non_null(strstr(f->error.text, "damaged"));
		}
	}
}

static void given_bytes_behind_the_stream_when_it_is_unpacked_then_it_is_damaged(void **state)
{
	struct fixture *f = *state;

	FOR_EACH_PACKING(f, 5000)
	{
		f->packed.data = realloc(f->packed.data, f->packed.size + 3);
		assert_non_null(f->packed.data);
		memcpy(f->packed.data + f->packed.size, "xyz", 3);

		assert_int_equal(unpack(f, f->packed.size + 3, f->plain.size), -EBADMSG);
		assert_non_null(strstr(f->error.text, "damaged"));
	}
}

/* These have no checksum. */
static bool is_trusting(const char *name)
{
	return strcmp(name, "lz4") == 0 || strcmp(name, "lzma") == 0;
}

/* Without a checksum something else may come out, but not more. */
static void given_a_stream_with_one_bit_changed_when_it_is_unpacked_then_it_shows(void **state)
{
	struct fixture *f = *state;
	size_t at;
	int ret;

	FOR_EACH_PACKING(f, 3000)
	{
		for (at = f->packing->magic_size; at < f->packed.size; at++) {
			f->packed.data[at] ^= (uint8_t)(1u << at % 8);
			ret = unpack(f, f->packed.size, f->plain.size);
			f->packed.data[at] ^= (uint8_t)(1u << at % 8);

			if (ret == 0 && !is_trusting(f->packing->name))
				assert_memory_equal(f->out, f->plain.data, f->plain.size);
			if (ret == 0)
				continue;
			if (ret != -EBADMSG)
				fail_msg("byte %zu: %d, %s", at, ret, f->error.text);
			assert_string_not_equal(f->error.text, "");
		}
	}
}

static void given_a_size_nobody_knows_when_it_is_unpacked_then_the_room_grows(void **state)
{
	struct fixture *f = *state;

	FOR_EACH_PACKING(f, LONG_BYTES)
	{
		assert_int_equal(unpack_growing(f, LONG_LZ4_BYTES, "\177ELF"), 0);

		assert_int_equal(f->job.out_done, f->plain.size);
		assert_int_equal(f->grown.size, f->plain.size);
		assert_memory_equal(f->grown.data, f->plain.data, f->plain.size);
		assert_int_equal(f->listener.last, f->plain.size);
		assert_int_equal(f->listener.total, 0);
	}
}

/* lz4's blocks do not tell what comes out of them, so there it is damaged or too much. */
static void given_more_than_the_limit_when_the_room_grows_then_it_ends_there(void **state)
{
	struct fixture *f = *state;
	size_t limit = 3 << 20;
	int ret;

	FOR_EACH_PACKING(f, LONG_BYTES)
	{
		ret = unpack_growing(f, limit, NULL);

		assert_true(f->grown.mapping_size <= limit);
		if (strcmp(f->packing->name, "lz4") == 0) {
			assert_int_equal(ret, -EBADMSG);
			continue;
		}
		assert_int_equal(ret, -EFBIG);
		assert_non_null(strstr(f->error.text, "more than the 3 MiB"));
	}
}

static void given_a_bomb_of_zeros_when_a_kernel_is_wanted_then_it_ends_with_the_first_piece(
	void **state)
{
	struct fixture *f = *state;
	size_t block = 8 << 20; /* of lz4, the longest */

	FOR_EACH_PACKING(f, 1)
	{
		const char *name = f->packing->name;

		made_free(&f->plain);
		made_free(&f->packed);
		f->plain = (struct made){ calloc(1, 3 * block), 3 * block };
		assert_non_null(f->plain.data);
		f->packed = make_packed(name, f->plain);

		assert_int_equal(unpack_growing(f, (size_t)512 << 20, "\177ELF"), -ENOEXEC);

		assert_true(f->job.out_done <= block);
		assert_non_null(strstr(f->error.text, "not an ELF kernel"));
	}
}

static void given_an_xz_stream_that_wants_much_memory_when_it_is_unpacked_then_it_gets_none(
	void **state)
{
	/* A stream header and a block header with a dictionary of 1.5 GiB; sums are right. */
	static uint8_t stream[] = { 0xfd, '7',	'z',  'X',  'Z',  0x00, 0x00, 0x01, 0x69, 0x22,
				    0xde, 0x36, 0x02, 0x00, 0x21, 0x01, 0x25, 0x00, 0x00, 0x00,
				    0x3b, 0x78, 0x7b, 0x41, 0x01, 0x00, 0x00, 0x41, 0x00 };
	struct fixture *f = *state;

	f->packed = (struct made){ malloc(sizeof(stream)), sizeof(stream) };
	assert_non_null(f->packed.data);
	memcpy(f->packed.data, stream, sizeof(stream));
	f->packing = lx_packing_find(stream, sizeof(stream));
	if (!f->packing->unpack)
		skip();

	assert_int_equal(unpack(f, f->packed.size, 1), -EBADMSG);
	assert_non_null(strstr(f->error.text, "128 MiB"));
}

static void given_a_zstd_frame_with_a_huge_window_when_it_is_unpacked_then_it_is_refused(
	void **state)
{
	/* Magic, a descriptor without a size, a window of 2^31; then an empty last block. */
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00 };
	struct fixture *f = *state;

	f->packed = (struct made){ malloc(sizeof(frame)), sizeof(frame) };
	assert_non_null(f->packed.data);
	memcpy(f->packed.data, frame, sizeof(frame));
	f->packing = lx_packing_find(frame, sizeof(frame));
	if (!f->packing->unpack)
		skip();

	assert_int_equal(unpack(f, f->packed.size, 1), -EBADMSG);
	assert_non_null(strstr(f->error.text, "128 MiB"));
}

static void given_the_first_bytes_when_a_packing_is_sought_then_it_is_named(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *name;
	} table[] = {
		{ "\x1f\x8b", 2, "gzip" },
		{ "\3757zXZ\0", 6, "xz" },
		{ "\x02\x21\x4c\x18", 4, "lz4" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "BZh", 3, "bzip2" },
		{ "\x5d\0\0", 3, "lzma" },
		{ "\x89LZO\0\r\n\x1a\n", 9, "lzop" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const uint8_t *bytes = (const uint8_t *)table[i].bytes;
		const struct lx_packing *packing = lx_packing_find(bytes, table[i].size);

		assert_non_null(packing);
		assert_string_equal(packing->name, table[i].name);
		assert_null(lx_packing_find(bytes, table[i].size - 1));
	}
	assert_null(lx_packing_find((const uint8_t *)"\177ELF", 4));
	assert_null(lx_packing_find(NULL, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(given_a_packed_kernel_when_it_is_unpacked_then_it_is_the_same),
		TEST(given_a_listener_when_a_kernel_is_unpacked_then_it_hears_of_the_start_and_the_end),
		TEST(given_a_listener_that_has_enough_when_it_cancels_then_unpacking_ends),
		TEST(given_too_small_a_size_when_it_is_unpacked_then_nothing_is_written_beyond),
		TEST(given_too_large_a_size_when_it_is_unpacked_then_both_sizes_are_named),
		TEST(given_a_stream_cut_anywhere_when_it_is_unpacked_then_it_is_damaged),
		TEST(given_bytes_behind_the_stream_when_it_is_unpacked_then_it_is_damaged),
		TEST(given_a_stream_with_one_bit_changed_when_it_is_unpacked_then_it_shows),
		TEST(given_a_size_nobody_knows_when_it_is_unpacked_then_the_room_grows),
		TEST(given_more_than_the_limit_when_the_room_grows_then_it_ends_there),
		TEST(given_a_bomb_of_zeros_when_a_kernel_is_wanted_then_it_ends_with_the_first_piece),
		TEST(given_an_xz_stream_that_wants_much_memory_when_it_is_unpacked_then_it_gets_none),
		TEST(given_a_zstd_frame_with_a_huge_window_when_it_is_unpacked_then_it_is_refused),
		TEST(given_the_first_bytes_when_a_packing_is_sought_then_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
