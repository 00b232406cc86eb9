/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A start by bare ioctls, straight on, sharing no line with libxen: the least that it can cost. */
#include "floor.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	   4096ull
#define SUPERPAGE  512ull
#define VIRT_BASE  0xffffffff80000000ull
#define INIT_P2M   0x8000000000ull
#define ARENA_SIZE (16 * PAGE)
#define REGION_END ((4ull << 20) / PAGE)   /* the boot region ends at a multiple of this */
#define SPARE	   ((512ull << 10) / PAGE) /* behind the stack */

#define IOCTL_HYPERCALL 0x305000
#define IOCTL_MMAPBATCH 0x205004
#define IOCTL_RESOURCE	0x205007
#define IOCTL_COPY	0x104708

enum { MEMORY_OP = 12, VERSION = 17, MMUEXT_OP = 26, EVENT_OP = 32, DOMCTL = 36 };
enum { POPULATE = 6, PIN_L4 = 3, ALLOC_UNBOUND = 6 };
enum { CREATE = 1, DESTROY = 2, UNPAUSE = 4, INFO = 5, MAX_MEM = 11, CONTEXT = 12, VCPUS = 15 };
enum { HYPERCALL_INIT = 22 };

#define TABLE_RW 0x67ull /* present, writable, user, accessed, dirty */
#define TABLE_RO 0x65ull

/* The Xens that this floor was written for: createdomain, and nothing else, differs. */
static const struct release {
	int minor;
	uint32_t domctl;
	unsigned int grant_opts; /* where in the payload; 0: not there */
} releases[] = {
	{ 14, 0x12, 0 },
	{ 17, 0x15, 44 },
	{ 20, 0x17, 44 },
};

struct hypercall {
	uint64_t op, arg[5];
};

struct batch {
	uint32_t num;
	uint16_t dom, pad;
	uint64_t addr, frames, errors;
};

struct domctl {
	uint32_t cmd, version;
	uint16_t domain, pad[3];
	unsigned char payload[128];
};

/* One page, or a part of one, for Linux' grant device to copy. */
struct segment {
	const void *from;
	uint32_t ref;
	uint16_t offset, domid, bytes, flags;
	int16_t status;
};

struct grant {
	uint16_t flags, domid;
	uint32_t frame;
};

enum { FIRST_GRANT = 8, GRANTS = 504, COPY_TO_GRANT = 2 };

static struct {
	int privcmd, gntdev;
	const struct release *release;
	unsigned char *arena; /* memory that Xen can reach */
	uint32_t domid;	      /* the domain that is being built */
	struct floor_cost *cost;

	const uint64_t *mfns;
	struct grant *grants;
	struct segment segments[GRANTS];
	uint32_t queued;

	struct floor_guest guest;
	uint64_t entry, hypercall_page;
	/* Frame numbers; what stands between two of them is one stretch. */
	uint64_t kernel, start_info, store, console, tables, l1_count, stack, end;
	uint64_t ramdisk, p2m, p2m_tables, p2m_l1_count, last;
} f;

static void die(const char *what)
{
	fprintf(stderr, "floor: cannot %s: %s\n", what, strerror(errno));
	exit(2);
}

/* --- the three ways into the kernel --- */

static int hypercall(uint64_t op, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct hypercall call = { .op = op, .arg = { a, b, c, d } };

	if (f.cost)
		f.cost->hypercalls++;
	return ioctl(f.privcmd, IOCTL_HYPERCALL, &call);
}

static struct domctl *domctl(uint32_t cmd)
{
	struct domctl *ctl = memset(f.arena, 0, sizeof(*ctl));

	ctl->cmd = cmd;
	ctl->version = f.release->domctl;
	ctl->domain = (uint16_t)f.domid;
	return ctl;
}

static void domctl_call(struct domctl *ctl, const char *what)
{
	if (hypercall(DOMCTL, (uintptr_t)ctl, 0, 0, 0) < 0)
		die(what);
}

static void put(struct domctl *ctl, unsigned int at, const void *value, size_t size)
{
	memcpy(ctl->payload + at, value, size);
}

static unsigned char *map(const uint64_t *frames, uint64_t count, int32_t *errors)
{
	struct batch batch = { .num = (uint32_t)count, .dom = (uint16_t)f.domid };
	void *addr = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f.privcmd, 0);

	if (addr == MAP_FAILED)
		die("reserve a mapping");
	batch.addr = (uintptr_t)addr;
	batch.frames = (uintptr_t)frames;
	batch.errors = (uintptr_t)errors;
	if (ioctl(f.privcmd, IOCTL_MMAPBATCH, &batch) < 0)
		die("map guest memory");
	for (uint64_t i = 0; i < count; i++)
		if (errors[i])
			die("map a frame");
	f.cost->mapping_calls++;
	f.cost->mapped_pages += count;
	return addr;
}

