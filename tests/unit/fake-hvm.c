/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake's HVM side: a PVH guest made by hand, and the end of one with a single mistake. */
#include "fake-machine.h"
#include <string.h>

enum {
	SHADOW_OP = 10,
	GET_CONTEXT_HVM = 33,
	SET_CONTEXT_HVM = 34,
	GET_CONTEXT_PARTIAL = 55,
	SET_TSC = 60,
	GET_POOL = 85,
	SET_POOL = 86,

	GET_ALLOCATION = 30,
	SET_ALLOCATION = 31,

	RAM_PAGES = 1024,
	SPECIAL_PAGES = 4,
	POOL = 256,
	VCPUS = 2,

	/* the pages that are filled, as they lie in the mapping of them all */
	INFO_PAGE = 0,
	CODE_PAGE,
	MODULE_PAGE,
	ACPI_PAGE,
	CONSOLE_PAGE,
	STORE_PAGE,
	IDENT_PAGE,
	FILLED,

	/* in the page of start_info */
	MODULES = 0x40,
	MAP = 0x100,
	MAP_ENTRIES = 3,
	COMMAND_LINE = 0x400,
	/* in the page of ACPI */
	DSDT = 64,
	FADT = 112,
	MADT = 384,
	XSDT = 512,

	HEADING = 8,
	HEADER = HEADING,
	CPU = HEADING + 24 + HEADING,
	CPU_SIZE = 1032,
	MTRR_SIZE = 240,
	CONTEXT_SIZE = CPU + CPU_SIZE + VCPUS * (HEADING + MTRR_SIZE) + HEADING,
};

static const uint64_t filled[FILLED] = { 0x100, 0x101, 0x102, 0xfc000, 0xfeff8, 0xfeff9, 0xfeffa };

#define PAGE(name) ((uint64_t)(filled[name]) << 12)

/* 4.6 has no way to ask for PVH. */
#define EACH_PVH(r) for (const struct release *r = releases + 1; r < releases + RELEASES; r++)

/* --- by hand --- */

static unsigned char *hvm_create(struct machine *m)
{
	unsigned char *payload = good_create(m);

	put(payload, 20, 3, 4); /* hvm, hap */
	put(payload, m->release->max_vcpus, VCPUS, 4);
	put(payload, m->release->emulation, 1, 4);
	return payload;
}

static void hvm_domain(struct machine *m, const struct release *r)
{
	boot(m, r, (struct fake_options){ 0 });
	hvm_create(m);
	assert_int_equal(run(m), 0);
	m->domid = (uint16_t)get(m->buffer, 8, 2);
}

static int give(struct machine *m, uint64_t gfn, unsigned int order)
{
	return populate(m, &gfn, 1, order);
}

static void hvm_memory(struct machine *m)
{
	uint64_t high[SPECIAL_PAGES] = { filled[ACPI_PAGE], filled[CONSOLE_PAGE],
					 filled[STORE_PAGE], filled[IDENT_PAGE] };

	assert_int_equal(simple(m, MAX_VCPUS, VCPUS, 4), 0);
	assert_int_equal(simple(m, MAX_MEM, (RAM_PAGES + SPECIAL_PAGES) * 4, 8), 0);
	for (uint64_t gfn = 0; gfn < RAM_PAGES; gfn += 512)
		assert_int_equal(give(m, gfn, 9), 1);
	assert_int_equal(populate(m, high, SPECIAL_PAGES, 0), SPECIAL_PAGES);
	assert_int_equal(high[0], filled[ACPI_PAGE]); /* not told where it lies */
}

static int param(struct machine *m, int set, uint32_t index, uint64_t value)
{
	memset(m->buffer, 0, 16);
	put(m->buffer, 0, m->domid, 2);
	put(m->buffer, 4, index, 4);
	put(m->buffer, 8, value, 8);
	return call(m, 34, set ? 0 : 1, (uintptr_t)m->buffer, 0, 0);
}

static void set_params(struct machine *m)
{
	alloc_port(m);
	assert_int_equal(param(m, 1, 17, filled[CONSOLE_PAGE]), 0);
	assert_int_equal(param(m, 1, 18, m->port), 0);
	alloc_port(m);
	assert_int_equal(param(m, 1, 1, filled[STORE_PAGE]), 0);
	assert_int_equal(param(m, 1, 2, m->port), 0);
	assert_int_equal(param(m, 1, 12, PAGE(IDENT_PAGE)), 0);
}

static void entry_of_map(unsigned char *info, int index, uint64_t start, uint64_t size,
			 uint32_t type)
{
	unsigned char *at = info + MAP + index * 24;

	put(at, 0, start, 8);
	put(at, 8, size, 8);
	put(at, 16, type, 4);
}

static void fill_start_info(unsigned char *info)
{
	put(info, 0, 0x336ec578, 4);
	put(info, 4, 1, 4);
	put(info, 12, 1, 4);
	put(info, 16, PAGE(INFO_PAGE) + MODULES, 8);
	put(info, 24, PAGE(INFO_PAGE) + COMMAND_LINE, 8);
	put(info, 32, PAGE(ACPI_PAGE), 8);
	put(info, 40, PAGE(INFO_PAGE) + MAP, 8);
	put(info, 48, MAP_ENTRIES, 4);
	put(info + MODULES, 0, PAGE(MODULE_PAGE), 8);
	put(info + MODULES, 8, 1234, 8);
	entry_of_map(info, 0, 0, RAM_PAGES * 4096, 1);
	entry_of_map(info, 1, PAGE(ACPI_PAGE), 4096, 3);
	entry_of_map(info, 2, PAGE(CONSOLE_PAGE), 8 * 4096, 2);
	memcpy(info + COMMAND_LINE, "console=hvc0", 13);
}

