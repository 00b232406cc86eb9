/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making kernels for tests. */
#include "elf-maker.h"

#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#if HAVE_ZLIB
#include <zlib.h>
#endif
#if HAVE_BZIP2
#include <bzlib.h>
#endif
#if HAVE_LZMA
#include <lzma.h>
#endif
#if HAVE_LZO2
#include <lzo/lzo1x.h>
#endif
#if HAVE_LZ4
#include <lz4.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#define PAGE	    4096u
#define NOTES_ROOM  PAGE
#define FIRST_BYTE  PAGE  /* of the text in the file */
#define ENTRY_AT    0x1c0 /* in init */
#define PHYS32_AT   0x850 /* in text */
#define SETUP_SECTS 1
#define SETUP_BYTES ((SETUP_SECTS + 1) * 512)

static struct made allocate(size_t size)
{
	struct made made = { .data = calloc(1, size), .size = size };

	assert(made.data);
	return made;
}

void made_free(struct made *made)
{
	free(made->data);
	*made = (struct made){ 0 };
}

Elf64_Ehdr *made_header(struct made *elf)
{
	return (Elf64_Ehdr *)elf->data;
}

Elf64_Phdr *made_program(struct made *elf, size_t i)
{
	return (Elf64_Phdr *)(elf->data + sizeof(Elf64_Ehdr)) + i;
}

static size_t add_note(uint8_t *notes, size_t at, const char *owner, const struct made_note *note)
{
	uint32_t header[3] = { (uint32_t)strlen(owner) + 1, note->size, note->type };
	size_t name = at + sizeof(header), desc = name + ((header[0] + 3) & ~3u);

	assert(desc + note->size + 3 <= NOTES_ROOM);
	memcpy(notes + at, header, sizeof(header));
	memcpy(notes + name, owner, header[0]);
	memcpy(notes + desc, note->data, note->size);
	return desc + ((note->size + 3) & ~3u);
}

struct usual {
	uint64_t virt_base, init_p2m, entry, hypercall_page, phys32_entry, hv_start_low;
	uint64_t l1_mfn[2];
	uint32_t one, features;
};

/* In Linux' order, with notes of other owners between them. Returns how many bytes. */
static size_t add_notes(uint8_t *notes, const struct elf_recipe *recipe, const struct usual *usual)
{
	const struct made_note xen[] = {
		{ 6, "linux", 6 },
		{ 7, "2.6", 4 },
		{ 5, "xen-3.0", 8 },
		{ 3, &usual->virt_base, 8 },
		{ 15, &usual->init_p2m, 8 },
		{ 1, &usual->entry, 8 },
		{ 2, &usual->hypercall_page, 8 },
		{ 10, "!writable_page_tables|pae_pgdir_above_4gb", 41 },
		{ 17, &usual->features, 4 },
		{ 9, "yes", 4 },
		{ 8, "generic", 8 },
		{ 13, usual->l1_mfn, 16 },
		{ 14, &usual->one, 4 },
		{ 16, &usual->one, 4 },
		{ 12, &usual->hv_start_low, 8 },
		{ 18, &usual->phys32_entry, 8 },
	};
	const struct made_note build_id = { 3, "12345678901234567890", 20 };
	const struct made_note linux_note = { 0x101, "6.1.0", 6 };
	size_t at = 0, i;

	for (i = 0; i < recipe->note_count; i++)
		at = add_note(notes, at, "Xen", &recipe->notes[i]);
	for (i = 0; i < sizeof(xen) / sizeof(xen[0]); i++) {
		if (recipe->leave_out & 1u << xen[i].type)
			continue;
		if (xen[i].type == 2 && !recipe->hypercall_page)
			continue;
		if (xen[i].type == 18) {
			at = add_note(notes, at, "GNU", &build_id);
			at = add_note(notes, at, "Linux", &linux_note);
		}
		at = add_note(notes, at, "Xen", &xen[i]);
	}
	return at;
}

static void fill(uint8_t *data, size_t size)
{
	uint32_t value = 12345;
	size_t i;

	for (i = 0; i < size; i++) {
		/* Every fourth byte is noise, so that it can be packed, but not to nothing. */
		if (i % 4 == 0)
			value = value * 1664525 + 1013904223;
		data[i] = i % 4 == 0 ? (uint8_t)(value >> 24) : (uint8_t)(i >> 12);
	}
}

static void write_header(struct made *elf)
{
	*made_header(elf) = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = MADE_PROGRAMS,
		.e_shentsize = sizeof(Elf64_Shdr),
	};
}

