/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making an image: from a file through its container and packing to segments and notes. */
#include "image-parts.h"
#include "numbers.h"
#include "unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_BYTES   4	 /* the size that ends a packed payload */
#define SECTOR_BYTES 512 /* a bzImage's first; its boot header goes on into the second */

static bool looks_like_text(const struct lx_bytes *file)
{
	size_t size = file->size < 512 ? file->size : 512, i;

	for (i = 0; i < size; i++)
		if (file->data[i] == 0x7f ||
		    (file->data[i] < 0x20 && !memchr("\t\n\v\f\r", file->data[i], 5)))
			return false;
	return true;
}

/* The first bytes, as "1f 8b 08 00", to tell what was met. */
static const char *first_bytes(const struct lx_bytes *bytes, char text[12])
{
	static const char digits[] = "0123456789abcdef";
	size_t count = bytes->size < 4 ? bytes->size : 4, i;
	char *at = text;

	for (i = 0; i < count; i++) {
		if (i > 0)
			*at++ = ' ';
		*at++ = digits[bytes->data[i] >> 4];
		*at++ = digits[bytes->data[i] & 15];
	}
	*at = '\0';
	return text;
}

/* What to do about a file that is no kernel at all. */
#define WANTED "give it a bzImage or an ELF vmlinux"

/* A file that is neither bzImage, nor ELF, nor packed: name what it is as well as can be. */
static int fail_unknown(const struct lx_bytes *file, struct lx_error *error)
{
	char text[12];

	if (looks_like_text(file))
		return lx_fail(error, -ENOEXEC, "this is text, not a kernel; " WANTED);
	if (file->size >= 0x40 && memcmp(file->data + 0x38, "ARM\x64", 4) == 0)
		return lx_fail(error, -ENOEXEC, "this is a kernel for arm64, not for x86-64");
	if (file->size >= 2 && memcmp(file->data, "MZ", 2) == 0) {
		if (file->size < SECTOR_BYTES + 6)
			return lx_fail(error, -EBADMSG, "it is cut short after %zu bytes",
				       file->size);
		return lx_fail(error, -ENOEXEC,
			       "this is a program for EFI or Windows, without Linux' boot header");
	}
	return lx_fail(error, -ENOEXEC, "this is no kernel, it begins with %s; " WANTED,
		       first_bytes(file, text));
}

static int check_packing(const struct lx_packing *packing, const struct lx_bytes *packed,
			 struct lx_error *error)
{
	char text[12];

	if (!packing)
		return lx_fail(
			error, -ENOTSUP,
			"it is packed with something that libxen does not know: it begins with %s",
			first_bytes(packed, text));
	if (!packing->unpack)
		return lx_fail(error, -ENOTSUP,
			       "it is packed with %s, and this libxen was built without %s: "
			       "rebuild with -D%s=enabled, or give it an uncompressed vmlinux",
			       packing->name, packing->name, packing->option);
	return 0;
}

/* The room that @packed ends with announcing. */
static int make_room(struct lx_bytes *room, const struct lx_bytes *packed, struct lx_error *error)
{
	size_t size = lx_get32(packed->data + packed->size - SIZE_BYTES);

	if (size == 0)
		return lx_fail(error, -EBADMSG, "it is damaged: it announces to unpack to nothing");
	if (size > LX_IMAGE_LIMIT)
		return lx_fail(
			error, -EFBIG,
			"it announces to unpack to %zu bytes, more than the %u MiB libxen takes",
			size, LX_IMAGE_LIMIT >> 20);
	return lx_bytes_room(room, size, error);
}

/* Nobody needs the packed bytes any more, just how many there were. */
static void forget_file(struct lx_image *image)
{
	size_t size = image->file.size;

	lx_bytes_free(&image->file);
	image->file.size = size;
}

/*
 * Unpack @packed into image->elf. A bzImage's payload ends in the size of what comes out, and so
 * does gzip; of another packed file (@bare) nobody knows the size before its end.
 */
