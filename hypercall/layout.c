/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the rows: one routine writes any structure for any Xen, one reads it. */
#include "layout.h"

#include <errno.h>
#include <string.h>

bool lx_range_has(const struct lx_range *range, const struct lx_abi *abi)
{
	return abi->number >= range->first && abi->number <= range->last &&
	       (!range->since || abi->release >= range->since) &&
	       (!range->until || abi->release <= range->until);
}

/* The row that holds for this Xen; NULL: it does not have the member. */
static const struct lx_field *find_row(const struct lx_field *fields, const struct lx_abi *abi,
				       size_t offset)
{
	for (const struct lx_field *field = fields; field->name; field++)
		if (field->offset == offset && lx_range_has(&field->range, abi))
			return field;
	return NULL;
}

bool lx_layout_has(const struct lx_field *fields, const struct lx_abi *abi, size_t offset)
{
	return find_row(fields, abi, offset) != NULL;
}

/* Numbers are little-endian on both sides, so their low bytes come first. */
static bool is_zero(const unsigned char *bytes, size_t count)
{
	while (count)
		if (bytes[--count])
			return false;
	return true;
}

static int encode_row(const struct lx_field *field, const unsigned char *ours,
		      unsigned char *payload, struct lx_error *error)
{
	size_t common = field->width < field->bytes ? field->width : field->bytes;

	if (!is_zero(ours + common, field->width - common))
		return lx_fail(error, -ERANGE, "%s is too large for this Xen", field->name);

	memcpy(payload + field->at, ours, common);
	return 0;
}

int lx_layout_encode(const struct lx_field *fields, const struct lx_abi *abi, const void *ours,
		     void *payload, struct lx_error *error)
{
	const struct lx_field *row;
	const unsigned char *member;
	int ret;

	for (const struct lx_field *field = fields; field->name; field++) {
		member = (const unsigned char *)ours + field->offset;
		row = find_row(fields, abi, field->offset);
		if (!row && is_zero(member, field->width))
			continue;
		if (!row)
			return lx_fail(error, -ENOTSUP, "this Xen (%u.%u) has no %s",
				       abi->release >> 8, abi->release & 0xff, field->name);

		ret = encode_row(row, member, payload, error);
		if (ret < 0)
			return ret;
	}
	return 0;
}

void lx_layout_decode(const struct lx_field *fields, const struct lx_abi *abi, const void *payload,
		      void *ours)
{
	for (const struct lx_field *field = fields; field->name; field++) {
		const struct lx_field *row = find_row(fields, abi, field->offset);
		unsigned char *member = (unsigned char *)ours + field->offset;

		memset(member, 0, field->width);
		if (row)
			memcpy(member, (const unsigned char *)payload + row->at,
			       row->width < row->bytes ? row->width : row->bytes);
	}
}

int lx_flags_encode(const struct lx_flag *flags, const struct lx_abi *abi, uint32_t ours,
		    uint32_t *theirs, struct lx_error *error)
{
	uint32_t left = ours;

	*theirs = 0;
	for (const struct lx_flag *flag = flags; flag->name; flag++) {
		if (!(ours & flag->ours) || !lx_range_has(&flag->range, abi))
			continue;
		*theirs |= flag->theirs;
		left &= ~flag->ours;
	}
	if (!left)
		return 0;

	for (const struct lx_flag *flag = flags; flag->name; flag++)
		if (left & flag->ours)
			return lx_fail(error, -ENOTSUP, "this Xen (%u.%u) has no %s",
				       abi->release >> 8, abi->release & 0xff, flag->name);
	return lx_fail(error, -ENOTSUP, "no Xen has the flags 0x%x", left);
}

uint32_t lx_flags_decode(const struct lx_flag *flags, const struct lx_abi *abi, uint32_t theirs)
{
	uint32_t ours = 0;

	for (const struct lx_flag *flag = flags; flag->name; flag++)
		if ((theirs & flag->theirs) && lx_range_has(&flag->range, abi))
			ours |= flag->ours;
	return ours;
}

uint32_t lx_flags_known(const struct lx_flag *flags, const struct lx_abi *abi)
{
	uint32_t ours = 0;

	for (const struct lx_flag *flag = flags; flag->name; flag++)
		if (lx_range_has(&flag->range, abi))
			ours |= flag->ours;
	return ours;
}
