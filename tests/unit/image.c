/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images: what is read from a good kernel, and what is said of everything else. */
#include "build/image.h"
#include "build/unpack.h"
#include "elf-maker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOTES_PROGRAM (MADE_PROGRAMS - 1)

struct fixture {
	struct made elf, file;
	struct lx_image *image;
	struct lx_error error;
};

static int setup(void **state)
{
	const struct elf_recipe plain = { 0 };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->elf = make_elf(&plain);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	lx_image_free(f->image);
	made_free(&f->elf);
	made_free(&f->file);
	free(f);
	return 0;
}

static void use_recipe(struct fixture *f, const struct elf_recipe *recipe)
{
	made_free(&f->elf);
	f->elf = make_elf(recipe);
}

static void use_notes(struct fixture *f, const struct made_note *notes, size_t count)
{
	const struct elf_recipe recipe = { .notes = notes, .note_count = count };

	use_recipe(f, &recipe);
}

/* Make an image of @size bytes that stand alone, so that a sanitizer guards both their ends. */
static int make_from(struct fixture *f, const void *data, size_t size)
{
	const struct lx_progress nobody = { NULL, NULL };
	struct lx_bytes file;
	uint8_t *exact = malloc(size ? size : 1);
	int ret;

	assert_non_null(exact);
	if (size > 0)
		memcpy(exact, data, size);
	made_free(&f->file);
	f->file = (struct made){ exact, size };
	lx_image_free(f->image);
	f->image = NULL;
	f->error.text[0] = '\0';

	file = (struct lx_bytes){ .data = exact, .size = size };
	ret = lx_image_make(&file, &nobody, &f->error, &f->image);
	assert_null(file.data);
	if (ret < 0)
		assert_null(f->image);
	else
		assert_string_equal(f->error.text, "");
	return ret;
}

static int make(struct fixture *f)
{
	return make_from(f, f->elf.data, f->elf.size);
}

/* The bytes are refused with @code, and the sentence has @words in it. */
static void refuses_bytes(struct fixture *f, const void *data, size_t size, int code,
			  const char *words)
{
	int ret = make_from(f, data, size);

	if (ret != code || !strstr(f->error.text, words))
		fail_msg("%d, \"%s\" in place of %d, \"%s\"", ret, f->error.text, code, words);
}

static void refuses(struct fixture *f, int code, const char *words)
{
	refuses_bytes(f, f->elf.data, f->elf.size, code, words);
}

static void refuses_as(int (*check)(const struct lx_image *image, struct lx_error *error),
		       struct fixture *f, const char *words)
{
	int ret;

	assert_int_equal(make(f), 0);
	ret = check(f->image, &f->error);
	if (ret != -ENOEXEC || !strstr(f->error.text, words))
		fail_msg("%d, \"%s\" in place of \"%s\"", ret, f->error.text, words);
}

/* What is in a good one. */

static void given_a_kernel_when_an_image_is_made_then_its_segments_are_there(void **state)
{
	struct fixture *f = *state;
	const Elf64_Phdr *program;
	uint64_t low, high;
	size_t i;

	assert_int_equal(make(f), 0);

	assert_string_equal(f->image->container, "ELF");
	assert_string_equal(f->image->compression, "none");
	assert_int_equal(f->image->segment_count, MADE_SEGMENTS);
	for (i = 0; i < MADE_SEGMENTS; i++) {
		program = made_program(&f->elf, i);
		assert_int_equal(f->image->segments[i].paddr, program->p_paddr);
		assert_int_equal(f->image->segments[i].file_bytes, program->p_filesz);
		assert_int_equal(f->image->segments[i].memory_bytes, program->p_memsz);
		assert_memory_equal(f->image->segments[i].data, f->elf.data + program->p_offset,
				    program->p_filesz);
	}
	program = made_program(&f->elf, MADE_SEGMENTS - 1);
	lx_image_span(f->image, &low, &high);
	assert_int_equal(low, MADE_LOAD_ADDRESS);
	assert_int_equal(high, program->p_paddr + program->p_memsz);
}

static void given_a_kernel_when_an_image_is_made_then_its_notes_are_read(void **state)
{
	struct fixture *f = *state;
	const struct lx_notes *notes;

	assert_int_equal(make(f), 0);

	notes = &f->image->notes;
	assert_int_equal(notes->found, 0x7f7ea);
	assert_int_equal(notes->entry, made_program(&f->elf, 3)->p_vaddr + 0x1c0);
	assert_int_equal(notes->virt_base, MADE_VIRT_BASE);
	assert_int_equal(notes->init_p2m, MADE_INIT_P2M);
	assert_int_equal(notes->mod_start_pfn, 1);
	assert_int_equal(notes->suspend_cancel, 1);
	assert_int_equal(notes->supported_features, 0x8801);
	assert_int_equal(notes->hv_start_low, 0xffff800000000000);
	assert_int_equal(notes->phys32_entry, MADE_LOAD_ADDRESS + 0x850);
	assert_int_equal(notes->l1_mfn_mask, 1);
	assert_int_equal(notes->l1_mfn_value, 1);
	assert_string_equal(notes->xen_version, "xen-3.0");
	assert_string_equal(notes->guest_os, "linux");
	assert_string_equal(notes->guest_version, "2.6");
	assert_string_equal(notes->loader, "generic");
	assert_string_equal(notes->features, "!writable_page_tables|pae_pgdir_above_4gb");
}

static void given_a_kernel_when_it_is_asked_then_it_starts_as_pv_and_as_pvh(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(make(f), 0);

	assert_int_equal(lx_image_pv_check(f->image, &f->error), 0);
	assert_int_equal(lx_image_pvh_check(f->image, &f->error), 0);
}

