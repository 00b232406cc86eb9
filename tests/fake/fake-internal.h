/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the fake share: the machine, its domains, and the devices' state. */
#ifndef FAKE_INTERNAL_H
#define FAKE_INTERNAL_H

#include "fake.h"
#include <pthread.h>
#include <stdio.h>

#define PAGE_SIZE 4096u
#define NO_MFN	  UINT64_MAX

/* In memory that a caller arranged: he need not align it, and what else it holds is his. */
typedef uint64_t unaligned_u64 __attribute__((aligned(1), may_alias));
typedef uint32_t unaligned_u32 __attribute__((aligned(1), may_alias));
typedef uint16_t unaligned_u16 __attribute__((aligned(1), may_alias));

/* --- facts (fake-abi.c) --- */

struct fake_abi;
struct fake_abi *fake_abi_load(const char *release); /* shared, never freed */
const char *fake_abi_probed_at(const struct fake_abi *abi);
unsigned int fake_abi_minor(const struct fake_abi *abi); /* 17 for 4.17, 23 for 4.23u */
int fake_abi_point(const struct fake_abi *abi); /* 2 for 4.17.2; -1: the last of its branch */
bool fake_abi_unstable(const struct fake_abi *abi);

bool fake_has(const struct fake *fake, const char *structure, const char *field);
/* 0 where the release does not have the field. */
uint64_t fake_get_if(const struct fake *fake, const void *base, const char *structure,
		     const char *field);
void fake_set_if(const struct fake *fake, void *base, const char *structure, const char *field,
		 uint64_t value);
void *fake_at(const struct fake *fake, const void *base, const char *structure, const char *field);
size_t fake_sizeof(const struct fake *fake, const char *structure);
/* 0 where the release does not have the constant. */
uint64_t fake_constant_if(const struct fake *fake, const char *name);
bool fake_has_constant(const struct fake *fake, const char *name);

/* --- the machine (fake-frames.c) --- */

enum { TYPE_NONE, TYPE_L1, TYPE_L2, TYPE_L3, TYPE_L4, TYPE_WRITABLE };

enum {
	FRAME_PINNED = 1u << 0,
	FRAME_XENHEAP = 1u << 1, /* Xen's own, lent to the owner: not of its RAM */
	FRAME_FILLED = 1u << 2,	 /* has got its first content */
	FRAME_USED = 1u << 3,	 /* its bytes were once written: not zero any more */
};

struct fake_frame {
	uint32_t pfn;	     /* machine to physical */
	uint32_t refs;	     /* mappings that hold it */
	uint32_t type_count; /* uses as .type */
	uint16_t owner;	     /* 1 + domid, 0: free */
	uint8_t type;	     /* TYPE_* */
	uint8_t flags;	     /* FRAME_* */
};

struct fake_extent {
	uint64_t mfn;
	unsigned int order;
};

/* --- domains (fake-domain.c) --- */

struct fake_file;

struct fake_port {
	uint32_t state; /* EVTCHNSTAT_* */
	uint16_t remote;
	uint32_t remote_port;
	uint32_t virq;
	uint64_t events; /* that arrived here */
	/* for a port of dom0 */
	struct fake_file *file;
	bool masked, pending;
};

/* Where 2 MiB of a guest's memory lie. */
struct fake_block {
	uint64_t index;	 /* pfn / 512 */
	uint64_t mfn;	 /* of the first page, if it is one entry */
	uint64_t *small; /* or one mfn a page */
	bool giant;	 /* of an entry of 1 GiB */
};

/* Of memory, as set_memory_map tells it and as start_info does. */
struct fake_range {
	uint64_t start, size;
	uint32_t type;
};

enum { MAP_ENTRIES = 1024, HVM_PARAMS = 64 };

struct fake_vcpu {
	unsigned char *context; /* 5168 bytes, or HVM's CPU record; NULL: not initialised */
	unsigned char *mtrr;	/* HVM's record */
	uint64_t cr3;		/* PV: mfn of its L4 */
	uint64_t hard, soft;	/* bits of CPUs */
	bool online;
};

