/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a PVH guest starts: what the processor and Linux want to find, looked at once. */
#include "fake-internal.h"
#include <string.h>

/*
 * start_info, its lists and ACPI's tables are between builder and guest: they do not change with
 * Xen, so their places are written out here.
 */
enum {
	START_INFO_SIZE = 56,
	START_INFO_MAGIC = 0x336ec578,
	MODULE_SIZE = 32,
	ENTRY_SIZE = 24,
	ENTRIES_MOST = 127, /* Linux adds one, and has room for 128 */
	COMMAND_LINE_MOST = 65536,
	TABLE_HEADING = 36,
	TABLE_MOST = 8192,
	TYPE_RAM = 1,
	TYPE_LAST = 7,
	LOCAL_APIC = 0xfee00000,
	HOLE_START = 0xa0000, /* backed by pages, and in no list */
	HOLE_END = 0x100000,
	IDENTITY_ENTRIES = 1024,
};

#define GIB (1ull << 30)

struct entry {
	struct fake *fake;
	const struct fake_domain *domain;
	const unsigned char *cpu; /* the record of vCPU 0 */
	unsigned char info[START_INFO_SIZE];
	struct fake_range map[ENTRIES_MOST];
	size_t nr_map;
};

/* --- reading the guest's memory --- */

unsigned char *fake_physical(struct fake *fake, const struct fake_domain *domain, uint64_t address)
{
	uint64_t mfn = fake_p2m(domain, address / PAGE_SIZE);

	if (!fake_frame_of(fake, mfn, domain->domid))
		return NULL;
	return fake_frame_bytes(fake, mfn) + address % PAGE_SIZE;
}

static bool fetch(const struct entry *e, uint64_t address, void *to, size_t size)
{
	unsigned char *at = to;

	while (size) {
		const unsigned char *from = fake_physical(e->fake, e->domain, address);
		size_t part = PAGE_SIZE - address % PAGE_SIZE;

		if (!from)
			return false;
		if (part > size)
			part = size;
		memcpy(at, from, part);
		at += part;
		address += part;
		size -= part;
	}
	return true;
}

static uint64_t number(const unsigned char *at, size_t offset, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, at + offset, size);
	return value;
}

static bool is_populated(const struct entry *e, uint64_t start, uint64_t size)
{
	uint64_t pfn = start / PAGE_SIZE, end = (start + size + PAGE_SIZE - 1) / PAGE_SIZE;

	while (pfn < end) {
		const struct fake_block *block = fake_p2m_block(e->domain, pfn / 512);

		if (!block || (block->small && block->small[pfn % 512] == NO_MFN))
			return false;
		pfn = block->small ? pfn + 1 : (pfn / 512 + 1) * 512;
	}
	return true;
}

/* --- the processor --- */

static uint64_t reg(const struct entry *e, const char *name)
{
	return fake_get(e->fake, e->cpu, "hvm_hw_cpu", name);
}

static bool segment_is(const struct entry *e, const char *name, uint64_t access, uint64_t limit)
{
	char base_name[16], limit_name[16], access_name[16];

	snprintf(base_name, sizeof(base_name), "%s_base", name);
	snprintf(limit_name, sizeof(limit_name), "%s_limit", name);
	snprintf(access_name, sizeof(access_name), "%s_arbytes", name);
	return reg(e, base_name) == 0 && reg(e, limit_name) == limit &&
	       reg(e, access_name) == access;
}