static void given_a_bzimage_of_any_packing_when_an_image_is_made_then_it_is_the_same_kernel(
	void **state)
{
	static const char *const packings[] = { "none", MADE_PACKINGS };
	struct fixture *f = *state;
	struct made bzimage;
	size_t i;

	for (i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		bzimage = make_bzimage_of(f->elf, packings[i]);
		if (!bzimage.data)
			continue;

		assert_int_equal(make_from(f, bzimage.data, bzimage.size), 0);

		assert_string_equal(f->image->container, "bzImage");
		assert_string_equal(f->image->compression, packings[i]);
		assert_int_equal(f->image->file.size, bzimage.size);
		assert_int_equal(f->image->elf.size, f->elf.size);
		assert_memory_equal(f->image->elf.data, f->elf.data, f->elf.size);
		assert_int_equal(f->image->segment_count, MADE_SEGMENTS);
		made_free(&bzimage);
	}
}

static void given_a_vmlinux_of_any_packing_when_an_image_is_made_then_it_is_the_same_kernel(
	void **state)
{
	static const char *const packings[] = { MADE_PACKINGS };
	struct fixture *f = *state;
	struct made packed;
	size_t i;

	for (i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		packed = make_packed(packings[i], f->elf);
		if (!packed.data)
			continue;

		assert_int_equal(make_from(f, packed.data, packed.size), 0);

		assert_string_equal(f->image->container, "ELF");
		assert_string_equal(f->image->compression, packings[i]);
		assert_int_equal(f->image->elf.size, f->elf.size);
		assert_memory_equal(f->image->elf.data, f->elf.data, f->elf.size);
		assert_int_equal(f->image->segment_count, MADE_SEGMENTS);
		made_free(&packed);
	}
}

/* What tests/fuzz/make-seeds made with gzip, bzip2, xz, lzop, lz4 and zstd themselves. */
static void given_a_kernel_packed_by_ordinary_tools_when_an_image_is_made_then_it_is_unpacked(
	void **state)
{
	static const char *const packings[] = { MADE_PACKINGS };
	const struct lx_progress nobody = { NULL, NULL };
	struct fixture *f = *state;
	struct lx_bytes file;
	char path[256];
	size_t i;
	int ret;

	for (i = 0; i < 2 * sizeof(packings) / sizeof(packings[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s%s", IMAGES, i % 2 ? "bzimage-" : "",
			 packings[i / 2]);
		ret = lx_bytes_from_path(&file, path, LX_IMAGE_LIMIT, path, &f->error);
		assert_int_equal(ret, 0);

		ret = lx_image_make(&file, &nobody, &f->error, &f->image);

		if (ret == -ENOTSUP && strstr(f->error.text, "built without"))
			continue;
		if (ret < 0)
			fail_msg("%s: %s", path, f->error.text);
		assert_string_equal(f->image->compression, packings[i / 2]);
		assert_true(f->image->notes.found & 1u << LX_NOTE_ENTRY);
		lx_image_free(f->image);
		f->image = NULL;
	}
}

static void given_segments_in_any_order_when_an_image_is_made_then_they_are_sorted(void **state)
{
	struct fixture *f = *state;
	Elf64_Phdr first = *made_program(&f->elf, 0);
	size_t i;

	*made_program(&f->elf, 0) = *made_program(&f->elf, 3);
	*made_program(&f->elf, 3) = first;

	assert_int_equal(make(f), 0);

	for (i = 1; i < MADE_SEGMENTS; i++)
		assert_true(f->image->segments[i].paddr > f->image->segments[i - 1].paddr);
}

static void given_a_segment_without_memory_when_an_image_is_made_then_it_is_left_out(void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, 1)->p_filesz = 0;
	made_program(&f->elf, 1)->p_memsz = 0;

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->segment_count, MADE_SEGMENTS - 1);
}

static void given_a_paddr_offset_when_an_image_is_made_then_it_is_taken_off(void **state)
{
	const uint64_t offset = MADE_LOAD_ADDRESS;
	const struct made_note notes[] = { { LX_NOTE_PADDR_OFFSET, &offset, 8 } };
	struct fixture *f = *state;

	use_notes(f, notes, 1);

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->segments[0].paddr, 0);
}

static void given_notes_in_a_section_when_an_image_is_made_then_they_are_found(void **state)
{
	const struct elf_recipe recipe = { .notes_in_section = true };
	struct fixture *f = *state;

	use_recipe(f, &recipe);

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->notes.virt_base, MADE_VIRT_BASE);
}

static void given_numbers_of_4_bytes_when_notes_are_read_then_they_are_taken(void **state)
{
	const uint32_t entry = 0x1234;
	const struct made_note notes[] = { { LX_NOTE_PHYS32_ENTRY, &entry, 4 } };
	struct fixture *f = *state;

	use_notes(f, notes, 1);

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->notes.phys32_entry, 0x1234);
}

static void given_a_note_twice_when_notes_are_read_then_the_first_counts(void **state)
{
	const uint64_t first = 0x1000, second = 0x2000;
	const struct made_note notes[] = { { LX_NOTE_INIT_P2M, &first, 8 },
					   { LX_NOTE_INIT_P2M, &second, 8 } };
	struct fixture *f = *state;

	use_notes(f, notes, 2);

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->notes.init_p2m, first);
}

static void given_notes_that_are_unknown_when_notes_are_read_then_they_are_skipped(void **state)
{
	const struct made_note notes[] = { { 0, "?", 1 },
					   { 20, "abc", 3 },
					   { 0xffffffff, "x", 1 } };
	struct fixture *f = *state;

	use_notes(f, notes, 3);

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->notes.virt_base, MADE_VIRT_BASE);
}

static void given_texts_that_are_long_or_odd_when_notes_are_read_then_they_are_tamed(void **state)
{
	static const char name[] = "an operating system's name \033[2J that goes on and on and on";
	const struct made_note notes[] = { { LX_NOTE_GUEST_OS, name, sizeof(name) } };
	struct fixture *f = *state;

	use_notes(f, notes, 1);

	assert_int_equal(make(f), 0);

	assert_string_equal(f->image->notes.guest_os, "an operating system's name ?[2J");
}

