/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Headers of a 32-bit ELF kernel, widened: so that all else knows but one kind. */
#include "image-parts.h"

#include <string.h>

void lx_elf32_header(const uint8_t *data, Elf64_Ehdr *header)
{
	Elf32_Ehdr narrow;

	memcpy(&narrow, data, sizeof(narrow));
	*header = (Elf64_Ehdr){
		.e_type = narrow.e_type,
		.e_machine = narrow.e_machine,
		.e_phoff = narrow.e_phoff,
		.e_phentsize = narrow.e_phentsize,
		.e_phnum = narrow.e_phnum,
		.e_shoff = narrow.e_shoff,
		.e_shentsize = narrow.e_shentsize,
		.e_shnum = narrow.e_shnum,
	};
	memcpy(header->e_ident, narrow.e_ident, sizeof(header->e_ident));
}

void lx_elf32_program(const uint8_t *data, Elf64_Phdr *program)
{
	Elf32_Phdr narrow;

	memcpy(&narrow, data, sizeof(narrow));
	*program = (Elf64_Phdr){
		.p_type = narrow.p_type,
		.p_flags = narrow.p_flags,
		.p_offset = narrow.p_offset,
		.p_vaddr = narrow.p_vaddr,
		.p_paddr = narrow.p_paddr,
		.p_filesz = narrow.p_filesz,
		.p_memsz = narrow.p_memsz,
		.p_align = narrow.p_align,
	};
}

void lx_elf32_section(const uint8_t *data, Elf64_Shdr *section)
{
	Elf32_Shdr narrow;

	memcpy(&narrow, data, sizeof(narrow));
	*section = (Elf64_Shdr){
		.sh_type = narrow.sh_type,
		.sh_offset = narrow.sh_offset,
		.sh_size = narrow.sh_size,
	};
}