/* The notes' section, behind everything else: section 0 is always void. */
static void move_notes_to_section(struct made *elf, size_t at)
{
	Elf64_Phdr *notes = made_program(elf, MADE_PROGRAMS - 1);
	Elf64_Shdr *section = (Elf64_Shdr *)(elf->data + at) + 1;

	section->sh_type = SHT_NOTE;
	section->sh_offset = notes->p_offset;
	section->sh_size = notes->p_filesz;
	notes->p_type = PT_NULL;
	made_header(elf)->e_shoff = at;
	made_header(elf)->e_shnum = 2;
}

struct made make_elf(const struct elf_recipe *recipe)
{
	size_t text = ((recipe->text_bytes ? recipe->text_bytes : 16 * PAGE) + PAGE - 1) & -PAGE;
	size_t bss = recipe->bss_bytes ? recipe->bss_bytes : 2 * PAGE;
	const size_t sizes[MADE_SEGMENTS] = { text + NOTES_ROOM, 4 * PAGE, PAGE, 4 * PAGE };
	size_t total = text + NOTES_ROOM + 9 * PAGE, at = FIRST_BYTE, i;
	uint64_t load = recipe->load_address ? recipe->load_address : MADE_LOAD_ADDRESS;
	uint64_t address = load;
	struct usual usual = {
		.virt_base = MADE_VIRT_BASE,
		.init_p2m = MADE_INIT_P2M,
		.hypercall_page = MADE_VIRT_BASE + load + 2 * PAGE,
		.phys32_entry = load + PHYS32_AT,
		.hv_start_low = 0xffff800000000000,
		.l1_mfn = { 1, 1 },
		.one = 1,
		.features = 0x8801,
	};
	struct made elf = allocate(FIRST_BYTE + total + 2 * sizeof(Elf64_Shdr));
	Elf64_Phdr *program = NULL;

	write_header(&elf);
	fill(elf.data + FIRST_BYTE, total);
	for (i = 0; i < MADE_SEGMENTS; i++) {
		program = made_program(&elf, i);
		*program = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_W | PF_X,
			.p_offset = at,
			.p_vaddr = i == 2 ? 0 : MADE_VIRT_BASE + address,
			.p_paddr = address,
			.p_filesz = sizes[i],
			.p_memsz = sizes[i] + (i == 3 ? bss : 0),
			.p_align = PAGE,
		};
		at += sizes[i];
		address += sizes[i];
	}
	usual.entry = program->p_vaddr + ENTRY_AT;

	memset(elf.data + FIRST_BYTE + text, 0, NOTES_ROOM);
	*made_program(&elf, MADE_SEGMENTS) = (Elf64_Phdr){
		.p_type = PT_NOTE,
		.p_offset = FIRST_BYTE + text,
		.p_paddr = load + text,
		.p_filesz = add_notes(elf.data + FIRST_BYTE + text, recipe, &usual),
		.p_align = 4,
	};
	if (recipe->notes_in_section)
		move_notes_to_section(&elf, FIRST_BYTE + total);
	return elf;
}

static void narrow_section(struct made *elf, size_t at)
{
	Elf64_Shdr wide = *((Elf64_Shdr *)(elf->data + at) + 1);
	Elf32_Shdr *narrow = (Elf32_Shdr *)(elf->data + at) + 1;

	memset(elf->data + at, 0, 2 * sizeof(wide));
	*narrow = (Elf32_Shdr){
		.sh_type = wide.sh_type,
		.sh_offset = (uint32_t)wide.sh_offset,
		.sh_size = (uint32_t)wide.sh_size,
	};
}

void made_narrow(struct made *elf)
{
	Elf64_Ehdr wide = *made_header(elf);
	Elf64_Phdr programs[MADE_PROGRAMS];
	Elf32_Phdr *narrow = (Elf32_Phdr *)(elf->data + sizeof(Elf32_Ehdr));
	size_t i;

	memcpy(programs, made_program(elf, 0), sizeof(programs));
	memset(elf->data, 0, sizeof(wide) + sizeof(programs));
	*(Elf32_Ehdr *)elf->data = (Elf32_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = wide.e_type,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(Elf32_Ehdr),
		.e_shoff = (uint32_t)wide.e_shoff,
		.e_ehsize = sizeof(Elf32_Ehdr),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = MADE_PROGRAMS,
		.e_shentsize = sizeof(Elf32_Shdr),
		.e_shnum = wide.e_shnum,
	};
	for (i = 0; i < MADE_PROGRAMS; i++)
		narrow[i] = (Elf32_Phdr){
			.p_type = programs[i].p_type,
			.p_offset = (uint32_t)programs[i].p_offset,
			.p_vaddr = (uint32_t)programs[i].p_vaddr,
			.p_paddr = (uint32_t)programs[i].p_paddr,
			.p_filesz = (uint32_t)programs[i].p_filesz,
			.p_memsz = (uint32_t)programs[i].p_memsz,
			.p_flags = programs[i].p_flags,
			.p_align = (uint32_t)programs[i].p_align,
		};
	if (wide.e_shnum > 0)
		narrow_section(elf, wide.e_shoff);
}