/* Files that are no kernels. */

static void given_an_empty_file_when_an_image_is_made_then_that_is_said(void **state)
{
	refuses_bytes(*state, "", 0, -ENOEXEC, "it is empty");
}

static void given_a_text_when_an_image_is_made_then_that_is_said(void **state)
{
	static const char text[] = "kernel = \"/boot/vmlinuz\"\n\tmemory = 512\r\n";

	refuses_bytes(*state, text, sizeof(text) - 1, -ENOEXEC, "this is text, not a kernel");
	refuses_bytes(*state, "x", 1, -ENOEXEC, "this is text, not a kernel");
}

static void given_unknown_bytes_when_an_image_is_made_then_the_first_are_told(void **state)
{
	refuses_bytes(*state, "\x01\x02\xab\xff\x05", 5, -ENOEXEC, "it begins with 01 02 ab ff");
	refuses_bytes(*state, "\x01", 1, -ENOEXEC, "it begins with 01");
}

static void given_other_kernels_and_programs_when_an_image_is_made_then_they_are_named(void **state)
{
	uint8_t file[1024] = "MZ";

	refuses_bytes(*state, file, sizeof(file), -ENOEXEC, "program for EFI");
	refuses_bytes(*state, file, 100, -EBADMSG, "cut short after 100 bytes");

	memcpy(file + 0x38, "ARM\x64", 4);
	refuses_bytes(*state, file, sizeof(file), -ENOEXEC, "arm64");
}

static void given_a_packed_text_when_an_image_is_made_then_it_is_no_kernel(void **state)
{
	static const char *const packings[] = { MADE_PACKINGS };
	struct made text = { (uint8_t *)"this is but a text", 18 };
	size_t i;

	for (i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		struct made packed = make_packed(packings[i], text);

		if (!packed.data)
			continue;
		refuses_bytes(*state, packed.data, packed.size, -ENOEXEC, "not an ELF kernel");
		made_free(&packed);
	}
}

static void given_a_bzimage_cut_anywhere_when_an_image_is_made_then_it_is_refused(void **state)
{
	struct fixture *f = *state;
	struct made bzimage = make_bzimage_of(f->elf, "none");
	size_t size;
	int ret;

	for (size = 0; size < bzimage.size; size += size < 0x260 ? 1 : 997) {
		ret = make_from(f, bzimage.data, size);
		assert_true(ret == -EBADMSG || ret == -ENOEXEC);
		assert_string_not_equal(f->error.text, "");
	}
	refuses_bytes(f, bzimage.data, bzimage.size - 1, -EBADMSG,
		      "cut short: its header announces");
	refuses_bytes(f, bzimage.data, 0x240, -EBADMSG, "within its boot header");
	made_free(&bzimage);
}

static void given_an_old_boot_protocol_when_an_image_is_made_then_it_is_named(void **state)
{
	struct fixture *f = *state;
	struct made bzimage = make_bzimage_of(f->elf, "none");

	bzimage.data[0x206] = 7;

	refuses_bytes(f, bzimage.data, bzimage.size, -ENOEXEC, "boot protocol 2.07");
	made_free(&bzimage);
}

static void given_no_payload_when_an_image_is_made_then_that_is_said(void **state)
{
	struct fixture *f = *state;
	struct made bzimage = make_bzimage_of(f->elf, "none");

	memset(bzimage.data + 0x24c, 0, 4);

	refuses_bytes(f, bzimage.data, bzimage.size, -ENOEXEC, "no payload");
	made_free(&bzimage);
}

static void given_a_payload_out_of_bounds_when_an_image_is_made_then_it_is_cut_short(void **state)
{
	struct fixture *f = *state;
	struct made bzimage = make_bzimage_of(f->elf, "none");

	memset(bzimage.data + 0x248, 0xff, 8);
	bzimage.data[0x1f1] = 0xff;

	refuses_bytes(f, bzimage.data, bzimage.size, -EBADMSG, "cut short");
	made_free(&bzimage);
}

/* An old kernel may say 0 where it means 4. */
static void given_0_setup_sectors_when_an_image_is_made_then_4_are_meant(void **state)
{
	struct fixture *f = *state;
	struct made bzimage = make_bzimage_of(f->elf, "none");
	struct made moved = { calloc(1, bzimage.size + 3 * 512), bzimage.size + 3 * 512 };

	assert_non_null(moved.data);
	memcpy(moved.data, bzimage.data, 1024);
	memcpy(moved.data + 1024 + 3 * 512, bzimage.data + 1024, bzimage.size - 1024);
	moved.data[0x1f1] = 0;

	assert_int_equal(make_from(f, moved.data, moved.size), 0);

	made_free(&bzimage);
	made_free(&moved);
}

static void given_a_packing_nobody_knows_when_an_image_is_made_then_its_bytes_are_told(void **state)
{
	const uint32_t size = 4096;
	struct made payload = { (uint8_t *)"\x12\x34\x56\x78\x9a", 5 };
	struct made bzimage = make_bzimage(payload, &size);

	refuses_bytes(*state, bzimage.data, bzimage.size, -ENOTSUP, "12 34 56 78");
	made_free(&bzimage);
}