static void seal(unsigned char *bytes, int checksum, size_t size)
{
	unsigned char sum = 0;

	bytes[checksum] = 0;
	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	bytes[checksum] = (unsigned char)-sum;
}

static void seal_table(unsigned char *table)
{
	seal(table, 9, get(table, 4, 4));
}

static unsigned char *table(unsigned char *acpi, int offset, const char *signature, uint32_t size)
{
	memcpy(acpi + offset, signature, 4);
	put(acpi + offset, 4, size, 4);
	return acpi + offset;
}

static void fill_acpi(unsigned char *acpi)
{
	unsigned char *fadt = table(acpi, FADT, "FACP", 268);
	unsigned char *madt = table(acpi, MADT, "APIC", 44 + VCPUS * 8);
	unsigned char *xsdt = table(acpi, XSDT, "XSDT", 36 + 16);

	memcpy(acpi, "RSD PTR ", 8);
	acpi[15] = 2;
	put(acpi, 20, 36, 4);
	put(acpi, 24, PAGE(ACPI_PAGE) + XSDT, 8);
	seal(acpi, 8, 20);
	seal(acpi, 32, 36);
	seal_table(table(acpi, DSDT, "DSDT", 36));
	put(fadt, 40, PAGE(ACPI_PAGE) + DSDT, 4);
	put(fadt, 140, PAGE(ACPI_PAGE) + DSDT, 8);
	put(fadt, 112, 0x100030, 4);
	seal_table(fadt);
	put(madt, 36, 0xfee00000, 4);
	for (int i = 0; i < VCPUS; i++) {
		unsigned char *entry = madt + 44 + i * 8;

		entry[1] = 8;
		entry[2] = (unsigned char)i;
		entry[3] = (unsigned char)(2 * i);
		entry[4] = 1;
	}
	seal_table(madt);
	put(xsdt, 36, PAGE(ACPI_PAGE) + FADT, 8);
	put(xsdt, 44, PAGE(ACPI_PAGE) + MADT, 8);
	seal_table(xsdt);
}

static void fill(struct machine *m, void (*spoil)(unsigned char *pages))
{
	unsigned char *pages;
	void *place;

	assert_int_equal(map(m, filled, FILLED, PROT_READ | PROT_WRITE, &place), 0);
	pages = place;
	memset(pages, 0, FILLED * 4096);
	fill_start_info(page(pages, INFO_PAGE));
	fill_acpi(page(pages, ACPI_PAGE));
	put(page(pages, STORE_PAGE), 2068, 1, 4);
	for (uint32_t i = 0; i < 1024; i++)
		put(page(pages, IDENT_PAGE), (int)i * 4, i << 22 | 0xe7, 4);
	if (spoil)
		spoil(pages);
	unmap(m, place, FILLED);
}

static unsigned char *record(unsigned char *at, uint32_t type, uint32_t instance, uint32_t size)
{
	put(at, 0, type, 2);
	put(at, 2, instance, 2);
	put(at, 4, size, 4);
	return at + HEADING;
}

/* At byte 4096 of the buffer. */
static unsigned char *good_records(struct machine *m)
{
	unsigned char *context = m->buffer + 4096, *header, *cpu, *at;

	memset(context, 0, CONTEXT_SIZE);
	header = record(context, 1, 0, 24);
	put(header, 0, 0x54381286, 4);
	put(header, 4, 1, 4);
	cpu = record(context + HEADING + 24, 2, 0, CPU_SIZE);
	put(cpu, 520, PAGE(INFO_PAGE), 8);
	put(cpu, 640, PAGE(CODE_PAGE), 8);
	put(cpu, 648, 2, 8);
	put(cpu, 656, 0x11, 8);
	put(cpu, 720, 0xffff0ff0, 8);
	put(cpu, 728, 0x400, 8);
	for (int i = 0; i < 6; i++) {
		put(cpu, 768 + 4 * i, UINT32_MAX, 4);
		put(cpu, 888 + 4 * i, i ? 0xc93 : 0xc9b, 4);
	}
	put(cpu, 768 + 4 * 6, 0x67, 4);
	put(cpu, 888 + 4 * 6, 0x8b, 4);
	at = cpu + CPU_SIZE;
	for (uint32_t i = 0; i < VCPUS; i++) {
		at = record(at, 14, i, MTRR_SIZE);
		put(at, 232, 0x806, 8);
		at += MTRR_SIZE;
	}
	record(at, 0, 0, 0);
	return context;
}

static int set_records(struct machine *m, uint32_t size)
{
	unsigned char *payload = domctl(m, SET_CONTEXT_HVM);

	put(payload, 0, size, 4);
	put(payload, 8, (uintptr_t)(m->buffer + 4096), 8);
	return run(m);
}

/* A guest that wants nothing but its unpausing. */
static void hvm_start(struct machine *m, const struct release *r,
		      void (*spoil)(unsigned char *pages), void (*spoil_cpu)(unsigned char *cpu))
{
	hvm_domain(m, r);
	hvm_memory(m);
	set_params(m);
	fill(m, spoil);
	good_records(m);
	if (spoil_cpu)
		spoil_cpu(m->buffer + 4096 + CPU);
	assert_int_equal(set_records(m, CONTEXT_SIZE), 0);
}

static void end(struct machine *m)
{
	destroy(m);
	halt(m);
}

/* --- tests --- */

