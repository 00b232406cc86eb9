/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sources: several are joined as Linux takes ramdisks, one is left as it is. */
#include "internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT 4096

struct fixture {
	struct libxen xen;
	struct lx_bytes bytes;
};

/* No connection is opened here. */
const struct lx_os *lx_os_default(void)
{
	return NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	lx_bytes_free(&f->bytes);
	free(f);
	return 0;
}

static struct libxen_source memory(const void *data, size_t size)
{
	return (struct libxen_source){ .size = sizeof(struct libxen_source),
				       .kind = LIBXEN_SOURCE_MEMORY,
				       .data = data,
				       .data_bytes = size };
}

static int join(struct fixture *f, const struct libxen_source *sources, uint32_t count)
{
	return lx_sources_join(&f->xen, sources, count, "ramdisk", LIMIT, &f->bytes);
}

static void refuses(struct fixture *f, const struct libxen_source *sources, uint32_t count,
		    int code, const char *words)
{
	assert_int_equal(join(f, sources, count), code);

	assert_int_equal(f->bytes.size, 0);
	assert_null(f->bytes.mapping);
	if (!strstr(f->xen.error.text, words))
		fail_msg("\"%s\" is not in \"%s\"", words, f->xen.error.text);
}

static void given_no_sources_when_joined_then_there_are_no_bytes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(join(f, NULL, 0), 0);

	assert_int_equal(f->bytes.size, 0);
}

static void given_one_source_when_joined_then_its_bytes_are_borrowed(void **state)
{
	const struct libxen_source source = memory("12345", 5);
	struct fixture *f = *state;

	assert_int_equal(join(f, &source, 1), 0);

	assert_ptr_equal(f->bytes.data, source.data);
	assert_int_equal(f->bytes.size, 5);
}

static void given_several_sources_when_joined_then_each_begins_at_a_multiple_of_4(void **state)
{
	const struct libxen_source sources[] = { memory("12345", 5), memory("1234", 4),
						 memory("1", 1), memory("123456", 6) };
	struct fixture *f = *state;

	assert_int_equal(join(f, sources, 4), 0);

	assert_int_equal(f->bytes.size, 22);
	assert_memory_equal(f->bytes.data,
			    "12345\0\0\0"
			    "1234"
			    "1\0\0\0"
			    "123456",
			    22);
}

static void given_sources_of_every_kind_when_joined_then_all_are_there(void **state)
{
	struct libxen_source sources[] = { memory("12345", 5), { 0 }, { 0 } };
	char path[] = "/tmp/libxen-test-source-XXXXXX";
	struct fixture *f = *state;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "abcdefg", 7), 7);
	sources[1] = (struct libxen_source){ .size = sizeof(sources[1]),
					     .kind = LIBXEN_SOURCE_PATH,
					     .path = path };
	sources[2] = (struct libxen_source){ .size = sizeof(sources[2]),
					     .kind = LIBXEN_SOURCE_FD,
					     .fd = fd };

	assert_int_equal(join(f, sources, 3), 0);

	assert_int_equal(f->bytes.size, 23);
	assert_memory_equal(f->bytes.data,
			    "12345\0\0\0"
			    "abcdefg\0"
			    "abcdefg",
			    23);
	close(fd);
	unlink(path);
}

static void given_sources_of_a_newer_program_when_joined_then_their_own_size_parts_them(
	void **state)
{
	struct {
		struct libxen_source source;
		uint64_t newer;
	} sources[2] = { { .source = memory("1234", 4) }, { .source = memory("5678", 4) } };
	struct fixture *f = *state;

	sources[0].source.size = sources[1].source.size = sizeof(sources[0]);
	assert_int_equal(join(f, &sources[0].source, 2), 0);
	assert_memory_equal(f->bytes.data, "12345678", 8);
	lx_bytes_free(&f->bytes);

	sources[1].newer = 1;
	refuses(f, &sources[0].source, 2, -E2BIG, "libxen_source");
}

static void given_sources_of_two_sizes_when_joined_then_they_are_refused(void **state)
{
	struct libxen_source sources[] = { memory("1234", 4), memory("5678", 4) };
	struct fixture *f = *state;

	sources[1].size += 8;
	refuses(f, sources, 2, -EINVAL, "libxen_source 2 of the ramdisks");

	sources[0].size = sources[1].size = sizeof(sources[0]) + 4;
	refuses(f, sources, 2, -EINVAL, "libxen_source 1 of the ramdisks");
}

static void given_a_count_and_no_sources_when_joined_then_they_are_missed(void **state)
{
	refuses(*state, NULL, 2, -EINVAL, "2 ramdisks");
}

static void given_one_that_is_missing_when_joined_then_it_is_named(void **state)
{
	const struct libxen_source sources[] = { memory("1234", 4),
						 { .size = sizeof(sources[0]),
						   .kind = LIBXEN_SOURCE_PATH,
						   .path = "/no/such/ramdisk" } };

	refuses(*state, sources, 2, -ENOENT, "ramdisk 2 /no/such/ramdisk");
}

static void given_an_empty_one_when_joined_then_it_is_named(void **state)
{
	const struct libxen_source sources[] = { memory("1234", 4), memory("", 0) };
	struct fixture *f = *state;

	refuses(f, sources, 2, -EINVAL, "ramdisk 2 is empty");
	refuses(f, sources + 1, 1, -EINVAL, "ramdisk is empty");
}

static void given_more_than_the_limit_when_joined_then_the_one_too_many_is_named(void **state)
{
	static const uint8_t bytes[LIMIT];
	const struct libxen_source sources[] = { memory(bytes, LIMIT - 3), memory(bytes, 1) };
	struct fixture *f = *state;

	refuses(f, sources, 2, -EFBIG, "ramdisk 2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(given_no_sources_when_joined_then_there_are_no_bytes),
		TEST(given_one_source_when_joined_then_its_bytes_are_borrowed),
		TEST(given_several_sources_when_joined_then_each_begins_at_a_multiple_of_4),
		TEST(given_sources_of_every_kind_when_joined_then_all_are_there),
		TEST(given_sources_of_a_newer_program_when_joined_then_their_own_size_parts_them),
		TEST(given_sources_of_two_sizes_when_joined_then_they_are_refused),
		TEST(given_a_count_and_no_sources_when_joined_then_they_are_missed),
		TEST(given_one_that_is_missing_when_joined_then_it_is_named),
		TEST(given_an_empty_one_when_joined_then_it_is_named),
		TEST(given_more_than_the_limit_when_joined_then_the_one_too_many_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
