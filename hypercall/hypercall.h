/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The typed calls: one function per hypercall, in host terms. All that lib/ sees of Xen. */
#ifndef LX_HYPERCALL_H
#define LX_HYPERCALL_H

#include "error.h"
#include "layout.h"
#include "os.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LX_PAGE_SIZE  4096u
#define LX_PAGE_SHIFT 12
#define LX_DOMID_END  0x7ff0u /* domids are below (public/xen.h, DOMID_FIRST_RESERVED) */

/* What a connection has cost so far. */
struct lx_counters {
	uint64_t hypercalls;
	uint64_t mapping_calls;
	uint64_t mapped_pages;
	uint64_t copied_bytes;
};

/*
 * A connection to the hypervisor. Belongs to one thread at a time. Every call below that returns
 * an int returns 0 (or a count) or a negative errno, and on failure leaves a sentence in @error.
 */
struct lx_hc {
	const struct lx_os *os;
	struct lx_error *error; /* the owner's; where sentences go */
	int privcmd;		/* descriptor, -1: closed */
	int hypercall;		/* /dev/xen/hypercall, -1: this kernel has none */
	unsigned char *arena;	/* memory that Xen can reach; see arena.h */
	size_t arena_used;
	uint16_t release;     /* LX_RELEASE(4, 17) */
	struct lx_abi domctl; /* number found by probing */
	struct lx_abi sysctl;
	struct lx_counters counters;
};

/* --- connection (connection.c) --- */

int lx_hc_open(struct lx_hc *hc, const struct lx_os *os, struct lx_error *error, bool try_newer);
void lx_hc_close(struct lx_hc *hc); /* takes one that lx_hc_open() failed on, or a zeroed one */

/* --- version (version.c) --- */

/* Texts as Xen gives them, cut to @size and NUL-terminated, printable characters only. */
int lx_hc_version_text(struct lx_hc *hc, char *text, size_t size);	/* "4.17.5" */
int lx_hc_capabilities_text(struct lx_hc *hc, char *text, size_t size); /* "xen-3.0-x86_64 ..." */

/* --- domctl (domctl.c) --- */

/* struct xen_domctl_createdomain and the calls that older releases had beside it. */
enum {
	LX_CREATE_HVM = 1u << 0,
	LX_CREATE_HAP = 1u << 1,
};

struct lx_hc_create {
	uint32_t ssidref;
	uint8_t handle[16];
	uint32_t flags; /* LX_CREATE_*; Xen's bits after translation */
	uint32_t iommu_opts;
	uint32_t max_vcpus; /* also sets up the vCPUs, in every release */
	uint32_t max_evtchn_port;
	int32_t max_grant_frames;    /* -1: the host's default */
	int32_t max_maptrack_frames; /* -1: the host's default */
	uint32_t grant_opts;	     /* highest grant table version */
	uint32_t altp2m_opts;
	uint32_t altp2m_nr;
	uint32_t vmtrace_size;
	uint32_t cpupool_id;
	uint32_t emulation_flags;
	uint32_t misc_flags; /* LX_MISC_* */
};

enum { LX_MISC_MSR_RELAXED = 1u << 0 }; /* XEN_X86_MSR_RELAXED */

/*
 * Create a domain with its vCPUs. Members that this Xen does by other calls, or where it has a
 * default for what is asked, are taken care of. @domid receives the number. A failure leaves no
 * domain.
 */
int lx_hc_domain_create(struct lx_hc *hc, const struct lx_hc_create *create, uint32_t *domid);
bool lx_hc_create_has_grant_opts(const struct lx_hc *hc); /* if so, 0 is refused by Xen */
bool lx_hc_create_has_misc_flags(const struct lx_hc *hc);
int lx_hc_domain_destroy(struct lx_hc *hc, uint32_t domid);
/*
 * Destroy what a failed job made. The sentence of the failure stays, and tells of the domain if it
 * remains; that somebody else was faster is no failure.
 */
void lx_hc_domain_undo(struct lx_hc *hc, uint32_t domid);
int lx_hc_domain_pause(struct lx_hc *hc, uint32_t domid);   /* counted by Xen */
int lx_hc_domain_unpause(struct lx_hc *hc, uint32_t domid); /* -EINVAL: was not paused */
int lx_hc_domain_max_mem(struct lx_hc *hc, uint32_t domid, uint64_t kib);
int lx_hc_hypercall_page(struct lx_hc *hc, uint32_t domid, uint64_t mfn);

