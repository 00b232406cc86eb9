/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading an ELF kernel: is it one for x86, and what is to be loaded where? */
#include "image-parts.h"
#include "numbers.h"

#include <errno.h>
#include <string.h>

#define PROGRAMS_AT_MOST 128		     /* Linux has five; each costs time */
#define ADDRESS_END	 ((uint64_t)1 << 52) /* one past the last physical address of x86-64 */

bool lx_elf_is(const uint8_t *data, size_t size)
{
	return size >= SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0;
}

static int check_target(const unsigned char *ident, struct lx_error *error)
{
	if (ident[EI_CLASS] != ELFCLASS64 && ident[EI_CLASS] != ELFCLASS32)
		return lx_fail(error, -ENOEXEC, "this is an ELF file of unknown class %u",
			       ident[EI_CLASS]);
	if (ident[EI_DATA] != ELFDATA2LSB)
		return lx_fail(error, -ENOEXEC,
			       "this is a big-endian ELF file; libxen starts x86 kernels");
	return 0;
}

/* A PVH kernel may be a 32-bit one, since that is how a PVH guest begins. */
static int check_machine(const struct lx_elf *elf, const Elf64_Ehdr *header, struct lx_error *error)
{
	if (header->e_machine != (elf->narrow ? EM_386 : EM_X86_64))
		return lx_fail(
			error, -ENOEXEC,
			"this is for another processor (ELF machine %u, %u bits), not for x86",
			header->e_machine, elf->narrow ? 32 : 64);
	return 0;
}

static int check_type(const Elf64_Ehdr *header, struct lx_error *error)
{
	switch (header->e_type) {
	case ET_EXEC:
		return 0;
	case ET_REL:
		return lx_fail(error, -ENOEXEC, "this is an object file or a module, not a kernel");
	case ET_DYN:
		return lx_fail(error, -ENOEXEC, "this is a program or a library, not a kernel");
	case ET_CORE:
		return lx_fail(error, -ENOEXEC, "this is a core dump, not a kernel");
	default:
		return lx_fail(error, -ENOEXEC, "this is an ELF file of unknown type %u",
			       header->e_type);
	}
}

static size_t program_bytes(const struct lx_elf *elf)
{
	return elf->narrow ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
}

static size_t section_bytes(const struct lx_elf *elf)
{
	return elf->narrow ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr);
}

static int find_programs(struct lx_elf *elf, const Elf64_Ehdr *header, struct lx_error *error)
{
	size_t bytes = program_bytes(elf);

	if (header->e_phnum == 0)
		return lx_fail(error, -ENOEXEC, "it has nothing to load: no program headers");
	if (header->e_phnum > PROGRAMS_AT_MOST)
		return lx_fail(error, -ENOEXEC, "it has %u program headers; libxen takes %d",
			       header->e_phnum, PROGRAMS_AT_MOST);
	if (header->e_phentsize != bytes)
		return lx_fail(error, -EBADMSG,
			       "it is damaged: its program headers are of %u bytes, not %zu",
			       header->e_phentsize, bytes);
	if (!lx_within(header->e_phoff, header->e_phnum * bytes, elf->size))
		return lx_fail(error, -EBADMSG,
			       "it is cut short: its program headers lie outside its %zu bytes",
			       elf->size);
	elf->program_offset = header->e_phoff;
	elf->program_count = header->e_phnum;
	return 0;
}

/* Sections are a second place to look for notes: without them a kernel is still whole. */
static void find_sections(struct lx_elf *elf, const Elf64_Ehdr *header)
{
	size_t bytes = section_bytes(elf);

	if (header->e_shentsize != bytes ||
	    !lx_within(header->e_shoff, header->e_shnum * bytes, elf->size))
		return;
	elf->section_offset = header->e_shoff;
	elf->section_count = header->e_shnum;
}

static int read_header(struct lx_elf *elf, Elf64_Ehdr *header, struct lx_error *error)
{
	unsigned char ident[EI_NIDENT] = { 0 };
	int ret;

	/* Before its length is looked at: what is no kernel at all may be shorter. */
	memcpy(ident, elf->data, elf->size < EI_NIDENT ? elf->size : EI_NIDENT);
	ret = check_target(ident, error);
	if (ret < 0)
		return ret;
	elf->narrow = ident[EI_CLASS] == ELFCLASS32;
	if (elf->size < (elf->narrow ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr)))
		return lx_fail(error, -EBADMSG, "it is cut short: it ends within its ELF header");
	if (elf->narrow)
		lx_elf32_header(elf->data, header);
	else
		memcpy(header, elf->data, sizeof(*header));
	return 0;
}

