/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wrappers behind --wrap: they count allocations of the code under test and fail the n-th. */
#include "alloc.h"
#include "fake-internal.h"
#include <errno.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static _Thread_local uint64_t left, count;
static _Thread_local bool fired;

void fake_alloc_fail_nth(uint64_t n)
{
	left = n;
	count = 0;
	fired = false;
}

bool fake_alloc_fired(void)
{
	return fired;
}

uint64_t fake_alloc_count(void)
{
	return count;
}

static bool fails(void)
{
	if (fake_inside)
		return false;
	count++;
	if (left == 0 || --left > 0)
		return false;
	fired = true;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t number, size_t size)
{
	return fails() ? NULL : __real_calloc(number, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}
