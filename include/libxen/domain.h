/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains: find them, look at them, suspend, resume and end them. */
#ifndef LIBXEN_DOMAIN_H
#define LIBXEN_DOMAIN_H

#include <libxen/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @struct libxen_domain
 * One domain, seen over one connection. It remembers the domain's UUID beside its
 * number, since Xen gives a freed number to the next domain: a call on a domain that is
 * gone and replaced returns -ESTALE and touches nothing. Closing it leaves the domain
 * as it is.
 */
struct libxen_domain;

/* Kinds of guests: libxen_guest.type, libxen_domain_info.type. */
enum {
	LIBXEN_TYPE_AUTO = 0, /* start: what suits kernel and host */
	LIBXEN_TYPE_PV = 1,   /* paravirtualised, 64 bit */
	LIBXEN_TYPE_PVH = 2,  /* hardware-virtualised, without emulated devices */
	LIBXEN_TYPE_HVM = 3,  /* reported only: with emulated devices, or not to be told from PVH */
};

/* What a domain does: libxen_domain_info.state. The first that fits is reported. */
enum {
	LIBXEN_STATE_DYING = 1,	     /* destroyed; something still holds its memory */
	LIBXEN_STATE_CRASHED = 2,    /* stopped by a crash, waits to be stopped or dumped */
	LIBXEN_STATE_SHUTDOWN = 3,   /* stopped itself; see shutdown_reason */
	LIBXEN_STATE_UNFINISHED = 4, /* being started, or left by a start that was cut off */
	LIBXEN_STATE_SUSPENDED = 5,  /* suspended in memory */
	LIBXEN_STATE_RUNNING = 6,    /* on a CPU at this moment */
	LIBXEN_STATE_IDLE = 7,	     /* waits for events */
	LIBXEN_STATE_RUNNABLE = 8,   /* waits for a CPU */
};

/* Why a domain shut down: libxen_domain_info.shutdown_reason. A guest may give others, to 255. */
enum {
	LIBXEN_SHUTDOWN_POWEROFF = 0,
	LIBXEN_SHUTDOWN_REBOOT = 1,
	LIBXEN_SHUTDOWN_SUSPEND = 2,
	LIBXEN_SHUTDOWN_CRASH = 3,
	LIBXEN_SHUTDOWN_WATCHDOG = 4,
	LIBXEN_SHUTDOWN_SOFT_RESET = 5,
	LIBXEN_SHUTDOWN_NONE = 256, /* it did not shut down */
};

/* Bits of libxen_domain_info.valid: what this Xen was able to tell. */
enum {
	LIBXEN_DOMAIN_INFO_BASIC = 1u << 0,	  /* every field without a bit of its own */
	LIBXEN_DOMAIN_INFO_GPADDR_BITS = 1u << 1, /* Xen 4.16 and later */
	LIBXEN_DOMAIN_INFO_TYPE = 1u << 2,	  /* PVH is told from HVM: Xen 4.10.1 and later */
};

/** What is known of a domain: libxen_domain_info(), libxen_list(). */
struct libxen_domain_info {
	size_t size;		   /**< in: sizeof(struct libxen_domain_info) */
	uint64_t valid;		   /**< out: LIBXEN_DOMAIN_INFO_* */
	uint64_t memory_bytes;	   /**< memory that it has */
	uint64_t memory_max_bytes; /**< memory that it may have */
	uint64_t claimed_bytes;	   /**< memory promised to it beyond what it has */
	uint64_t cpu_time_ns;	   /**< summed over all vCPUs since the start */
	uint32_t domid;
	uint32_t state;		  /**< LIBXEN_STATE_* */
	uint32_t shutdown_reason; /**< LIBXEN_SHUTDOWN_* */
	uint32_t type;		  /**< LIBXEN_TYPE_* */
	uint32_t vcpus_online;
	uint32_t vcpus;	      /**< vCPUs that it has, online or not; 0 before it has any */
	uint32_t cpupool;     /**< UINT32_MAX: none */
	uint32_t gpaddr_bits; /**< width of its physical addresses */
	uint8_t uuid[16];
};

/**
 * @brief Open a domain by its number.
 *
 * @param[in]  xen     an open connection, which must outlive @p domain
 * @param[in]  domid   its number, 0 to 32751
 * @param[out] domain  the handle, to be closed with libxen_domain_close()
 *
 * @retval 0         @p domain is ready
 * @retval -ESRCH    there is no such domain
 * @retval -EINVAL   @p domid is not a domain's number
 * @retval -ENOTCONN the connection is not open
 * @retval -EPERM    this Xen does not let the caller ask
 * @retval -ENOMEM   out of memory
 *
 * @par Threads
 * The connection, and with it the domain, belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_open(struct libxen *xen, uint32_t domid,
				  struct libxen_domain **domain);

/**
 * @brief Open a domain by its UUID.
 *
 * @param[in]  xen     an open connection, which must outlive @p domain
 * @param[in]  uuid    16 bytes, in the order in which they are written
 * @param[out] domain  the handle, to be closed with libxen_domain_close()
 *
 * @retval 0         @p domain is ready
 * @retval -ESRCH    there is no such domain
 * @retval -ENOTCONN the connection is not open
 * @retval -EPERM    this Xen does not let the caller ask
 * @retval -ENOMEM   out of memory
 *
 * @par Threads
 * The connection, and with it the domain, belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_open_uuid(struct libxen *xen, const uint8_t uuid[16],
				       struct libxen_domain **domain);

/**
 * @brief Close a handle; the domain itself goes on.
 *
 * @param[in] domain  the handle, or NULL
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API void libxen_domain_close(struct libxen_domain *domain);

/**
 * @brief The number of an open domain.
 *
 * @param[in] domain  the handle
 *
 * @return its number; another domain may have it by now (see -ESTALE)
 *
 * @par Threads
 * Any thread.
 * @since 0.1
 */