struct fake_domain {
	uint32_t domid;
	uint8_t handle[16];
	bool background; /* not made by a hypercall */
	bool hvm, hap;
	bool dying, shutdown, entered;
	unsigned int reason, pause_count;
	uint32_t create_flags, emulation_flags, misc_flags, grant_opts, ssidref, cpupool;
	uint32_t max_vcpus; /* as createdomain said, 0: it did not */
	uint32_t nr_vcpus;  /* that exist */
	uint32_t max_evtchn_port;
	uint32_t max_grant_frames;
	int64_t asked_grant_frames;
	bool has_grant_table;
	struct fake_vcpu *vcpus;
	uint64_t tot_pages, max_pages, claimed, ram_map_bytes, cpu_time;
	uint64_t shared_info;	 /* mfn */
	bool shared_info_placed; /* HVM: the guest has put it at SHARED_INFO_GFN */
	uint64_t *grants;	 /* mfns of the grant table */
	uint32_t nr_grants;
	struct fake_extent *extents;
	size_t nr_extents, room_extents;
	struct fake_block *p2m; /* ordered by index */
	size_t nr_p2m, room_p2m;
	uint64_t *pool; /* HVM: mfns of the pages for its p2m, and how many are in use */
	uint32_t nr_pool, pool_used;
	uint32_t tsc_mode;
	uint32_t weight, cap;
	uint64_t nodes; /* bits */
	uint64_t pages_elsewhere;
	uint64_t params[HVM_PARAMS];
	struct fake_range *map; /* as set_memory_map told it */
	size_t nr_map;
	struct fake_port *ports;
	uint32_t nr_ports;
	size_t printed; /* of fake_options.guest_console */
	uint64_t *held; /* mfns that fake_other_hold() holds */
	size_t nr_held;
};

/* --- devices (fake-devices.c) --- */

enum fake_device { DEVICE_PRIVCMD, DEVICE_HYPERCALL, DEVICE_EVTCHN, DEVICE_GNTDEV };

struct fake_grant_range {
	uint64_t index;
	uint32_t count;
	struct {
		uint32_t domid, ref;
	} refs[8];
};

struct fake_file {
	struct fake_file *next;
	int fd;
	enum fake_device device;
	int restricted;	 /* domid, -1: not */
	uint32_t *queue; /* evtchn: ports that fired */
	size_t queued, room;
	struct fake_grant_range *ranges; /* gntdev */
	size_t nr_ranges;
	uint64_t next_index;
};

enum fake_map_kind { MAP_FOREIGN, MAP_GRANT, MAP_HYPERCALL, MAP_OWN };

struct fake_mapping {
	struct fake_mapping *next;
	enum fake_map_kind kind;
	unsigned char *addr;
	size_t size;
	int prot;
	bool filled;	       /* MAP_FOREIGN: its batch came */
	uint64_t *mfns;	       /* one a page, NO_MFN: nothing there */
	uint32_t domid, *refs; /* MAP_GRANT */
};

enum { FAULTS = 8 };

struct fake_fault {
	enum { FAULT_OFF, FAULT_NTH, FAULT_CALL, FAULT_POPULATE, FAULT_FRAME } type;
	enum fake_call kind;
	long op, sub;
	uint64_t nth, value;
	int error;
};

enum { COUNT_HYPERCALLS = 64, COUNT_SUBS = 128, COUNT_IOCTLS = 64 };

enum { FAKE_POOLS = 2 };

/* A pool of CPUs; one without any is not there. */
struct fake_pool {
	uint64_t cpus; /* bits */
	uint32_t scheduler;
};

struct fake {
	struct lx_os os; /* first: a pointer to it is one to us */
	pthread_mutex_t lock;
	struct fake_options options;
	struct fake_abi *abi;
	char extraversion[16];
	uint32_t domctl_version, sysctl_version;

