/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host: which Xen runs, what it has, and what it logs. */
#ifndef LIBXEN_HOST_H
#define LIBXEN_HOST_H

#include <libxen/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of libxen_host_info.valid: what this Xen was able to tell. */
enum {
	LIBXEN_HOST_INFO_BASIC = 1u << 0,   /* every field without a bit of its own */
	LIBXEN_HOST_INFO_MAX_MFN = 1u << 1, /* Xen 4.10 and later */
	LIBXEN_HOST_INFO_PV = 1u << 2,	    /* LIBXEN_HOST_PV is told: Xen 4.12 and later */
	LIBXEN_HOST_INFO_PAGING = 1u << 3,  /* LIBXEN_HOST_HAP, _SHADOW do: Xen 4.13 and later */
};

/* Bits of libxen_host_info.features. */
enum {
	LIBXEN_HOST_HVM = 1u << 0,    /* hardware-virtualised guests (PVH, HVM) */
	LIBXEN_HOST_PV = 1u << 1,     /* paravirtualised guests */
	LIBXEN_HOST_IOMMU = 1u << 2,  /* devices can be passed through */
	LIBXEN_HOST_HAP = 1u << 3,    /* hardware-assisted paging */
	LIBXEN_HOST_SHADOW = 1u << 4, /* shadow paging */
};

/** What libxen_host_info() reports. */
struct libxen_host_info {
	size_t size;		       /**< in: sizeof(struct libxen_host_info) */
	uint64_t valid;		       /**< out: LIBXEN_HOST_INFO_* */
	uint64_t features;	       /**< LIBXEN_HOST_* */
	uint64_t memory_total_bytes;   /**< all memory that Xen manages */
	uint64_t memory_free_bytes;    /**< in no domain's hands */
	uint64_t memory_claimed_bytes; /**< part of the free memory that is promised to domains */
	uint64_t memory_scrub_bytes;   /**< waiting to be cleaned */
	uint64_t max_mfn;	       /**< highest machine frame number */
	uint32_t xen_major;	       /**< 4 of Xen 4.17 */
	uint32_t xen_minor;	       /**< 17 of Xen 4.17 */
	uint32_t domctl_version;       /**< interface number found by asking Xen */
	uint32_t sysctl_version;       /**< interface number found by asking Xen */
	uint32_t cpus;		       /**< CPUs online */
	uint32_t nodes;		       /**< NUMA nodes */
	uint32_t cores_per_socket;
	uint32_t threads_per_core;
	uint32_t cpu_khz;
	uint32_t reserved;	/**< 0 */
	char xen_version[32];	/**< such as "4.17.5" */
	char capabilities[256]; /**< kinds of guests, separated by spaces, as Xen names them */
};

/**
 * @brief Read what the host has and which Xen runs on it.
 *
 * @param[in]     xen   an open connection
 * @param[in,out] info  set @c size before the call; the rest is overwritten
 *
 * @retval 0         @p info is filled; look at @c valid before an optional field
 * @retval -EINVAL   @c size is smaller than in the first release
 * @retval -ENOTCONN the connection is not open
 * @retval -EPERM    this Xen does not let the caller ask
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_host_info(struct libxen *xen, struct libxen_host_info *info);

/**
 * @brief Read the hypervisor's log, from a position on.
 *
 * Xen keeps the last lines of its console in a ring. Start with @p position 0 for the
 * oldest that is left and go on with the value that comes back; text that was
 * overwritten meanwhile is skipped.
 *
 * @param[in]     xen       an open connection
 * @param[in,out] position  where to read on; 0 at first
 * @param[out]    buffer    takes the text, which is not NUL-terminated. Guests can write
 *                          here: filter it before it goes to a terminal
 * @param[in]     size      bytes in @p buffer, 1 at least
 *
 * @return bytes read, 0 if there is nothing new
 * @retval -EINVAL   @p size is 0
 * @retval -ENOTCONN the connection is not open
 * @retval -EPERM    this Xen does not let the caller read its log
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_log_read(struct libxen *xen, uint32_t *position, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
