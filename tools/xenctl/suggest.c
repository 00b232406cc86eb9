/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which word was meant by a mistyped one. */
#include <string.h>

#include "text.h"

#define WORD_MAX 32

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many characters must be added, dropped, replaced, or swapped with a neighbour. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], *older = rows[0], *old = rows[1], *now = rows[2];
	size_t m = strlen(a), n = strlen(b), i, j;

	for (j = 0; j <= n; j++)
		old[j] = j;
	for (i = 1; i <= m; i++) {
		size_t *spare = older;

		now[0] = i;
		for (j = 1; j <= n; j++) {
			now[j] = smallest(old[j] + 1, now[j - 1] + 1,
					  old[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    older[j - 2] + 1 < now[j])
				now[j] = older[j - 2] + 1;
		}
		older = old;
		old = now;
		now = spare;
	}
	return old[n];
}

const char *ctl_suggest(const char *typed, const char *const *words)
{
	size_t length = strlen(typed), best = 3; /* three slips are another word */
	const char *found = NULL;

	if (length == 0 || length > WORD_MAX)
		return NULL;
	for (; *words; words++) {
		size_t far;

		if (strlen(*words) > WORD_MAX)
			continue;
		/* The beginning of a word is as good as a slip: "res" means "resume". */
		far = length > 1 && strncmp(*words, typed, length) == 0 ? 1
									: distance(typed, *words);
		if (far < best && 2 * far <= length) {
			best = far;
			found = *words;
		}
	}
	return found;
}
