/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes text of strangers (guests, kernels, logs that guests write to) safe for a terminal. */
#include <string.h>

#include "text.h"

#define ESC 0x1b

/* A longer sequence is no sequence: stop hiding what comes. */
#define CSI_MAX 32

/* ctl_filter.escape */
enum {
	ESCAPE_NONE,
	ESCAPE_BEGUN, /* ESC was seen */
	ESCAPE_CSI,   /* ESC [ was seen: parameters follow, then one final byte */
};

/* Characters that change the order of text, or can not be seen: they hide what is there. */
static bool deceives(uint32_t code)
{
	return code == 0xad || code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
	       code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
	       (code >= 0xe0000 && code <= 0xe0fff);
}

/* Returns whether the byte belongs to an escape sequence and is to be dropped. */
static bool swallow_escape(struct ctl_filter *filter, unsigned char byte)
{
	if (byte == ESC) {
		filter->escape = ESCAPE_BEGUN;
		filter->swallowed = 0;
		return true;
	}
	if (filter->escape == ESCAPE_BEGUN && byte == '[') {
		filter->escape = ESCAPE_CSI;
		return true;
	}
	if (filter->escape != ESCAPE_CSI || byte < 0x20 || byte > 0x7e ||
	    ++filter->swallowed > CSI_MAX) {
		filter->escape = ESCAPE_NONE;
		return false;
	}
	if (byte >= 0x40) /* the final byte */
		filter->escape = ESCAPE_NONE;
	return true;
}

/* Takes in the first byte of a character of several. Returns whether it can be one. */
static bool begin_character(struct ctl_filter *filter, unsigned char byte)
{
	if (byte >= 0xc2 && byte <= 0xdf)
		filter->missing = 1;
	else if (byte >= 0xe0 && byte <= 0xef)
		filter->missing = 2;
	else if (byte >= 0xf0 && byte <= 0xf4)
		filter->missing = 3;
	else
		return false;
	filter->code = byte & (0x3fu >> filter->missing);
	filter->hold[0] = (char)byte;
	filter->held = 1;
	return true;
}

/* A character of several bytes is complete: writes it, or what stands for it. */
static size_t end_character(struct ctl_filter *filter, char *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code = filter->code;
	size_t size = filter->held;

	filter->held = 0;
	if (code < least[size] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff ||
	    deceives(code)) {
		*out = '?';
		return 1;
	}
	if (code < 0xa0) /* C1: ESC and the like by another name */
		return 0;
	memcpy(out, filter->hold, size);
	return size;
}

static size_t plain_byte(const struct ctl_filter *filter, unsigned char byte, char *out)
{
	bool console = filter->kind == CTL_FILTER_CONSOLE;

	if (byte >= 0x80)
		byte = '?';
	else if (byte < 0x20 && byte != '\n' && byte != '\t' &&
		 !(console && (byte == '\r' || byte == '\b')))
		return 0;
	else if (byte == 0x7f)
		return 0;
	*out = (char)byte;
	return 1;
}

size_t ctl_filter(struct ctl_filter *filter, const char *in, size_t size, char *out)
{
	size_t used = 0, i;

	for (i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)in[i];

		if (filter->missing) {
			if ((byte & 0xc0) == 0x80) {
				filter->code = filter->code << 6 | (byte & 0x3f);
				filter->hold[filter->held++] = in[i];
				if (--filter->missing == 0)
					used += end_character(filter, out + used);
				continue;
			}
			/* Cut off: the byte at hand begins anew. */
			filter->missing = 0;
			filter->held = 0;
			out[used++] = '?';
		}
		if (swallow_escape(filter, byte))
			continue;
		if (byte < 0x80 || !begin_character(filter, byte))
			used += plain_byte(filter, byte, out + used);
	}
	return used;
}

char *ctl_filter_line(const char *in, char *out, size_t room)
{
	struct ctl_filter filter = { .kind = CTL_FILTER_LINES };
	char piece[CTL_FILTER_ROOM(1)];
	size_t used = 0, got, i;

	for (; *in; in++) {
		got = ctl_filter(&filter, in, 1, piece);
		if (used + got >= room)
			break;
		for (i = 0; i < got; i++)
			out[used++] = piece[i] == '\n' || piece[i] == '\t' ? ' ' : piece[i];
	}
	out[used] = '\0';
	return out;
}