static void given_a_packing_not_built_in_when_an_image_is_made_then_the_option_is_told(void **state)
{
	static const struct {
		struct made payload;
		const char *words;
	} table[] = {
		{ { (uint8_t *)"\x1f\x8b\x08", 3 },
		  "built without gzip: rebuild with -Dzlib=enabled" },
		{ { (uint8_t *)"BZh91AY", 7 },
		  "built without bzip2: rebuild with -Dbzip2=enabled" },
		{ { (uint8_t *)"\x5d\0\0\0\4", 5 },
		  "built without lzma: rebuild with -Dlzma=enabled" },
		{ { (uint8_t *)"\3757zXZ", 6 }, "built without xz: rebuild with -Dlzma=enabled" },
		{ { (uint8_t *)"\x02\x21\x4c\x18", 4 },
		  "built without lz4: rebuild with -Dlz4=enabled" },
		{ { (uint8_t *)"\x28\xb5\x2f\xfd", 4 },
		  "built without zstd: rebuild with -Dzstd=enabled" },
	};
	const uint32_t size = 4096;
	size_t missing = 0, i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct made bzimage = make_bzimage(table[i].payload, &size);

		if (!lx_packing_find(table[i].payload.data, table[i].payload.size)->unpack) {
			refuses_bytes(*state, bzimage.data, bzimage.size, -ENOTSUP, table[i].words);
			refuses_bytes(*state, table[i].payload.data, table[i].payload.size,
				      -ENOTSUP, table[i].words);
			missing++;
		}
		made_free(&bzimage);
	}
	if (missing == 0)
		skip();
}

static void given_sizes_that_are_wrong_when_a_bzimage_is_unpacked_then_it_is_refused(void **state)
{
	static const struct {
		uint32_t announced;
		int code;
		const char *words;
	} table[] = {
		{ 0, -EBADMSG, "nothing" },
		{ 1000, -EBADMSG, "more than the 1000 bytes" },
		{ 1000000, -EBADMSG, "announces 1000000" },
		{ LX_IMAGE_LIMIT + 1, -EFBIG, "512 MiB" },
		{ UINT32_MAX, -EFBIG, "512 MiB" },
	};
	struct fixture *f = *state;
	struct made packed = make_packed("xz", f->elf);
	size_t i;

	if (!packed.data)
		skip();
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct made bzimage = make_bzimage(packed, &table[i].announced);

		refuses_bytes(f, bzimage.data, bzimage.size, table[i].code, table[i].words);
		made_free(&bzimage);
	}
	made_free(&packed);
}

static int no_more(void *data, const char *step, uint64_t done, uint64_t total)
{
	(void)data;
	(void)step;
	(void)done;
	(void)total;
	return 1;
}

static void given_a_cancelled_job_when_an_image_is_made_then_nothing_is_left(void **state)
{
	const struct lx_progress progress = { no_more, NULL };
	struct fixture *f = *state;
	struct made bzimage = make_bzimage_of(f->elf, "gzip");
	struct lx_bytes file = { .data = bzimage.data, .size = bzimage.size };

	if (!bzimage.data)
		skip();

	assert_int_equal(lx_image_make(&file, &progress, &f->error, &f->image), -ECANCELED);

	assert_null(f->image);
	made_free(&bzimage);
}

/* ELF files. */

static void given_an_elf_cut_anywhere_when_an_image_is_made_then_it_is_cut_short(void **state)
{
	struct fixture *f = *state;
	size_t size;

	for (size = 20; size < f->elf.size - 2 * sizeof(Elf64_Shdr); size += size < 512 ? 1 : 997)
		refuses_bytes(f, f->elf.data, size, -EBADMSG, "cut short");
}

static void given_an_elf_for_another_machine_when_an_image_is_made_then_it_is_named(void **state)
{
	struct fixture *f = *state;

	made_header(&f->elf)->e_machine = EM_AARCH64;
	refuses(f, -ENOEXEC, "ELF machine 183");
	made_header(&f->elf)->e_ident[EI_DATA] = ELFDATA2MSB;
	refuses(f, -ENOEXEC, "big-endian");
	made_header(&f->elf)->e_ident[EI_CLASS] = 7;
	refuses(f, -ENOEXEC, "unknown class 7");
	made_header(&f->elf)->e_ident[EI_DATA] = ELFDATA2LSB;
	made_header(&f->elf)->e_machine = EM_386;
	made_header(&f->elf)->e_ident[EI_CLASS] = ELFCLASS64;
	refuses(f, -ENOEXEC, "ELF machine 3, 64 bits");
	made_header(&f->elf)->e_machine = EM_X86_64;
	made_header(&f->elf)->e_ident[EI_CLASS] = ELFCLASS32;
	refuses(f, -ENOEXEC, "ELF machine 62, 32 bits");
}

static void given_a_32_bit_elf_when_an_image_is_made_then_it_is_as_the_64_bit_one(void **state)
{
	struct fixture *f = *state;
	struct lx_image wide;
	size_t at[MADE_SEGMENTS], i;

	assert_int_equal(make(f), 0);
	wide = *f->image; /* but for its pointers into the file */
	for (i = 0; i < MADE_SEGMENTS; i++)
		at[i] = (size_t)(wide.segments[i].data - wide.elf.data);
	made_narrow(&f->elf);

	assert_int_equal(make(f), 0);

	assert_true(f->image->narrow);
	assert_false(wide.narrow);
	assert_memory_equal(&f->image->notes, &wide.notes, sizeof(wide.notes));
	assert_int_equal(f->image->segment_count, wide.segment_count);
	for (i = 0; i < wide.segment_count; i++) {
		assert_int_equal(f->image->segments[i].paddr, wide.segments[i].paddr);
		assert_int_equal(f->image->segments[i].memory_bytes, wide.segments[i].memory_bytes);
		assert_int_equal(f->image->segments[i].file_bytes, wide.segments[i].file_bytes);
		assert_ptr_equal(f->image->segments[i].data, f->file.data + at[i]);
	}
}

static void given_a_32_bit_elf_with_notes_in_a_section_when_read_then_they_are_found(void **state)
{
	const struct elf_recipe recipe = { .notes_in_section = true };
	struct fixture *f = *state;

	made_free(&f->elf);
	f->elf = make_elf(&recipe);
	made_narrow(&f->elf);

	assert_int_equal(make(f), 0);

	assert_int_equal(f->image->notes.phys32_entry, MADE_LOAD_ADDRESS + 0x850);
}