void floor_open(void)
{
	int version, device = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);

	f.privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	f.gntdev = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	if (f.privcmd < 0 || f.gntdev < 0 || device < 0)
		die("open Xen's devices");
	f.arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	if (f.arena == MAP_FAILED)
		die("get memory that Xen can reach");

	version = hypercall(VERSION, 0, 0, 0, 0);
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (version == (4 << 16 | releases[i].minor))
			f.release = &releases[i];
	if (!f.release)
		die("work on this Xen: there is no floor for it");
}

/* --- preparing --- */

static const Elf64_Phdr *programs(unsigned int *count)
{
	const Elf64_Ehdr *header = (const void *)f.guest.kernel;

	*count = header->e_phnum;
	return (const void *)(f.guest.kernel + header->e_phoff);
}

/* The kernel is a test's own, so its notes are believed. */
static void read_notes(const unsigned char *note, const unsigned char *end)
{
	uint64_t virt_base = 0, init_p2m = 0;

	while (note + 12 <= end) {
		uint32_t head[3], owner_bytes;
		uint64_t value = 0;

		memcpy(head, note, sizeof(head));
		owner_bytes = (head[0] + 3) & ~3u;
		if (head[0] == 4 && memcmp(note + 12, "Xen", 4) == 0 && head[1] <= 8) {
			memcpy(&value, note + 12 + owner_bytes, head[1]);
			if (head[2] == 1)
				f.entry = value;
			else if (head[2] == 2)
				f.hypercall_page = value;
			else if (head[2] == 3)
				virt_base = value;
			else if (head[2] == 15)
				init_p2m = value;
		}
		note += 12 + owner_bytes + ((head[1] + 3) & ~3u);
	}
	if (virt_base != VIRT_BASE || init_p2m != INIT_P2M)
		die("use this kernel: it is not laid out as Linux is");
}

static uint64_t pages_of(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static void lay_out(uint64_t low, uint64_t high)
{
	f.kernel = low / PAGE;
	f.start_info = pages_of(high);
	f.store = f.start_info + 1;
	f.console = f.start_info + 2;
	f.tables = f.start_info + 3;

	/* The tables map themselves: go on until they do. */
	f.l1_count = 0;
	do {
		f.l1_count++;
		f.stack = f.tables + 3 + f.l1_count;
		f.end = round_up(f.stack + 1 + SPARE, REGION_END);
	} while (f.l1_count * SUPERPAGE < f.end);

	f.ramdisk = f.end;
	f.p2m = f.ramdisk + pages_of(f.guest.ramdisk_bytes);
	f.p2m_tables = f.p2m + pages_of(f.guest.pages * 8);
	f.p2m_l1_count = round_up(f.p2m_tables - f.p2m, SUPERPAGE) / SUPERPAGE;
	f.last = f.p2m_tables + 2 + f.p2m_l1_count;
	if (f.last > f.guest.pages || f.l1_count > SUPERPAGE || f.guest.pages % SUPERPAGE)
		die("lay out this guest");
}

void floor_prepare(const struct floor_guest *guest)
{
	uint64_t low = UINT64_MAX, high = 0;
	unsigned int count;
	const Elf64_Phdr *program;

	f.guest = *guest;
	program = programs(&count);
	for (unsigned int i = 0; i < count; i++) {
		if (program[i].p_type == PT_NOTE)
			read_notes(guest->kernel + program[i].p_offset,
				   guest->kernel + program[i].p_offset + program[i].p_filesz);
		if (program[i].p_type != PT_LOAD)
			continue;
		if (program[i].p_paddr < low)
			low = program[i].p_paddr;
		if (program[i].p_paddr + program[i].p_memsz > high)
			high = program[i].p_paddr + program[i].p_memsz;
	}
	lay_out(low, high);
}

/* --- the steps --- */

static void create(void)
{
	static const unsigned char handle[16] = "libxen's floor!";
	uint32_t vcpus = 1, ports = 1023, grant_version = 1;
	uint64_t kib = f.guest.pages * 4;
	int32_t usual = -1;
	struct domctl *ctl;

	f.domid = 0;
	ctl = domctl(CREATE);
	put(ctl, 4, handle, sizeof(handle));
	put(ctl, 28, &vcpus, 4);
	put(ctl, 32, &ports, 4);
	put(ctl, 36, &usual, 4);
	put(ctl, 40, &usual, 4);
	if (f.release->grant_opts)
		put(ctl, f.release->grant_opts, &grant_version, 4);
	domctl_call(ctl, "create a domain");
	f.domid = ctl->domain;

	ctl = domctl(VCPUS);
	put(ctl, 0, &vcpus, 4);
	domctl_call(ctl, "give it vCPUs");
	ctl = domctl(MAX_MEM);
	put(ctl, 0, &kib, 8);
	domctl_call(ctl, "allow it memory");
}

static void populate(uint64_t *mfns)
{
	struct {
		uint64_t extents, count;
		uint32_t order, flags;
		uint16_t domid, pad[3];
	} *args = (void *)f.arena;
	uint64_t count = f.guest.pages / SUPERPAGE;
	uint64_t *extents = (void *)(f.arena + sizeof(*args));

	for (uint64_t i = 0; i < count; i++)
		extents[i] = i * SUPERPAGE;
	memset(args, 0, sizeof(*args));
	args->extents = (uintptr_t)extents;
	args->count = count;
	args->order = 9;
	args->domid = (uint16_t)f.domid;
	if (hypercall(MEMORY_OP, POPULATE, (uintptr_t)args, 0, 0) != (int)count)
		die("populate it with superpages");
	for (uint64_t i = 0; i < count; i++)
		for (uint64_t j = 0; j < SUPERPAGE; j++)
			mfns[i * SUPERPAGE + j] = extents[i] + j;
}

static void copy(unsigned char *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
	f.cost->copied_bytes += bytes;
}

static void clear(unsigned char *to, size_t bytes)
{
	memset(to, 0, bytes);
	f.cost->copied_bytes += bytes;
}

/* --- what is much is copied by grants: mapping, and most of all unmapping, cost more --- */

static void map_grants(void)
{
	struct {
		uint16_t dom;
		uint32_t type, id, idx;
		uint64_t count, addr;
	} resource = { .dom = (uint16_t)f.domid, .type = 1, .count = 1 };
	void *addr = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f.privcmd, 0);

	resource.addr = (uintptr_t)addr;
	if (addr == MAP_FAILED || ioctl(f.privcmd, IOCTL_RESOURCE, &resource) < 0)
		die("map its grant table");
	f.grants = addr;
	f.cost->mapping_calls++;
	f.cost->mapped_pages++;
}

