/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel images: unpacked once, started many times. */
#ifndef LIBXEN_IMAGE_H
#define LIBXEN_IMAGE_H

#include <libxen/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the bytes of a kernel or ramdisk come from: libxen_source.kind. */
enum {
	LIBXEN_SOURCE_PATH = 1,	  /* a file by name */
	LIBXEN_SOURCE_FD = 2,	  /* a descriptor, read to its end; a file, from its start */
	LIBXEN_SOURCE_MEMORY = 3, /* bytes in memory */
};

/** Bytes to be read: a file, a descriptor or memory. */
struct libxen_source {
	size_t size;	     /**< in: sizeof(struct libxen_source) */
	uint32_t kind;	     /**< in: LIBXEN_SOURCE_* */
	int32_t fd;	     /**< in: for LIBXEN_SOURCE_FD; stays the caller's and open */
	const char *path;    /**< in: for LIBXEN_SOURCE_PATH */
	const void *data;    /**< in: for LIBXEN_SOURCE_MEMORY */
	uint64_t data_bytes; /**< in: for LIBXEN_SOURCE_MEMORY */
};

/**
 * @struct libxen_image
 * A kernel that is unpacked and understood. It does not change, so any number of
 * threads may start guests from it at once; whoever opened it closes it after the last.
 */
struct libxen_image;

/**
 * @brief Read a kernel, unpack it and look at its notes.
 *
 * Takes a Linux bzImage and an x86-64 ELF kernel, plain or compressed, by gzip, bzip2, lzma,
 * xz, lzop, lz4 or zstd, as far as this libxen was built with them. What comes out is bounded
 * by what the file announces, and by 512 MiB. Needs no hypervisor.
 *
 * @param[in,out] xen    a handle, open or not; keeps the sentence if this fails
 * @param[in]     source the kernel; a memory source is borrowed until the image is closed
 * @param[out]    image  the image, to be closed with libxen_image_close()
 *
 * @retval 0          @p image is ready
 * @retval -ENOEXEC   not a kernel that Xen can start; the sentence tells what it is
 * @retval -EBADMSG   the file is cut short or damaged
 * @retval -ENOTSUP   this libxen was built without that compression
 * @retval -EFBIG     the kernel is larger than 512 MiB, packed or unpacked
 * @retval -ECANCELED the progress function ended it
 * @retval -EINVAL    @p source is not filled properly
 * @retval -ENOMEM    out of memory
 * @retval -ENOENT    and whatever else open(2), read(2), mmap(2) fail with
 *
 * @par Threads
 * The handle belongs to one thread at a time; the image to all.
 * @since 0.1
 */
LIBXEN_API int libxen_image_open(struct libxen *xen, const struct libxen_source *source,
				 struct libxen_image **image);

/**
 * @brief Free an image.
 *
 * @param[in] image  the image, or NULL; guests started from it need it no more
 *
 * @par Threads
 * No other thread may use the image.
 * @since 0.1
 */
LIBXEN_API void libxen_image_close(struct libxen_image *image);

/* Bits of libxen_image_info.starts_as. */
enum {
	LIBXEN_IMAGE_PV = 1u << 0,  /* has what a 64-bit PV guest needs */
	LIBXEN_IMAGE_PVH = 1u << 1, /* has a PVH entry point */
};

/** What libxen_image_info() reports. */
struct libxen_image_info {
	size_t size;		/**< in: sizeof(struct libxen_image_info) */
	uint64_t file_bytes;	/**< size of the file as given */
	uint64_t elf_bytes;	/**< size of the ELF kernel in it */
	uint64_t memory_bytes;	/**< memory between the lowest and the highest loaded byte */
	uint64_t minimum_bytes; /**< smallest guest (PV, if it can be that) that it alone fits in */
	uint64_t load_address;	/**< lowest physical address that is loaded */
	uint64_t pv_entry;	/**< virtual address; 0 if none */
	uint64_t pvh_entry;	/**< physical address; 0 if none */
	uint64_t virt_base;	/**< virtual address of the guest's frame 0 */
	uint32_t starts_as;	/**< LIBXEN_IMAGE_* */
	uint32_t segments;	/**< loaded segments */
	char container[16];	/**< "bzImage" or "ELF" */
	char compression[16];	/**< "none", "gzip", "bzip2", "lzma", "xz", "lzop", "lz4", "zstd" */
	char guest_os[32];	/**< such as "linux"; printable characters only */
	char guest_version[32]; /**< such as "2.6"; printable characters only */
	char features[256];	/**< the kernel's own list, separated by "|"; printable only */
	char pv_obstacle[512];	/**< why it cannot start as PV; empty if it can */
	char pvh_obstacle[512]; /**< why it cannot start as PVH; empty if it can */
};

/**
 * @brief Tell what kind of kernel an image holds.
 *
 * @param[in]     image  from libxen_image_open()
 * @param[in,out] info   set @c size before the call; the rest is overwritten
 *
 * @retval 0       @p info is filled
 * @retval -EINVAL @c size is smaller than in the first release
 *
 * @par Threads
 * Any thread, also several at once.
 * @since 0.1
 */
LIBXEN_API int libxen_image_info(const struct libxen_image *image, struct libxen_image_info *info);

#ifdef __cplusplus
}
#endif

#endif