static void given_a_32_bit_elf_when_it_is_asked_then_it_starts_as_pvh_only(void **state)
{
	struct fixture *f = *state;

	made_narrow(&f->elf);
	assert_int_equal(make(f), 0);

	assert_int_equal(lx_image_pvh_check(f->image, &f->error), 0);
	refuses_as(lx_image_pv_check, f, "32-bit kernel, which only PVH starts");
}

static void given_a_32_bit_elf_cut_anywhere_when_an_image_is_made_then_it_is_cut_short(void **state)
{
	struct fixture *f = *state;
	size_t size;

	made_narrow(&f->elf);
	for (size = 16; size < f->elf.size - 2 * sizeof(Elf64_Shdr); size += size < 512 ? 1 : 997)
		refuses_bytes(f, f->elf.data, size, -EBADMSG, "cut short");
}

static void given_an_elf_that_is_no_kernel_when_an_image_is_made_then_its_kind_is_told(void **state)
{
	static const struct {
		uint16_t type;
		const char *words;
	} table[] = {
		{ ET_REL, "a module" },
		{ ET_DYN, "a program or a library" },
		{ ET_CORE, "core dump" },
		{ 0x1234, "unknown type 4660" },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		made_header(&f->elf)->e_type = table[i].type;
		refuses(f, -ENOEXEC, table[i].words);
	}
}

static void given_bad_program_headers_when_an_image_is_made_then_they_are_refused(void **state)
{
	struct fixture *f = *state;
	const Elf64_Ehdr good = *made_header(&f->elf);

	made_header(&f->elf)->e_phnum = 0;
	refuses(f, -ENOEXEC, "no program headers");

	made_header(&f->elf)->e_phnum = 0xffff;
	refuses(f, -ENOEXEC, "65535 program headers");

	*made_header(&f->elf) = good;
	made_header(&f->elf)->e_phentsize = sizeof(Elf64_Phdr) + 8;
	refuses(f, -EBADMSG, "program headers are of 64 bytes");

	*made_header(&f->elf) = good;
	made_header(&f->elf)->e_phoff = UINT64_MAX - 10;
	refuses(f, -EBADMSG, "cut short: its program headers");
}

static void given_nothing_to_load_when_an_image_is_made_then_that_is_said(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < MADE_SEGMENTS; i++)
		made_program(&f->elf, i)->p_type = PT_NULL;

	refuses(f, -ENOEXEC, "no segment to load");
}

/* A kernel of @count segments of a page each, which lie apart. */
static void use_many_segments(struct fixture *f, size_t count)
{
	const Elf64_Phdr notes = *made_program(&f->elf, NOTES_PROGRAM);
	size_t i;

	for (i = 0; i < count; i++)
		*made_program(&f->elf, i) = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_paddr = MADE_LOAD_ADDRESS + i * 0x10000,
			.p_memsz = 4096,
		};
	*made_program(&f->elf, count) = notes;
	made_header(&f->elf)->e_phnum = (Elf64_Half)(count + 1);
}

static void given_as_many_segments_as_may_be_when_an_image_is_made_then_they_are_taken(void **state)
{
	struct fixture *f = *state;

	use_many_segments(f, LX_IMAGE_SEGMENTS);

	assert_int_equal(make(f), 0);
	assert_int_equal(f->image->segment_count, LX_IMAGE_SEGMENTS);
}

static void given_too_many_segments_when_an_image_is_made_then_it_is_refused(void **state)
{
	struct fixture *f = *state;

	use_many_segments(f, LX_IMAGE_SEGMENTS + 1);

	refuses(f, -ENOEXEC, "more than 32 segments");
}

static void given_a_segment_outside_of_the_file_when_an_image_is_made_then_it_is_cut_short(
	void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, 1)->p_offset = f->elf.size - 1;
	refuses(f, -EBADMSG, "a segment lies outside");

	made_program(&f->elf, 1)->p_offset = UINT64_MAX;
	refuses(f, -EBADMSG, "a segment lies outside");
}

static void given_more_bytes_in_the_file_than_in_memory_when_an_image_is_made_then_it_is_damaged(
	void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, 1)->p_memsz = made_program(&f->elf, 1)->p_filesz - 1;

	refuses(f, -EBADMSG, "more bytes in the file than in memory");
}

static void given_segments_that_overlap_when_an_image_is_made_then_it_is_damaged(void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, 1)->p_paddr -= 1;

	refuses(f, -EBADMSG, "overlap");
}

static void given_an_address_beyond_all_memory_when_an_image_is_made_then_it_is_damaged(
	void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, 3)->p_memsz = UINT64_MAX;
	refuses(f, -EBADMSG, "beyond all physical addresses");

	made_program(&f->elf, 3)->p_memsz = made_program(&f->elf, 3)->p_filesz;
	made_program(&f->elf, 3)->p_paddr = UINT64_MAX - 10;
	refuses(f, -EBADMSG, "beyond all physical addresses");
}

static void given_a_segment_below_the_paddr_offset_when_an_image_is_made_then_it_is_damaged(
	void **state)
{
	const uint64_t offset = MADE_LOAD_ADDRESS + 1;
	const struct made_note notes[] = { { LX_NOTE_PADDR_OFFSET, &offset, 8 } };
	struct fixture *f = *state;

	use_notes(f, notes, 1);

	refuses(f, -EBADMSG, "below its PADDR_OFFSET");
}

/* Notes. */

static void given_no_xen_notes_when_an_image_is_made_then_it_is_told_how_to_build_it(void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, NOTES_PROGRAM)->p_type = PT_NULL;
	refuses(f, -ENOEXEC, "no Xen notes; build it with CONFIG_XEN_PV or CONFIG_PVH");

	/* The same with other owners' notes in it. */
	made_program(&f->elf, NOTES_PROGRAM)->p_type = PT_NOTE;
	memset(f->elf.data + made_program(&f->elf, NOTES_PROGRAM)->p_offset + 12, 'Y', 3);
	made_program(&f->elf, NOTES_PROGRAM)->p_filesz = 24;
	refuses(f, -ENOEXEC, "no Xen notes");
}