static void copy_queued(void)
{
	struct {
		uint32_t count;
		struct segment *segments;
	} call = { f.queued, f.segments };

	if (ioctl(f.gntdev, IOCTL_COPY, &call) < 0)
		die("copy to it");
	for (uint32_t i = 0; i < f.queued; i++)
		if (f.segments[i].status)
			die("copy a page to it");
	memset(f.grants + FIRST_GRANT, 0, f.queued * sizeof(*f.grants));
	f.cost->mapping_calls++;
	f.queued = 0;
}

/* Bytes (NULL: zeroes) for an address, page by page. */
static void send(uint64_t address, const unsigned char *from, uint64_t bytes)
{
	static const unsigned char zeroes[PAGE];

	for (uint64_t part; bytes > 0; bytes -= part, address += part) {
		uint32_t ref = FIRST_GRANT + f.queued;

		part = PAGE - address % PAGE;
		part = part < bytes ? part : bytes;
		f.grants[ref] = (struct grant){ 1, 0, (uint32_t)f.mfns[address / PAGE] };
		f.segments[f.queued++] = (struct segment){ .from = from ? from : zeroes,
							   .ref = ref,
							   .offset = (uint16_t)(address % PAGE),
							   .domid = (uint16_t)f.domid,
							   .bytes = (uint16_t)part,
							   .flags = COPY_TO_GRANT };
		f.cost->copied_bytes += part;
		from = from ? from + part : NULL;
		if (f.queued == GRANTS)
			copy_queued();
	}
}

/* Segments stand in the order of their addresses; what lies between them is cleared. */
static void write_kernel(void)
{
	uint64_t next = f.kernel * PAGE;
	unsigned int count;
	const Elf64_Phdr *program = programs(&count);

	for (unsigned int i = 0; i < count; i++) {
		if (program[i].p_type != PT_LOAD)
			continue;
		send(next, NULL, program[i].p_paddr - next);
		send(program[i].p_paddr, f.guest.kernel + program[i].p_offset, program[i].p_filesz);
		next = program[i].p_paddr + program[i].p_filesz;
	}
	send(next, NULL, f.start_info * PAGE - next);
	copy_queued();
}

