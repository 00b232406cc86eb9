/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notes in which a kernel tells Xen's tools how it wants to be started (public/elfnote.h). */
#include "image-parts.h"
#include "numbers.h"

#include <errno.h>
#include <string.h>

#define BYTES_AT_MOST ((size_t)1 << 20) /* of all notes; Linux has half a KiB */
#define HEADER_BYTES  12		/* namesz, descsz, type */

enum note_kind {
	KIND_PRESENCE, /* that it is there is all libxen looks at */
	KIND_NUMBER,   /* 4 or 8 bytes */
	KIND_TEXT,     /* cut to the room there is: it is for show */
	KIND_LIST,     /* a text that must not lose anything: its end may be a demand */
	KIND_PAIR,     /* pairs of 8 and 8 bytes, of which libxen needs the first */
};

struct note_row {
	unsigned int type;
	const char *name;
	enum note_kind kind;
	size_t offset; /* of the member of struct lx_notes, and its size */
	size_t size;
};

#define MEMBER(member) offsetof(struct lx_notes, member), sizeof(((struct lx_notes *)0)->member)
#define NO_MEMBER      0, 0

static const struct note_row rows[] = {
	{ LX_NOTE_ENTRY, "ENTRY", KIND_NUMBER, MEMBER(entry) },
	{ LX_NOTE_HYPERCALL_PAGE, "HYPERCALL_PAGE", KIND_NUMBER, MEMBER(hypercall_page) },
	{ LX_NOTE_VIRT_BASE, "VIRT_BASE", KIND_NUMBER, MEMBER(virt_base) },
	{ LX_NOTE_PADDR_OFFSET, "PADDR_OFFSET", KIND_NUMBER, MEMBER(paddr_offset) },
	{ LX_NOTE_XEN_VERSION, "XEN_VERSION", KIND_TEXT, MEMBER(xen_version) },
	{ LX_NOTE_GUEST_OS, "GUEST_OS", KIND_TEXT, MEMBER(guest_os) },
	{ LX_NOTE_GUEST_VERSION, "GUEST_VERSION", KIND_TEXT, MEMBER(guest_version) },
	{ LX_NOTE_LOADER, "LOADER", KIND_TEXT, MEMBER(loader) },
	{ LX_NOTE_PAE_MODE, "PAE_MODE", KIND_PRESENCE, NO_MEMBER },
	{ LX_NOTE_FEATURES, "FEATURES", KIND_LIST, MEMBER(features) },
	{ LX_NOTE_BSD_SYMTAB, "BSD_SYMTAB", KIND_PRESENCE, NO_MEMBER },
	{ LX_NOTE_HV_START_LOW, "HV_START_LOW", KIND_NUMBER, MEMBER(hv_start_low) },
	{ LX_NOTE_L1_MFN_VALID, "L1_MFN_VALID", KIND_PAIR, MEMBER(l1_mfn_mask) },
	{ LX_NOTE_SUSPEND_CANCEL, "SUSPEND_CANCEL", KIND_NUMBER, MEMBER(suspend_cancel) },
	{ LX_NOTE_INIT_P2M, "INIT_P2M", KIND_NUMBER, MEMBER(init_p2m) },
	{ LX_NOTE_MOD_START_PFN, "MOD_START_PFN", KIND_NUMBER, MEMBER(mod_start_pfn) },
	{ LX_NOTE_SUPPORTED_FEATURES, "SUPPORTED_FEATURES", KIND_NUMBER,
	  MEMBER(supported_features) },
	{ LX_NOTE_PHYS32_ENTRY, "PHYS32_ENTRY", KIND_NUMBER, MEMBER(phys32_entry) },
	{ LX_NOTE_PHYS32_RELOC, "PHYS32_RELOC", KIND_PRESENCE, NO_MEMBER },
};

