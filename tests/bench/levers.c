/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In dom0: what each way of giving a guest its memory and its kernel costs, next to the others. */
#include "samples.h"

#include <errno.h>
#include <fcntl.h>
#include <hypercall.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define KERNEL	   "/lab/vmlinux"
#define KERNEL_RAM "/tmp/levers-kernel" /* of dom0's memory: the host's files are slow */
#define PAGES	   ((128ull << 20) / LX_PAGE_SIZE)
#define FIRST	   0x1000u /* where Linux is loaded */
#define HIGH_GFN   0xfc000u
#define HIGH_PAGES 10u

enum {
	PIECE = 1024,
	PIECES_MAX = PAGES / PIECE,
	GRANTS = 500,
	FIRST_GRANT = 8,
	SUPERPAGE_ORDER = 9
};

static struct lx_error error;
static struct lx_hc hc;
static struct rate rate;
static unsigned int rounds = 11;
static int kernel_fd, gntdev;
static unsigned char *kernel;  /* mapped */
static size_t kernel_pages;    /* whole ones */
static uint64_t frames[PAGES]; /* by what name Xen knows the guest's: mfns for PV */

static void die(const char *what)
{
	fprintf(stderr, "levers: cannot %s: %s (%s)\n", what, error.text, strerror(errno));
	exit(2);
}

/* --- a guest with memory and nothing else --- */

static uint32_t make_domain(bool pvh)
{
	struct lx_hc_create create = {
		.flags = pvh ? LX_CREATE_HVM | LX_CREATE_HAP : 0,
		.max_vcpus = 1,
		.max_evtchn_port = 1023,
		.max_grant_frames = -1,
		.max_maptrack_frames = -1,
		.emulation_flags = pvh ? LX_EMULATION_PVH : 0,
	};
	uint32_t domid;

	create.grant_opts = lx_hc_create_has_grant_opts(&hc) ? 1 : 0;
	if (lx_hc_domain_create(&hc, &create, &domid) < 0)
		die("create a domain");
	if (pvh && lx_hc_paging_pool(&hc, domid, 4 << 20) < 0)
		die("give it a paging pool");
	if (lx_hc_domain_max_mem(&hc, domid, (PAGES + HIGH_PAGES) * 4) < 0)
		die("allow it memory");
	return domid;
}

static void populate(uint32_t domid, uint64_t first, uint64_t count, unsigned int order)
{
	static uint64_t extents[PAGES];
	uint64_t each = 1ull << order, wanted = count / each;

	for (uint64_t i = 0; i < wanted; i++)
		extents[i] = first + i * each;
	if (lx_hc_populate(&hc, domid, extents, wanted, order) != (int)wanted)
		die("populate it");
	for (uint64_t i = 0; i < count && first + i < PAGES; i++)
		frames[first + i] = extents[i / each] + i % each;
}

static void destroy(uint32_t domid)
{
	if (lx_hc_domain_destroy(&hc, domid) < 0)
		die("destroy a domain");
}

/* --- ways of loading: each writes the whole file to the guest's frames from FIRST on --- */

static struct lx_hc_mapping map(uint32_t domid, size_t at, size_t count)
{
	struct lx_hc_mapping mapping = { 0 };

	if (lx_hc_map(&hc, domid, frames + FIRST + at, count, PROT_READ | PROT_WRITE, &mapping) < 0)
		die("map its memory");
	return mapping;
}

static void read_kernel(unsigned char *to, size_t at, size_t pages)
{
	size_t done = 0, bytes = pages * LX_PAGE_SIZE;

	while (done < bytes) {
		ssize_t got = pread(kernel_fd, to + done, bytes - done,
				    (off_t)(at * LX_PAGE_SIZE + done));

		if (got <= 0)
			die("read the kernel");
		done += (size_t)got;
	}
}

static void load_by_memcpy(uint32_t domid, struct timing *timing)
{
	struct lx_hc_mapping mapping;

	timing_step(timing, "map");
	mapping = map(domid, 0, kernel_pages);
	timing_step(timing, "write");
	memcpy(mapping.addr, kernel, kernel_pages * LX_PAGE_SIZE);
	timing_step(timing, "unmap");
	lx_hc_unmap(&hc, &mapping);
}

