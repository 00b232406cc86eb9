/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs or nodes as text: "0-3,^1", "all". */
#include "cpu-set.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NUMBERS = CTL_SET_WORDS * 64 };

bool ctl_set_has(const uint64_t *words, size_t count, uint32_t number)
{
	return number / 64 < count && words[number / 64] >> number % 64 & 1;
}

static void put(struct ctl_set *set, uint32_t first, uint32_t last, bool in)
{
	for (uint32_t n = first; n <= last; n++) {
		if (in)
			set->words[n / 64] |= 1ull << n % 64;
		else
			set->words[n / 64] &= ~(1ull << n % 64);
	}
}

static int take_number(const char **text, uint32_t *number)
{
	const char *at = *text;

	if (!isdigit((unsigned char)*at))
		return -EINVAL;
	for (*number = 0; isdigit((unsigned char)*at); at++) {
		*number = *number * 10 + (uint32_t)(*at - '0');
		if (*number >= NUMBERS)
			return -ERANGE;
	}
	*text = at;
	return 0;
}

/* "all", "3" or "0-3", after a "^" perhaps. Leaves *text behind it. */
static int take_part(const char **text, struct ctl_set *set)
{
	uint32_t first = 0, last = NUMBERS - 1;
	bool in = **text != '^';
	int ret;

	*text += !in;
	if (strncmp(*text, "node", 4) == 0)
		return -ENOTSUP;
	if (strncmp(*text, "all", 3) == 0) {
		*text += 3;
		put(set, first, last, in);
		return 0;
	}
	ret = take_number(text, &first);
	if (ret < 0)
		return ret;
	last = first;
	if (**text == '-') {
		++*text;
		ret = take_number(text, &last);
	}
	if (ret == 0 && last < first)
		return -EINVAL;
	if (ret == 0)
		put(set, first, last, in);
	return ret;
}

static void skip_blanks(const char **text)
{
	*text += strspn(*text, " \t");
}

static bool is_empty(const struct ctl_set *set)
{
	for (size_t i = 0; i < CTL_SET_WORDS; i++)
		if (set->words[i])
			return false;
	return true;
}

int ctl_parse_set(const char *text, struct ctl_set *set)
{
	int ret;

	*set = (struct ctl_set){ .said = true };
	for (;;) {
		skip_blanks(&text);
		ret = take_part(&text, set);
		if (ret < 0)
			return ret;
		skip_blanks(&text);
		if (!*text)
			break;
		if (*text++ != ',')
			return -EINVAL;
	}
	return is_empty(set) ? -EINVAL : 0;
}

const char *ctl_format_set(const uint64_t *words, size_t count, uint32_t numbers,
			   char text[CTL_SET_TEXT])
{
	size_t used = 0;
	uint32_t n = 0, first;

	while (n < numbers && ctl_set_has(words, count, n))
		n++;
	if (n == numbers)
		return strcpy(text, "all");
	strcpy(text, "none");
	for (n = 0; n < numbers && used < CTL_SET_TEXT; n++) {
		if (!ctl_set_has(words, count, n))
			continue;
		first = n;
		while (n + 1 < numbers && ctl_set_has(words, count, n + 1))
			n++;
		used += (size_t)snprintf(text + used, CTL_SET_TEXT - used,
					 first == n ? "%s%u" : "%s%u-%u", used ? "," : "", first,
					 n);
	}
	return text;
}
