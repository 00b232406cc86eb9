/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement: on which CPUs and nodes a domain runs, and how much of them it may use. */
#ifndef LIBXEN_PLACEMENT_H
#define LIBXEN_PLACEMENT_H

#include <libxen/base.h>
#include <libxen/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A set of CPUs, or of NUMA nodes, is an array of 64-bit words: number n is in it if bit n % 64
 * of word n / 64 is 1.
 */

/* Kinds of schedulers: libxen_placement.scheduler. */
enum {
	LIBXEN_SCHEDULER_UNKNOWN = 0, /* one that this libxen does not know */
	LIBXEN_SCHEDULER_CREDIT = 1,
	LIBXEN_SCHEDULER_CREDIT2 = 2,
	LIBXEN_SCHEDULER_ARINC653 = 3, /* by a timetable: no weights */
	LIBXEN_SCHEDULER_RTDS = 4,     /* by periods: no weights */
	LIBXEN_SCHEDULER_NULL = 5,     /* a CPU for each vCPU: no weights */
};

/* How a guest reads its CPU's clock (TSC): libxen_guest.tsc_mode, libxen_placement.tsc_mode. */
enum {
	LIBXEN_TSC_AUTO = 0,	 /* PV: as Xen thinks best; PVH: native */
	LIBXEN_TSC_DEFAULT = 1,	 /* as Xen thinks best: emulated where the host's is no good */
	LIBXEN_TSC_EMULATED = 2, /* each read is trapped: slow, the same on every host */
	LIBXEN_TSC_NATIVE = 3,	 /* never trapped */
};

/* Bits of libxen_placement.valid. */
enum {
	LIBXEN_PLACEMENT_CPUPOOL = 1u << 0,
	LIBXEN_PLACEMENT_NODES = 1u << 1,
	LIBXEN_PLACEMENT_WEIGHT = 1u << 2,
	LIBXEN_PLACEMENT_CAP = 1u << 3,	      /* credit2: Xen 4.10 and later */
	LIBXEN_PLACEMENT_SCHEDULER = 1u << 4, /* only told: the CPU pool decides */
	LIBXEN_PLACEMENT_TSC = 1u << 5,	      /* only told: libxen_guest has the wish */
};

/** Where a domain is, and its share: libxen_start(), libxen_domain_place(), _placement(). */
struct libxen_placement {
	size_t size;	/**< in: sizeof(struct libxen_placement) */
	uint64_t valid; /**< LIBXEN_PLACEMENT_*; in: what to set, out: what could be told */
	/**
	 * NUMA nodes that its memory comes from, a set of @c node_words words. To be set: memory
	 * that it has already stays where it is. Out: filled, if it is not NULL.
	 */
	uint64_t *nodes;
	uint32_t node_words;
	uint32_t cpupool;   /**< the CPU pool that it runs in; 0 is the one that Xen makes */
	uint32_t scheduler; /**< out: LIBXEN_SCHEDULER_*, of its CPU pool */
	uint32_t weight;    /**< its share if CPUs are short, 1 to 65535; Xen gives 256 */
	uint32_t cap;	    /**< percent of one CPU that it gets at most, 100 a vCPU; 0: no limit */
	uint32_t tsc_mode;  /**< out: LIBXEN_TSC_*, never AUTO */
};

/** On which CPUs vCPUs run: libxen_start(), libxen_domain_set_affinity(), _affinity(). */
struct libxen_affinity {
	size_t size; /**< in: sizeof(struct libxen_affinity) */
	/** The CPUs that they may run on; NULL: as it is. Those not in their pool do not count. */
	uint64_t *hard;
	/** The CPUs that they run on if these are free; NULL: as it is. */
	uint64_t *soft;
	uint32_t words;	     /**< in: 64-bit words in each of the two sets */
	uint32_t vcpu;	     /**< in: the first vCPU that it is about */
	uint32_t vcpu_count; /**< in: how many; 0: all from there on */
	uint32_t reserved;   /**< in: 0 */
};

