/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts that reading an image is made of, each in the file named after it. */
#ifndef LX_BUILD_IMAGE_PARTS_H
#define LX_BUILD_IMAGE_PARTS_H

#include "image.h"

#include <elf.h>

/* Sentences of all these speak of the kernel as "it": "it is cut short: ...". */

/* bzimage.c: does @file begin like a bzImage, and where in it is the packed kernel? */
bool lx_bzimage_is(const struct lx_bytes *file);
int lx_bzimage_payload(const struct lx_bytes *file, struct lx_bytes *payload,
		       struct lx_error *error);

/* elf.c: an x86 kernel whose header and table of program headers lie within @size. */
struct lx_elf {
	const uint8_t *data;
	size_t size;
	bool narrow; /* 32-bit headers in the file; all that is read of them is widened */
	size_t program_count;
	uint64_t program_offset;
	size_t section_count; /* 0 if the table of sections is not all there */
	uint64_t section_offset;
};

bool lx_elf_is(const uint8_t *data, size_t size);
int lx_elf_open(struct lx_elf *elf, const uint8_t *data, size_t size, struct lx_error *error);
/* Copies, so that what was checked cannot change before it is used. */
void lx_elf_program(const struct lx_elf *elf, size_t i, Elf64_Phdr *program);
void lx_elf_section(const struct lx_elf *elf, size_t i, Elf64_Shdr *section);
/* Check the PT_LOADs, take @paddr_offset off their addresses, and sort them into @image. */
int lx_elf_segments(const struct lx_elf *elf, uint64_t paddr_offset, struct lx_image *image,
		    struct lx_error *error);

/* elf32.c: 32-bit headers, which lie at @data, as the 64-bit ones that say the same. */
void lx_elf32_header(const uint8_t *data, Elf64_Ehdr *header);
void lx_elf32_program(const uint8_t *data, Elf64_Phdr *program);
void lx_elf32_section(const uint8_t *data, Elf64_Shdr *section);

/* notes.c: -ENOEXEC if there is no note of Xen's at all, -EBADMSG if one is damaged. */
int lx_notes_read(const struct lx_elf *elf, struct lx_notes *notes, struct lx_error *error);

/* Was the note of type LX_NOTE_* there? */
static inline bool lx_notes_have(const struct lx_notes *notes, unsigned int type)
{
	return notes->found & 1u << type;
}

#endif