static void a_pvh_guest_made_by_hand_runs_and_goes_without_a_trace(void **state)
{
	(void)state;
	EACH_PVH(r)
	{
		struct machine m;
		uint64_t before;

		boot(&m, r, (struct fake_options){ 0 });
		before = fake_free_pages(m.fake);
		halt(&m);
		hvm_start(&m, r, NULL, NULL);
		assert_int_equal(fake_free_pages(m.fake),
				 before - RAM_PAGES - SPECIAL_PAGES - POOL - 1);
		assert_false(look(&m).entered);

		assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);

		assert_true(look(&m).entered);
		assert_false(look(&m).shutdown);
		assert_int_equal(look(&m).online_vcpus, VCPUS);
		assert_ptr_equal(fake_guest_start_info(m.fake, m.domid),
				 fake_guest_page(m.fake, m.domid, filled[INFO_PAGE]));
		assert_ptr_equal(fake_guest_virtual(m.fake, m.domid, PAGE(CODE_PAGE) + 5, NULL),
				 (char *)fake_guest_page(m.fake, m.domid, filled[CODE_PAGE]) + 5);
		assert_ptr_equal(fake_guest_console_page(m.fake, m.domid),
				 fake_guest_page(m.fake, m.domid, filled[CONSOLE_PAGE]));
		assert_int_equal(fake_guest_console_write(m.fake, m.domid, "hello", 5), 5);
		assert_int_equal(fake_guest_param(m.fake, m.domid, 17), filled[CONSOLE_PAGE]);
		assert_int_equal(get(fake_guest_mtrr(m.fake, m.domid, 1), 232, 8), 0x806);
		destroy(&m);
		assert_int_equal(fake_domains(m.fake), 0);
		assert_int_equal(fake_free_pages(m.fake), before);
		halt(&m);
	}
}

static void getdomaininfo_tells_hvm_hap_and_where_shared_info_is(void **state)
{
	(void)state;
	EACH_PVH(r)
	{
		struct machine m;
		unsigned char *info;

		hvm_start(&m, r, NULL, NULL);
		info = domctl(&m, INFO);
		assert_int_equal(run(&m), 0);
		assert_int_equal(get(info, 4, 4), 0xffff011a); /* hap, blocked, paused, hvm */
		assert_int_equal(get(info, 8, 8), RAM_PAGES + SPECIAL_PAGES);
		assert_int_equal(get(info, 48, 8), UINT64_MAX);
		assert_int_equal(get(info, 64, 4), 1);
		assert_int_equal(get(info, r->info_size == 104 ? 96 : 104, 4), 1);
		assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);

		info = domctl(&m, INFO);
		assert_int_equal(run(&m), 0);

		assert_int_equal(get(info, 48, 8), 0x10);
		assert_int_equal(get(info, 8, 8), RAM_PAGES + SPECIAL_PAGES - 1);
		assert_ptr_equal(fake_guest_shared_info(m.fake, m.domid),
				 fake_guest_page(m.fake, m.domid, 0x10));
		end(&m);
	}
}

static int try_create(const struct release *r, uint32_t features, int offset, uint64_t value)
{
	struct machine m;
	int ret;

	boot(&m, r, (struct fake_options){ .features = features });
	put(hvm_create(&m), offset, value, 4);
	ret = run(&m);
	if (ret == 0) {
		m.domid = (uint16_t)get(m.buffer, 8, 2);
		destroy(&m);
	}
	assert_int_equal(fake_domains(m.fake), 0);
	halt(&m);
	return ret;
}

static void a_wrong_createdomain_is_refused(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0, shadow = strcmp(r->name, "4.17") < 0 || old;

		assert_int_equal(try_create(r, 0, -1, 0), 0);
		assert_int_equal(try_create(r, FAKE_NO_PV, -1, 0), 0);
		assert_int_equal(try_create(r, FAKE_NO_HVM, -1, 0), -EINVAL);
		assert_int_equal(try_create(r, FAKE_NO_HAP, -1, 0), old ? 0 : -EINVAL);
		assert_int_equal(try_create(r, 0, 20, 1), shadow ? 0 : -EOPNOTSUPP);
		assert_int_equal(try_create(r, FAKE_SHADOW, 20, 1), 0);
		if (old)
			continue;
		assert_int_equal(try_create(r, 0, r->max_vcpus, 0), -EINVAL);
		assert_int_equal(try_create(r, 0, r->max_vcpus, 128), 0);
		assert_int_equal(try_create(r, 0, r->max_vcpus, 129), -EINVAL);
		assert_int_equal(try_create(r, 0, r->emulation, 0), -EOPNOTSUPP);
		assert_int_equal(try_create(r, 0, r->emulation, 0x11), -EOPNOTSUPP);
		assert_int_equal(try_create(r, 0, r->emulation, 0x401), -EOPNOTSUPP);
		assert_int_equal(try_create(r, 0, r->emulation, 0x3ff), 0);
		assert_int_equal(try_create(r, 0, r->emulation, 0x1ff),
				 strcmp(r->name, "4.20") == 0 ? 0 : -EOPNOTSUPP);
		assert_int_equal(try_create(r, 0, r->emulation, 0x800), -EINVAL);
	}
}

static void which_emulators_pvh_has_depends_on_the_release(void **state)
{
	static const struct release seven = { "4.7", 0xb, 0xd, -1, -1, -1, -1, 24, 96, 40 };
	static const struct release eight = { "4.8", 0xc, 0xe, -1, -1, -1, -1, 24, 96, 40 };
	static const struct release newest = { "4.22", 0x18, 0x16, 28, 32, 36, 44, 60, 112, 48 };

	(void)state;
	assert_int_equal(try_create(&seven, 0, 24, 1), -EOPNOTSUPP);
	assert_int_equal(try_create(&seven, 0, 24, 0), 0);
	assert_int_equal(try_create(&eight, 0, 24, 1), 0);
	assert_int_equal(try_create(&eight, 0, 24, 0), -EOPNOTSUPP);
	assert_int_equal(try_create(&newest, 0, 20, 1), -EINVAL); /* without hap */
}

