/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to Xen, its errors, its progress and its counters. */
#ifndef LIBXEN_BASE_H
#define LIBXEN_BASE_H

#include <stddef.h>
#include <stdint.h>

#define LIBXEN_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @struct libxen
 * One connection to the hypervisor. It belongs to one thread at a time; opening another
 * is cheap. Everything opened over it must be closed before it is freed. After fork(2) it
 * stays the parent's: a child may use neither it nor what was opened over it, and opens
 * its own.
 */
struct libxen;

/**
 * @brief Make a connection handle that is not open yet.
 *
 * The handle keeps the sentence that explains the last failure, so it exists before
 * libxen_open(), which may fail. Calls that need no hypervisor (libxen_image_open())
 * work on it as it is.
 *
 * @return the handle, to be freed with libxen_free(); NULL if memory ran out
 *
 * @par Threads
 * Any thread.
 * @since 0.1
 */
LIBXEN_API struct libxen *libxen_new(void);

/* Bits of libxen_open_options.flags. */
enum {
	/* If Xen or its interface is newer than this libxen, try the newest that is known. */
	LIBXEN_OPEN_TRY_NEWER = 1u << 0,
};

/** How to open; a NULL pointer means all defaults. */
struct libxen_open_options {
	size_t size;	   /**< in: sizeof(struct libxen_open_options) */
	uint32_t flags;	   /**< in: LIBXEN_OPEN_* */
	uint32_t reserved; /**< in: 0 */
};

/**
 * @brief Connect to the hypervisor of the domain that this process runs in.
 *
 * Opens /dev/xen/privcmd (or /proc/xen/privcmd) and finds out which Xen is running.
 *
 * @param[in,out] xen      from libxen_new(), not open yet
 * @param[in]     options  NULL, or how to open; read during the call only
 *
 * @retval 0         the connection is open
 * @retval -EALREADY the handle is open already
 * @retval -ENOENT   no privcmd device: this is not a Xen domain, or the module is missing
 * @retval -EACCES   the device may not be opened by this user
 * @retval -EPERM    this domain is not the one that controls Xen
 * @retval -ENOTSUP  this Xen speaks an interface that libxen does not know
 * @retval -E2BIG    @p options asks for something this libxen does not know
 * @retval -EINVAL   @p options has a wrong size
 * @retval -ENOMEM   out of memory
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_open(struct libxen *xen, const struct libxen_open_options *options);

/**
 * @brief Close the connection and free the handle.
 *
 * @param[in] xen  a handle in any state, or NULL; gone afterwards
 *
 * @par Threads
 * No other thread may use the handle.
 * @since 0.1
 */
LIBXEN_API void libxen_free(struct libxen *xen);

/**
 * @brief Tell in a sentence why the last call over this handle failed.
 *
 * The wording may change at any time; programs decide by the returned code.
 *
 * @param[in] xen  the handle
 *
 * @return a sentence without a line end, valid until the next call over this handle;
 *         an empty string if nothing has failed yet
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API const char *libxen_error(const struct libxen *xen);

/** Where a long job stands; see libxen_set_progress(). */
struct libxen_progress {
	size_t size;	  /**< sizeof(struct libxen_progress) of the library */
	const char *step; /**< what is being done, such as "unpack kernel"; static text */
	uint64_t done;	  /**< units of this step that are done */
	uint64_t total;	  /**< units of this step in all; 0 if not known */
};

/**
 * @brief Told about the progress of long work; may cancel it.
 *
 * Called at the beginning of each step (with done 0) and now and then within it, from
 * inside the call that does the work. It must not use the handle, except for
 * libxen_counters().
 *
 * @param[in] progress  where the job stands; valid during the call only
 * @param[in] data      what was given to libxen_set_progress()
 *
 * @return 0 to go on; anything else ends the job: it gives back all that it took and
 *         returns -ECANCELED
 * @since 0.1
 */
typedef int (*libxen_progress_fn)(const struct libxen_progress *progress, void *data);

/**
 * @brief Have a function called during long work over this handle.
 *
 * @param[in,out] xen       the handle
 * @param[in]     progress  the function, or NULL for none
 * @param[in]     data      handed to @p progress; stays the caller's
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API void libxen_set_progress(struct libxen *xen, libxen_progress_fn progress, void *data);

/** What a connection has cost so far. */
struct libxen_counters {
	size_t size;		/**< in: sizeof(struct libxen_counters) */
	uint64_t hypercalls;	/**< hypercalls made */
	uint64_t mapping_calls; /**< batches of guest pages mapped */
	uint64_t mapped_pages;	/**< guest pages mapped, 4096 bytes each */
	uint64_t copied_bytes;	/**< bytes written into guest memory */
};

/**
 * @brief Read what this connection has cost since it was opened.
 *
 * @param[in]     xen       the handle
 * @param[in,out] counters  set @c size before the call; the rest is overwritten
 *
 * @retval 0       @p counters is filled
 * @retval -EINVAL @c size is smaller than in the first release
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_counters(const struct libxen *xen, struct libxen_counters *counters);

/**
 * @brief The version of the library that is running, such as "0.1.0".
 *
 * @return static text
 *
 * @par Threads
 * Any thread.
 * @since 0.1
 */
LIBXEN_API const char *libxen_version(void);

#ifdef __cplusplus
}
#endif

#endif