/* As strict as VT-x is when it enters a guest. */
static const char *check_processor(struct entry *e)
{
	enum { PE_ET = 0x11, PE_ET_PG = 0x80000011u, EFLAGS = 0x20302 };
	static const char *const data[] = { "ds", "es", "fs", "gs", "ss" };

	if ((reg(e, "cr0") & PE_ET_PG) != PE_ET || reg(e, "cr4") || reg(e, "msr_efer"))
		return "CR0, CR4 or EFER is not that of protected mode without paging";
	if (!segment_is(e, "cs", 0xc9b, UINT32_MAX))
		return "CS is no flat 32-bit code segment";
	for (size_t i = 0; i < sizeof(data) / sizeof(*data); i++) {
		if (!segment_is(e, data[i], 0xc93, UINT32_MAX))
			return "a data segment is not flat, writable and 32-bit";
	}
	if (!segment_is(e, "tr", 0x8b, 0x67))
		return "TR is no busy 32-bit task";
	if ((reg(e, "rflags") & EFLAGS) != 2)
		return "EFLAGS has IF, TF or VM set, or not its bit 1";
	return NULL;
}

/* --- the map of memory --- */

/* The part of [@start, @start + @size) from its beginning that lies in one entry; 0: none does. */
static uint64_t covered(const struct entry *e, uint64_t start, uint64_t size, uint32_t type)
{
	for (size_t i = 0; i < e->nr_map; i++) {
		const struct fake_range *range = &e->map[i];
		uint64_t left;

		if ((type && range->type != type) || start < range->start ||
		    start - range->start >= range->size)
			continue;
		left = range->size - (start - range->start);
		return left < size ? left : size;
	}
	return 0;
}

/* Does all of it lie in entries of @type (0: of any)? */
static bool is_listed(const struct entry *e, uint64_t start, uint64_t size, uint32_t type)
{
	while (size) {
		uint64_t part = covered(e, start, size, type);

		if (!part)
			return false;
		start += part;
		size -= part;
	}
	return true;
}

static bool is_in_ram(const struct entry *e, uint64_t start, uint64_t size)
{
	return start + size >= start && is_listed(e, start, size, TYPE_RAM) &&
	       is_populated(e, start, size);
}

static const char *check_map(const struct entry *e)
{
	uint64_t end = 0;

	for (size_t i = 0; i < e->nr_map; i++) {
		const struct fake_range *range = &e->map[i];

		if (range->type < TYPE_RAM || range->type > TYPE_LAST)
			return "an entry of the memory map has no type";
		if (!range->size || range->start + range->size < range->start)
			return "an entry of the memory map is empty or too long";
		if (range->start < end)
			return "the memory map is not in order, or overlaps";
		end = range->start + range->size;
		if (range->type != TYPE_RAM)
			continue;
		if (range->start % PAGE_SIZE || range->size % PAGE_SIZE)
			return "RAM in the memory map is not whole pages";
		if (range->start <= LOCAL_APIC && LOCAL_APIC < end)
			return "the memory map has RAM over the local APIC";
		if (!is_populated(e, range->start, range->size))
			return "the memory map has RAM where no page is";
	}
	return is_listed(e, 0x100000, PAGE_SIZE, TYPE_RAM) ? NULL : "the memory map has no RAM";
}

/* Linux uses address space that is not listed for what it maps of other domains. */
static const char *check_pages_are_listed(const struct entry *e)
{
	for (size_t i = 0; i < e->domain->nr_p2m; i++) {
		uint64_t start = e->domain->p2m[i].index << 21;

		if (!e->domain->p2m[i].small && is_listed(e, start, 1u << 21, 0))
			continue;
		for (uint64_t gpa = start; gpa < start + (1u << 21); gpa += PAGE_SIZE) {
			if (fake_p2m(e->domain, gpa / PAGE_SIZE) == NO_MFN ||
			    (gpa >= HOLE_START && gpa < HOLE_END))
				continue;
			if (!is_listed(e, gpa, PAGE_SIZE, 0))
				return "a page of the guest is not in its memory map";
		}
	}
	return fake_p2m(e->domain, LOCAL_APIC / PAGE_SIZE) == NO_MFN
		       ? NULL
		       : "there is a page where the local APIC is";
}