/* Bits of lx_hc_domain_info.flags, the same for every release. */
enum {
	LX_DOMAIN_DYING = 1u << 0,
	LX_DOMAIN_HVM = 1u << 1,
	LX_DOMAIN_SHUTDOWN = 1u << 2,
	LX_DOMAIN_PAUSED = 1u << 3,
	LX_DOMAIN_BLOCKED = 1u << 4,
	LX_DOMAIN_RUNNING = 1u << 5,
	LX_DOMAIN_DEBUGGED = 1u << 6,
	LX_DOMAIN_XENSTORE = 1u << 7,
	LX_DOMAIN_HAP = 1u << 8,
};

/* Bits of lx_hc_domain_info.known: members that not every Xen has. */
enum {
	LX_DOMAIN_KNOWN_GPADDR_BITS = 1u << 0,
	LX_DOMAIN_KNOWN_EMULATION = 1u << 1,
};

#define LX_EMULATION_PVH 0x1u /* the local APIC alone (public/arch-x86/xen.h) */

/* struct xen_domctl_getdomaininfo */
struct lx_hc_domain_info {
	uint32_t known; /* LX_DOMAIN_KNOWN_* */
	uint32_t domid;
	uint32_t flags;		/* LX_DOMAIN_* */
	uint32_t shutdown_code; /* meaningful with LX_DOMAIN_SHUTDOWN only */
	uint64_t tot_pages, max_pages, outstanding_pages, shr_pages, paged_pages;
	uint64_t shared_info_frame;
	uint64_t cpu_time; /* ns */
	uint32_t nr_online_vcpus;
	uint32_t max_vcpu_id; /* ~0 before there are vCPUs */
	uint32_t ssidref;
	uint8_t handle[16];
	uint32_t cpupool;
	uint32_t gpaddr_bits;
	uint32_t emulation_flags;
};

/* Of just this domain: -ESRCH even where Xen would answer with the next one. */
int lx_hc_domain_info(struct lx_hc *hc, uint32_t domid, struct lx_hc_domain_info *info);

/* The 5168 bytes of struct vcpu_guest_context (public/arch-x86/xen.h). */
#define LX_VCPU_CONTEXT_SIZE 5168u
int lx_hc_vcpu_set_context(struct lx_hc *hc, uint32_t domid, uint32_t vcpu, const void *context);

/* Memory for the tables that translate a hardware-virtualised guest's addresses. */
int lx_hc_paging_pool(struct lx_hc *hc, uint32_t domid, uint64_t bytes);

enum { LX_TSC_DEFAULT = 0, LX_TSC_EMULATED = 1, LX_TSC_NATIVE = 2 };
int lx_hc_tsc_mode(struct lx_hc *hc, uint32_t domid, uint32_t mode);
int lx_hc_tsc_mode_get(struct lx_hc *hc, uint32_t domid, uint32_t *mode);

/* --- placement (placement.c) --- */

/*
 * Sets of CPUs or NUMA nodes: number n is bit n % 64 of word n / 64. Set: @count at most
 * LX_SET_WORDS. Get: any count; members beyond LX_SET_WORDS are not told.
 */
#define LX_SET_WORDS 256u

struct lx_hc_affinity {
	uint64_t *hard, *soft;
	size_t words;
};

/* Where a vCPU must (hard) and should (soft) run; NULL: not this one. */
int lx_hc_affinity_set(struct lx_hc *hc, uint32_t domid, uint32_t vcpu,
		       const struct lx_hc_affinity *affinity);
int lx_hc_affinity_get(struct lx_hc *hc, uint32_t domid, uint32_t vcpu,
		       const struct lx_hc_affinity *affinity);

/* The nodes that a domain's memory is taken from. */
int lx_hc_nodes_set(struct lx_hc *hc, uint32_t domid, const uint64_t *words, size_t count);
int lx_hc_nodes_get(struct lx_hc *hc, uint32_t domid, uint64_t *words, size_t count);

/* Schedulers (XEN_SCHEDULER_*, public/domctl.h); the first two have weights. */
enum {
	LX_SCHEDULER_CREDIT = 5,
	LX_SCHEDULER_CREDIT2 = 6,
	LX_SCHEDULER_ARINC653 = 7,
	LX_SCHEDULER_RTDS = 8,
	LX_SCHEDULER_NULL = 9,
};

struct lx_hc_share {
	uint32_t scheduler; /* in: LX_SCHEDULER_CREDIT or _CREDIT2, the one of the domain's pool */
	uint32_t weight;
	uint32_t cap; /* percent of one CPU; 0: none, or this Xen has none */
};

