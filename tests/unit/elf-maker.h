/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels for tests, made in memory: small, but shaped like Linux' own. */
#ifndef ELF_MAKER_H
#define ELF_MAKER_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MADE_VIRT_BASE	  0xffffffff80000000ull
#define MADE_INIT_P2M	  0x8000000000ull
#define MADE_LOAD_ADDRESS 0x1000000ull
#define MADE_SEGMENTS	  4
#define MADE_PROGRAMS	  (MADE_SEGMENTS + 1) /* and the notes, which are the last */

struct made {
	uint8_t *data;
	size_t size;
};

struct made_note {
	uint32_t type; /* of public/elfnote.h: 1 is ENTRY */
	const void *data;
	uint32_t size;
};

/* What the kernel is to be like. Everything zero: as Debian's, with less in it. */
struct elf_recipe {
	uint64_t load_address;	       /* 0: MADE_LOAD_ADDRESS */
	size_t text_bytes;	       /* rounded up to pages; 0: 16 pages */
	size_t bss_bytes;	       /* at the end, in memory only; 0: 8 KiB */
	uint32_t leave_out;	       /* notes: 1u << type */
	bool hypercall_page;	       /* has the note that Linux before 6 had */
	bool notes_in_section;	       /* and not in a segment */
	const struct made_note *notes; /* stand before the usual ones */
	size_t note_count;
};

/*
 * Segments, in this order: text (with the notes at its end), data, per-cpu data (whose virtual
 * address is 0, as in Linux), and init with the bss. ENTRY points into init, PHYS32_ENTRY and
 * HYPERCALL_PAGE into text. The bytes are a pattern that no two pages share.
 */
struct made make_elf(const struct elf_recipe *recipe);
Elf64_Ehdr *made_header(struct made *elf);
Elf64_Phdr *made_program(struct made *elf, size_t i);

/* Make the headers of @elf 32-bit ones, of a kernel for i386: its bytes stay where they are. */
void made_narrow(struct made *elf);

/* What make_packed() knows. */
#define MADE_PACKINGS "gzip", "bzip2", "lzma", "xz", "lzop", "lz4", "zstd"

/* Pack @plain as one of MADE_PACKINGS; .data is NULL if this build cannot. */
struct made make_packed(const char *packing, struct made plain);

/* A bzImage around @payload; @appended: the size to write behind it, NULL for none. */
struct made make_bzimage(struct made payload, const uint32_t *appended);

/* Both at once, as Linux' build does it; "none" leaves @elf as it is. NULL as above. */
struct made make_bzimage_of(struct made elf, const char *packing);

void made_free(struct made *made);

#endif
