/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain made by hand, byte by byte, for the tests of the fake. */
#ifndef FAKE_MACHINE_H
#define FAKE_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake.h"
#include <errno.h>
#include <sys/mman.h>

/*
 * Nothing here comes from libxen or from the tables that the fake reads: offsets and numbers are
 * written out, from the overview in tests/xen-abi/CHANGES.md.
 */
enum { RELEASES = 4 };

struct release {
	const char *name;
	uint32_t domctl, sysctl;
	int max_vcpus, max_evtchn_port, max_grant_frames, grant_opts, emulation; /* -1: not there */
	int info_size, free_pages;
};

extern const struct release releases[RELEASES];
#define EACH_RELEASE(r) for (const struct release *r = releases; r < releases + RELEASES; r++)

enum {
	CREATE = 1,
	DESTROY = 2,
	PAUSE = 3,
	UNPAUSE = 4,
	INFO = 5,
	MAX_MEM = 11,
	SET_CONTEXT = 12,
	GET_CONTEXT = 13,
	MAX_VCPUS = 15,
	HYPERCALL_INIT = 22,
	PAGE_INFO = 61,
	SET_GNTTAB_LIMITS = 80,

	PAGES = 64,
	/* what the first pages hold */
	CODE = 0,
	START_INFO,
	STORE,
	CONSOLE,
	L4,
	L3,
	L2,
	L1,
	STACK,
	SPARE,
	END,
};

#define HYPERCALL   0x305000ul
#define BATCH	    0x205004ul
#define RESOURCE    0x205007ul
#define BASE	    0xffffffff80000000ull
#define ANY_DOMID   0x7ff5
#define BUFFER_SIZE (16 * 4096)

/* One machine with one descriptor and one buffer that Xen can reach. */
struct machine {
	const struct release *release;
	struct fake *fake;
	const struct lx_os *os;
	int privcmd, hypercall;
	unsigned char *buffer; /* 0: a command, 4096: what it points to */
	uint16_t domid;
	uint64_t mfn[PAGES];
	uint32_t port;
};

/* PRIVCMD_MMAPBATCH_V2 */
struct batch {
	uint32_t num;
	uint16_t dom;
	uint64_t addr;
	const uint64_t *frames;
	int *errors;
};

int call(struct machine *m, uint64_t op, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
void put(void *base, int offset, uint64_t value, size_t size);
uint64_t get(const void *base, int offset, size_t size);
void boot(struct machine *m, const struct release *release, struct fake_options options);
void halt(struct machine *m);
/* Start a domctl: zeroed, with its heading. The payload is at byte 16. */
unsigned char *domctl(struct machine *m, uint32_t cmd);
int run(struct machine *m);
int simple(struct machine *m, uint32_t cmd, uint64_t value, size_t size);
/* createdomain as it should be; a test may spoil it before it runs it. */
unsigned char *good_create(struct machine *m);
void create(struct machine *m);
int populate(struct machine *m, uint64_t *extents, uint64_t count, unsigned int order);
void give_memory(struct machine *m);
/* Map frames of the domain; the first error, or 0. What was mapped is the caller's. */
int map(struct machine *m, const uint64_t *frames, uint32_t count, int prot, void **addr);
void unmap(struct machine *m, void *addr, uint32_t count);
unsigned char *page(void *base, int index);
uint64_t entry(const struct machine *m, int target, bool write);
uint64_t shared_info(struct machine *m);
void alloc_port(struct machine *m);
/* Fill the first pages, as a builder does. @spoil may change them while they are mapped. */
void load(struct machine *m, void (*spoil)(struct machine *m, void *pages));
int pin(struct machine *m, uint64_t mfn);
unsigned char *good_context(struct machine *m);
int set_context(struct machine *m, uint32_t vcpu);
void destroy(struct machine *m);
void build(struct machine *m, const struct release *release);
void start(struct machine *m, const struct release *release);
struct fake_domain_view look(struct machine *m);

#endif