static void the_pool_is_set_as_the_release_has_it(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool has_bytes = r->info_size == 112; /* 4.17 and later */
		int missing = strcmp(r->name, "4.14") == 0 ? -EOPNOTSUPP : -ENOSYS;
		uint64_t before;
		struct machine m;
		unsigned char *payload;

		hvm_domain(&m, r);
		before = fake_free_pages(m.fake);
		payload = domctl(&m, SHADOW_OP);
		put(payload, 0, GET_ALLOCATION, 4);
		assert_int_equal(run(&m), -EINVAL); /* no vCPU yet */
		assert_int_equal(simple(&m, SET_POOL, 512 * 4096, 8), has_bytes ? 0 : missing);
		assert_int_equal(look(&m).pool_pages, has_bytes ? 512 : POOL);
		if (has_bytes) {
			assert_int_equal(simple(&m, SET_POOL, 4097, 8), -EINVAL);
			assert_int_equal(simple(&m, GET_POOL, 0, 8), 0);
			assert_int_equal(get(m.buffer, 16, 8), 512 * 4096);
		}
		assert_int_equal(simple(&m, MAX_VCPUS, VCPUS, 4), 0);
		payload = domctl(&m, SHADOW_OP);
		put(payload, 0, SET_ALLOCATION, 4);
		put(payload, 8, 3, 4);
		assert_int_equal(run(&m), 0);
		assert_int_equal(look(&m).pool_pages, 3 * 256);
		assert_int_equal(fake_free_pages(m.fake), before - 2 * 256);
		payload = domctl(&m, SHADOW_OP);
		put(payload, 0, GET_ALLOCATION, 4);
		assert_int_equal(run(&m), 0);
		assert_int_equal(get(payload, 8, 4), 3);
		payload = domctl(&m, SHADOW_OP);
		put(payload, 0, SET_ALLOCATION, 4);
		put(payload, 8, 1024, 4);
		assert_int_equal(run(&m), -ENOMEM); /* more than the host has */
		destroy(&m);
		assert_int_equal(fake_free_pages(m.fake), before + POOL + 1);
		halt(&m);
	}
}

static void small_pages_use_the_pool_up_and_large_ones_hardly_do(void **state)
{
	struct machine m;
	uint64_t gfns[512], given = 0;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ .memory_pages = 1 << 18 });
	hvm_create(&m);
	assert_int_equal(run(&m), 0);
	m.domid = (uint16_t)get(m.buffer, 8, 2);
	assert_int_equal(simple(&m, MAX_VCPUS, VCPUS, 4), 0);
	assert_int_equal(simple(&m, MAX_MEM, 1 << 20, 8), 0);

	for (int done = 512; done == 512; given += (uint64_t)done) {
		for (uint64_t i = 0; i < 512; i++)
			gfns[i] = given + i;
		done = populate(&m, gfns, 512, 0);
	}

	assert_int_equal(given, 123904);
	assert_int_equal(look(&m).tot_pages, 123904);
	assert_int_equal(look(&m).pool_used, POOL);
	assert_int_equal(give(&m, given, 9), 1); /* a whole entry needs no table */
	assert_int_equal(give(&m, 1 << 20, 0), 0);
	/* whole entries in place of small ones give their tables back */
	assert_int_equal(give(&m, 0, 9), 1);
	assert_int_equal(look(&m).pool_used, POOL - 1);
	assert_int_equal(give(&m, 512, 9), 1);
	assert_int_equal(give(&m, 1 << 20, 0), 1);
	end(&m);
}

static void one_entry_of_a_gib_is_broken_when_a_page_in_it_changes(void **state)
{
	struct machine m;
	uint64_t used, mfn;

	(void)state;
	boot(&m, &releases[2], (struct fake_options){ .memory_pages = 1 << 20 });
	hvm_create(&m);
	assert_int_equal(run(&m), 0);
	m.domid = (uint16_t)get(m.buffer, 8, 2);
	assert_int_equal(simple(&m, MAX_VCPUS, VCPUS, 4), 0);
	assert_int_equal(simple(&m, MAX_MEM, 2 << 20, 8), 0);
	used = look(&m).pool_used;
	assert_int_equal(give(&m, 1 << 18, 18), 1);
	assert_int_equal(look(&m).pool_used, used);
	assert_true(fake_guest_mfn(m.fake, m.domid, (1 << 18) + 513, &mfn));

	assert_int_equal(give(&m, (1 << 18) + 512, 0), 1);

	assert_int_equal(look(&m).pool_used, used + 2);
	assert_int_equal(look(&m).tot_pages, (1 << 18) + 1); /* the old page stays its own */
	assert_true(fake_guest_mfn(m.fake, m.domid, (1 << 18) + 513, &used));
	assert_int_equal(used, mfn);
	end(&m);
}

static void xen_takes_addresses_that_make_no_sense(void **state)
{
	(void)state;
	EACH_PVH(r)
	{
		struct machine m;

		hvm_domain(&m, r);
		assert_int_equal(simple(&m, MAX_MEM, 4096 * 4, 8), 0);
		assert_int_equal(give(&m, 0xfee00, 0), 1);
		assert_int_equal(give(&m, 0x201, 9), 1); /* not aligned */
		assert_int_equal(give(&m, 0, 19), 0);
		assert_int_equal(give(&m, 1ull << 40, 0), strcmp(r->name, "4.14") == 0);
		end(&m);
	}
}