static bool load_map(struct entry *e)
{
	uint64_t address = number(e->info, 40, 8), count = number(e->info, 48, 4);

	if (count > ENTRIES_MOST || address + count * ENTRY_SIZE > GIB)
		return false;
	for (e->nr_map = 0; e->nr_map < count; e->nr_map++) {
		unsigned char entry[ENTRY_SIZE];

		if (!fetch(e, address + e->nr_map * ENTRY_SIZE, entry, sizeof(entry)) ||
		    number(entry, 20, 4))
			return false;
		e->map[e->nr_map] = (struct fake_range){ number(entry, 0, 8), number(entry, 8, 8),
							 (uint32_t)number(entry, 16, 4) };
	}
	return true;
}

/* That of start_info, or else the one that set_memory_map told. Both must be right. */
static const char *check_maps(struct entry *e)
{
	const struct fake_domain *domain = e->domain;
	bool has_own = number(e->info, 4, 4) >= 1 && number(e->info, 48, 4);
	const char *mistake = NULL;

	if (domain->nr_map) {
		if (domain->nr_map > ENTRIES_MOST)
			return "the memory map of set_memory_map is too long for Linux";
		memcpy(e->map, domain->map, domain->nr_map * sizeof(*e->map));
		e->nr_map = domain->nr_map;
		mistake = check_map(e);
	} else if (!has_own) {
		return "there is no memory map";
	}
	if (!mistake && has_own)
		mistake = load_map(e)
				  ? check_map(e)
				  : "the memory map of start_info is spoilt, or not below 1 GiB";
	return mistake ? mistake : check_pages_are_listed(e);
}

/* --- start_info --- */

static const char *check_start_info(struct entry *e)
{
	uint64_t address = reg(e, "rbx");

	if (address + sizeof(e->info) > 1ull << 32 || !fetch(e, address, e->info, sizeof(e->info)))
		return "RBX does not point to memory";
	if (number(e->info, 0, 4) != START_INFO_MAGIC)
		return "start_info has not its magic";
	if (number(e->info, 4, 4) > 1 || number(e->info, 8, 4) ||
	    (number(e->info, 4, 4) == 1 && number(e->info, 52, 4)))
		return "start_info has a version, flags or padding that are not known";
	return NULL;
}

static const char *check_entry_point(const struct entry *e)
{
	unsigned char code[16], poison[16];
	uint64_t rip = reg(e, "rip");

	memset(poison, FAKE_POISON, sizeof(poison));
	if (!is_in_ram(e, reg(e, "rbx"), sizeof(e->info)))
		return "start_info is not in RAM";
	if (rip >> 32 || !is_in_ram(e, rip, 1))
		return "RIP is not in RAM";
	if (is_populated(e, rip, sizeof(code)) && fetch(e, rip, code, sizeof(code)) &&
	    memcmp(code, poison, sizeof(code)) == 0)
		return "nothing was loaded where RIP is";
	return NULL;
}

static bool is_text(const struct entry *e, uint64_t address)
{
	for (uint64_t i = 0; i < COMMAND_LINE_MOST; i++) {
		const unsigned char *at = fake_physical(e->fake, e->domain, address + i);

		if (!at)
			return false;
		if (!*at)
			return true;
	}
	return false;
}

/* The list below 1 GiB, what it names below 4 GiB. */
static const char *check_modules(const struct entry *e)
{
	uint64_t count = number(e->info, 12, 4), list = number(e->info, 16, 8);
	uint64_t command_line = number(e->info, 24, 8);

	if (command_line &&
	    (command_line >> 32 || !is_in_ram(e, command_line, 1) || !is_text(e, command_line)))
		return "the command line is no text in RAM below 4 GiB";
	for (uint64_t i = 0; i < count; i++) {
		unsigned char module[MODULE_SIZE];
		uint64_t start, size;

		if (list + (i + 1) * MODULE_SIZE > GIB ||
		    !fetch(e, list + i * MODULE_SIZE, module, sizeof(module)) ||
		    number(module, 24, 8))
			return "the list of modules is spoilt, or not below 1 GiB";
		start = number(module, 0, 8);
		size = number(module, 8, 8);
		if (!size || start >> 32 || size >> 32 || start + size > 1ull << 32 ||
		    !is_in_ram(e, start, size))
			return "a module is not in RAM below 4 GiB";
	}
	return NULL;
}

