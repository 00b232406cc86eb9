/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UUIDs as text: 16 bytes in the order in which they are written. */
#include <errno.h>
#include <string.h>

#include "text.h"

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* Before these bytes stands a hyphen. */
static bool hyphen_before(unsigned int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

int ctl_parse_uuid(const char *text, uint8_t uuid[16])
{
	bool hyphens = strlen(text) == CTL_UUID_TEXT - 1;
	uint8_t parsed[16];
	unsigned int i;

	if (!hyphens && strlen(text) != 32)
		return -EINVAL;
	for (i = 0; i < 16; i++) {
		int high, low;

		if (hyphens && hyphen_before(i) && *text++ != '-')
			return -EINVAL;
		high = hex_value(*text++);
		low = hex_value(*text++);
		if (high < 0 || low < 0)
			return -EINVAL;
		parsed[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(uuid, parsed, sizeof(parsed));
	return 0;
}

const char *ctl_format_uuid(const uint8_t uuid[16], char text[CTL_UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = text;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (hyphen_before(i))
			*at++ = '-';
		*at++ = digits[uuid[i] >> 4];
		*at++ = digits[uuid[i] & 15];
	}
	*at = '\0';
	return text;
}