#if HAVE_ZLIB
static struct made pack_gzip(struct made plain)
{
	z_stream stream = { 0 };
	struct made packed;
	int ret;

	ret = deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
	assert(ret == Z_OK);
	packed = allocate(deflateBound(&stream, plain.size));
	stream.next_in = plain.data;
	stream.avail_in = (uInt)plain.size;
	stream.next_out = packed.data;
	stream.avail_out = (uInt)packed.size;
	ret = deflate(&stream, Z_FINISH);
	assert(ret == Z_STREAM_END);
	packed.size = stream.total_out;
	deflateEnd(&stream);
	return packed;
}
#endif

#if HAVE_BZIP2
static struct made pack_bzip2(struct made plain)
{
	unsigned int size = (unsigned int)(plain.size + plain.size / 100 + 600);
	struct made packed = allocate(size);
	int ret;

	ret = BZ2_bzBuffToBuffCompress((char *)packed.data, &size, (char *)plain.data,
				       (unsigned int)plain.size, 1, 0, 0);
	assert(ret == BZ_OK);
	packed.size = size;
	return packed;
}
#endif

#if HAVE_LZMA
/* As Linux' build makes it: without the size that comes out, and so with a mark for the end. */
static struct made pack_lzma(struct made plain)
{
	struct made packed = allocate(plain.size + plain.size / 2 + 1024);
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	lzma_ret ret;

	lzma_lzma_preset(&options, 0);
	options.dict_size = 1 << 16;
	ret = lzma_alone_encoder(&stream, &options);
	assert(ret == LZMA_OK);
	stream.next_in = plain.data;
	stream.avail_in = plain.size;
	stream.next_out = packed.data;
	stream.avail_out = packed.size;
	ret = lzma_code(&stream, LZMA_FINISH);
	assert(ret == LZMA_STREAM_END);
	packed.size = stream.total_out;
	lzma_end(&stream);
	return packed;
}

/* As Linux' build calls it: xz --check=crc32 --x86 --lzma2. */
static struct made pack_xz(struct made plain)
{
	struct made packed = allocate(lzma_stream_buffer_bound(plain.size));
	lzma_options_lzma options;
	lzma_filter filters[] = {
		{ LZMA_FILTER_X86, NULL },
		{ LZMA_FILTER_LZMA2, &options },
		{ LZMA_VLI_UNKNOWN, NULL },
	};
	size_t used = 0;
	lzma_ret ret;

	lzma_lzma_preset(&options, 0);
	options.dict_size = 1 << 16; /* what it takes to unpack is taken again for each test */
	ret = lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, plain.data, plain.size,
					packed.data, &used, packed.size);
	assert(ret == LZMA_OK);
	packed.size = used;
	return packed;
}
#endif

