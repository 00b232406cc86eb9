/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeping the sentence of a failure. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * The parts of a sentence may come from a guest or a file name: what could move a terminal's
 * cursor or begin a second line goes no further than here.
 */
static void keep(struct lx_error *error, const char *text)
{
	unsigned char before = 0;
	size_t i;

	for (i = 0; text[i] != '\0' && i < sizeof(error->text) - 1; i++) {
		unsigned char c = (unsigned char)text[i];
		bool c1 = before == 0xc2 && c >= 0x80 && c < 0xa0; /* U+0080 to U+009f in UTF-8 */

		error->text[i] = c < 0x20 || c == 0x7f || c1 ? '?' : text[i];
		if (c1)
			error->text[i - 1] = '?';
		before = c;
	}
	error->text[i] = '\0';
}

/* Append the printed @format to @text, which holds @used of @size; what does not fit is lost. */
__attribute__((format(printf, 4, 0))) static size_t add(char *text, size_t size, size_t used,
							const char *format, va_list args)
{
	int length = vsnprintf(text + used, size - used, format, args);

	if (length < 0)
		return used;
	return (size_t)length < size - used ? used + (size_t)length : size - 1;
}

int lx_fail(struct lx_error *error, int code, const char *format, ...)
{
	char text[sizeof(error->text)] = "";
	va_list args;

	if (!error)
		return code;
	va_start(args, format);
	add(text, sizeof(text), 0, format, args);
	va_end(args);
	keep(error, text);
	return code;
}

int lx_fail_for(struct lx_error *error, int code, const char *format, ...)
{
	char text[2 * sizeof(error->text) + 2] = "";
	va_list args;
	size_t used;

	if (!error)
		return code;
	va_start(args, format);
	used = add(text, sizeof(error->text), 0, format, args);
	va_end(args);
	if (error->text[0] != '\0')
		snprintf(text + used, sizeof(text) - used, ": %s", error->text);
	keep(error, text);
	return code;
}

int lx_fail_errno(struct lx_error *error, int code, const char *format, ...)
{
	char text[sizeof(error->text)] = "";
	int before = errno;
	va_list args;
	size_t used;

	if (!error)
		return code;
	va_start(args, format);
	used = add(text, sizeof(text), 0, format, args);
	va_end(args);

	/* %m, unlike strerror(), is at home in every thread. */
	errno = code < 0 ? -code : code;
	snprintf(text + used, sizeof(text) - used, ": %m");
	errno = before;
	keep(error, text);
	return code;
}

void lx_fail_also(struct lx_error *error, const char *format, ...)
{
	char text[sizeof(error->text)];
	va_list args;
	size_t used;

	if (!error)
		return;
	used = (size_t)snprintf(text, sizeof(text), "%s; ", error->text);
	if (used >= sizeof(text))
		return;
	va_start(args, format);
	add(text, sizeof(text), used, format, args);
	va_end(args);
	keep(error, text);
}