static void load_by_read(uint32_t domid, struct timing *timing)
{
	struct lx_hc_mapping mapping;

	timing_step(timing, "map");
	mapping = map(domid, 0, kernel_pages);
	timing_step(timing, "write");
	read_kernel(mapping.addr, 0, kernel_pages);
	timing_step(timing, "unmap");
	lx_hc_unmap(&hc, &mapping);
}

/* One mapping for each piece: a part of one cannot be unmapped, privcmd refuses to split it. */
static void load_in_pieces(uint32_t domid, struct timing *timing)
{
	struct lx_hc_mapping pieces[PIECES_MAX];
	size_t count = 0;

	timing_step(timing, "map");
	for (size_t at = 0; at < kernel_pages; at += PIECE, count++)
		pieces[count] =
			map(domid, at, at + PIECE < kernel_pages ? PIECE : kernel_pages - at);
	timing_step(timing, "write");
	for (size_t i = 0; i < count; i++)
		memcpy(pieces[i].addr, kernel + i * PIECE * LX_PAGE_SIZE,
		       pieces[i].pages * LX_PAGE_SIZE);
	timing_step(timing, "unmap");
	for (size_t i = 0; i < count; i++)
		lx_hc_unmap(&hc, &pieces[i]);
}

/* A version 1 entry of a grant table (public/grant_table.h). */
struct grant {
	uint16_t flags, domid;
	uint32_t frame;
};

/* Linux' <xen/gntdev.h>, which does not compile on its own. */
#define GRANT_COPY _IOC(_IOC_NONE, 'G', 8, sizeof(struct copy_call))
enum { COPY_TO_GRANT = 2 };

struct copy_segment {
	const void *from;
	uint32_t ref;
	uint16_t offset, domid;
	uint16_t bytes, flags;
	int16_t status;
};

struct copy_call {
	uint32_t count;
	struct copy_segment *segments;
};

static void copy_by_grants(uint32_t domid, size_t at, size_t count)
{
	static struct copy_segment segments[GRANTS];
	struct copy_call call = { .count = (uint32_t)count, .segments = segments };

	for (size_t i = 0; i < count; i++)
		segments[i] = (struct copy_segment){
			.from = kernel + (at + i) * LX_PAGE_SIZE,
			.ref = (uint32_t)(FIRST_GRANT + i),
			.domid = (uint16_t)domid,
			.bytes = LX_PAGE_SIZE,
			.flags = COPY_TO_GRANT,
		};
	if (ioctl(gntdev, GRANT_COPY, &call) < 0)
		die("copy by grants");
	for (size_t i = 0; i < count; i++)
		if (segments[i].status != 0)
			die("copy a page by its grant");
}

/* Grant dom0 the frames in the guest's own table, have Xen copy, and take the grants back. */
static void load_by_grants(uint32_t domid, struct timing *timing)
{
	struct lx_hc_mapping table = { 0 };
	struct grant *grants;

	timing_step(timing, "map");
	if (lx_hc_map_grant_table(&hc, domid, &table) < 0)
		die("map its grant table");
	grants = (struct grant *)table.addr + FIRST_GRANT;
	timing_step(timing, "write");
	for (size_t at = 0; at < kernel_pages; at += GRANTS) {
		size_t count = at + GRANTS < kernel_pages ? GRANTS : kernel_pages - at;

		for (size_t i = 0; i < count; i++)
			grants[i] = (struct grant){ .flags = 1,
						    .frame = (uint32_t)frames[FIRST + at + i] };
		copy_by_grants(domid, at, count);
	}
	timing_step(timing, "unmap");
	memset(grants, 0, GRANTS * sizeof(*grants));
	lx_hc_unmap(&hc, &table);
}

/* Whatever way: the bytes must be there. */
static void check(uint32_t domid)
{
	struct lx_hc_mapping mapping = map(domid, 0, kernel_pages);

	if (memcmp(mapping.addr, kernel, kernel_pages * LX_PAGE_SIZE) != 0)
		die("find the kernel where it was loaded");
	lx_hc_unmap(&hc, &mapping);
}

/* --- the tables --- */

struct way {
	const char *name;
	void (*load)(uint32_t domid, struct timing *timing);
	struct timing timing;
};

static double ms(uint64_t ticks)
{
	return (double)ticks / rate_ticks_per_ms(&rate);
}

static void figures(const struct samples *samples)
{
	printf(" %8.2f %8.2f |", ms(samples_median(samples)), ms(samples_least(samples)));
}