	/* machine memory */
	int memory;  /* memfd */
	int nothing; /* memfd of no size: what maps it gets SIGBUS */
	unsigned char *base;
	struct fake_frame *frames;
	uint64_t nr_frames, first_frame, free_frames, taken_frames, claimed;
	uint16_t *blocks; /* frames in use in each 2 MiB */
	uint64_t nr_blocks, current_block;
	unsigned int cursor;
	uint64_t random;

	struct fake_pool pools[FAKE_POOLS];
	struct fake_domain **domains; /* by domid */
	uint32_t domain_counter;      /* last automatic domid */
	struct fake_file *files;
	struct fake_mapping *mappings;
	struct fake_file *virq_dom_exc;
	uint32_t virq_port;

	char *log;
	size_t log_size;  /* all that was ever written */
	size_t log_start; /* what CLEAR dropped */

	struct fake_fault faults[FAULTS];
	bool fired;
	uint64_t counts[FAKE_CALLS];
	uint64_t hypercalls[COUNT_HYPERCALLS][COUNT_SUBS];
	struct {
		unsigned long request;
		uint64_t count;
	} ioctls[COUNT_IOCTLS];
	uint64_t frames_mapped, frames_copied;
	uint64_t populates, batches;
};

/* Is this fake of release 4.@minor or later? */
bool fake_since(const struct fake *fake, unsigned int minor);

_Noreturn void fake_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *fake_calloc(size_t count, size_t size); /* dies rather than fails */
void *fake_realloc(void *old, size_t size);

/* While positive in this thread, tests/fake/alloc.c leaves allocations alone: they are ours. */
extern _Thread_local volatile int fake_inside; /* volatile: malloc is a builtin to the compiler */
void fake_lock(struct fake *fake);
void fake_unlock(struct fake *fake);

/* fake-frames.c */
int fake_frames_init(struct fake *fake);
void fake_frames_free(struct fake *fake);
/* Takes 2^@order free frames, aligned to that; NO_MFN: there are none. */
uint64_t fake_frames_take(struct fake *fake, uint32_t domid, unsigned int order);
void fake_frames_give(struct fake *fake, uint64_t mfn, unsigned int order);
uint64_t fake_xenheap_take(struct fake *fake, uint32_t domid); /* one zeroed page of Xen's */
/* The bytes of a frame, with their first content in place. */
unsigned char *fake_frame_bytes(struct fake *fake, uint64_t mfn);
int fake_owner(const struct fake *fake, uint64_t mfn); /* domid, -1: nobody */
struct fake_frame *fake_frame_of(struct fake *fake, uint64_t mfn, uint32_t domid);
/* A mapping takes and drops a frame; @write: as a writable use. */
int fake_frame_hold(struct fake *fake, uint64_t mfn, bool write);
void fake_frame_drop(struct fake *fake, uint64_t mfn, bool write);

/* fake-domain.c */
struct fake_domain *fake_domain(const struct fake *fake, uint32_t domid); /* NULL: none */
struct fake_domain *fake_domain_new(struct fake *fake, uint32_t domid);
void fake_domain_destroy(struct fake *fake, struct fake_domain *domain);
bool fake_domain_buried(struct fake *fake, struct fake_domain *domain);
void fake_domain_delete(struct fake *fake, struct fake_domain *domain);
void fake_domain_shutdown(struct fake *fake, struct fake_domain *domain, unsigned int reason);
unsigned int fake_domain_online(const struct fake_domain *domain);
int fake_domain_add_vcpus(struct fake *fake, struct fake_domain *domain, uint32_t count);
/* -ENOMEM: the pool has no page left for its table; the frames stay the caller's. */
int fake_domain_add_extent(struct fake *fake, struct fake_domain *domain, uint64_t pfn,
			   uint64_t mfn, unsigned int order);