static void frames_are_mapped_by_the_guests_own_numbers(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		static const uint64_t hole = 0x5000, first = 0;
		struct machine m;
		uint64_t mfn;
		void *place;

		hvm_domain(&m, r);
		hvm_memory(&m);
		assert_int_equal(map(&m, &first, 1, PROT_READ | PROT_WRITE, &place), 0);
		*(unsigned char *)place = 0x42;
		unmap(&m, place, 1);
		assert_int_equal(*(unsigned char *)fake_guest_page(m.fake, m.domid, 0), 0x42);
		assert_int_equal(map(&m, &hole, 1, PROT_READ, &place), -EINVAL);
		unmap(&m, place, 1);
		assert_true(fake_guest_mfn(m.fake, m.domid, 0, &mfn));
		if (mfn >= RAM_PAGES) {
			assert_int_equal(map(&m, &mfn, 1, PROT_READ, &place), -EINVAL);
			unmap(&m, place, 1);
		}
		end(&m);
	}
}

static void calls_for_pv_are_refused_for_hvm_and_the_other_way_round(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		hvm_domain(&m, r);
		hvm_memory(&m);
		m.mfn[L4] = 3;
		assert_int_equal(pin(&m, 3), -EINVAL);
		good_context(&m);
		assert_int_equal(set_context(&m, 0), -EINVAL);
		assert_int_equal(simple(&m, HYPERCALL_INIT, 7, 8), 0);
		assert_int_equal(*(unsigned char *)fake_guest_page(m.fake, m.domid, 7), 0xb8);
		end(&m);

		build(&m, r);
		assert_int_equal(param(&m, 1, 17, 1), -EINVAL);
		good_records(&m);
		assert_int_equal(set_records(&m, CONTEXT_SIZE), -EINVAL);
		put(domctl(&m, SHADOW_OP), 0, SET_ALLOCATION, 4);
		assert_int_equal(run(&m), -EINVAL);
		if (r->info_size == 112)
			assert_int_equal(simple(&m, SET_POOL, 4096, 8), -EOPNOTSUPP);
		end(&m);
	}
}

static void parameters_are_refused_as_the_release_does(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0;
		static const uint32_t retired[] = { 4, 13, 20, 21, 22, 23, 25, 26, 30 };
		struct machine m;

		hvm_domain(&m, r);
		for (uint32_t i = 0; i < 37; i++) {
			bool gone = i == 24 && r->info_size == 112;

			for (size_t j = 0; j < sizeof(retired) / sizeof(*retired); j++)
				gone |= retired[j] == i && !old;
			assert_int_equal(param(&m, 0, i, 7), gone ? -EINVAL : 0);
			if (!gone)
				assert_int_equal(get(m.buffer, 8, 8), i == 31);
		}
		assert_int_equal(param(&m, 0, 99, 0), -EINVAL);
		assert_int_equal(param(&m, 1, 4, 1), old ? 0 : -EINVAL);
		assert_int_equal(param(&m, 1, 10, 4), -EINVAL);
		assert_int_equal(param(&m, 1, 36, 5), -EINVAL);
		assert_int_equal(param(&m, 1, 5, 5), 0);
		assert_int_equal(param(&m, 1, 5, 6), old ? 0 : -EEXIST);
		assert_int_equal(param(&m, 1, 17, 0xfeff8), 0);
		assert_int_equal(param(&m, 0, 17, 0), 0);
		assert_int_equal(get(m.buffer, 8, 8), 0xfeff8);
		destroy(&m);
		assert_int_equal(param(&m, 0, 17, 0), -ESRCH);
		halt(&m);
	}
}

static void a_tsc_mode_that_is_gone_is_refused(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		bool old = strcmp(r->name, "4.6") == 0;
		struct machine m;

		hvm_domain(&m, r);
		for (uint32_t mode = 0; mode < 3; mode++) {
			assert_int_equal(simple(&m, SET_TSC, mode, 4), 0);
			assert_int_equal(look(&m).tsc_mode, mode);
		}
		assert_int_equal(simple(&m, SET_TSC, 3, 4), old ? 0 : -EINVAL);
		end(&m);
	}
}

/* --- records --- */

static int records_with(struct machine *m, int offset, uint64_t value, size_t size)
{
	put(good_records(m), offset, value, size);
	return set_records(m, CONTEXT_SIZE);
}

static void wrong_records_have_the_code_of_their_mistake(void **state)
{
	(void)state;
	EACH_PVH(r)
	{
		struct machine m;

		hvm_domain(&m, r);
		good_records(&m);
		assert_int_equal(set_records(&m, CONTEXT_SIZE), -EINVAL); /* no vCPU yet */
		assert_int_equal(simple(&m, MAX_VCPUS, VCPUS, 4), 0);
		assert_int_equal(records_with(&m, 0, 2, 2), -ENODATA); /* no header */
		assert_int_equal(records_with(&m, HEADER, 0, 4), -EINVAL);
		assert_int_equal(records_with(&m, HEADER + 4, 2, 4), -EINVAL);
		assert_int_equal(records_with(&m, CPU - 4, 1024, 4), -EINVAL);
		assert_int_equal(records_with(&m, CPU - 4, UINT32_MAX, 4), -ENODATA);
		assert_int_equal(records_with(&m, CPU - 6, VCPUS, 2), -EINVAL);
		assert_int_equal(records_with(&m, CPU - 8, 77, 2), -EINVAL);
		assert_int_equal(records_with(&m, CPU + 656, 1, 8), -EINVAL);
		assert_int_equal(records_with(&m, CPU + 724, 1, 4), -EINVAL);
		assert_int_equal(records_with(&m, CPU + 732, 1, 4), -EINVAL);
		assert_int_equal(records_with(&m, CPU + 992, 2, 8), -EINVAL);
		assert_int_equal(records_with(&m, CPU + 1028, 1, 4), -EINVAL);
		good_records(&m);
		assert_int_equal(set_records(&m, CONTEXT_SIZE - HEADING), -ENODATA);
		assert_int_equal(look(&m).online_vcpus, 0);
		assert_null(fake_guest_context(m.fake, m.domid, 0));
		good_records(&m);
		assert_int_equal(set_records(&m, CONTEXT_SIZE), 0);
		assert_int_equal(look(&m).online_vcpus, 1);
		end(&m);
	}
}