static const struct note_row *find_row(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

static int wrong_size(const struct note_row *row, size_t size, struct lx_error *error)
{
	return lx_fail(error, -EBADMSG, "it is damaged: its Xen note %s has %zu bytes", row->name,
		       size);
}

static uint64_t *number(struct lx_notes *notes, const struct note_row *row)
{
	return (uint64_t *)((char *)notes + row->offset);
}

/* Up to a NUL, the end of the note or that of @row's room; what is not printable becomes '?'. */
static size_t read_text(const struct note_row *row, const uint8_t *data, size_t size, char *text)
{
	size_t i;

	for (i = 0; i < size && i < row->size - 1 && data[i] != '\0'; i++)
		text[i] = data[i] >= 0x20 && data[i] < 0x7f ? (char)data[i] : '?';
	text[i] = '\0';
	return i;
}

static int read_note(struct lx_notes *notes, const struct note_row *row, const uint8_t *data,
		     size_t size, struct lx_error *error)
{
	size_t used;

	switch (row->kind) {
	case KIND_PRESENCE:
		break;
	case KIND_NUMBER:
		if (size != 4 && size != 8)
			return wrong_size(row, size, error);
		*number(notes, row) = size == 4 ? lx_get32(data) : lx_get64(data);
		break;
	case KIND_TEXT:
		read_text(row, data, size, (char *)notes + row->offset);
		break;
	case KIND_LIST:
		used = read_text(row, data, size, (char *)notes + row->offset);
		if (used < size && data[used] != '\0')
			return wrong_size(row, size, error);
		break;
	case KIND_PAIR:
		if (size < 16 || size % 16 != 0)
			return wrong_size(row, size, error);
		*number(notes, row) = lx_get64(data);
		notes->l1_mfn_value = lx_get64(data + 8);
		break;
	}
	return 0;
}

static int take_note(struct lx_notes *notes, uint32_t type, const uint8_t *data, size_t size,
		     struct lx_error *error)
{
	const struct note_row *row = find_row(type);

	/* Newer kernels have notes that libxen need not know. Of two alike the first counts. */
	if (!row || lx_notes_have(notes, type))
		return 0;
	notes->found |= 1u << type;
	return read_note(notes, row, data, size, error);
}

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~(uint64_t)3;
}

/* Other owners' notes (GNU, Linux) stand between those of Xen. */
static int walk(struct lx_notes *notes, const uint8_t *data, size_t size, struct lx_error *error)
{
	uint64_t at = 0, name, desc;
	uint32_t name_size, desc_size, type;
	int ret;

	while (size - at >= HEADER_BYTES) {
		name_size = lx_get32(data + at);
		desc_size = lx_get32(data + at + 4);
		type = lx_get32(data + at + 8);
		name = at + HEADER_BYTES;
		desc = name + padded(name_size);
		if (!lx_within(desc, desc_size, size))
			return lx_fail(error, -EBADMSG,
				       "it is damaged: a note runs past the end of its segment");

		if (name_size == 4 && memcmp(data + name, "Xen", 4) == 0) {
			ret = take_note(notes, type, data + desc, desc_size, error);
			if (ret < 0)
				return ret;
		}

		/* The padding of the very last one may be missing. */
		at = desc + padded(desc_size);
		if (at > size)
			break;
	}
	return 0;
}

/* Walk one segment or section. All of them together are bounded, or time would not be. */
static int walk_part(const struct lx_elf *elf, uint64_t offset, uint64_t size, size_t *total,
		     struct lx_notes *notes, struct lx_error *error)
{
	if (!lx_within(offset, size, elf->size))
		return lx_fail(error, -EBADMSG,
			       "it is cut short: its notes lie outside its %zu bytes", elf->size);
	if (size > BYTES_AT_MOST - *total)
		return lx_fail(error, -ENOEXEC, "it has more than %zu KiB of notes",
			       BYTES_AT_MOST >> 10);
	*total += (size_t)size;
	return walk(notes, elf->data + offset, (size_t)size, error);
}

static int walk_programs(const struct lx_elf *elf, struct lx_notes *notes, struct lx_error *error)
{
	Elf64_Phdr program;
	size_t total = 0, i;
	int ret;

	for (i = 0; i < elf->program_count; i++) {
		lx_elf_program(elf, i, &program);
		if (program.p_type != PT_NOTE)
			continue;
		ret = walk_part(elf, program.p_offset, program.p_filesz, &total, notes, error);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int walk_sections(const struct lx_elf *elf, struct lx_notes *notes, struct lx_error *error)
{
	Elf64_Shdr section;
	size_t total = 0, i;
	int ret;

	for (i = 0; i < elf->section_count; i++) {
		lx_elf_section(elf, i, &section);
		if (section.sh_type != SHT_NOTE)
			continue;
		ret = walk_part(elf, section.sh_offset, section.sh_size, &total, notes, error);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int lx_notes_read(const struct lx_elf *elf, struct lx_notes *notes, struct lx_error *error)
{
	int ret;

	*notes = (struct lx_notes){ 0 };
	ret = walk_programs(elf, notes, error);
	if (ret == 0 && notes->found == 0)
		ret = walk_sections(elf, notes, error);
	if (ret == 0 && notes->found == 0)
		ret = lx_fail(error, -ENOEXEC,
			      "it has no Xen notes; build it with CONFIG_XEN_PV or CONFIG_PVH");
	return ret;
}