int lx_elf_open(struct lx_elf *elf, const uint8_t *data, size_t size, struct lx_error *error)
{
	Elf64_Ehdr header;
	int ret;

	*elf = (struct lx_elf){ .data = data, .size = size };
	ret = read_header(elf, &header, error);
	if (ret < 0)
		return ret;
	ret = check_machine(elf, &header, error);
	if (ret < 0)
		return ret;
	ret = check_type(&header, error);
	if (ret < 0)
		return ret;
	ret = find_programs(elf, &header, error);
	if (ret < 0)
		return ret;
	find_sections(elf, &header);
	return 0;
}

void lx_elf_program(const struct lx_elf *elf, size_t i, Elf64_Phdr *program)
{
	const uint8_t *at = elf->data + elf->program_offset + i * program_bytes(elf);

	if (elf->narrow)
		lx_elf32_program(at, program);
	else
		memcpy(program, at, sizeof(*program));
}

void lx_elf_section(const struct lx_elf *elf, size_t i, Elf64_Shdr *section)
{
	const uint8_t *at = elf->data + elf->section_offset + i * section_bytes(elf);

	if (elf->narrow)
		lx_elf32_section(at, section);
	else
		memcpy(section, at, sizeof(*section));
}

static int check_load(const struct lx_elf *elf, const Elf64_Phdr *load, uint64_t paddr_offset,
		      struct lx_error *error)
{
	if (!lx_within(load->p_offset, load->p_filesz, elf->size))
		return lx_fail(error, -EBADMSG,
			       "it is cut short: a segment lies outside its %zu bytes", elf->size);
	if (load->p_filesz > load->p_memsz)
		return lx_fail(
			error, -EBADMSG,
			"it is damaged: a segment has more bytes in the file than in memory");
	if (load->p_paddr < paddr_offset)
		return lx_fail(
			error, -EBADMSG,
			"it is damaged: a segment's address 0x%llx is below its PADDR_OFFSET 0x%llx",
			(unsigned long long)load->p_paddr, (unsigned long long)paddr_offset);
	if (!lx_within(load->p_paddr - paddr_offset, load->p_memsz, ADDRESS_END))
		return lx_fail(
			error, -EBADMSG,
			"it is damaged: a segment at 0x%llx ends beyond all physical addresses",
			(unsigned long long)(load->p_paddr - paddr_offset));
	return 0;
}

static int insert(struct lx_image *image, const struct lx_segment *segment, struct lx_error *error)
{
	size_t at = image->segment_count;

	if (at == LX_IMAGE_SEGMENTS)
		return lx_fail(error, -ENOEXEC, "it has more than %d segments to load",
			       LX_IMAGE_SEGMENTS);
	for (; at > 0 && image->segments[at - 1].paddr > segment->paddr; at--)
		image->segments[at] = image->segments[at - 1];
	image->segments[at] = *segment;
	image->segment_count++;
	return 0;
}

static int check_overlaps(const struct lx_image *image, struct lx_error *error)
{
	const struct lx_segment *segment = image->segments;
	size_t i;

	for (i = 1; i < image->segment_count; i++, segment++)
		if (segment[1].paddr - segment[0].paddr < segment[0].memory_bytes)
			return lx_fail(error, -EBADMSG,
				       "it is damaged: two of its segments overlap at 0x%llx",
				       (unsigned long long)segment[1].paddr);
	return 0;
}

int lx_elf_segments(const struct lx_elf *elf, uint64_t paddr_offset, struct lx_image *image,
		    struct lx_error *error)
{
	struct lx_segment segment;
	Elf64_Phdr load;
	size_t i;
	int ret;

	for (i = 0; i < elf->program_count; i++) {
		lx_elf_program(elf, i, &load);
		if (load.p_type != PT_LOAD)
			continue;
		ret = check_load(elf, &load, paddr_offset, error);
		if (ret < 0)
			return ret;
		if (load.p_memsz == 0)
			continue;
		segment = (struct lx_segment){
			.paddr = load.p_paddr - paddr_offset,
			.memory_bytes = load.p_memsz,
			.data = elf->data + load.p_offset,
			.file_bytes = load.p_filesz,
		};
		ret = insert(image, &segment, error);
		if (ret < 0)
			return ret;
	}
	if (image->segment_count == 0)
		return lx_fail(error, -ENOEXEC, "it has no segment to load");
	return check_overlaps(image, error);
}
