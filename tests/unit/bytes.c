/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting bytes: from files, pipes and things that only look like files. */
#include "build/bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT ((size_t)8 << 20)

struct fixture {
	char path[64];
	int fd; /* of the file at path, for writing it */
	struct lx_error error;
	struct lx_bytes bytes;
	size_t descriptors;
};

static size_t count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* How many mappings of this test's file the process has. */
static size_t count_mappings(const char *path)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	size_t count = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, path) != NULL;
	fclose(maps);
	return count;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/libxen-bytes-XXXXXX");
	f->fd = mkstemp(f->path);
	assert_true(f->fd >= 0);
	f->descriptors = count_descriptors();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	lx_bytes_free(&f->bytes);
	assert_null(f->bytes.data);
	assert_int_equal(count_descriptors(), f->descriptors);
	assert_int_equal(count_mappings(f->path), 0);
	close(f->fd);
	unlink(f->path);
	free(f);
	return 0;
}

static void given_a_file_when_it_is_read_by_path_then_its_bytes_are_mapped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write(f->fd, "kernel", 6), 6);

	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, LIMIT, "kernel k", &f->error), 0);

	assert_int_equal(f->bytes.size, 6);
	assert_memory_equal(f->bytes.data, "kernel", 6);
	assert_int_equal(count_mappings(f->path), 1);
}

static void given_a_file_when_copied_from_then_its_bytes_come_from_where_they_are(void **state)
{
	struct fixture *f = *state;
	char part[4] = "";

	assert_int_equal(write(f->fd, "a kernel", 8), 8);
	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, LIMIT, "kernel k", &f->error), 0);

	assert_int_equal(lx_bytes_copy(&f->bytes, f->bytes.data + 2, part, 3, &f->error), 0);

	assert_string_equal(part, "ker");
}

/* Through the mapping it would be the end of this process. */
static void given_a_file_that_shrinks_when_copied_from_then_a_sentence_tells(void **state)
{
	struct fixture *f = *state;
	static char all[3 * 4096];

	assert_int_equal(ftruncate(f->fd, sizeof(all)), 0);
	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, LIMIT, "kernel k", &f->error), 0);
	assert_int_equal(ftruncate(f->fd, 10), 0);

	assert_int_equal(lx_bytes_copy(&f->bytes, f->bytes.data, all, sizeof(all), &f->error),
			 -EBADMSG);
	assert_string_equal(f->error.text, "its file became shorter while it was in use: it ends "
					   "after 10 bytes, not 12288");
	assert_int_equal(lx_bytes_load(&f->bytes, &f->error), -EBADMSG);
}

static void given_a_file_when_loaded_then_nothing_of_it_is_mapped_or_open(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write(f->fd, "kernel", 6), 6);
	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, LIMIT, "kernel k", &f->error), 0);

	assert_int_equal(lx_bytes_load(&f->bytes, &f->error), 0);

	assert_int_equal(f->bytes.size, 6);
	assert_memory_equal(f->bytes.data, "kernel", 6);
	assert_int_equal(count_mappings(f->path), 0);
	assert_int_equal(count_descriptors(), f->descriptors);
}

static void given_an_empty_file_when_it_is_read_then_there_are_no_bytes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, LIMIT, "kernel k", &f->error), 0);

	assert_int_equal(f->bytes.size, 0);
}

static void given_no_file_when_it_is_read_then_the_sentence_names_it(void **state)
{
	struct fixture *f = *state;
	int ret;

	ret = lx_bytes_from_path(&f->bytes, "/no/such", LIMIT, "kernel /no/such", &f->error);

	assert_int_equal(ret, -ENOENT);
	assert_string_equal(f->error.text,
			    "cannot open kernel /no/such: No such file or directory");
	assert_null(f->bytes.data);
}

static void given_a_directory_when_it_is_read_then_it_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_bytes_from_path(&f->bytes, "/tmp", LIMIT, "kernel /tmp", &f->error),
			 -EISDIR);

	assert_non_null(strstr(f->error.text, "cannot read kernel /tmp"));
}

static void given_a_closed_descriptor_when_it_is_read_then_it_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_bytes_from_fd(&f->bytes, -1, LIMIT, "ramdisk", &f->error), -EBADF);

	assert_non_null(strstr(f->error.text, "ramdisk"));
}

static void given_a_file_of_just_the_limit_when_it_is_read_then_it_is_taken(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ftruncate(f->fd, 1000), 0);

	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, 1000, "kernel k", &f->error), 0);
	assert_int_equal(f->bytes.size, 1000);
}

static void given_a_file_beyond_the_limit_when_it_is_read_then_it_is_too_large(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ftruncate(f->fd, 1001), 0);

	assert_int_equal(lx_bytes_from_path(&f->bytes, f->path, 1000, "kernel k", &f->error),
			 -EFBIG);
	assert_string_equal(f->error.text, "kernel k is larger than 1000 bytes");
}

static void given_a_file_without_an_end_when_it_is_read_then_it_is_too_large(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_bytes_from_path(&f->bytes, "/dev/zero", LIMIT, "kernel z", &f->error),
			 -EFBIG);

	assert_string_equal(f->error.text, "kernel z is larger than 8 MiB");
}