static void compare_loading(bool pvh)
{
	static struct way ways[] = {
		{ .name = "map, memcpy", .load = load_by_memcpy },
		{ .name = "the same, in pieces", .load = load_in_pieces },
		{ .name = "map, read", .load = load_by_read },
		{ .name = "grant copy", .load = load_by_grants },
	};
	enum { WAYS = sizeof(ways) / sizeof(ways[0]) };
	struct lx_hc_domain_info info;

	for (unsigned int w = 0; w < WAYS; w++)
		memset(&ways[w].timing, 0, sizeof(ways[w].timing));
	for (unsigned int i = 0; i < rounds * WAYS; i++) {
		struct way *way = &ways[(i + i / WAYS) % WAYS]; /* each comes first in turn */
		uint32_t domid = make_domain(pvh);

		populate(domid, 0, PAGES, SUPERPAGE_ORDER);
		timing_begin(&way->timing);
		way->load(domid, &way->timing);
		timing_done(&way->timing);
		if (i < WAYS)
			check(domid);
		destroy(domid);
		if (lx_hc_domain_info(&hc, domid, &info) != -ESRCH)
			die("see the domain go: something of it is still mapped");
	}
	printf("# loading %zu pages into a %s guest: median and least of %u, ms\n", kernel_pages,
	       pvh ? "PVH" : "PV", rounds);
	printf("# %-26s %17s | %17s | %17s | %17s |\n", "", "map", "write", "unmap", "together");
	for (unsigned int w = 0; w < WAYS; w++) {
		const struct timing *timing = &ways[w].timing;

		printf("# %-26s", ways[w].name);
		figures(timing_of(timing, "map"));
		figures(timing_of(timing, "write"));
		figures(timing_of(timing, "unmap"));
		figures(&timing->wall);
		printf("\n");
	}
}

static void compare_memory(void)
{
	static struct samples small, large, split;
	uint64_t begin;
	uint32_t domid;

	for (unsigned int i = 0; i < rounds; i++) {
		domid = make_domain(true);
		begin = ticks_now();
		populate(domid, 0, PAGES, 0);
		samples_add(&small, ticks_now() - begin);
		destroy(domid);

		domid = make_domain(true);
		begin = ticks_now();
		populate(domid, 0, PAGES, SUPERPAGE_ORDER);
		samples_add(&large, ticks_now() - begin);
		begin = ticks_now();
		populate(domid, HIGH_GFN, HIGH_PAGES, 0);
		samples_add(&split, ticks_now() - begin);
		destroy(domid);
	}
	printf("# giving a PVH guest 128 MiB: median and least of %u, ms\n", rounds);
	printf("# %-26s", "pages of 4 KiB");
	figures(&small);
	printf("\n# %-26s", "pages of 2 MiB");
	figures(&large);
	printf("\n# %-26s", "special pages, own range");
	figures(&split);
	printf("\n");
}

static void open_kernel(void)
{
	static unsigned char buffer[1 << 20];
	int from = open(KERNEL, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	off_t size;

	kernel_fd = open(KERNEL_RAM, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (from < 0 || kernel_fd < 0)
		die("open the kernel");
	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(kernel_fd, buffer, (size_t)got) != got)
			die("copy the kernel");
	close(from);
	unlink(KERNEL_RAM);
	size = lseek(kernel_fd, 0, SEEK_END);
	kernel_pages = (size_t)size / LX_PAGE_SIZE;
	kernel = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, kernel_fd, 0);
	if (kernel == MAP_FAILED || FIRST + kernel_pages > PAGES)
		die("map the kernel");
}

int main(int argc, char **argv)
{
	char text[64];
	struct lx_hc_physinfo host;

	if (argc > 1)
		rounds = (unsigned int)strtoul(argv[1], NULL, 10);
	setlinebuf(stdout);
	rate_begin(&rate);
	if (lx_hc_open(&hc, lx_os_default(), &error, false) < 0)
		die("open the connection to Xen");
	gntdev = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	if (gntdev < 0)
		die("open /dev/xen/gntdev");
	open_kernel();
	if (lx_hc_version_text(&hc, text, sizeof(text)) < 0 || lx_hc_physinfo(&hc, &host) < 0)
		die("ask which Xen this is");
	printf("# levers on Xen %s\n", text);
	compare_loading(false);
	if (host.capabilities & LX_HOST_HVM) {
		compare_loading(true);
		compare_memory();
	}
	lx_hc_close(&hc);
	return 0;
}
