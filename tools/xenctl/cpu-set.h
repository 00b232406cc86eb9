/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs or nodes as text: "0-3,^1", "all". */
#ifndef XENCTL_CPU_SET_H
#define XENCTL_CPU_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CTL_SET_WORDS 64 /* 4096 CPUs */

/* Number n is bit n % 64 of word n / 64, as in libxen. */
struct ctl_set {
	uint64_t words[CTL_SET_WORDS];
	bool said; /* false: nobody asked for one */
};

/*
 * Numbers, ranges, "all", and the same after a "^" for those that are not in it, each from left
 * to right. -EINVAL: it is no such thing, or an empty set; -ERANGE: a number is too large;
 * -ENOTSUP: it names a node.
 */
int ctl_parse_set(const char *text, struct ctl_set *set);

/* Of the numbers below @numbers: "0-3,7", "all" or "none". What does not fit is cut off. */
#define CTL_SET_TEXT 256
const char *ctl_format_set(const uint64_t *words, size_t count, uint32_t numbers,
			   char text[CTL_SET_TEXT]);
bool ctl_set_has(const uint64_t *words, size_t count, uint32_t number);

#endif