bool lx_hc_scheduler_has_cap(const struct lx_hc *hc, uint32_t scheduler);
int lx_hc_share_get(struct lx_hc *hc, uint32_t domid, struct lx_hc_share *share);
int lx_hc_share_set(struct lx_hc *hc, uint32_t domid, const struct lx_hc_share *share);

struct lx_hc_pool {
	uint32_t scheduler; /* LX_SCHEDULER_* */
	uint64_t cpus[LX_SET_WORDS];
};

/* -ENOENT: there is no such pool; without a sentence about it that a user could want. */
int lx_hc_pool_info(struct lx_hc *hc, uint32_t id, struct lx_hc_pool *pool);
int lx_hc_pool_move(struct lx_hc *hc, uint32_t domid, uint32_t id);

/* --- hardware-virtualised guests (hvm.c) --- */

/* HVM_PARAM_* (public/hvm/params.h) */
enum {
	LX_PARAM_STORE_PFN = 1,
	LX_PARAM_STORE_EVTCHN = 2,
	LX_PARAM_IDENT_PT = 12,
	LX_PARAM_CONSOLE_PFN = 17,
	LX_PARAM_CONSOLE_EVTCHN = 18,
	LX_PARAM_TRIPLE_FAULT_REASON = 31,
};

int lx_hc_hvm_param(struct lx_hc *hc, uint32_t domid, uint32_t index, uint64_t value);
int lx_hc_hvm_param_get(struct lx_hc *hc, uint32_t domid, uint32_t index, uint64_t *value);

/* The state of its vCPUs, as records; @size at most LX_HVM_CONTEXT_MAX. */
#define LX_HVM_CONTEXT_MAX (128u << 10)
int lx_hc_hvm_set_context(struct lx_hc *hc, uint32_t domid, const void *context, size_t size);

/* --- sysctl (sysctl.c) --- */

enum {
	LX_HOST_HVM = 1u << 0,
	LX_HOST_PV = 1u << 1,
	LX_HOST_IOMMU = 1u << 2,
	LX_HOST_HAP = 1u << 3,
	LX_HOST_SHADOW = 1u << 4,
};

/* struct xen_sysctl_physinfo */
struct lx_hc_physinfo {
	uint32_t threads_per_core, cores_per_socket, nr_cpus, max_cpu_id, nr_nodes, max_node_id;
	uint32_t cpu_khz;
	uint32_t capabilities;	     /* LX_HOST_* */
	uint32_t known_capabilities; /* LX_HOST_* that this Xen can tell at all */
	uint64_t total_pages, free_pages, scrub_pages, outstanding_pages;
	uint64_t max_mfn; /* 0: this Xen cannot tell */
};

int lx_hc_physinfo(struct lx_hc *hc, struct lx_hc_physinfo *info);

/*
 * Domains from number @first on, in order: calls @each for each one, in one hypercall, and
 * returns how many there were; 0: no more. More may follow if it returns LX_LIST_BATCH.
 */
#define LX_LIST_BATCH 1024u
int lx_hc_domain_list(struct lx_hc *hc, uint32_t first, uint32_t max,
		      void (*each)(const struct lx_hc_domain_info *info, void *data), void *data);

/* Xen's log from *@index on; returns bytes, and moves *@index. */
int lx_hc_log_read(struct lx_hc *hc, uint32_t *index, char *buffer, size_t size);

/* --- memory (memory.c) --- */

/*
 * Give a domain memory: @count extents of 2^@order frames each. @extents holds the first pfn of
 * each and receives its first mfn (PV). Returns how many were given, which may be fewer or 0:
 * Xen does not say why.
 */
int lx_hc_populate(struct lx_hc *hc, uint32_t domid, uint64_t *extents, size_t count,
		   unsigned int order);
int lx_hc_claim(struct lx_hc *hc, uint32_t domid, uint64_t pages); /* 0: give the claim up */

/* What lies where in a guest's address space (XENMEM_set_memory_map); types as in a PC's E820. */
enum { LX_MAP_RAM = 1, LX_MAP_RESERVED = 2, LX_MAP_ACPI = 3 };

struct lx_hc_map_entry {
	uint64_t address, bytes;
	uint32_t type;
};

#define LX_MAP_ENTRIES_MAX 128u
int lx_hc_set_memory_map(struct lx_hc *hc, uint32_t domid, const struct lx_hc_map_entry *entries,
			 size_t count);

/* --- foreign mapping (foreign.c) --- */

