/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each field of Xen's structures lies in which Xen: rows, and the routines that read them. */
#ifndef LX_LAYOUT_H
#define LX_LAYOUT_H

#include "error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A release as one comparable number: LX_RELEASE(4, 17). */
#define LX_RELEASE(major, minor) ((uint16_t)((major) << 8 | (minor)))

/*
 * Which Xen a structure is meant for: its interface number (domctl's or sysctl's), and its
 * release, since one number can cover two layouts (0xb, 0x11, 0x12, 0x17: xen-abi, CHANGES).
 */
struct lx_abi {
	uint16_t number;
	uint16_t release;
};

#define LX_NEWEST 0xffff /* as a last number or release: no end known */

/* The Xens that a row holds for; both ends are included. A release of 0 is not asked. */
struct lx_range {
	uint16_t first, last;  /* interface numbers */
	uint16_t since, until; /* releases, 0: any */
};

/* One field: our member, and where Xen has it. A field may have several rows. */
struct lx_field {
	const char *name;	/* as Xen's headers call it; NULL ends a table */
	uint16_t offset, width; /* of our member */
	uint16_t at, bytes;	/* in Xen's structure; integers are little-endian */
	struct lx_range range;
};

/* One bit that moves between releases: ours, and Xen's. */
struct lx_flag {
	const char *name; /* as Xen's headers call it; NULL ends a table */
	uint32_t ours, theirs;
	struct lx_range range;
};

#define LX_MEMBER(type, member) offsetof(type, member), sizeof(((type *)0)->member)

bool lx_range_has(const struct lx_range *range, const struct lx_abi *abi);

/* Whether this Xen has the field that @offset of our structure stands for. */
bool lx_layout_has(const struct lx_field *fields, const struct lx_abi *abi, size_t offset);

/*
 * Write our structure @ours into Xen's @payload, which is zeroed by the caller. A member that is
 * not 0 and has no row for this Xen is -ENOTSUP, one that does not fit its width -ERANGE; the
 * sentence names it. Nothing is ever dropped silently.
 */
int lx_layout_encode(const struct lx_field *fields, const struct lx_abi *abi, const void *ours,
		     void *payload, struct lx_error *error);

/* Read Xen's @payload into our structure; members without a row for this Xen become 0. */
void lx_layout_decode(const struct lx_field *fields, const struct lx_abi *abi, const void *payload,
		      void *ours);

/* Translate bits, both ways. Ours without a row is -ENOTSUP; theirs without one is dropped. */
int lx_flags_encode(const struct lx_flag *flags, const struct lx_abi *abi, uint32_t ours,
		    uint32_t *theirs, struct lx_error *error);
uint32_t lx_flags_decode(const struct lx_flag *flags, const struct lx_abi *abi, uint32_t theirs);

/* Ours that this Xen has at all. */
uint32_t lx_flags_known(const struct lx_flag *flags, const struct lx_abi *abi);

#endif