/* --- ACPI --- */

static bool sums_to_zero(const unsigned char *bytes, size_t size)
{
	unsigned char sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return sum == 0;
}

/* Read a table whole; its length, or 0 if it is none. */
static size_t fetch_table(const struct entry *e, uint64_t address, unsigned char *table)
{
	size_t size;

	if (!address || !fetch(e, address, table, TABLE_HEADING))
		return 0;
	size = number(table, 4, 4);
	if (size < TABLE_HEADING || size > TABLE_MOST || !fetch(e, address, table, size))
		return 0;
	return sums_to_zero(table, size) ? size : 0;
}

static bool is_rsdp(const struct entry *e, uint64_t address, unsigned char *rsdp)
{
	enum { RSDP_SIZE = 36, RSDP_OLD_SIZE = 20 };

	return fetch(e, address, rsdp, RSDP_SIZE) && memcmp(rsdp, "RSD PTR ", 8) == 0 &&
	       rsdp[15] >= 2 && number(rsdp, 20, 4) == RSDP_SIZE &&
	       sums_to_zero(rsdp, RSDP_OLD_SIZE) && sums_to_zero(rsdp, RSDP_SIZE);
}

/* Where start_info says; without a word from it, Linux looks through the BIOS' place. */
static bool find_rsdp(const struct entry *e, unsigned char *rsdp)
{
	uint64_t address = number(e->info, 32, 8);

	if (address)
		return is_rsdp(e, address, rsdp);
	for (address = 0xe0000; address < HOLE_END; address += 16) {
		if (is_rsdp(e, address, rsdp))
			return true;
	}
	return false;
}

static const char *check_fadt(const struct entry *e, const unsigned char *fadt, size_t size)
{
	enum { OLDEST = 244, HARDWARE_REDUCED = 1u << 20 };
	unsigned char dsdt[TABLE_MOST];
	uint64_t address;

	if (size < OLDEST || !(number(fadt, 112, 4) & HARDWARE_REDUCED))
		return "the FADT is too short, or not for reduced hardware";
	address = number(fadt, 140, 8);
	if (!fetch_table(e, address ? address : number(fadt, 40, 4), dsdt) ||
	    memcmp(dsdt, "DSDT", 4) != 0)
		return "the FADT names no DSDT";
	return NULL;
}

/* One local APIC for each vCPU n, under the number 2n; those that are on come first. */
static const char *check_madt(const struct entry *e, const unsigned char *madt, size_t size)
{
	enum { ENTRIES = 44, APIC = 0, APIC_SIZE = 8, X2APIC = 9, X2APIC_SIZE = 16 };
	uint32_t found = 0;
	bool on = true;
	size_t length;

	if (size < ENTRIES || number(madt, 36, 4) != LOCAL_APIC)
		return "the MADT does not say where the local APIC is";
	for (size_t at = ENTRIES; at < size; at += length) {
		uint64_t id, uid, flags;

		length = size - at > 1 ? madt[at + 1] : 0;
		if (length < 2 || length > size - at)
			return "the MADT is spoilt";
		if (madt[at] == APIC && length == APIC_SIZE) {
			uid = madt[at + 2];
			id = madt[at + 3];
			flags = number(madt, at + 4, 4);
		} else if (madt[at] == X2APIC && length == X2APIC_SIZE) {
			id = number(madt, at + 4, 4);
			flags = number(madt, at + 8, 4);
			uid = number(madt, at + 12, 4);
		} else {
			return "the MADT has an entry that PVH does not need";
		}
		if (uid != found || id != 2 * uid)
			return "the MADT has a local APIC whose number is not twice its vCPU's";
		if ((flags & 1) > on || (!found && !flags))
			return "the MADT has a vCPU that is on behind one that is not, or none";
		on = flags & 1;
		found++;
	}
	return found == e->domain->nr_vcpus ? NULL : "the MADT has not one local APIC a vCPU";
}