/* A page that the guest gave up: out of its extents, and back to the machine. */
void fake_domain_drop_page(struct fake *fake, struct fake_domain *domain, uint64_t mfn);
/* Fill struct xen_domctl_getdomaininfo. */
void fake_domain_info(struct fake *fake, const struct fake_domain *domain, void *info);
uint32_t fake_domid_free(struct fake *fake); /* the next automatic one, 0: none */

/* fake-p2m.c */
uint64_t fake_p2m(const struct fake_domain *domain, uint64_t pfn); /* mfn, or NO_MFN */
struct fake_block *fake_p2m_block(const struct fake_domain *domain, uint64_t index); /* or NULL */
/* The mfn of what a hypercall calls a frame: it is one for PV, a guest's own number for HVM. */
uint64_t fake_gmfn(const struct fake_domain *domain, uint64_t frame);
int fake_p2m_set(struct fake_domain *domain, uint64_t pfn, uint64_t mfn, unsigned int order);
void fake_p2m_free(struct fake_domain *domain);
enum { POOL_PAGES = 256 }; /* of a new domain's pool: 1 MiB */
int fake_pool_create(struct fake *fake, struct fake_domain *domain);
int fake_pool_resize(struct fake *fake, struct fake_domain *domain, uint64_t pages);

/* fake-devices.c */
int fake_device_open(struct fake *fake, const char *path);
void fake_device_close(struct fake *fake, int fd);
int fake_device_ioctl(struct fake *fake, int fd, unsigned long request, void *arg);
int fake_device_map(struct fake *fake, int fd, size_t size, int prot, off_t offset, void **addr);
void fake_device_unmap(struct fake *fake, void *addr, size_t size);
int fake_map_locked(struct fake *fake, size_t size, void **addr);
struct fake_file *fake_file(struct fake *fake, int fd);
struct fake_mapping *fake_mapping_add(struct fake *fake, enum fake_map_kind kind, void *addr,
				      size_t size, int prot);
/* Our address of memory that Xen can reach; NULL: it cannot (-EFAULT). */
void *fake_reach(struct fake *fake, uint64_t address, size_t size);

/* hypercalls; each takes the five arguments */
long fake_version_op(struct fake *fake, const uint64_t arg[5]);
long fake_domctl(struct fake *fake, const uint64_t arg[5]);
long fake_sysctl(struct fake *fake, const uint64_t arg[5]);
long fake_memory_op(struct fake *fake, const uint64_t arg[5]);
long fake_hvm_op(struct fake *fake, const uint64_t arg[5]);
long fake_mmuext_op(struct fake *fake, const uint64_t arg[5]);
long fake_mmu_update(struct fake *fake, const uint64_t arg[5]);
long fake_evtchn_op(struct fake *fake, const uint64_t arg[5]);
long fake_grant_op(struct fake *fake, const uint64_t arg[5]);

/* fake-placement.c */
void fake_pools_init(struct fake *fake);
uint64_t fake_all_cpus(const struct fake *fake);			 /* bits */
const struct fake_pool *fake_pool(const struct fake *fake, uint64_t id); /* NULL: none */
int fake_cpupool_op(struct fake *fake, void *payload);

/* domctl: the structure copied in, its payload, and the domain it is about (fake-domctl.c) */
struct fake_domctl_call {
	struct fake *fake;
	unsigned char *ctl, *payload;
	struct fake_domain *domain;
};

enum {
	PV_VCPUS = 8192, /* the host's limits */
	HVM_VCPUS = 128,
	GRANT_FRAMES = 64,
	MAPTRACK_FRAMES = 1024,
	OLD_PORTS = 4096, /* two-level event channels of a 64-bit guest */
	GPADDR_BITS = 46, /* of a guest-physical address */
};