/* Pages of a domain, mapped here. addr NULL: nothing is mapped. */
struct lx_hc_mapping {
	void *addr;
	size_t pages;
};

/*
 * Map @count frames of a domain, in the order given, at consecutive addresses. @prot as for
 * mmap(2); PROT_WRITE counts as a writable use of the page. Any frame that cannot be mapped fails
 * the whole, and the sentence names it.
 */
int lx_hc_map(struct lx_hc *hc, uint32_t domid, const uint64_t *frames, size_t count, int prot,
	      struct lx_hc_mapping *mapping);
void lx_hc_unmap(struct lx_hc *hc, struct lx_hc_mapping *mapping); /* makes it nothing */

/* Map the first frame of a domain's grant table (version 1 entries). */
int lx_hc_map_grant_table(struct lx_hc *hc, uint32_t domid, struct lx_hc_mapping *mapping);
/*
 * The same by the way of Linux 4.18 and Xen 4.12 on, which is for every kind of guest. -EOPNOTSUPP,
 * without a sentence: these are older.
 */
int lx_hc_map_grant_resource(struct lx_hc *hc, uint32_t domid, struct lx_hc_mapping *mapping);

/* --- copying without mapping (grant-copy.c) --- */

/* A way to write to a guest that does not run yet. The pieces that were added wait in it. */
struct lx_hc_copier {
	int fd;
	uint32_t domid;
	uint16_t self; /* who we are to the guest */
	struct lx_hc_mapping table;
	struct lx_gntdev_copy_segment *segments; /* NULL: not open */
	uint32_t count;
};

/* -EOPNOTSUPP, without a sentence: this kernel has no such way, or does not let us. */
int lx_hc_copier_open(struct lx_hc *hc, uint32_t domid, uint16_t self, struct lx_hc_copier *copier);
/*
 * Have @bytes, which must stay until the next flush, copied to a frame: its mfn for a PV guest.
 * They may not cross the frame's end. A full copier is flushed. -EFAULT: @from cannot be read.
 */
int lx_hc_copier_add(struct lx_hc *hc, struct lx_hc_copier *copier, uint64_t frame, uint32_t offset,
		     const void *from, uint32_t bytes);
int lx_hc_copier_flush(struct lx_hc *hc, struct lx_hc_copier *copier);
/* Before the guest runs: its grants are taken back. What was not flushed is dropped. */
void lx_hc_copier_close(struct lx_hc *hc, struct lx_hc_copier *copier);

/* --- page tables (mmu.c) --- */

int lx_hc_pin_l4(struct lx_hc *hc, uint32_t domid, uint64_t mfn);

/* --- event channels (evtchn.c) --- */

int lx_hc_port_alloc(struct lx_hc *hc, uint32_t domid, uint32_t remote, uint32_t *port);

enum { LX_PORT_FREE = 0, LX_PORT_UNBOUND = 1, LX_PORT_INTERDOMAIN = 2, LX_PORT_OTHER = 3 };
/* What a domain's port is bound to: *@state is LX_PORT_*, *@remote a domid for the first two. */
int lx_hc_port_status(struct lx_hc *hc, uint32_t domid, uint32_t port, uint32_t *state,
		      uint32_t *remote);

/* One event channel descriptor with one guest's port bound to it. */
struct lx_hc_channel {
	int fd; /* -1: not open; poll(2) it for events */
	uint32_t port;
};

int lx_hc_channel_open(struct lx_hc *hc, uint32_t domid, uint32_t port,
		       struct lx_hc_channel *channel);
void lx_hc_channel_close(struct lx_hc *hc, struct lx_hc_channel *channel);
int lx_hc_channel_notify(struct lx_hc *hc, const struct lx_hc_channel *channel);
/* Take the pending event, if any, and let the next one come. Never waits. */
int lx_hc_channel_clear(struct lx_hc *hc, const struct lx_hc_channel *channel);

/* --- grants (grant.c) --- */

/*
 * Write entry @ref of a guest's grant table, as if the guest granted @remote its @frame (an mfn of
 * a PV guest); and read it back. The guest may have changed it: then -ENODEV, or another frame of
 * its own. Nothing is mapped by grant: Xen keeps the records of such mappings for ever.
 */
int lx_hc_grant_seed(struct lx_hc *hc, uint32_t domid, uint32_t ref, uint64_t frame,
		     uint32_t remote);
int lx_hc_grant_find(struct lx_hc *hc, uint32_t domid, uint32_t ref, uint32_t remote,
		     uint64_t *frame);

#endif
