/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocations that fail on purpose, in programs linked with --wrap=malloc,calloc,realloc,strdup. */
#ifndef FAKE_ALLOC_H
#define FAKE_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From now on this thread's @n-th allocation gives NULL, once; the fake's own do not count.
 * 0 disarms. Counting from 1.
 */
void fake_alloc_fail_nth(uint64_t n);
bool fake_alloc_fired(void); /* since the last fake_alloc_fail_nth() */
/* How many there were since then, armed or not. */
uint64_t fake_alloc_count(void);

#endif
