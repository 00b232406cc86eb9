/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel image: unpacked, its segments checked, its Xen notes read. Bytes are hostile. */
#ifndef LX_BUILD_IMAGE_H
#define LX_BUILD_IMAGE_H

#include "../error.h"
#include "../progress.h"
#include "bytes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef LX_IMAGE_LIMIT		    /* a fuzzer asks for less */
#define LX_IMAGE_LIMIT (512u << 20) /* bytes of a kernel, packed or unpacked */
#endif
#define LX_IMAGE_SEGMENTS  32 /* PT_LOADs at most */
#define LX_IMAGE_NOTE_TEXT 256

/* One PT_LOAD with memory, sorted by @paddr, not overlapping, inside the file: all checked. */
struct lx_segment {
	uint64_t paddr;	       /* p_paddr - PADDR_OFFSET */
	uint64_t memory_bytes; /* > 0 */
	const uint8_t *data;   /* @file_bytes of them, the rest is zero */
	uint64_t file_bytes;   /* <= memory_bytes */
};

/* Which of the notes were there: lx_notes.found, bit 1 << type (public/elfnote.h). */
enum {
	LX_NOTE_ENTRY = 1,
	LX_NOTE_HYPERCALL_PAGE = 2,
	LX_NOTE_VIRT_BASE = 3,
	LX_NOTE_PADDR_OFFSET = 4,
	LX_NOTE_XEN_VERSION = 5,
	LX_NOTE_GUEST_OS = 6,
	LX_NOTE_GUEST_VERSION = 7,
	LX_NOTE_LOADER = 8,
	LX_NOTE_PAE_MODE = 9,
	LX_NOTE_FEATURES = 10,
	LX_NOTE_BSD_SYMTAB = 11,
	LX_NOTE_HV_START_LOW = 12,
	LX_NOTE_L1_MFN_VALID = 13,
	LX_NOTE_SUSPEND_CANCEL = 14,
	LX_NOTE_INIT_P2M = 15,
	LX_NOTE_MOD_START_PFN = 16,
	LX_NOTE_SUPPORTED_FEATURES = 17,
	LX_NOTE_PHYS32_ENTRY = 18,
	LX_NOTE_PHYS32_RELOC = 19,
};

struct lx_notes {
	uint32_t found; /* bits 1u << LX_NOTE_* */
	uint64_t entry, hypercall_page, virt_base, paddr_offset, hv_start_low, init_p2m;
	uint64_t mod_start_pfn, supported_features, suspend_cancel, phys32_entry;
	uint64_t l1_mfn_mask, l1_mfn_value;
	char xen_version[16], guest_os[32], guest_version[32], loader[32];
	char features[LX_IMAGE_NOTE_TEXT]; /* printable characters only, NUL-terminated */
};

/* Never changes once it is made: any number of threads may read it. */
struct lx_image {
	struct lx_bytes file;	 /* as given; if it was packed, just its size */
	struct lx_bytes elf;	 /* unpacked; borrows from @file if that is not packed */
	const char *container;	 /* "bzImage" or "ELF" */
	const char *compression; /* "none", "gzip", ... */
	bool narrow;		 /* a 32-bit ELF: it can start as PVH only */
	struct lx_segment segments[LX_IMAGE_SEGMENTS];
	size_t segment_count; /* 1 at least */
	struct lx_notes notes;
};

/*
 * Make an image of @file, which it takes over, also when it fails. Errors: -ENOEXEC not a kernel
 * for Xen, -EBADMSG damaged, -ENOTSUP compression not built in, -EFBIG, -ECANCELED, -ENOMEM.
 * That a kernel can start as PV or PVH is not asked here: see lx_image_pv_check().
 * Sentences follow the name of the kernel: "is cut short: ...", "has no Xen notes: ...".
 */
int lx_image_make(struct lx_bytes *file, const struct lx_progress *progress, struct lx_error *error,
		  struct lx_image **image);
void lx_image_free(struct lx_image *image); /* takes NULL */

/* The bytes that the segments point into. */
const struct lx_bytes *lx_image_bytes(const struct lx_image *image);

/* Lowest and one past the highest physical address that the segments cover. */
void lx_image_span(const struct lx_image *image, uint64_t *low, uint64_t *high);

/*
 * Can the kernel start as a 64-bit PV guest (as PVH)? 0, or -ENOEXEC and a sentence that follows
 * the kernel's name: "cannot start as PV: it has no ENTRY note".
 */
int lx_image_pv_check(const struct lx_image *image, struct lx_error *error);
int lx_image_pvh_check(const struct lx_image *image, struct lx_error *error);

/*
 * May a 64-bit PV guest map @size bytes (1 at least) at @address? Not what Xen keeps for itself,
 * and not across the gap between the two halves of the address space.
 */
bool lx_pv_may_map(uint64_t address, uint64_t size);

#endif