static void what_was_loaded_can_be_read_again(void **state)
{
	(void)state;
	EACH_PVH(r)
	{
		struct machine m;
		unsigned char *payload;

		hvm_start(&m, r, NULL, NULL);
		payload = domctl(&m, GET_CONTEXT_HVM);
		assert_int_equal(run(&m), 0);
		assert_int_equal(get(payload, 0, 4), CONTEXT_SIZE);
		put(payload, 8, (uintptr_t)(m.buffer + 8192), 8);
		put(payload, 0, CONTEXT_SIZE - 1, 4);
		assert_int_equal(run(&m), -ENOSPC);
		put(payload, 0, CONTEXT_SIZE, 4);
		assert_int_equal(run(&m), 0);
		assert_memory_equal(m.buffer + 4096, m.buffer + 8192, CONTEXT_SIZE);

		payload = domctl(&m, GET_CONTEXT_PARTIAL);
		put(payload, 0, 2, 4);
		put(payload, 8, CPU_SIZE, 8);
		put(payload, 16, (uintptr_t)(m.buffer + 8192), 8);
		assert_int_equal(run(&m), 0);
		assert_memory_equal(m.buffer + 4096 + CPU, m.buffer + 8192, CPU_SIZE);
		put(payload, 4, 1, 4); /* it is down */
		assert_int_equal(run(&m), -ENODATA);
		end(&m);
	}
}

static void without_a_cpu_record_it_never_runs(void **state)
{
	struct machine m;

	(void)state;
	hvm_domain(&m, &releases[2]);
	hvm_memory(&m);
	set_params(&m);
	fill(&m, NULL);
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	fake_tick(m.fake, 1000);
	assert_false(look(&m).entered);
	assert_false(look(&m).shutdown);
	assert_false(look(&m).paused);
	assert_int_equal(look(&m).cpu_time, 0);

	good_records(&m);
	assert_int_equal(set_records(&m, CONTEXT_SIZE), 0);

	assert_true(look(&m).entered);
	assert_false(look(&m).shutdown);
	end(&m);
}

/* --- one mistake each --- */

static void no_magic(unsigned char *pages)
{
	page(pages, INFO_PAGE)[0] = 0;
}

static void strange_version(unsigned char *pages)
{
	page(pages, INFO_PAGE)[4] = 2;
}

static void no_map(unsigned char *pages)
{
	put(page(pages, INFO_PAGE), 48, 0, 4);
}

static void map_too_high(unsigned char *pages)
{
	put(page(pages, INFO_PAGE), 40, PAGE(ACPI_PAGE) + 1024, 8);
}

static void map_in_disorder(unsigned char *pages)
{
	entry_of_map(page(pages, INFO_PAGE), 1, PAGE(CONSOLE_PAGE), 8 * 4096, 2);
	entry_of_map(page(pages, INFO_PAGE), 2, PAGE(ACPI_PAGE), 4096, 3);
}

static void map_beyond_the_memory(unsigned char *pages)
{
	entry_of_map(page(pages, INFO_PAGE), 0, 0, (RAM_PAGES + 1) * 4096, 1);
}

static void map_too_short(unsigned char *pages)
{
	entry_of_map(page(pages, INFO_PAGE), 0, 0, (RAM_PAGES - 1) * 4096, 1);
}

static void special_pages_not_listed(unsigned char *pages)
{
	put(page(pages, INFO_PAGE), 48, 2, 4);
}

static void special_pages_as_ram(unsigned char *pages)
{
	entry_of_map(page(pages, INFO_PAGE), 2, PAGE(CONSOLE_PAGE), 3 * 4096, 1);
}

static void nothing_loaded(unsigned char *pages)
{
	memset(page(pages, CODE_PAGE), FAKE_POISON, 4096);
}

static void no_end_of_line(unsigned char *pages)
{
	put(page(pages, INFO_PAGE), 24, RAM_PAGES * 4096, 8);
}

static void empty_module(unsigned char *pages)
{
	put(page(pages, INFO_PAGE) + MODULES, 8, 0, 8);
}

static void module_outside(unsigned char *pages)
{
	put(page(pages, INFO_PAGE) + MODULES, 8, RAM_PAGES * 4096, 8);
}

static void module_list_too_high(unsigned char *pages)
{
	put(page(pages, INFO_PAGE), 16, PAGE(ACPI_PAGE) + 1024, 8);
}

static void no_rsdp(unsigned char *pages)
{
	put(page(pages, INFO_PAGE), 32, 0, 8);
}

static void wrong_rsdp_sum(unsigned char *pages)
{
	page(pages, ACPI_PAGE)[33]++;
}

static void wrong_xsdt_sum(unsigned char *pages)
{
	page(pages, ACPI_PAGE)[XSDT + 9]++;
}

static void wrong_fadt_sum(unsigned char *pages)
{
	page(pages, ACPI_PAGE)[FADT + 9]++;
}

static void full_hardware(unsigned char *pages)
{
	put(page(pages, ACPI_PAGE) + FADT, 112, 0x30, 4);
	seal_table(page(pages, ACPI_PAGE) + FADT);
}

static void no_dsdt(unsigned char *pages)
{
	memset(page(pages, ACPI_PAGE) + DSDT, 0, 36);
}

static void no_madt(unsigned char *pages)
{
	put(page(pages, ACPI_PAGE) + XSDT, 4, 36 + 8, 4);
	seal_table(page(pages, ACPI_PAGE) + XSDT);
}