static const char *check_acpi(const struct entry *e)
{
	unsigned char rsdp[64], xsdt[TABLE_MOST], table[TABLE_MOST];
	bool has_fadt = false, has_madt = false;
	const char *mistake = NULL;
	size_t length;

	if (!find_rsdp(e, rsdp))
		return "there is no RSDP, or its sum is wrong";
	length = fetch_table(e, number(rsdp, 24, 8), xsdt);
	if (!length || memcmp(xsdt, "XSDT", 4) != 0)
		return "there is no XSDT, or its sum is wrong";
	for (size_t at = TABLE_HEADING; !mistake && at + 8 <= length; at += 8) {
		size_t size = fetch_table(e, number(xsdt, at, 8), table);

		if (!size) {
			mistake = "the XSDT names what is no table, or its sum is wrong";
		} else if (memcmp(table, "FACP", 4) == 0) {
			has_fadt = true;
			mistake = check_fadt(e, table, size);
		} else if (memcmp(table, "APIC", 4) == 0) {
			has_madt = true;
			mistake = check_madt(e, table, size);
		}
	}
	if (!mistake && !(has_fadt && has_madt))
		mistake = "the XSDT lacks the FADT or the MADT";
	return mistake;
}

/* --- special pages --- */

/* A processor without real mode for guests runs on this while the guest has no paging. */
static const char *check_identity(const struct entry *e)
{
	uint64_t address = e->domain->params[PARAM_IDENT_PT];
	uint32_t table[IDENTITY_ENTRIES];

	if (!address || address % PAGE_SIZE || !fetch(e, address, table, sizeof(table)))
		return "IDENT_PT names no page";
	for (uint32_t i = 0; i < IDENTITY_ENTRIES; i++) {
		if (table[i] != (i << 22 | 0xe7))
			return "the page that IDENT_PT names is no identity table";
	}
	return NULL;
}

/* Nobody serves it, and it does not say so: Linux waits for an answer for ever. */
static bool waits_for_store(const struct entry *e)
{
	enum { CONNECTION = 2068, STATE_INTERDOMAIN = 2 };
	uint64_t port = e->domain->params[PARAM_STORE_EVTCHN];
	const unsigned char *ring =
		fake_physical(e->fake, e->domain, e->domain->params[PARAM_STORE_PFN] * PAGE_SIZE);

	return number(ring, CONNECTION, 4) != 1 &&
	       (port >= e->domain->nr_ports || e->domain->ports[port].state != STATE_INTERDOMAIN);
}

static const char *check_special_pages(const struct entry *e)
{
	static const unsigned int pages[] = { PARAM_CONSOLE_PFN, PARAM_STORE_PFN, PARAM_IDENT_PT };

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		uint64_t gpa = e->domain->params[pages[i]];

		if (pages[i] != PARAM_IDENT_PT)
			gpa *= PAGE_SIZE;
		if (!gpa)
			continue;
		if (!fake_physical(e->fake, e->domain, gpa))
			return "a parameter names a page that is not there";
		if (is_listed(e, gpa, PAGE_SIZE, TYPE_RAM))
			return "a special page is RAM in the memory map";
	}
	if (e->domain->params[PARAM_STORE_PFN] && waits_for_store(e))
		return "nobody serves the store's ring, and it does not say so";
	return check_identity(e);
}

const char *fake_pvh_mistake(struct fake *fake, const struct fake_domain *domain)
{
	struct entry e = { .fake = fake, .domain = domain, .cpu = domain->vcpus[0].context };
	const char *mistake = check_processor(&e);

	if (!mistake)
		mistake = check_start_info(&e);
	if (!mistake)
		mistake = check_maps(&e);
	if (!mistake)
		mistake = check_entry_point(&e);
	if (!mistake)
		mistake = check_modules(&e);
	if (!mistake)
		mistake = check_acpi(&e);
	if (!mistake)
		mistake = check_special_pages(&e);
	return mistake;
}
