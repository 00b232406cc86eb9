/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes, times and counts: from what people write, and to what they like to read. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "text.h"

/* A suffix and how many of the smallest unit it stands for. */
struct unit {
	const char *suffix;
	uint64_t factor;
};

static const struct unit size_units[] = {
	{ "", 1ull << 20 }, /* Xen's users think in MiB */
	{ "B", 1 },
	{ "K", 1ull << 10 },
	{ "KiB", 1ull << 10 },
	{ "M", 1ull << 20 },
	{ "MiB", 1ull << 20 },
	{ "G", 1ull << 30 },
	{ "GiB", 1ull << 30 },
	{ "T", 1ull << 40 },
	{ "TiB", 1ull << 40 },
	{ NULL, 0 },
};

static const struct unit time_units[] = {
	{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { NULL, 0 },
};

/* Digits only: no sign, no space, no other base. Leaves *text behind them. */
static int parse_digits(const char **text, uint64_t *value)
{
	uint64_t sum = 0;
	const char *at;

	for (at = *text; isdigit((unsigned char)*at); at++) {
		unsigned int digit = (unsigned int)(*at - '0');

		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return -ERANGE;
	}
	if (at == *text)
		return -EINVAL;
	*text = at;
	*value = sum;
	return 0;
}

static const struct unit *find_unit(const struct unit *units, const char *suffix)
{
	while (units->suffix && strcasecmp(units->suffix, suffix) != 0)
		units++;
	return units->suffix ? units : NULL;
}

int ctl_parse_size(const char *text, uint64_t *bytes)
{
	const struct unit *unit;
	uint64_t value;
	int ret;

	ret = parse_digits(&text, &value);
	if (ret < 0)
		return ret;
	unit = find_unit(size_units, text);
	if (!unit)
		return -EINVAL;
	if (__builtin_mul_overflow(value, unit->factor, &value))
		return -ERANGE;
	*bytes = value;
	return 0;
}

/* ".25" as a part of the factor, rounded down; digits past the ninth change nothing. */
static int parse_fraction(const char **text, uint64_t factor, uint64_t *part)
{
	uint64_t digits = 0, scale = 1;
	const char *at = *text + 1;

	if (!isdigit((unsigned char)*at))
		return -EINVAL;
	for (; isdigit((unsigned char)*at); at++) {
		if (scale >= 1000000000)
			continue;
		digits = digits * 10 + (unsigned int)(*at - '0');
		scale *= 10;
	}
	*text = at;
	*part = digits * factor / scale;
	return 0;
}

int ctl_parse_duration(const char *text, uint32_t *msec)
{
	const char *point, *suffix;
	uint64_t value, part = 0;
	const struct unit *unit;
	int ret;

	ret = parse_digits(&text, &value);
	if (ret < 0)
		return ret;
	point = text;
	suffix = *point == '.' ? point + 1 + strspn(point + 1, "0123456789") : point;
	unit = find_unit(time_units, suffix);
	if (!unit)
		return -EINVAL;
	if (*point == '.') {
		ret = parse_fraction(&point, unit->factor, &part);
		if (ret < 0)
			return ret;
	}
	if (__builtin_mul_overflow(value, unit->factor, &value) ||
	    __builtin_add_overflow(value, part, &value) || value > UINT32_MAX)
		return -ERANGE;
	*msec = (uint32_t)value;
	return 0;
}

int ctl_parse_u32(const char *text, uint32_t *value)
{
	uint64_t wide;
	int ret;

	ret = parse_digits(&text, &wide);
	if (ret < 0)
		return ret;
	if (*text)
		return -EINVAL;
	if (wide > UINT32_MAX)
		return -ERANGE;
	*value = (uint32_t)wide;
	return 0;
}

const char *ctl_format_bytes(uint64_t bytes, char text[CTL_UNIT_TEXT])
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0, rest = 0, tenths;

	for (; bytes >= 1024; bytes >>= 10) {
		rest = bytes & 1023;
		unit++;
	}
	tenths = rest * 10 / 1024; /* cut, not rounded: never show more than there is */
	if (tenths)
		snprintf(text, CTL_UNIT_TEXT, "%" PRIu64 ".%u %s", bytes, tenths, names[unit]);
	else
		snprintf(text, CTL_UNIT_TEXT, "%" PRIu64 " %s", bytes, names[unit]);
	return text;
}

const char *ctl_format_cpu_time(uint64_t nsec, char text[CTL_UNIT_TEXT])
{
	uint64_t sec = nsec / 1000000000;
	unsigned int hundredths = (unsigned int)(nsec % 1000000000 / 10000000);

	if (sec < 3600)
		snprintf(text, CTL_UNIT_TEXT, "%" PRIu64 ".%02us", sec, hundredths);
	else
		snprintf(text, CTL_UNIT_TEXT, "%" PRIu64 "h%02" PRIu64 "m%02" PRIu64 "s",
			 sec / 3600, sec / 60 % 60, sec % 60);
	return text;
}
