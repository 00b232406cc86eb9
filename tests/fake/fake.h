/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake privcmd device: a model of Xen and of Linux' devices for it, behind hypercall/os.h. */
#ifndef FAKE_H
#define FAKE_H

#include "os.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake;

/* Devices, as bits of fake_options.absent and .denied. */
enum {
	FAKE_PRIVCMD = 1u << 0,	     /* /dev/xen/privcmd */
	FAKE_PROC_PRIVCMD = 1u << 1, /* /proc/xen/privcmd */
	FAKE_HYPERCALL = 1u << 2,    /* /dev/xen/hypercall */
	FAKE_EVTCHN = 1u << 3,	     /* /dev/xen/evtchn */
	FAKE_GNTDEV = 1u << 4,	     /* /dev/xen/gntdev */
};

/* What this machine and this Xen can do, as bits of fake_options.features. */
enum {
	FAKE_NO_PV = 1u << 0,  /* Xen is built without PV */
	FAKE_NO_HVM = 1u << 1, /* no hardware virtualisation */
	FAKE_NO_HAP = 1u << 2, /* ... or without its own paging for guests */
	FAKE_IOMMU = 1u << 3,
	FAKE_SHADOW = 1u << 4,	     /* shadow paging in Xen 4.17 and later; before, it always is */
	FAKE_UNPRIVILEGED = 1u << 5, /* the caller is no control domain */
	FAKE_DOM0_PVH = 1u << 6,     /* a page that could not be mapped reads as 0xff */
	FAKE_NO_RESOURCE = 1u << 7,  /* a kernel without PRIVCMD_MMAP_RESOURCE */
	FAKE_CLEAN_MEMORY = 1u << 8, /* new guest memory is zero rather than poison */
};

#define FAKE_POISON 0xa5 /* what every byte of new guest memory holds */

/* All zero is a good choice: Xen 4.17 on 4 GiB with every device there. */
struct fake_options {
	const char *release;	  /* "4.17" (the branch's last release), "4.10.0", "4.23u" */
	uint64_t memory_pages;	  /* of the machine; 0: 4 GiB */
	uint64_t dom0_pages;	  /* of these, taken by Xen and dom0; 0: 16 MiB */
	unsigned int cpus;	  /* 0: 4; 64 at most */
	unsigned int nodes;	  /* of memory; 0: 1 */
	uint64_t pool_cpus;	  /* bits of the CPUs that are in pool 1 rather than 0 */
	uint32_t scheduler;	  /* XEN_SCHEDULER_* of pool 0; 0: the release's default */
	uint32_t pool_scheduler;  /* of pool 1; 0: as pool 0 */
	uint32_t features;	  /* FAKE_NO_PV ... */
	uint32_t absent;	  /* devices that do not exist: open() is -ENOENT */
	uint32_t denied;	  /* devices of which open() is -EACCES */
	uint32_t hypercall_limit; /* most pages in one mapping of /dev/xen/hypercall; 0: 4096 */
	uint32_t version;	  /* what XENVER_version answers; 0: the release's */
	uint32_t domctl_version;  /* the only accepted numbers; 0: the release's */
	uint32_t sysctl_version;
	const char *extraversion;  /* NULL: the release's */
	const char *log;	   /* Xen's own log at the start; NULL: a few lines */
	const char *guest_console; /* what a guest prints when it runs first; NULL: nothing */
	int guest_exits;	   /* 1 + the reason of its shutdown right after; 0: it stays */
	unsigned int seed;	   /* of where memory is taken from */
};

/* NULL if there is no memory, or the release is not in the facts (a line on stderr says so). */
struct fake *fake_new(const struct fake_options *options);
void fake_free(struct fake *fake); /* takes NULL */
const struct lx_os *fake_os(struct fake *fake);

/* The table that lx_os_default() gives out; see os-default.c. NULL: none. */
void fake_set_default(struct fake *fake);

/* One from a text such as "release=4.17,memory=2048M,domains=3,log=TEXT,absent=privcmd". */
struct fake *fake_from_text(const char *text);

/* --- the releases in the facts, in order: "4.6" ... "4.23u"; NULL ends --- */

const char *const *fake_releases(void);

