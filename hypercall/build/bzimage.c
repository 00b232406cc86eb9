/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the packed kernel in a bzImage (Linux' Documentation/arch/x86/boot.rst). */
#include "image-parts.h"
#include "numbers.h"

#include <errno.h>
#include <string.h>

/* Offsets in the file. */
#define SETUP_SECTS    0x1f1
#define BOOT_FLAG      0x1fe
#define HEADER_MAGIC   0x202
#define VERSION	       0x206
#define PAYLOAD_OFFSET 0x248 /* from the start of the protected-mode code */
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END     0x250

#define SECTOR_BYTES	   512
#define SETUP_SECTS_IF_0   4
#define VERSION_OF_PAYLOAD 0x0208 /* the first protocol that tells where the payload is */

bool lx_bzimage_is(const struct lx_bytes *file)
{
	return file->size >= VERSION && lx_get16(file->data + BOOT_FLAG) == 0xaa55 &&
	       memcmp(file->data + HEADER_MAGIC, "HdrS", 4) == 0;
}

int lx_bzimage_payload(const struct lx_bytes *file, struct lx_bytes *payload,
		       struct lx_error *error)
{
	uint64_t offset, length;
	unsigned int version, sectors;

	if (file->size < HEADER_END)
		return lx_fail(error, -EBADMSG, "it is cut short: it ends within its boot header");

	version = lx_get16(file->data + VERSION);
	if (version < VERSION_OF_PAYLOAD)
		return lx_fail(
			error, -ENOEXEC,
			"it follows boot protocol %u.%02u; libxen needs 2.08 (Linux 2.6.26) or later",
			version >> 8, version & 0xff);

	sectors = file->data[SETUP_SECTS] ? file->data[SETUP_SECTS] : SETUP_SECTS_IF_0;
	offset = (uint64_t)(sectors + 1) * SECTOR_BYTES + lx_get32(file->data + PAYLOAD_OFFSET);
	length = lx_get32(file->data + PAYLOAD_LENGTH);
	if (length == 0)
		return lx_fail(error, -ENOEXEC, "its boot header tells of no payload");
	if (!lx_within(offset, length, file->size))
		return lx_fail(error, -EBADMSG,
			       "it is cut short: its header announces %llu bytes, the file has %zu",
			       (unsigned long long)(offset + length), file->size);

	*payload = (struct lx_bytes){ .data = file->data + offset, .size = (size_t)length };
	return 0;
}