static void plain_apic_numbers(unsigned char *pages)
{
	page(pages, ACPI_PAGE)[MADT + 44 + 8 + 3] = 1;
	seal_table(page(pages, ACPI_PAGE) + MADT);
}

static void too_few_apics(unsigned char *pages)
{
	put(page(pages, ACPI_PAGE) + MADT, 4, 44 + 8, 4);
	seal_table(page(pages, ACPI_PAGE) + MADT);
}

static void no_identity(unsigned char *pages)
{
	put(page(pages, IDENT_PAGE), 4092, 0, 4);
}

static void store_that_nobody_serves(unsigned char *pages)
{
	put(page(pages, STORE_PAGE), 2068, 0, 4);
}

static void sixteen_bit_code(unsigned char *cpu)
{
	put(cpu, 888, 0x9b, 4);
}

static void null_data(unsigned char *cpu)
{
	put(cpu, 888 + 4 * 3, 0, 4);
}

static void no_task(unsigned char *cpu)
{
	put(cpu, 888 + 4 * 6, 0, 4);
}

static void paging_on(unsigned char *cpu)
{
	put(cpu, 656, 0x80000011, 8);
}

static void interrupts_on(unsigned char *cpu)
{
	put(cpu, 648, 0x202, 8);
}

static void rip_outside(unsigned char *cpu)
{
	put(cpu, 640, RAM_PAGES * 4096, 8);
}

static void rbx_outside(unsigned char *cpu)
{
	put(cpu, 520, RAM_PAGES * 4096, 8);
}

static const struct mistake {
	void (*pages)(unsigned char *pages);
	void (*cpu)(unsigned char *cpu);
	const char *word; /* of what the fake says */
} mistakes[] = {
	{ no_magic, NULL, "magic" },
	{ strange_version, NULL, "version" },
	{ no_map, NULL, "no memory map" },
	{ map_too_high, NULL, "not below 1 GiB" },
	{ map_in_disorder, NULL, "not in order" },
	{ map_beyond_the_memory, NULL, "where no page is" },
	{ map_too_short, NULL, "not in its memory map" },
	{ special_pages_not_listed, NULL, "not in its memory map" },
	{ special_pages_as_ram, NULL, "special page is RAM" },
	{ nothing_loaded, NULL, "nothing was loaded" },
	{ no_end_of_line, NULL, "command line" },
	{ empty_module, NULL, "a module is not" },
	{ module_outside, NULL, "a module is not" },
	{ module_list_too_high, NULL, "list of modules" },
	{ no_rsdp, NULL, "no RSDP" },
	{ wrong_rsdp_sum, NULL, "no RSDP" },
	{ wrong_xsdt_sum, NULL, "no XSDT" },
	{ wrong_fadt_sum, NULL, "names what is no table" },
	{ full_hardware, NULL, "reduced hardware" },
	{ no_dsdt, NULL, "names no DSDT" },
	{ no_madt, NULL, "lacks the FADT or the MADT" },
	{ plain_apic_numbers, NULL, "not twice" },
	{ too_few_apics, NULL, "not one local APIC a vCPU" },
	{ no_identity, NULL, "no identity table" },
	{ store_that_nobody_serves, NULL, "nobody serves" },
	{ NULL, sixteen_bit_code, "CS is" },
	{ NULL, null_data, "data segment" },
	{ NULL, no_task, "TR is" },
	{ NULL, paging_on, "CR0" },
	{ NULL, interrupts_on, "EFLAGS" },
	{ NULL, rip_outside, "RIP is not" },
	{ NULL, rbx_outside, "RBX does not" },
};

static const char *log_of(struct machine *m)
{
	char *text = (char *)m->buffer + 4096;

	memset(m->buffer, 0, 8192);
	put(m->buffer, 0, 1, 4);
	put(m->buffer, 4, m->release->sysctl, 4);
	put(m->buffer, 8 + 8, (uintptr_t)text, 8);
	put(m->buffer, 8 + 16, 4095, 4);
	assert_int_equal(call(m, 35, (uintptr_t)m->buffer, 0, 0, 0), 0);
	return text;
}

static void a_mistake_ends_the_guest_with_a_triple_fault(void **state)
{
	const struct mistake *mistake = mistakes;

	(void)state;
	for (; mistake < mistakes + sizeof(mistakes) / sizeof(*mistakes); mistake++) {
		struct machine m;

		hvm_start(&m, &releases[2], mistake->pages, mistake->cpu);
		if ((mistake - mistakes) % 2)
			assert_int_equal(param(&m, 1, 31, 3), 0);

		assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);

		assert_true(look(&m).entered);
		if (!look(&m).shutdown || !strstr(log_of(&m), mistake->word))
			fail_msg("'%s' is not found: %s", mistake->word, log_of(&m));
		assert_int_equal(look(&m).reason, (mistake - mistakes) % 2 ? 3 : 1);
		end(&m);
	}
}

static void a_memory_map_told_to_xen_is_enough(void **state)
{
	struct machine m;
	unsigned char *entries;

	(void)state;
	hvm_start(&m, &releases[2], no_map, NULL);
	entries = m.buffer + 8192;
	memset(m.buffer, 0, 32);
	memset(entries, 0, 60);
	put(entries, 8, RAM_PAGES * 4096, 8);
	put(entries, 16, 1, 4);
	put(entries + 20, 0, PAGE(ACPI_PAGE), 8);
	put(entries + 20, 8, 4096, 8);
	put(entries + 20, 16, 3, 4);
	put(entries + 40, 0, PAGE(CONSOLE_PAGE), 8);
	put(entries + 40, 8, 8 * 4096, 8);
	put(entries + 40, 16, 2, 4);
	put(m.buffer, 0, m.domid, 2);
	put(m.buffer, 8, 3, 4);
	put(m.buffer, 16, (uintptr_t)entries, 8);
	assert_int_equal(call(&m, 12, 13, (uintptr_t)m.buffer, 0, 0), 0);

	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);

	assert_false(look(&m).shutdown);
	assert_int_equal(look(&m).ram_map_bytes, RAM_PAGES * 4096);
	end(&m);
}