static void write_ramdisk(void)
{
	uint64_t end = f.ramdisk * PAGE + f.guest.ramdisk_bytes;

	send(f.ramdisk * PAGE, f.guest.ramdisk, f.guest.ramdisk_bytes);
	send(end, NULL, f.p2m * PAGE - end);
	copy_queued();
}

static void write_boot_tables(unsigned char *at, const uint64_t *mfns)
{
	uint64_t *l4 = (void *)at, *l3 = l4 + 512, *l2 = l3 + 512, *l1 = l2 + 512;

	clear(at, (3 + f.l1_count) * PAGE);
	l4[511] = mfns[f.tables + 1] << 12 | TABLE_RW;
	l3[510] = mfns[f.tables + 2] << 12 | TABLE_RW;
	for (uint64_t i = 0; i < f.l1_count; i++)
		l2[i] = mfns[f.tables + 3 + i] << 12 | TABLE_RW;
	for (uint64_t pfn = 0; pfn < f.end; pfn++)
		l1[pfn] =
			mfns[pfn] << 12 | (pfn >= f.tables && pfn < f.stack ? TABLE_RO : TABLE_RW);
}

static void write_p2m_tables(uint64_t *l4, unsigned char *at, const uint64_t *mfns)
{
	uint64_t *l3 = (void *)at, *l2 = l3 + 512, *l1 = l2 + 512;

	clear(at, (2 + f.p2m_l1_count) * PAGE);
	l4[1] = mfns[f.p2m_tables] << 12 | TABLE_RW;
	l3[0] = mfns[f.p2m_tables + 1] << 12 | TABLE_RW;
	for (uint64_t i = 0; i < f.p2m_l1_count; i++)
		l2[i] = mfns[f.p2m_tables + 2 + i] << 12 | TABLE_RW;
	for (uint64_t i = 0; i < f.p2m_tables - f.p2m; i++)
		l1[i] = mfns[f.p2m + i] << 12 | TABLE_RW;
}

static uint32_t allocate_port(void)
{
	struct {
		uint16_t dom, remote;
		uint32_t port;
	} *args = memset(f.arena, 0, sizeof(*args));

	args->dom = (uint16_t)f.domid;
	if (hypercall(EVENT_OP, ALLOC_UNBOUND, (uintptr_t)args, 0, 0) < 0)
		die("allocate its console's port");
	return args->port;
}

static uint64_t shared_info_frame(void)
{
	struct domctl *ctl = domctl(INFO);
	uint64_t frame;

	domctl_call(ctl, "look at it");
	memcpy(&frame, ctl->payload + 48, sizeof(frame));
	return frame;
}

static uint64_t address(uint64_t pfn)
{
	return VIRT_BASE + pfn * PAGE;
}

static void write_start_info(unsigned char *at, const uint64_t *mfns, uint64_t shared_info,
			     uint32_t port)
{
	struct {
		char magic[32];
		uint64_t pages, shared_info, flags, store_mfn, store_port;
		uint64_t console_mfn, console_port;
		uint64_t pt_base, pt_frames, mfn_list, mod_start, mod_bytes;
		char cmdline[1024];
		uint64_t first_p2m, p2m_frames;
	} *info = (void *)at;

	_Static_assert(sizeof(*info) == 1168, "struct start_info");
	clear(at, 3 * PAGE); /* the two rings behind it as well */
	memcpy(info->magic, "xen-3.0-x86_64", 15);
	info->pages = f.guest.pages;
	info->shared_info = shared_info << 12;
	info->flags = 8; /* the ramdisk is named by its frame */
	info->console_mfn = mfns[f.console];
	info->console_port = port;
	info->pt_base = address(f.tables);
	info->pt_frames = 3 + f.l1_count;
	info->mfn_list = INIT_P2M;
	info->mod_start = f.ramdisk;
	info->mod_bytes = f.guest.ramdisk_bytes;
	snprintf(info->cmdline, sizeof(info->cmdline), "%s", f.guest.cmdline);
	info->first_p2m = f.p2m;
	info->p2m_frames = f.last - f.p2m;
}

static void unmap(unsigned char *at, uint64_t pages)
{
	if (munmap(at, pages * PAGE) < 0)
		die("unmap guest memory");
}

/* No event may come before the guest can take it. */
static void write_shared_info(uint64_t frame)
{
	int32_t error;
	unsigned char *page = map(&frame, 1, &error);

	for (unsigned int vcpu = 0; vcpu < 32; vcpu++)
		page[vcpu * 64 + 1] = 1;
	unmap(page, 1);
}