/* --- facts, for tests that speak to the fake by hand --- */

/* Where a field lies in this fake's release. False: it has none. */
bool fake_field(const struct fake *fake, const char *structure, const char *field, size_t *offset,
		size_t *size);
/* A constant of this fake's release; dies if there is none. */
uint64_t fake_constant(const struct fake *fake, const char *name);
/* The integer field of a structure at @base; they die if there is none. */
uint64_t fake_get(const struct fake *fake, const void *base, const char *structure,
		  const char *field);
void fake_set(const struct fake *fake, void *base, const char *structure, const char *field,
	      uint64_t value);
uint32_t fake_domctl_version(const struct fake *fake);
uint32_t fake_sysctl_version(const struct fake *fake);

/* --- counts --- */

enum fake_call {
	FAKE_CALL_ANY, /* for fake_fail_call(): whatever it is */
	FAKE_CALL_OPEN,
	FAKE_CALL_CLOSE,
	FAKE_CALL_IOCTL,     /* without hypercalls */
	FAKE_CALL_HYPERCALL, /* the ioctl that makes one */
	FAKE_CALL_MAP,
	FAKE_CALL_UNMAP,
	FAKE_CALL_MAP_LOCKED,
	FAKE_CALL_READ,
	FAKE_CALL_WRITE,
	FAKE_CALLS
};

#define FAKE_ALL (-1)

/*
 * How many calls there were of a kind. @op is an ioctl's number or a hypercall's, @sub a
 * hypercall's first argument or command (memory_op, domctl, sysctl, mmuext ...); FAKE_ALL takes
 * them together.
 */
uint64_t fake_count(struct fake *fake, enum fake_call kind, long op, long sub);
uint64_t fake_calls_total(struct fake *fake);
uint64_t fake_frames_mapped(struct fake *fake); /* of guests, summed over all mappings ever */
uint64_t fake_frames_copied(struct fake *fake); /* pieces that were copied to guests by grants */
uint64_t fake_bytes_mapped(struct fake *fake);
void fake_count_reset(struct fake *fake);

/* --- faults; each fires once --- */

/* The @n-th call from now on that can fail (all but close and unmap) gives -@error. From 1. */
void fake_fail_nth(struct fake *fake, uint64_t n, int error);
/* The @nth call of this kind, @op and @sub as for fake_count(). */
void fake_fail_call(struct fake *fake, enum fake_call kind, long op, long sub, uint64_t nth,
		    int error);
/* The @nth populate_physmap gives @extents extents at most. */
void fake_fail_populate(struct fake *fake, uint64_t nth, uint64_t extents);
/* In the @nth mapping batch, the frame at @index fails with -@error. */
void fake_fail_frame(struct fake *fake, uint64_t nth, uint64_t index, int error);
bool fake_fault_fired(struct fake *fake); /* since the last fake_fail_...() */
void fake_fail_clear(struct fake *fake);

/* --- leaks --- */

/*
 * How much is left over: open descriptors, mappings, domains that a hypercall made and their
 * frames, ports that are bound. Text with one line each goes to @report.
 */
unsigned int fake_leaks(struct fake *fake, char *report, size_t size);
uint64_t fake_free_pages(struct fake *fake);
uint64_t fake_claimed_pages(struct fake *fake);
unsigned int fake_open_files(struct fake *fake);
unsigned int fake_mappings(struct fake *fake); /* of any kind */
unsigned int fake_domains(struct fake *fake);  /* all but dom0, zombies too */

/* --- what another tool does at the same time --- */

/* @count more domains, running, cheap: nothing behind their page counts. Returns the first. */
uint32_t fake_add_domains(struct fake *fake, unsigned int count);
/* Another domain under @domid, in place of the one that may be there; returns 0 or -errno. */
int fake_replace_domain(struct fake *fake, uint32_t domid, const uint8_t handle[16]);
int fake_other_destroy(struct fake *fake, uint32_t domid);
int fake_other_pause(struct fake *fake, uint32_t domid);
int fake_other_unpause(struct fake *fake, uint32_t domid);
/* Keep a page of the domain in use, so that it dies slowly; and let all of them go. */
int fake_other_hold(struct fake *fake, uint32_t domid, uint64_t pfn);
void fake_other_release(struct fake *fake, uint32_t domid);
/* Take free memory away (negative: give back). -ENOMEM: there is not so much. */
int fake_other_take_pages(struct fake *fake, int64_t pages);
void fake_other_log(struct fake *fake, const char *text);