static void a_page_at_the_local_apic_is_a_mistake(void **state)
{
	struct machine m;

	(void)state;
	hvm_start(&m, &releases[2], NULL, NULL);
	assert_int_equal(simple(&m, MAX_MEM, (RAM_PAGES + SPECIAL_PAGES + 1) * 4, 8), 0);
	assert_int_equal(give(&m, 0xfee00, 0), 1);
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	assert_true(look(&m).shutdown);
	end(&m);
}

static void pages_that_dom0_maps_keep_a_dead_guest(void **state)
{
	struct machine m;
	void *place;

	(void)state;
	hvm_start(&m, &releases[2], NULL, NULL);
	assert_int_equal(map(&m, &filled[CONSOLE_PAGE], 1, PROT_READ | PROT_WRITE, &place), 0);
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	assert_false(look(&m).shutdown); /* a mapping is no harm to PVH */
	destroy(&m);
	assert_true(look(&m).dying);
	assert_int_equal(look(&m).tot_pages, 1);
	assert_int_equal(look(&m).pool_pages, 0);
	unmap(&m, place, 1);
	assert_int_equal(fake_domains(m.fake), 0);
	halt(&m);
}

static void grants_name_the_guests_own_frames(void **state)
{
	static const char done[] = "granted";
	struct {
		uint16_t dom;
		uint32_t type, id, idx;
		uint64_t num, addr;
	} resource = { .type = 1, .num = 1 };
	struct {
		uint32_t count, pad;
		uint64_t index;
		uint32_t domid, ref;
	} grant = { .count = 1, .ref = 8 };
	struct machine m;
	void *grants, *place;
	int gntdev;

	(void)state;
	hvm_start(&m, &releases[2], NULL, NULL);
	resource.dom = m.domid;
	grant.domid = m.domid;
	assert_int_equal(m.os->map(m.os, m.privcmd, 4096, PROT_READ | PROT_WRITE, 0, &grants), 0);
	resource.addr = (uintptr_t)grants;
	assert_int_equal(m.os->ioctl(m.os, m.privcmd, RESOURCE, &resource), 0);
	put(grants, 8 * 8, 1, 2);
	put(grants, 8 * 8 + 4, filled[MODULE_PAGE], 4);
	memcpy(fake_guest_page(m.fake, m.domid, filled[MODULE_PAGE]), done, sizeof(done));
	gntdev = m.os->open(m.os, "/dev/xen/gntdev");
	assert_int_equal(m.os->ioctl(m.os, gntdev, 0x184700, &grant), 0);

	assert_int_equal(m.os->map(m.os, gntdev, 4096, PROT_READ, (off_t)grant.index, &place), 0);

	assert_string_equal(place, done);
	unmap(&m, place, 1);
	m.os->close(m.os, gntdev);
	assert_int_equal(fake_guest_grant(m.fake, m.domid, 9, filled[CODE_PAGE], false), 0);
	assert_int_equal(get(grants, 9 * 8 + 4, 4), filled[CODE_PAGE]);
	unmap(&m, grants, 1);
	end(&m);
}

static void shared_info_needs_a_page_of_the_pool_to_break_a_superpage(void **state)
{
	struct machine m;

	(void)state;
	hvm_start(&m, &releases[2], NULL, NULL);
	assert_int_equal(simple(&m, SET_POOL, 0, 8), -ENOMEM); /* as far down as it goes */
	assert_int_equal(look(&m).pool_pages, look(&m).pool_used);
	assert_int_equal(simple(&m, UNPAUSE, 0, 4), 0);
	assert_true(look(&m).shutdown);
	assert_non_null(strstr(log_of(&m), "too small for shared_info"));
	end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pvh_guest_made_by_hand_runs_and_goes_without_a_trace),
		cmocka_unit_test(getdomaininfo_tells_hvm_hap_and_where_shared_info_is),
		cmocka_unit_test(a_wrong_createdomain_is_refused),
		cmocka_unit_test(which_emulators_pvh_has_depends_on_the_release),
		cmocka_unit_test(the_pool_is_set_as_the_release_has_it),
		cmocka_unit_test(small_pages_use_the_pool_up_and_large_ones_hardly_do),
		cmocka_unit_test(one_entry_of_a_gib_is_broken_when_a_page_in_it_changes),
		cmocka_unit_test(xen_takes_addresses_that_make_no_sense),
		cmocka_unit_test(frames_are_mapped_by_the_guests_own_numbers),
		cmocka_unit_test(calls_for_pv_are_refused_for_hvm_and_the_other_way_round),
		cmocka_unit_test(parameters_are_refused_as_the_release_does),
		cmocka_unit_test(a_tsc_mode_that_is_gone_is_refused),
		cmocka_unit_test(wrong_records_have_the_code_of_their_mistake),
		cmocka_unit_test(what_was_loaded_can_be_read_again),
		cmocka_unit_test(without_a_cpu_record_it_never_runs),
		cmocka_unit_test(a_mistake_ends_the_guest_with_a_triple_fault),
		cmocka_unit_test(a_memory_map_told_to_xen_is_enough),
		cmocka_unit_test(a_page_at_the_local_apic_is_a_mistake),
		cmocka_unit_test(pages_that_dom0_maps_keep_a_dead_guest),
		cmocka_unit_test(grants_name_the_guests_own_frames),
		cmocka_unit_test(shared_info_needs_a_page_of_the_pool_to_break_a_superpage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