LIBXEN_API uint32_t libxen_domain_id(const struct libxen_domain *domain);

/**
 * @brief Take a snapshot of a domain's state.
 *
 * @param[in]     domain  from libxen_domain_open() or libxen_start()
 * @param[in,out] info    set @c size before the call; the rest is overwritten
 *
 * @retval 0       @p info holds the snapshot; look at @c valid before an optional field
 * @retval -EINVAL @c size is smaller than in the first release
 * @retval -ESRCH  the domain is gone
 * @retval -ESTALE its number now belongs to another domain
 * @retval -EPERM  this Xen does not let the caller ask
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_info(struct libxen_domain *domain, struct libxen_domain_info *info);

/**
 * @brief List domains, in the order of their numbers.
 *
 * Asks Xen once for about a thousand domains. To go on after a full array, ask again
 * from the last number + 1.
 *
 * @param[in]     xen    an open connection
 * @param[in]     first  lowest number to report; 0 for all
 * @param[in,out] infos  array to fill; infos[0].size must be set, and tells for all
 *                       elements how many bytes lie between one and the next, a multiple of 8
 * @param[in]     count  elements in @p infos, 1 at least
 *
 * @return how many elements were filled, @p count at most; 0 if there are no more
 * @retval -EINVAL   @p count is 0, or infos[0].size is smaller than in the first release or
 *                   no multiple of 8
 * @retval -ENOTCONN the connection is not open
 * @retval -EPERM    this Xen does not let the caller ask
 *
 * @par Threads
 * The handle belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_list(struct libxen *xen, uint32_t first, struct libxen_domain_info *infos,
			   size_t count);

/**
 * @brief Freeze a domain in memory: no vCPU of it runs until it is resumed.
 *
 * @param[in] domain  the domain
 *
 * @retval 0         it stands still
 * @retval -EALREADY it was suspended already
 * @retval -EINVAL   it shut down, is dying, or is the domain that we run in
 * @retval -ESRCH    the domain is gone
 * @retval -ESTALE   its number now belongs to another domain
 * @retval -EPERM    this Xen does not let the caller
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_suspend(struct libxen_domain *domain);

/**
 * @brief Let a suspended domain go on.
 *
 * @param[in] domain  the domain
 *
 * @retval 0         it runs
 * @retval -EALREADY it was not suspended
 * @retval -EBUSY    somebody else suspended it too; it stays so until he resumes it, or until
 *                   another call here, which takes his suspension away
 * @retval -EINVAL   it shut down, is dying, or its start was never finished
 * @retval -ESRCH    the domain is gone
 * @retval -ESTALE   its number now belongs to another domain
 * @retval -EPERM    this Xen does not let the caller
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_resume(struct libxen_domain *domain);

/* Bits of libxen_destroy_options.flags. */
enum {
	LIBXEN_DESTROY_NO_WAIT = 1u << 0, /* return as soon as the domain is dying */
};

/** How to destroy a domain; a NULL pointer means all defaults. */
struct libxen_destroy_options {
	size_t size;	     /**< in: sizeof(struct libxen_destroy_options) */
	uint32_t timeout_ms; /**< in: how long to wait until it is gone; 0: 10000 */
	uint32_t flags;	     /**< in: LIBXEN_DESTROY_* */
};

/**
 * @brief End a domain at once and wait until it is gone.
 *
 * Like pulling the plug: the guest is not asked. Works in every state, also on the
 * remains of a start that was cut off.
 *
 * @param[in] domain   the domain; the handle remains to be closed
 * @param[in] options  NULL, or how to; read during the call only
 *
 * @retval 0          the domain is gone and its memory is free (or it is dying, with
 *                    LIBXEN_DESTROY_NO_WAIT)
 * @retval -ETIMEDOUT it is dying, but something still holds pages of it (a console that is
 *                    open, a backend); it goes when they are let go
 * @retval -ECANCELED the progress function ended the waiting; the domain is dying
 * @retval -EINVAL    this is the domain that we run in, or @p options has a wrong size
 * @retval -E2BIG     @p options asks for something this libxen does not know
 * @retval -ESRCH     the domain is gone
 * @retval -ESTALE    its number now belongs to another domain
 * @retval -EPERM     this Xen does not let the caller
 *
 * @par Threads
 * The connection belongs to one thread at a time. Xen takes seconds to clean the memory
 * of a large guest, and that cannot be interrupted.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_destroy(struct libxen_domain *domain,
				     const struct libxen_destroy_options *options);

#ifdef __cplusplus
}
#endif

#endif