static void given_a_read_descriptor_when_its_file_is_wanted_then_it_comes_from_its_start(
	void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write(f->fd, "kernel", 6), 6);
	assert_int_equal(lseek(f->fd, 3, SEEK_SET), 3);

	assert_int_equal(lx_bytes_from_fd(&f->bytes, f->fd, LIMIT, "kernel k", &f->error), 0);

	assert_int_equal(f->bytes.size, 6);
	assert_memory_equal(f->bytes.data, "kernel", 6);
	assert_int_equal(lseek(f->fd, 0, SEEK_CUR), 3);
}

static void given_a_file_of_proc_when_it_is_read_then_its_size_of_0_is_not_believed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		lx_bytes_from_path(&f->bytes, "/proc/self/status", LIMIT, "kernel p", &f->error),
		0);

	assert_true(f->bytes.size > 5);
	assert_memory_equal(f->bytes.data, "Name:", 5);
}

/* Each byte tells a little about where it stands, and none repeats with a power of two. */
static uint8_t piped(size_t at)
{
	return (uint8_t)(at % 251);
}

static void write_pipe(int fd, size_t size)
{
	uint8_t buffer[1000];
	size_t done = 0, i;

	while (done < size) {
		for (i = 0; i < sizeof(buffer); i++)
			buffer[i] = piped(done + i);
		i = size - done < sizeof(buffer) ? size - done : sizeof(buffer);
		if (write(fd, buffer, i) != (ssize_t)i)
			_exit(1);
		done += i;
	}
	_exit(0);
}

static void given_a_pipe_when_it_is_read_then_all_comes_to_its_end(void **state)
{
	const size_t size = 3000017; /* makes the room grow twice */
	struct fixture *f = *state;
	int fds[2], status, ret;
	pid_t child;
	size_t i;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_pipe(fds[1], size);
	close(fds[1]);

	ret = lx_bytes_from_fd(&f->bytes, fds[0], LIMIT, "kernel from a pipe", &f->error);
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);

	assert_int_equal(ret, 0);
	assert_int_equal(status, 0);
	assert_int_equal(f->bytes.size, size);
	for (i = 0; i < size; i++)
		if (f->bytes.data[i] != piped(i))
			fail_msg("byte %zu is wrong", i);
}

static void given_a_room_when_it_is_new_then_it_is_zero_and_writable(void **state)
{
	struct fixture *f = *state;
	uint8_t *room;

	assert_int_equal(lx_bytes_room(&f->bytes, 5000, &f->error), 0);

	room = f->bytes.mapping;
	assert_int_equal(f->bytes.size, 5000);
	assert_int_equal(room[0] | room[4999], 0);
	room[4999] = 1;
	assert_int_equal(f->bytes.data[4999], 1);
}

static void given_a_size_beyond_all_memory_when_a_room_is_wanted_then_that_is_said(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_bytes_room(&f->bytes, (size_t)1 << 62, &f->error), -ENOMEM);

	assert_non_null(strstr(f->error.text, "no room for 4611686018427387904 bytes"));
}

static void given_bytes_of_the_caller_when_they_are_freed_then_they_stay(void **state)
{
	uint8_t mine[4] = "abc";
	struct lx_bytes bytes = { .data = mine, .size = sizeof(mine) };

	(void)state;

	lx_bytes_free(&bytes);
	lx_bytes_free(&bytes);

	assert_null(bytes.data);
	assert_string_equal((char *)mine, "abc");
}

/* What a limit is for: not even for a moment is there more in memory. */
static void given_a_pipe_beyond_the_limit_when_it_is_read_then_no_more_is_taken(void **state)
{
	struct fixture *f = *state;
	static const uint8_t data[1000];
	int fds[2], left;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], data, sizeof(data)), sizeof(data));

	assert_int_equal(lx_bytes_from_fd(&f->bytes, fds[0], 100, "kernel", &f->error), -EFBIG);

	assert_int_equal(ioctl(fds[0], FIONREAD, &left), 0);
	assert_int_equal(left, sizeof(data) - 101);
	close(fds[0]);
	close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(given_a_file_when_it_is_read_by_path_then_its_bytes_are_mapped),
		TEST(given_a_file_when_copied_from_then_its_bytes_come_from_where_they_are),
		TEST(given_a_file_that_shrinks_when_copied_from_then_a_sentence_tells),
		TEST(given_a_file_when_loaded_then_nothing_of_it_is_mapped_or_open),
		TEST(given_an_empty_file_when_it_is_read_then_there_are_no_bytes),
		TEST(given_no_file_when_it_is_read_then_the_sentence_names_it),
		TEST(given_a_directory_when_it_is_read_then_it_is_refused),
		TEST(given_a_closed_descriptor_when_it_is_read_then_it_is_refused),
		TEST(given_a_file_of_just_the_limit_when_it_is_read_then_it_is_taken),
		TEST(given_a_file_beyond_the_limit_when_it_is_read_then_it_is_too_large),
		TEST(given_a_file_without_an_end_when_it_is_read_then_it_is_too_large),
		TEST(given_a_read_descriptor_when_its_file_is_wanted_then_it_comes_from_its_start),
		TEST(given_a_file_of_proc_when_it_is_read_then_its_size_of_0_is_not_believed),
		TEST(given_a_pipe_when_it_is_read_then_all_comes_to_its_end),
		TEST(given_a_pipe_beyond_the_limit_when_it_is_read_then_no_more_is_taken),
		TEST(given_a_room_when_it_is_new_then_it_is_zero_and_writable),
		TEST(given_a_size_beyond_all_memory_when_a_room_is_wanted_then_that_is_said),
		TEST(given_bytes_of_the_caller_when_they_are_freed_then_they_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
