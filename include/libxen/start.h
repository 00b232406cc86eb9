/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start a guest: what it is to be, and the call that makes it. */
#ifndef LIBXEN_START_H
#define LIBXEN_START_H

#include <libxen/base.h>
#include <libxen/domain.h>
#include <libxen/image.h>
#include <libxen/placement.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of libxen_guest.flags. */
enum {
	LIBXEN_GUEST_PAUSED = 1u << 0,	   /* leave it suspended, to be resumed */
	LIBXEN_GUEST_NO_CONSOLE = 1u << 1, /* no console: the guest runs silently */
	LIBXEN_GUEST_CHECK = 1u << 2,	   /* check all that can be, then start nothing */
};

/** How a start was carried out, or would be: what libxen_guest.result points to. */
struct libxen_start_result {
	size_t size;	   /**< in: sizeof(struct libxen_start_result) */
	uint32_t type;	   /**< LIBXEN_TYPE_PV or LIBXEN_TYPE_PVH */
	uint32_t reserved; /**< 0 */
	char reason[512];  /**< why this type: a sentence, such as "it was asked for" */
};

/** A guest to be started. Members left 0 have the default that is named. */
struct libxen_guest {
	size_t size;			      /**< in: sizeof(struct libxen_guest) */
	const char *name;		      /**< in: for messages; NULL: "guest" */
	const struct libxen_image *kernel;    /**< in: must be set; borrowed during the call */
	const struct libxen_source *ramdisks; /**< in: joined in order; borrowed for the call */
	const char *cmdline;		      /**< in: 1023 bytes at most, PVH 2047 */
	uint64_t memory_bytes;		      /**< in: must be set; rounded up to a whole page */
	uint32_t vcpus;			      /**< in: 1 to 128, at the start; 0: 1 */
	uint32_t type;		   /**< in: LIBXEN_TYPE_*; 0: PVH if it can be, else PV */
	uint32_t flags;		   /**< in: LIBXEN_GUEST_* */
	uint32_t ramdisk_count;	   /**< in: how many ramdisks; 0: none */
	uint8_t uuid[16];	   /**< in: all 0: a random one */
	uint64_t memory_max_bytes; /**< in: that it may have later; 0: as memory_bytes */
	/** in: where it runs, and its share of the CPUs; NULL: as Xen has it */
	const struct libxen_placement *placement;
	/** in: on which CPUs its vCPUs run; a later one wins over an earlier one */
	const struct libxen_affinity *affinities;
	uint32_t affinity_count; /**< in: how many affinities; 0: none */
	uint32_t vcpus_max;	 /**< in: that it may bring up later, to 128; 0: as vcpus */
	uint32_t tsc_mode;	 /**< in: LIBXEN_TSC_* */
	uint32_t reserved;	 /**< in: 0 */
	/** in: features to switch, such as "msr_relaxed" (see libxen_start()); NULL: none */
	const char *features;
	struct libxen_start_result *result; /**< out: what was chosen; NULL: nobody wants to know */
};

/**
 * @brief Build a guest and let it run.
 *
 * Checks all that can be checked first. A start that fails leaves nothing behind: no
 * domain, no mapping, no descriptor.
 *
 * Several ramdisks become one: each begins at a multiple of 4 bytes behind the one before,
 * with zeros between, as Linux takes cpio archives, packed or not. A later one's files
 * replace an earlier one's.
 *
 * Nobody's wish for a type (LIBXEN_TYPE_AUTO) makes it PVH if the kernel has a PVH entry and
 * the host can run such guests, else PV. What was chosen, and why, is in @c guest->result
 * once the call has succeeded, also with LIBXEN_GUEST_CHECK; a failure leaves it alone.
 *
 * Bytes of an unpacked kernel and of a single ramdisk are read from their files during the call: a
 * file that has become shorter since it was opened is -EBADMSG.
 *
 * With a console (the default) the guest waits when 2048 bytes of output are unread:
 * keep a libxen_console open, or start it with LIBXEN_GUEST_NO_CONSOLE. To miss nothing,
 * start with LIBXEN_GUEST_PAUSED, open the console, then resume.
 *
 * With @c memory_max_bytes above @c memory_bytes the guest begins with the lesser and may ask Xen
 * for the rest. A PV guest sees how much that is and prepares for it, which costs it some memory
 * at once; a PVH guest has to be able to add memory. With @c vcpus_max above @c vcpus, a PVH
 * guest begins with @c vcpus. A PV Linux brings up all that it has, unless xenstore tells it
 * which are offline, or its command line has "maxcpus=".
 *
 * @c features is a list of names, separated by commas; each may end in "=on", which is what it
 * means without, or "=off". There is one that can be switched: msr_relaxed (off by default, Xen
 * 4.15 and later) lets the guest read model-specific registers that there are not, where Xen
 * gives it a fault otherwise. Features on which kernel and Xen agree by themselves, such as
 * writable_page_tables, are refused with the reason.
 *
 * With LIBXEN_GUEST_CHECK it ends after these checks: 0 means that nothing speaks against a
 * start now, no domain was made, and @p domain is NULL.
 *
 * @param[in,out] xen     an open connection
 * @param[in]     guest   what to start; used during the call only
 * @param[out]    domain  the running guest, to be closed with libxen_domain_close(), which
 *                        leaves it running
 *
 * @retval 0          @p domain runs (or waits, with LIBXEN_GUEST_PAUSED)
 * @retval -EINVAL    something in @p guest is out of its range; the sentence names it
 * @retval -E2BIG     @p guest asks for something this libxen does not know
 * @retval -ENOENT    a file, or the CPU pool that was asked for, is not there
 * @retval -ENOSPC    the memory asked for is too small for kernel and ramdisks
 * @retval -ENOMEM    the host has not that much memory left (or this process has none)
 * @retval -EBADMSG   the kernel's or the ramdisk's file has become shorter meanwhile
 * @retval -EEXIST    a domain has this UUID already
 * @retval -ENOEXEC   the kernel cannot start as this type
 * @retval -ENOTSUP   this Xen cannot do what was asked
 * @retval -ECANCELED the progress function ended it
 * @retval -ENOTCONN  the connection is not open
 * @retval -EPERM     this Xen does not let the caller build domains
 * @retval -EIO       and whatever else a device or Xen refuses with; the sentence names the step
 *
 * @par Threads
 * The handle belongs to one thread at a time; several threads with a handle each may
 * start guests from one image at once.
 * @since 0.1
 */
LIBXEN_API int libxen_start(struct libxen *xen, const struct libxen_guest *guest,
			    struct libxen_domain **domain);

#ifdef __cplusplus
}
#endif

#endif