#if HAVE_LZO2
static uint8_t *put32(uint8_t *at, size_t value)
{
	*at++ = (uint8_t)(value >> 24);
	*at++ = (uint8_t)(value >> 16);
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

/* What lzop writes when the kernel is piped into it: no name, Adler's sum of what comes out. */
static uint8_t *put_lzop_header(uint8_t *at)
{
	static const uint8_t header[] = {
		0x89, 'L', 'Z',	 'O', 0, '\r', '\n', 0x1a, '\n', 0x10, 0x40, 0x20,
		0xa0, 9,   0x40, 3,   9, 3,    0,    0,	   0x0d, 0,    0,    0,
		0,    0,   0,	 0,   0, 0,    0,    0,	   0,	 0,
	};

	memcpy(at, header, sizeof(header));
	return put32(at + sizeof(header), lzo_adler32(1, at + 9, sizeof(header) - 9));
}

static struct made pack_lzop(struct made plain)
{
	static uint8_t work[LZO1X_999_MEM_COMPRESS];
	const size_t block = 256 << 10;
	struct made packed = allocate(plain.size + plain.size / 8 + 4096);
	uint8_t *at = put_lzop_header(packed.data), *sizes;
	size_t done, take;
	lzo_uint size;

	for (done = 0; done < plain.size; done += take) {
		take = plain.size - done < block ? plain.size - done : block;
		sizes = at;
		at += 12;
		/* lzop -9's way knows more instructions, but takes long. */
		if (plain.size <= block)
			lzo1x_999_compress(plain.data + done, take, at, &size, work);
		else
			lzo1x_1_compress(plain.data + done, take, at, &size, work);
		if (size >= take) {
			size = take;
			memcpy(at, plain.data + done, take);
		}
		put32(put32(put32(sizes, take), size), lzo_adler32(1, plain.data + done, take));
		at += size;
	}
	at = put32(at, 0);
	packed.size = (size_t)(at - packed.data);
	return packed;
}
#endif

#if HAVE_LZ4
static struct made pack_lz4(struct made plain)
{
	const int block = 8 << 20;
	struct made packed = allocate(16 + plain.size + plain.size / 128);
	size_t at, used = 4;
	uint32_t size;
	int take;

	memcpy(packed.data, "\x02\x21\x4c\x18", 4);
	for (at = 0; at < plain.size; at += (size_t)take) {
		take = plain.size - at < (size_t)block ? (int)(plain.size - at) : block;
		size = (uint32_t)LZ4_compress_default((char *)plain.data + at,
						      (char *)packed.data + used + 4, take,
						      (int)(packed.size - used - 4));
		assert(size > 0);
		memcpy(packed.data + used, &size, 4);
		used += 4 + size;
	}
	packed.size = used;
	return packed;
}
#endif

#if HAVE_ZSTD
/* Linux pipes the kernel into zstd, so the frame cannot tell its size, but has a checksum. */
static struct made pack_zstd(struct made plain)
{
	struct made packed = allocate(ZSTD_compressBound(plain.size));
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t size;

	ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(context, packed.data, packed.size, plain.data, plain.size);
	assert(!ZSTD_isError(size));
	packed.size = size;
	ZSTD_freeCCtx(context);
	return packed;
}
#endif

static const struct {
	const char *name;
	struct made (*pack)(struct made plain);
} packers[] = {
#if HAVE_ZLIB
	{ "gzip", pack_gzip },
#endif
#if HAVE_BZIP2
	{ "bzip2", pack_bzip2 },
#endif
#if HAVE_LZMA
	{ "lzma", pack_lzma },	 { "xz", pack_xz },
#endif
#if HAVE_LZO2
	{ "lzop", pack_lzop },
#endif
#if HAVE_LZ4
	{ "lz4", pack_lz4 },
#endif
#if HAVE_ZSTD
	{ "zstd", pack_zstd },
#endif
	{ NULL, NULL },
};

struct made make_packed(const char *packing, struct made plain)
{
	size_t i;

	for (i = 0; packers[i].name; i++)
		if (strcmp(packers[i].name, packing) == 0)
			return packers[i].pack(plain);
	return (struct made){ 0 };
}

struct made make_bzimage(struct made payload, const uint32_t *appended)
{
	uint32_t length = (uint32_t)payload.size + (appended ? 4 : 0);
	struct made image = allocate(SETUP_BYTES + length);

	memcpy(image.data, "MZ", 2);
	image.data[0x1f1] = SETUP_SECTS;
	memcpy(image.data + 0x1fe, "\x55\xaa", 2);
	memcpy(image.data + 0x202, "HdrS", 4);
	memcpy(image.data + 0x206, "\x0f\x02", 2);
	memcpy(image.data + 0x24c, &length, 4);
	memcpy(image.data + SETUP_BYTES, payload.data, payload.size);
	if (appended)
		memcpy(image.data + SETUP_BYTES + payload.size, appended, 4);
	return image;
}

struct made make_bzimage_of(struct made elf, const char *packing)
{
	uint32_t size = (uint32_t)elf.size;
	struct made packed, image;

	if (strcmp(packing, "none") == 0)
		return make_bzimage(elf, NULL);
	packed = make_packed(packing, elf);
	if (!packed.data)
		return packed;
	image = make_bzimage(packed, strcmp(packing, "gzip") == 0 ? NULL : &size);
	made_free(&packed);
	return image;
}