int fake_createdomain(struct fake_domctl_call *d);    /* fake-create.c */
int fake_setvcpuaffinity(struct fake_domctl_call *d); /* fake-placement.c */
int fake_getvcpuaffinity(struct fake_domctl_call *d);
int fake_setnodeaffinity(struct fake_domctl_call *d);
int fake_getnodeaffinity(struct fake_domctl_call *d);
int fake_scheduler_op(struct fake_domctl_call *d);
int fake_setvcpucontext(struct fake_domctl_call *d); /* fake-vcpu.c */
int fake_getvcpucontext(struct fake_domctl_call *d);
int fake_getvcpuinfo(struct fake_domctl_call *d);
int fake_shadow_op(struct fake_domctl_call *d); /* fake-p2m.c */
int fake_get_paging_mempool_size(struct fake_domctl_call *d);
int fake_set_paging_mempool_size(struct fake_domctl_call *d);
int fake_sethvmcontext(struct fake_domctl_call *d); /* fake-hvm.c */
int fake_gethvmcontext(struct fake_domctl_call *d);
int fake_gethvmcontext_partial(struct fake_domctl_call *d);

/* fake-mmu.c */
int fake_type_get(struct fake *fake, struct fake_domain *domain, uint64_t mfn, unsigned int type);
void fake_type_put(struct fake *fake, struct fake_domain *domain, uint64_t mfn, unsigned int type);

/* fake-evtchn.c */
void fake_ports_close(struct fake *fake, struct fake_domain *domain);
void fake_virq(struct fake *fake); /* VIRQ_DOM_EXC fires */
int fake_evtchn_ioctl(struct fake *fake, struct fake_file *file, unsigned long request, void *arg);
int fake_evtchn_read(struct fake *fake, struct fake_file *file, void *buffer, size_t size);
int fake_evtchn_write(struct fake *fake, struct fake_file *file, const void *buffer, size_t size);
void fake_evtchn_close(struct fake *fake, struct fake_file *file);
/* Something arrives at a domain's port. */
void fake_port_raise(struct fake *fake, uint32_t domid, uint32_t port);

/* fake-grant.c */
int fake_gntdev_ioctl(struct fake *fake, struct fake_file *file, unsigned long request, void *arg);
int fake_gntdev_map(struct fake *fake, struct fake_file *file, size_t size, int prot, off_t offset,
		    void **addr);
void fake_grant_unmapped(struct fake *fake, struct fake_mapping *mapping);
/* The mfn of a frame of the grant table, which grows to it; NO_MFN: it cannot. */
uint64_t fake_grant_frame(struct fake *fake, struct fake_domain *domain, uint32_t index);

/* fake-guest.c */
void fake_guest_enter(struct fake *fake, struct fake_domain *domain); /* not paused any more */
void fake_guest_woken(struct fake *fake, struct fake_domain *domain); /* by an event */

/* fake-pvh.c */
/* Guest-physical memory; NULL: nothing there. */
unsigned char *fake_physical(struct fake *fake, const struct fake_domain *domain, uint64_t address);
/* NULL: PVH Linux would start; or what it or the processor would trip over. */
const char *fake_pvh_mistake(struct fake *fake, const struct fake_domain *domain);
/* What of the parameters the fake itself looks at. */
enum {
	PARAM_STORE_PFN = 1,
	PARAM_STORE_EVTCHN = 2,
	PARAM_IDENT_PT = 12,
	PARAM_CONSOLE_PFN = 17,
	PARAM_CONSOLE_EVTCHN = 18,
	PARAM_TRIPLE_FAULT_REASON = 31,
	SHARED_INFO_GFN = 0x10, /* where Linux puts it */
};

/* fake-sysctl.c */
bool fake_has_shadow(const struct fake *fake);
void fake_log(struct fake *fake, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* os-default.c */
void fake_forget_default(const struct fake *fake); /* if it is this one */

/* fake-count.c */
/* A call of some kind begins: count it. 0, or the negative errno that it shall give. */
int fake_begin(struct fake *fake, enum fake_call kind, long op, long sub);
int fake_fault_frame(struct fake *fake, uint64_t index); /* 0 or the errno for this batch */
uint64_t fake_fault_populate(struct fake *fake);	 /* how many at most */

#endif
