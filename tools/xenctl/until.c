/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for a text in a stream that comes in pieces (Knuth, Morris and Pratt's way). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* How many bytes match after one more, if so many matched before it. */
static size_t step(const struct ctl_until *until, size_t matched, char byte)
{
	while (matched > 0 && until->text[matched] != byte)
		matched = until->border[matched - 1];
	return until->text[matched] == byte ? matched + 1 : 0;
}

int ctl_until_init(struct ctl_until *until, const char *text)
{
	size_t i;

	*until = (struct ctl_until){ .text = text, .size = strlen(text) };
	if (until->size == 0)
		return -EINVAL;
	until->border = calloc(until->size, sizeof(*until->border));
	if (!until->border)
		return -ENOMEM;
	for (i = 1; i < until->size; i++)
		until->border[i] = step(until, until->border[i - 1], text[i]);
	return 0;
}

bool ctl_until_feed(struct ctl_until *until, const char *piece, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		until->matched = step(until, until->matched, piece[i]);
		if (until->matched < until->size)
			continue;
		/* The whole text was seen; what comes next may overlap it. */
		until->matched = until->border[until->size - 1];
		return true;
	}
	return false;
}

void ctl_until_free(struct ctl_until *until)
{
	free(until->border);
	until->border = NULL;
}