static int unpack(struct lx_image *image, const struct lx_bytes *packed, bool bare,
		  const struct lx_progress *progress, struct lx_error *error)
{
	const struct lx_packing *packing = lx_packing_find(packed->data, packed->size);
	struct lx_unpack job = { .out_begin = ELFMAG, .progress = progress, .error = error };
	int ret;

	ret = check_packing(packing, packed, error);
	if (ret < 0)
		return ret;
	if (packed->size < packing->magic_size + SIZE_BYTES)
		return lx_fail(error, -EBADMSG, "it is cut short: %zu bytes are no packed kernel",
			       packed->size);

	job.in = packed->data;
	job.in_size = packed->size;
	if (bare && packing->appended_bytes != 0) {
		job.growing = &image->elf;
		job.out_limit = LX_IMAGE_LIMIT;
	} else {
		ret = make_room(&image->elf, packed, error);
		if (ret < 0)
			return ret;
		job.in_size -= packing->appended_bytes;
		job.out = image->elf.mapping;
		job.out_size = image->elf.size;
	}
	image->compression = packing->name;
	ret = packing->unpack(&job);
	if (ret < 0)
		return ret;
	if (!lx_elf_is(image->elf.data, image->elf.size))
		return lx_fail(error, -ENOEXEC, "what is packed in it is not an ELF kernel");
	forget_file(image);
	return 0;
}

/* Find the ELF kernel in image->file: it is the file, or packed in it. */
static int find_elf(struct lx_image *image, const struct lx_progress *progress,
		    struct lx_error *error)
{
	struct lx_bytes inner = { .data = image->file.data, .size = image->file.size };
	bool bare = !lx_bzimage_is(&image->file);
	int ret;

	if (image->file.size == 0)
		return lx_fail(error, -ENOEXEC, "it is empty; " WANTED);
	if (image->file.size > LX_IMAGE_LIMIT)
		return lx_fail(error, -EFBIG, "it is larger than %u MiB", LX_IMAGE_LIMIT >> 20);

	image->container = bare ? "ELF" : "bzImage";
	image->compression = "none";
	if (!bare || lx_packing_find(inner.data, inner.size)) {
		/* All of it will be read, by libraries that know nothing of files that shrink. */
		ret = lx_bytes_load(&image->file, error);
		if (ret < 0)
			return ret;
		inner.data = image->file.data;
	}
	if (!bare) {
		ret = lx_bzimage_payload(&image->file, &inner, error);
		if (ret < 0)
			return ret;
	}
	if (lx_elf_is(inner.data, inner.size)) {
		image->elf = inner;
		return 0;
	}
	if (bare && !lx_packing_find(inner.data, inner.size))
		return fail_unknown(&image->file, error);
	return unpack(image, &inner, bare, progress, error);
}

static int read_elf(struct lx_image *image, struct lx_error *error)
{
	struct lx_elf elf;
	int ret;

	ret = lx_elf_open(&elf, image->elf.data, image->elf.size, error);
	if (ret < 0)
		return ret;
	image->narrow = elf.narrow;
	ret = lx_notes_read(&elf, &image->notes, error);
	if (ret < 0)
		return ret;
	return lx_elf_segments(&elf, image->notes.paddr_offset, image, error);
}

int lx_image_make(struct lx_bytes *file, const struct lx_progress *progress, struct lx_error *error,
		  struct lx_image **image)
{
	struct lx_image *made = calloc(1, sizeof(*made));
	int ret;

	if (!made) {
		lx_bytes_free(file);
		return lx_fail_errno(error, -ENOMEM, "cannot keep an image");
	}
	made->file = *file;
	*file = (struct lx_bytes){ 0 };

	ret = find_elf(made, progress, error);
	if (ret < 0)
		goto out;
	ret = read_elf(made, error);
	if (ret < 0)
		goto out;

	*image = made;
	made = NULL;
out:
	lx_image_free(made);
	return ret;
}

void lx_image_free(struct lx_image *image)
{
	if (!image)
		return;
	lx_bytes_free(&image->elf);
	lx_bytes_free(&image->file);
	free(image);
}

const struct lx_bytes *lx_image_bytes(const struct lx_image *image)
{
	return image->elf.mapping ? &image->elf : &image->file;
}

void lx_image_span(const struct lx_image *image, uint64_t *low, uint64_t *high)
{
	const struct lx_segment *last = &image->segments[image->segment_count - 1];

	/* They are sorted and do not overlap. */
	*low = image->segments[0].paddr;
	*high = last->paddr + last->memory_bytes;
}