static void given_a_note_of_a_wrong_size_when_an_image_is_made_then_it_is_named(void **state)
{
	static const uint8_t zeros[24];
	static const struct {
		struct made_note note;
		const char *words;
	} table[] = {
		{ { LX_NOTE_ENTRY, zeros, 0 }, "Xen note ENTRY has 0 bytes" },
		{ { LX_NOTE_VIRT_BASE, zeros, 7 }, "Xen note VIRT_BASE has 7 bytes" },
		{ { LX_NOTE_INIT_P2M, zeros, 9 }, "Xen note INIT_P2M has 9 bytes" },
		{ { LX_NOTE_PHYS32_ENTRY, zeros, 3 }, "Xen note PHYS32_ENTRY has 3 bytes" },
		{ { LX_NOTE_L1_MFN_VALID, zeros, 0 }, "Xen note L1_MFN_VALID has 0 bytes" },
		{ { LX_NOTE_L1_MFN_VALID, zeros, 24 }, "Xen note L1_MFN_VALID has 24 bytes" },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		use_notes(f, &table[i].note, 1);
		refuses(f, -EBADMSG, table[i].words);
	}
}

/* What does not fit could be a demand, and must not get lost. */
static void given_a_list_of_features_too_long_when_an_image_is_made_then_it_is_refused(void **state)
{
	char list[400];
	const struct made_note notes[] = { { LX_NOTE_FEATURES, list, sizeof(list) } };
	struct fixture *f = *state;

	memset(list, 'x', sizeof(list));
	use_notes(f, notes, 1);

	refuses(f, -EBADMSG, "Xen note FEATURES has 400 bytes");
}

static void given_a_note_past_its_segment_when_an_image_is_made_then_it_is_damaged(void **state)
{
	struct fixture *f = *state;
	uint8_t *note = f->elf.data + made_program(&f->elf, NOTES_PROGRAM)->p_offset;

	memset(note + 4, 0xff, 4); /* descsz */
	refuses(f, -EBADMSG, "a note runs past the end of its segment");

	memset(note, 0xff, 4); /* namesz */
	refuses(f, -EBADMSG, "a note runs past the end of its segment");
}

static void given_notes_outside_of_the_file_when_an_image_is_made_then_it_is_cut_short(void **state)
{
	struct fixture *f = *state;

	made_program(&f->elf, NOTES_PROGRAM)->p_offset = UINT64_MAX - 1;

	refuses(f, -EBADMSG, "its notes lie outside");
}

static void given_notes_without_end_when_an_image_is_made_then_it_is_refused(void **state)
{
	const struct elf_recipe recipe = { .text_bytes = 300 << 10 };
	struct fixture *f = *state;
	size_t i;

	/* 4 x 300 KiB of void notes, of another owner, which share their bytes. */
	use_recipe(f, &recipe);
	memset(f->elf.data + 4096, 0, 300 << 10);
	for (i = 0; i < MADE_SEGMENTS; i++)
		*made_program(&f->elf, i) =
			(Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = 4096, .p_filesz = 300 << 10 };

	refuses(f, -ENOEXEC, "more than 1024 KiB of notes");
}

static void given_a_table_of_sections_out_of_bounds_when_an_image_is_made_then_it_is_not_used(
	void **state)
{
	struct fixture *f = *state;

	made_header(&f->elf)->e_shnum = 0xffff;
	made_header(&f->elf)->e_shoff = UINT64_MAX - 100;
	assert_int_equal(make(f), 0);

	made_program(&f->elf, NOTES_PROGRAM)->p_type = PT_NULL;
	refuses(f, -ENOEXEC, "no Xen notes");
}

/* PV and PVH. */

static void given_a_note_less_when_pv_is_asked_for_then_it_is_named(void **state)
{
	static const struct {
		unsigned int type;
		const char *words;
	} table[] = {
		{ LX_NOTE_ENTRY, "no ENTRY note" },
		{ LX_NOTE_VIRT_BASE, "no VIRT_BASE note" },
		{ LX_NOTE_XEN_VERSION, "no XEN_VERSION note" },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct elf_recipe recipe = { .leave_out = 1u << table[i].type };

		use_recipe(f, &recipe);
		refuses_as(lx_image_pv_check, f, table[i].words);
		assert_int_equal(lx_image_pvh_check(f->image, &f->error), 0);
	}
}

static void given_notes_that_pv_can_do_without_when_it_is_asked_for_then_all_is_well(void **state)
{
	const struct elf_recipe recipe = {
		.leave_out = 1u << LX_NOTE_INIT_P2M | 1u << LX_NOTE_MOD_START_PFN |
			     1u << LX_NOTE_HV_START_LOW | 1u << LX_NOTE_FEATURES |
			     1u << LX_NOTE_LOADER | 1u << LX_NOTE_GUEST_OS,
		.hypercall_page = true,
	};
	struct fixture *f = *state;

	use_recipe(f, &recipe);

	assert_int_equal(make(f), 0);
	assert_int_equal(lx_image_pv_check(f->image, &f->error), 0);
	assert_int_equal(f->image->notes.hypercall_page,
			 MADE_VIRT_BASE + MADE_LOAD_ADDRESS + 0x2000);
}

/* A kernel that knows nothing of PVH, whose frame 0 is at address 0. */
static void given_no_virt_base_and_no_pvh_when_pv_is_asked_for_then_it_is_0(void **state)
{
	const uint64_t entry = MADE_LOAD_ADDRESS + 16;
	const struct made_note notes[] = { { LX_NOTE_ENTRY, &entry, 8 } };
	const struct elf_recipe recipe = {
		.leave_out = 1u << LX_NOTE_VIRT_BASE | 1u << LX_NOTE_PHYS32_ENTRY,
		.notes = notes,
		.note_count = 1,
	};
	struct fixture *f = *state;

	use_recipe(f, &recipe);

	assert_int_equal(make(f), 0);
	assert_int_equal(lx_image_pv_check(f->image, &f->error), 0);
	refuses_as(lx_image_pvh_check, f, "no PVH entry");
}

