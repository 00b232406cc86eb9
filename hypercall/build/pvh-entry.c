/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes start_info, special pages and the vCPUs' records of a PVH guest. */
#include "pvh-entry.h"

#include <cpuid.h>
#include <string.h>

/* struct hvm_start_info and what it points to (public/arch-x86/hvm/start_info.h) */
struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct module {
	uint64_t address, bytes, cmdline, reserved;
};

struct map_entry {
	uint64_t address, bytes;
	uint32_t type, reserved;
};

_Static_assert(sizeof(struct start_info) == 56, "hvm_start_info, version 1");
_Static_assert(sizeof(struct module) == 32, "hvm_modlist_entry");
_Static_assert(sizeof(struct map_entry) == 24, "hvm_memmap_table_entry");

enum { MODULES_AT = 0x40, MAP_AT = 0x100 };

#define START_INFO_MAGIC 0x336ec578u

void lx_pvh_write_info(const struct lx_pvh_plan *plan, uint64_t ramdisk_bytes, const char *cmdline,
		       void *block)
{
	uint64_t address = plan->info_gfn << LX_PAGE_SHIFT;
	struct map_entry *map = (struct map_entry *)((char *)block + MAP_AT);
	struct start_info *info = block;

	*info = (struct start_info){
		.magic = START_INFO_MAGIC,
		.version = 1,
		.cmdline = address + LX_PVH_CMDLINE_OFFSET,
		.rsdp = (uint64_t)LX_PVH_ACPI_GFN << LX_PAGE_SHIFT,
		.memmap = address + MAP_AT,
		.memmap_entries = plan->map_count,
	};
	if (ramdisk_bytes) {
		info->nr_modules = 1;
		info->modlist = address + MODULES_AT;
		*(struct module *)((char *)block + MODULES_AT) = (struct module){
			.address = plan->ramdisk_gfn << LX_PAGE_SHIFT,
			.bytes = ramdisk_bytes,
		};
	}
	for (size_t i = 0; i < plan->map_count; i++)
		map[i] = (struct map_entry){ .address = plan->map[i].address,
					     .bytes = plan->map[i].bytes,
					     .type = plan->map[i].type };
	memcpy((char *)block + LX_PVH_CMDLINE_OFFSET, cmdline,
	       strnlen(cmdline, LX_PVH_CMDLINE_MAX));
}

/* 1024 pages of 4 MiB: present, writable, for users, accessed, dirty, large. */
void lx_pvh_write_ident(void *page)
{
	uint32_t *entries = page;

	for (uint32_t i = 0; i < 1024; i++)
		entries[i] = i << 22 | 0xe7;
}

/* struct hvm_save_descriptor and the records (public/arch-x86/hvm/save.h) */
enum {
	RECORD_END = 0,
	RECORD_HEADER = 1,
	RECORD_CPU = 2,
	RECORD_MTRR = 14,
	HEADER_SIZE = 24,
	CPU_SIZE = 1032, /* since Xen 4.7 */
	MTRR_SIZE = 240,
};

struct record {
	uint16_t type, instance;
	uint32_t length;
};

struct segment {
	unsigned int index;
	uint32_t limit, access;
};

/* Flat 32-bit segments, and a TSS that is there because a CPU insists on one (pvh-boot, 11). */
static const struct segment segments[] = {
	{ 0, 0xffffffff, 0xc9b }, /* cs */
	{ 1, 0xffffffff, 0xc93 }, /* ds */
	{ 2, 0xffffffff, 0xc93 }, /* es */
	{ 3, 0xffffffff, 0xc93 }, /* fs */
	{ 4, 0xffffffff, 0xc93 }, /* gs */
	{ 5, 0xffffffff, 0xc93 }, /* ss */
	{ 6, 0x67, 0x8b },	  /* tr */
};

/* Offsets in the CPU record. */
enum {
	CPU_RBX = 520,
	CPU_RIP = 640,
	CPU_RFLAGS = 648,
	CPU_CR0 = 656,
	CPU_DR6 = 720,
	CPU_DR7 = 728,
	CPU_LIMITS = 768,
	CPU_ACCESS = 888,
};

static void put(unsigned char *body, size_t offset, uint64_t value, size_t bytes)
{
	memcpy(body + offset, &value, bytes); /* x86 is little-endian */
}

/* Append a record, whose body is zero as yet; @next moves behind it. */
static unsigned char *add_record(unsigned char **next, uint16_t type, uint16_t instance,
				 uint32_t length)
{
	struct record record = { .type = type, .instance = instance, .length = length };
	unsigned char *body = *next + sizeof(record);

	memcpy(*next, &record, sizeof(record));
	*next = body + length;
	return body;
}

/* Xen compares the CPU's signature with the host's, and notes a difference in its log. */
static void write_header(unsigned char *body)
{
	unsigned int eax = 0, ebx, ecx, edx;

	__get_cpuid(1, &eax, &ebx, &ecx, &edx);
	put(body, 0, 0x54381286, 4); /* magic */
	put(body, 4, 1, 4);	     /* version */
	put(body, 16, eax, 4);
}

static void write_cpu(const struct lx_pvh_plan *plan, unsigned char *body)
{
	put(body, CPU_RBX, plan->info_gfn << LX_PAGE_SHIFT, 8);
	put(body, CPU_RIP, plan->entry, 8);
	put(body, CPU_RFLAGS, 2, 8);
	put(body, CPU_CR0, 0x11, 8); /* protected mode; the FPU's type bit is always set */
	put(body, CPU_DR6, 0xffff0ff0, 8);
	put(body, CPU_DR7, 0x400, 8);
	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
		put(body, CPU_LIMITS + 4 * segments[i].index, segments[i].limit, 4);
		put(body, CPU_ACCESS + 4 * segments[i].index, segments[i].access, 4);
	}
}

/* Memory is cached unless the guest says otherwise; without it Linux gives up PAT. */
static void write_mtrr(unsigned char *body)
{
	put(body, 0, 0x0007040600070406, 8); /* PAT after reset */
	put(body, 224, 0x508, 8);	     /* capabilities: 8 variable ranges, fixed ones, WC */
	put(body, 232, 0x806, 8);	     /* enabled, write-back */
}

size_t lx_pvh_context_size(uint32_t vcpus)
{
	return 3 * sizeof(struct record) + HEADER_SIZE + CPU_SIZE +
	       vcpus * (sizeof(struct record) + MTRR_SIZE);
}

void lx_pvh_write_context(const struct lx_pvh_plan *plan, uint32_t vcpus, void *context)
{
	unsigned char *next = context;

	write_header(add_record(&next, RECORD_HEADER, 0, HEADER_SIZE));
	write_cpu(plan, add_record(&next, RECORD_CPU, 0, CPU_SIZE));
	for (uint32_t i = 0; i < vcpus; i++)
		write_mtrr(add_record(&next, RECORD_MTRR, i, MTRR_SIZE));
	add_record(&next, RECORD_END, 0, 0);
}