static void pin(uint64_t mfn)
{
	struct {
		uint32_t cmd, pad;
		uint64_t mfn, unused;
	} *args = memset(f.arena, 0, sizeof(*args));

	args->cmd = PIN_L4;
	args->mfn = mfn;
	if (hypercall(MMUEXT_OP, (uintptr_t)args, 1, 0, f.domid) < 0)
		die("pin its tables");
}

static void hypercall_page(const uint64_t *mfns)
{
	struct domctl *ctl = domctl(HYPERCALL_INIT);

	put(ctl, 0, &mfns[(f.hypercall_page - VIRT_BASE) / PAGE], 8);
	domctl_call(ctl, "fill its hypercall page");
}

static void set_context(uint64_t l4)
{
	unsigned char *context = memset(f.arena + PAGE, 0, 2 * PAGE);
	uint64_t flags = 0x24, rflags = 0x200, cr3 = l4 << 12, rsi = address(f.start_info);
	uint64_t rsp = address(f.stack + 1), kernel_ss = 0xe02b, pointer = (uintptr_t)context;
	uint16_t cs = 0xe033, ss = 0xe02b;
	struct domctl *ctl = domctl(CONTEXT);

	memcpy(context + 512, &flags, 8);
	memcpy(context + 624, &rsi, 8);
	memcpy(context + 648, &f.entry, 8);
	memcpy(context + 656, &cs, 2);
	memcpy(context + 664, &rflags, 8);
	memcpy(context + 672, &rsp, 8);
	memcpy(context + 680, &ss, 2);
	memcpy(context + 4968, &kernel_ss, 8);
	memcpy(context + 4976, &rsp, 8);
	memcpy(context + 4984 + 3 * 8, &cr3, 8);
	put(ctl, 8, &pointer, 8);
	domctl_call(ctl, "set up its vCPU");
}

static void no_step(const char *name)
{
	(void)name;
}

uint32_t floor_start(void (*step)(const char *name), struct floor_cost *cost)
{
	uint64_t boot_pages = f.stack - f.start_info, high_pages = f.last - f.p2m, shared_info;
	uint64_t *mfns = malloc(f.guest.pages * sizeof(*mfns));
	int32_t *errors = calloc(f.guest.pages, sizeof(*errors));
	unsigned char *boot, *high, *tables;
	uint32_t port;

	*cost = (struct floor_cost){ 0 };
	f.cost = cost;
	f.mfns = mfns;
	step = step ? step : no_step;
	if (!mfns || !errors)
		die("get memory");

	step("create domain");
	create();
	step("give memory");
	populate(mfns);
	step("map memory");
	map_grants();
	boot = map(mfns + f.start_info, boot_pages, errors);
	high = map(mfns + f.p2m, high_pages, errors);
	step("write kernel");
	write_kernel();
	step("write ramdisk");
	write_ramdisk();
	step("write frame list");
	copy(high, mfns, f.guest.pages * 8);
	step("write page tables");
	tables = boot + (f.tables - f.start_info) * PAGE;
	write_boot_tables(tables, mfns);
	write_p2m_tables((uint64_t *)tables, high + (f.p2m_tables - f.p2m) * PAGE, mfns);
	step("allocate ports");
	port = allocate_port();
	step("write start info");
	shared_info = shared_info_frame();
	write_start_info(boot, mfns, shared_info, port);
	step("unmap memory");
	unmap(boot, boot_pages);
	unmap(high, high_pages);
	unmap((unsigned char *)f.grants, 1);
	step("write shared info");
	write_shared_info(shared_info);
	step("pin page tables");
	if (f.hypercall_page)
		hypercall_page(mfns);
	pin(mfns[f.tables]);
	step("set up vCPU");
	set_context(mfns[f.tables]);

	free(errors);
	free(mfns);
	f.cost = NULL;
	return f.domid;
}

void floor_unpause(uint32_t domid)
{
	f.domid = domid;
	domctl_call(domctl(UNPAUSE), "let it run");
}

int floor_wait(uint32_t domid, unsigned int seconds)
{
	f.domid = domid;
	for (unsigned int tick = 0; tick < seconds * 10; tick++) {
		struct domctl *ctl = domctl(INFO);
		uint32_t flags;

		domctl_call(ctl, "look at it");
		memcpy(&flags, ctl->payload + 4, sizeof(flags));
		if (flags & 4)
			return flags >> 16 & 0xff;
		usleep(100 * 1000);
	}
	return FLOOR_TIMEOUT;
}

/* The domain is gone when this returns: nothing of ours holds a page of it. */
void floor_destroy(uint32_t domid)
{
	f.domid = domid;
	domctl_call(domctl(DESTROY), "destroy it");
}