static void given_addresses_that_cannot_be_when_pv_is_asked_for_then_the_note_is_named(void **state)
{
	static const struct {
		unsigned int type;
		uint64_t value;
		const char *words;
	} table[] = {
		{ LX_NOTE_ENTRY, MADE_VIRT_BASE + MADE_LOAD_ADDRESS - 1, "its ENTRY note" },
		{ LX_NOTE_ENTRY, 0, "its ENTRY note" },
		{ LX_NOTE_ENTRY, UINT64_MAX, "its ENTRY note" },
		{ LX_NOTE_HYPERCALL_PAGE, MADE_VIRT_BASE + MADE_LOAD_ADDRESS + 8,
		  "HYPERCALL_PAGE" },
		{ LX_NOTE_HYPERCALL_PAGE, MADE_VIRT_BASE, "HYPERCALL_PAGE" },
		{ LX_NOTE_VIRT_BASE, MADE_VIRT_BASE + 8, "VIRT_BASE note is not the address" },
		{ LX_NOTE_VIRT_BASE, 0xffffffffff000000, "where a guest cannot be" },
		{ LX_NOTE_VIRT_BASE, 0xfffffffffeffe000, "where a guest cannot be" },
		{ LX_NOTE_VIRT_BASE, 0x0000900000000000, "where a guest cannot be" },
		{ LX_NOTE_VIRT_BASE, 0x00007fffff000000, "where a guest cannot be" },
		{ LX_NOTE_VIRT_BASE, 0x00007ffffeffe000, "where a guest cannot be" },
		{ LX_NOTE_VIRT_BASE, 0xffff800000000000, "where a guest cannot be" },
		{ LX_NOTE_HV_START_LOW, 0xffff800000000001, "HV_START_LOW" },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct made_note note = { table[i].type, &table[i].value, 8 };

		use_notes(f, &note, 1);
		refuses_as(lx_image_pv_check, f, table[i].words);
	}
}

static void given_another_xen_when_pv_is_asked_for_then_it_is_named(void **state)
{
	const struct made_note note = { LX_NOTE_XEN_VERSION, "xen-2.0", 8 };
	struct fixture *f = *state;

	use_notes(f, &note, 1);

	refuses_as(lx_image_pv_check, f, "for \"xen-2.0\"");
}

static void given_demands_that_pv_does_not_meet_when_it_is_asked_for_then_they_are_named(
	void **state)
{
	static const char *const lists[] = {
		"!auto_translated_physmap",
		"!writable_page_tables|!auto_translated_physmap",
		"pae_pgdir_above_4gb|!auto_translated_physmap|x",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct made_note note = { LX_NOTE_FEATURES, lists[i],
						(uint32_t)strlen(lists[i]) };

		use_notes(f, &note, 1);
		refuses_as(lx_image_pv_check, f, "the feature \"auto_translated_physmap\"");
		assert_int_equal(lx_image_pvh_check(f->image, &f->error), 0);
	}
}

static void given_demands_that_pv_meets_when_it_is_asked_for_then_all_is_well(void **state)
{
	static const char *const lists[] = {
		"",
		"|",
		"auto_translated_physmap",
		"!writable_page_tables|!pae_pgdir_above_4gb|",
		"unheard_of|!mmu_pt_update_preserve_ad",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct made_note note = { LX_NOTE_FEATURES, lists[i],
						(uint32_t)strlen(lists[i]) };

		use_notes(f, &note, 1);
		assert_int_equal(make(f), 0);
		assert_int_equal(lx_image_pv_check(f->image, &f->error), 0);
	}
}

/* As long as can be kept: the last name ends where the room does. */
static void given_the_longest_list_of_features_when_pv_is_asked_for_then_its_end_counts(
	void **state)
{
	char list[LX_IMAGE_NOTE_TEXT - 1];
	const struct made_note note = { LX_NOTE_FEATURES, list, sizeof(list) };
	struct fixture *f = *state;

	memset(list, 'x', sizeof(list));
	use_notes(f, &note, 1);
	assert_int_equal(make(f), 0);
	assert_int_equal(lx_image_pv_check(f->image, &f->error), 0);

	memcpy(list + sizeof(list) - 4, "|!ab", 4);
	use_notes(f, &note, 1);
	refuses_as(lx_image_pv_check, f, "the feature \"ab\"");
}

static void given_a_kernel_that_pvh_cannot_load_when_it_is_asked_for_then_that_is_said(void **state)
{
	const uint64_t outside = MADE_LOAD_ADDRESS - 1;
	const struct made_note note = { LX_NOTE_PHYS32_ENTRY, &outside, 8 };
	const struct elf_recipe low = { .load_address = 0x8000 };
	const struct elf_recipe high = { .load_address = 0xfffff000 };
	const struct elf_recipe none = { .leave_out = 1u << LX_NOTE_PHYS32_ENTRY };
	struct fixture *f = *state;

	use_recipe(f, &none);
	refuses_as(lx_image_pvh_check, f, "no PVH entry: built without CONFIG_PVH");
	use_notes(f, &note, 1);
	refuses_as(lx_image_pvh_check, f, "PHYS32_ENTRY note points outside");
	use_recipe(f, &low);
	refuses_as(lx_image_pvh_check, f, "between 1 MiB and 4 GiB");
	use_recipe(f, &high);
	refuses_as(lx_image_pvh_check, f, "between 1 MiB and 4 GiB");
}