/* --- the guest's side --- */

struct fake_domain_view {
	bool dying, paused, shutdown;
	bool entered; /* its first vCPU ran */
	unsigned int reason, pause_count;
	uint32_t max_vcpus, online_vcpus, ports;
	uint64_t tot_pages, max_pages, claimed_pages, ram_map_bytes, shared_info_mfn, cpu_time;
	uint32_t create_flags, emulation_flags, grant_opts, max_evtchn_port, tsc_mode;
	uint32_t pool_pages, pool_used; /* HVM: for the tables of its memory */
	int64_t max_grant_frames;
	uint32_t cpupool, weight, cap, misc_flags;
	uint64_t nodes;		  /* bits */
	uint64_t pages_elsewhere; /* that it had before its nodes were chosen */
	uint8_t handle[16];
};

bool fake_domain_look(struct fake *fake, uint32_t domid, struct fake_domain_view *view);
/* Bits of the CPUs that a vCPU must and should run on. False: there is no such vCPU. */
bool fake_affinity(struct fake *fake, uint32_t domid, uint32_t vcpu, uint64_t *hard,
		   uint64_t *soft);

/* Let time pass: domains that can run use @ns on each of their vCPUs. */
void fake_tick(struct fake *fake, uint64_t ns);
void fake_guest_shutdown(struct fake *fake, uint32_t domid, unsigned int reason);

/* Memory of the guest, readable and writable behind everybody's back. NULL: no such frame. */
void *fake_guest_page(struct fake *fake, uint32_t domid, uint64_t pfn);
bool fake_guest_mfn(struct fake *fake, uint32_t domid, uint64_t pfn, uint64_t *mfn);
void *fake_frame(struct fake *fake, uint64_t mfn);
/* Whose a frame is; -1: nobody's. */
int fake_frame_owner(struct fake *fake, uint64_t mfn);
/* 0 plain, 1..4 a page table in use, of that level. */
unsigned int fake_frame_table_level(struct fake *fake, uint64_t mfn);
bool fake_frame_pinned(struct fake *fake, uint64_t mfn);
/* Through vCPU 0's page tables; physical for HVM. NULL: nothing there. @writable may be NULL. */
void *fake_guest_virtual(struct fake *fake, uint32_t domid, uint64_t address, bool *writable);
/* Where RSI of vCPU 0 points, RBX for HVM. */
void *fake_guest_start_info(struct fake *fake, uint32_t domid);
void *fake_guest_shared_info(struct fake *fake, uint32_t domid);
/* The 5168 bytes last set for a vCPU, or for HVM its CPU record. NULL: none. */
const void *fake_guest_context(struct fake *fake, uint32_t domid, uint32_t vcpu);

/* HVM: the 240 bytes of a vCPU's MTRR record (NULL: none), and a parameter (0 for PV). */
const void *fake_guest_mtrr(struct fake *fake, uint32_t domid, uint32_t vcpu);
uint64_t fake_guest_param(struct fake *fake, uint32_t domid, uint32_t index);

/*
 * Through the console ring that start_info names, or for HVM its parameters. They return how many
 * bytes went, or -errno.
 */
int fake_guest_console_write(struct fake *fake, uint32_t domid, const void *data, size_t size);
int fake_guest_console_read(struct fake *fake, uint32_t domid, void *data, size_t size);
void *fake_guest_console_page(struct fake *fake, uint32_t domid); /* for corrupting it */

/* Event channels as the guest sees them. */
int fake_guest_notify(struct fake *fake, uint32_t domid, uint32_t port);
uint64_t fake_guest_events(struct fake *fake, uint32_t domid, uint32_t port);
int fake_guest_close_port(struct fake *fake, uint32_t domid, uint32_t port);

/* Let dom0 map a frame: writes a version 1 entry. */
int fake_guest_grant(struct fake *fake, uint32_t domid, uint32_t ref, uint64_t pfn, bool readonly);

#endif