/**
 * @brief Read where a domain is and what its share of the CPUs is.
 *
 * @param[in]     domain     the domain
 * @param[in,out] placement  set @c size before the call, and @c nodes with @c node_words if they
 *                           are wanted; the rest is overwritten
 *
 * @retval 0       @p placement is filled; look at @c valid before a member
 * @retval -EINVAL @c size is smaller than in the first release
 * @retval -ESRCH  the domain is gone
 * @retval -ESTALE its number now belongs to another domain
 * @retval -EPERM  this Xen does not let the caller ask
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_placement(struct libxen_domain *domain,
				       struct libxen_placement *placement);

/**
 * @brief Move a domain, or change its share of the CPUs.
 *
 * What is asked for is checked first, then set in this order: pool, nodes, weight and cap. If
 * Xen refuses one of them, those before it are set. A domain that comes into another pool begins
 * there anew, as Xen has it: with weight 256, no cap, and on all CPUs of the pool.
 *
 * @param[in] domain     the domain, running or not
 * @param[in] placement  what to set, as @c valid tells; read during the call only
 *
 * @retval 0        it is so
 * @retval -EINVAL  something is out of its range, or can only be told; the sentence names it
 * @retval -ENOENT  there is no such CPU pool
 * @retval -ENOTSUP this Xen, or the scheduler of the pool, has no such thing
 * @retval -E2BIG   @p placement asks for something this libxen does not know
 * @retval -ESRCH   the domain is gone
 * @retval -ESTALE  its number now belongs to another domain
 * @retval -EPERM   this Xen does not let the caller
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_place(struct libxen_domain *domain,
				   const struct libxen_placement *placement);

/**
 * @brief Read on which CPUs a vCPU may and should run.
 *
 * What was set last is told, or all CPUs there could be. CPUs beyond @c words are not told.
 *
 * @param[in]     domain    the domain
 * @param[in,out] affinity  set @c size, @c vcpu, @c words, and the sets that are to be filled
 *
 * @retval 0       the sets are filled
 * @retval -EINVAL the domain has no such vCPU, or @p affinity has a wrong size
 * @retval -E2BIG  @p affinity asks for something this libxen does not know
 * @retval -ESRCH  the domain is gone
 * @retval -ESTALE its number now belongs to another domain
 * @retval -EPERM  this Xen does not let the caller ask
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_affinity(struct libxen_domain *domain,
				      const struct libxen_affinity *affinity);

/**
 * @brief Choose on which CPUs vCPUs of a domain may and should run.
 *
 * @param[in] domain    the domain, running or not
 * @param[in] affinity  which CPUs, for which vCPUs; read during the call only
 *
 * @retval 0       it is so
 * @retval -EINVAL none of the CPUs is in the domain's pool, or the domain has no such vCPU
 * @retval -E2BIG  @p affinity asks for something this libxen does not know
 * @retval -ESRCH  the domain is gone
 * @retval -ESTALE its number now belongs to another domain
 * @retval -EPERM  this Xen does not let the caller
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_set_affinity(struct libxen_domain *domain,
					  const struct libxen_affinity *affinity);

/**
 * @brief Change how much memory a domain may have at most.
 *
 * The domain's memory itself is as before: it may take more, or give some back and not get it
 * again. The limit that is read back is 1 MiB higher, as Xen's tools leave it too.
 *
 * @param[in] domain  the domain, running or not
 * @param[in] bytes   the limit, 1 at least; rounded up to a whole page
 *
 * @retval 0       it is so
 * @retval -EINVAL @p bytes is 0, or more than any domain can have
 * @retval -ESRCH  the domain is gone
 * @retval -ESTALE its number now belongs to another domain
 * @retval -EPERM  this Xen does not let the caller
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_domain_set_memory_max(struct libxen_domain *domain, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
