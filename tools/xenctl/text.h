/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text in and out of xenctl, without any Xen: units, UUIDs, tables, filters, suggestions. */
#ifndef XENCTL_TEXT_H
#define XENCTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * units.c: what people write for sizes, times and counts, and the way back. The parsers
 * return 0, -EINVAL for what is not such a thing, -ERANGE for one that is too large.
 */
int ctl_parse_size(const char *text, uint64_t *bytes);	  /* "256" (MiB), "128M", "2GiB", "4096B" */
int ctl_parse_duration(const char *text, uint32_t *msec); /* "10" (s), "0.5", "500ms", "2m" */
int ctl_parse_u32(const char *text, uint32_t *value);

#define CTL_UNIT_TEXT 32 /* room for any of these, with its NUL */
const char *ctl_format_bytes(uint64_t bytes, char text[CTL_UNIT_TEXT]);
const char *ctl_format_cpu_time(uint64_t nsec, char text[CTL_UNIT_TEXT]);

/* uuid.c: 8-4-4-4-12 hexadecimal digits, or 32 of them; -EINVAL for anything else. */
#define CTL_UUID_TEXT 37
int ctl_parse_uuid(const char *text, uint8_t uuid[16]);
const char *ctl_format_uuid(const uint8_t uuid[16], char text[CTL_UUID_TEXT]);

/* suggest.c: which of the words, ended by NULL, was meant by a mistyped one; NULL: none. */
const char *ctl_suggest(const char *typed, const char *const *words);

/* table.c: columns as wide as their widest cell. A failed allocation is told by _print(). */
struct ctl_table;
struct ctl_column {
	const char *title; /* NULL ends the list */
	bool right;	   /* numbers end at the right */
};
struct ctl_table *ctl_table_new(const struct ctl_column *columns);
void ctl_table_cell(struct ctl_table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int ctl_table_print(const struct ctl_table *table, FILE *to);
void ctl_table_free(struct ctl_table *table);

/*
 * filter.c: makes text of strangers safe for a terminal. What stays is printable: ASCII and
 * well-formed UTF-8, line ends and tabs, and in CTL_FILTER_CONSOLE also carriage return
 * and backspace. Escape sequences of the common kind (CSI: colours, cursor) vanish whole;
 * of any other only ESC itself goes. Control characters vanish; characters that reorder
 * or hide text, and bytes that are no UTF-8, become "?".
 */
enum ctl_filter_kind {
	CTL_FILTER_LINES,   /* logs, sentences */
	CTL_FILTER_CONSOLE, /* what a guest's console may do */
};
struct ctl_filter {
	enum ctl_filter_kind kind;
	unsigned int escape;	/* where in an escape sequence we are */
	unsigned int swallowed; /* bytes of it that were dropped */
	unsigned int missing;	/* bytes that the UTF-8 character at hand still needs */
	unsigned int held;	/* bytes of it in hold */
	uint32_t code;		/* its value so far */
	char hold[4];
};
#define CTL_FILTER_ROOM(bytes) ((bytes) + 4) /* the output is never longer than this */
size_t ctl_filter(struct ctl_filter *filter, const char *in, size_t size, char *out);
/* One line, ended by NUL, cut to the room: no line ends or tabs either. */
char *ctl_filter_line(const char *in, char *out, size_t room);

/* until.c: looks for a text in a stream that comes in pieces. */
struct ctl_until {
	const char *text;
	size_t size;
	size_t matched; /* bytes of text that the stream ends with */
	size_t *border; /* [n]: longest start of text that also ends its first n + 1 bytes */
};
int ctl_until_init(struct ctl_until *until, const char *text); /* -EINVAL: empty; -ENOMEM */
bool ctl_until_feed(struct ctl_until *until, const char *piece, size_t size);
void ctl_until_free(struct ctl_until *until);

#endif