static void given_no_image_when_it_is_freed_then_nothing_happens(void **state)
{
	(void)state;

	lx_image_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(given_a_kernel_when_an_image_is_made_then_its_segments_are_there),
		TEST(given_a_kernel_when_an_image_is_made_then_its_notes_are_read),
		TEST(given_a_kernel_when_it_is_asked_then_it_starts_as_pv_and_as_pvh),
		TEST(given_a_bzimage_of_any_packing_when_an_image_is_made_then_it_is_the_same_kernel),
		TEST(given_a_vmlinux_of_any_packing_when_an_image_is_made_then_it_is_the_same_kernel),
		TEST(given_a_kernel_packed_by_ordinary_tools_when_an_image_is_made_then_it_is_unpacked),
		TEST(given_segments_in_any_order_when_an_image_is_made_then_they_are_sorted),
		TEST(given_a_segment_without_memory_when_an_image_is_made_then_it_is_left_out),
		TEST(given_a_paddr_offset_when_an_image_is_made_then_it_is_taken_off),
		TEST(given_notes_in_a_section_when_an_image_is_made_then_they_are_found),
		TEST(given_numbers_of_4_bytes_when_notes_are_read_then_they_are_taken),
		TEST(given_a_note_twice_when_notes_are_read_then_the_first_counts),
		TEST(given_notes_that_are_unknown_when_notes_are_read_then_they_are_skipped),
		TEST(given_texts_that_are_long_or_odd_when_notes_are_read_then_they_are_tamed),
		TEST(given_an_empty_file_when_an_image_is_made_then_that_is_said),
		TEST(given_a_text_when_an_image_is_made_then_that_is_said),
		TEST(given_unknown_bytes_when_an_image_is_made_then_the_first_are_told),
		TEST(given_other_kernels_and_programs_when_an_image_is_made_then_they_are_named),
		TEST(given_a_packed_text_when_an_image_is_made_then_it_is_no_kernel),
		TEST(given_a_bzimage_cut_anywhere_when_an_image_is_made_then_it_is_refused),
		TEST(given_an_old_boot_protocol_when_an_image_is_made_then_it_is_named),
		TEST(given_no_payload_when_an_image_is_made_then_that_is_said),
		TEST(given_a_payload_out_of_bounds_when_an_image_is_made_then_it_is_cut_short),
		TEST(given_0_setup_sectors_when_an_image_is_made_then_4_are_meant),
		TEST(given_a_packing_nobody_knows_when_an_image_is_made_then_its_bytes_are_told),
		TEST(given_a_packing_not_built_in_when_an_image_is_made_then_the_option_is_told),
		TEST(given_sizes_that_are_wrong_when_a_bzimage_is_unpacked_then_it_is_refused),
		TEST(given_a_cancelled_job_when_an_image_is_made_then_nothing_is_left),
		TEST(given_an_elf_cut_anywhere_when_an_image_is_made_then_it_is_cut_short),
		TEST(given_an_elf_for_another_machine_when_an_image_is_made_then_it_is_named),
		TEST(given_a_32_bit_elf_when_an_image_is_made_then_it_is_as_the_64_bit_one),
		TEST(given_a_32_bit_elf_with_notes_in_a_section_when_read_then_they_are_found),
		TEST(given_a_32_bit_elf_when_it_is_asked_then_it_starts_as_pvh_only),
		TEST(given_a_32_bit_elf_cut_anywhere_when_an_image_is_made_then_it_is_cut_short),
		TEST(given_an_elf_that_is_no_kernel_when_an_image_is_made_then_its_kind_is_told),
		TEST(given_bad_program_headers_when_an_image_is_made_then_they_are_refused),
		TEST(given_nothing_to_load_when_an_image_is_made_then_that_is_said),
		TEST(given_as_many_segments_as_may_be_when_an_image_is_made_then_they_are_taken),
		TEST(given_too_many_segments_when_an_image_is_made_then_it_is_refused),
		TEST(given_a_segment_outside_of_the_file_when_an_image_is_made_then_it_is_cut_short),
		TEST(given_more_bytes_in_the_file_than_in_memory_when_an_image_is_made_then_it_is_damaged),
		TEST(given_segments_that_overlap_when_an_image_is_made_then_it_is_damaged),
		TEST(given_an_address_beyond_all_memory_when_an_image_is_made_then_it_is_damaged),
		TEST(given_a_segment_below_the_paddr_offset_when_an_image_is_made_then_it_is_damaged),
		TEST(given_no_xen_notes_when_an_image_is_made_then_it_is_told_how_to_build_it),
		TEST(given_a_note_of_a_wrong_size_when_an_image_is_made_then_it_is_named),
		TEST(given_a_list_of_features_too_long_when_an_image_is_made_then_it_is_refused),
		TEST(given_a_note_past_its_segment_when_an_image_is_made_then_it_is_damaged),
		TEST(given_notes_outside_of_the_file_when_an_image_is_made_then_it_is_cut_short),
		TEST(given_notes_without_end_when_an_image_is_made_then_it_is_refused),
		TEST(given_a_table_of_sections_out_of_bounds_when_an_image_is_made_then_it_is_not_used),
		TEST(given_a_note_less_when_pv_is_asked_for_then_it_is_named),
		TEST(given_notes_that_pv_can_do_without_when_it_is_asked_for_then_all_is_well),
		TEST(given_no_virt_base_and_no_pvh_when_pv_is_asked_for_then_it_is_0),
		TEST(given_addresses_that_cannot_be_when_pv_is_asked_for_then_the_note_is_named),
		TEST(given_another_xen_when_pv_is_asked_for_then_it_is_named),
		TEST(given_demands_that_pv_does_not_meet_when_it_is_asked_for_then_they_are_named),
		TEST(given_demands_that_pv_meets_when_it_is_asked_for_then_all_is_well),
		TEST(given_the_longest_list_of_features_when_pv_is_asked_for_then_its_end_counts),
		TEST(given_a_kernel_that_pvh_cannot_load_when_it_is_asked_for_then_that_is_said),
		TEST(given_no_image_when_it_is_freed_then_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
