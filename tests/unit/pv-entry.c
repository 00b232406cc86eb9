/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start_info, shared_info and the first vCPU's context, byte for byte against the facts. */
#include "build/pv-entry.h"
#include "hypercall.h"
#include "xen-facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINUX_BASE 0xffffffff80000000ull

/* What must be written is made field by field in @expected, all else of it being 0. */
struct fixture {
	struct facts facts;
	struct lx_pv_plan plan;
	struct lx_pv_entry entry;
	unsigned char page[8192], expected[8192];
};

/* The plan of Linux 6.1 on 128 MiB, whose numbers are known to boot. */
static const struct lx_pv_plan linux_plan = {
	.pages = 32768,
	.entry = 0xffffffff82d39180,
	.ramdisk_pfn = 0x4c00,
	.ramdisk_pages = 268,
	.ramdisk_by_pfn = true,
	.p2m_pfn = 0x4d0c,
	.p2m_pages = 64,
	.p2m_address = 0x8000000000,
	.start_info_pfn = 0x4a00,
	.store_pfn = 0x4a01,
	.console_pfn = 0x4a02,
	.l4_pfn = 0x4a03,
	.stack_pfn = 0x4a2c,
	.end_pfn = 0x4c00,
	.boot = { .address = LINUX_BASE, .pages = 0x4c00, .tables = { 0, 38, 1, 1 } },
	.p2m = { .address = 0x8000000000,
		 .first_pfn = 0x4d0c,
		 .pages = 64,
		 .tables = { 0, 1, 1, 1 } },
};

static void put_at(struct fixture *f, size_t offset, size_t size, uint64_t value)
{
	assert_in_range(size, 1, sizeof(value));
	memcpy(f->expected + offset, &value, size);
}

static void put(struct fixture *f, const char *structure, const char *field, uint64_t value)
{
	const struct facts_field *fact = facts_always(&f->facts, structure, field);

	put_at(f, fact->offset, fact->size, value);
}

static void put_text(struct fixture *f, const char *structure, const char *field, const char *text)
{
	const struct facts_field *fact = facts_always(&f->facts, structure, field);

	assert_true(strlen(text) < fact->size);
	strcpy((char *)f->expected + fact->offset, text);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	facts_read(&f->facts, XEN_ABI);
	f->plan = linux_plan;
	f->entry = (struct lx_pv_entry){
		.shared_info_mfn = 0x7fe12,
		.console_mfn = 0x5a5a02,
		.console_port = 2,
		.ramdisk_bytes = 1096254,
		.cmdline = "console=hvc0 root=/dev/ram0",
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	facts_free(&f->facts);
	free(f);
	return 0;
}

static void put_start_info(struct fixture *f)
{
	const char *s = "start_info";

	put_text(f, s, "magic", "xen-3.0-x86_64");
	put(f, s, "nr_pages", 32768);
	put(f, s, "shared_info", 0x7fe12000);
	put(f, s, "flags", facts_constant_always(&f->facts, "SIF_MOD_START_PFN"));
	put(f, s, "console.domU.mfn", 0x5a5a02);
	put(f, s, "console.domU.evtchn", 2);
	put(f, s, "pt_base", LINUX_BASE + 0x4a03000);
	put(f, s, "nr_pt_frames", 41);
	put(f, s, "mfn_list", 0x8000000000);
	put(f, s, "mod_start", 0x4c00);
	put(f, s, "mod_len", 1096254);
	put_text(f, s, "cmd_line", "console=hvc0 root=/dev/ram0");
	put(f, s, "first_p2m_pfn", 0x4d0c);
	put(f, s, "nr_p2m_frames", 67);
}

static void check_start_info(struct fixture *f)
{
	size_t size = facts_always(&f->facts, "start_info", "(size)")->size;

	lx_pv_write_start_info(&f->plan, &f->entry, f->page);

	assert_in_range(size, 1, 4096);
	assert_memory_equal(f->page, f->expected, sizeof(f->page));
}

static void given_a_plan_when_start_info_is_written_then_each_field_is_where_xen_has_it(
	void **state)
{
	struct fixture *f = *state;

	put_start_info(f);

	check_start_info(f);
}

static void given_a_xenstore_when_start_info_is_written_then_its_ring_is_named(void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	f->entry.store_mfn = 0x5a5a01;
	f->entry.store_port = 1;
	put(f, "start_info", "store_mfn", 0x5a5a01);
	put(f, "start_info", "store_evtchn", 1);

	check_start_info(f);
}

static void given_no_console_when_start_info_is_written_then_frame_and_port_are_0(void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	f->entry.console_mfn = 0;
	f->entry.console_port = 0;
	put(f, "start_info", "console.domU.mfn", 0);
	put(f, "start_info", "console.domU.evtchn", 0);

	check_start_info(f);
}

static void given_no_ramdisk_when_start_info_is_written_then_nothing_tells_of_one(void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	f->entry.ramdisk_bytes = 0;
	put(f, "start_info", "flags", 0);
	put(f, "start_info", "mod_start", 0);
	put(f, "start_info", "mod_len", 0);

	check_start_info(f);
}

static void given_a_mapped_ramdisk_when_start_info_is_written_then_its_address_is_there(
	void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	f->plan.ramdisk_by_pfn = false;
	f->plan.ramdisk_pfn = 0x4900;
	put(f, "start_info", "flags", 0);
	put(f, "start_info", "mod_start", LINUX_BASE + 0x4900000);

	check_start_info(f);
}

static void given_a_list_in_the_boot_region_when_start_info_is_written_then_only_its_address_is(
	void **state)
{
	struct fixture *f = *state;

	put_start_info(f);
	f->plan.p2m = (struct lx_pv_range){ .pages = 0 };
	f->plan.p2m_address = LINUX_BASE + 0x4a00000;
	put(f, "start_info", "mfn_list", LINUX_BASE + 0x4a00000);
	put(f, "start_info", "first_p2m_pfn", 0);
	put(f, "start_info", "nr_p2m_frames", 0);

	check_start_info(f);
}

static void given_the_longest_command_line_when_it_is_written_then_it_is_whole_and_ends(
	void **state)
{
	char cmdline[LX_PV_CMDLINE_MAX + 1];
	struct fixture *f = *state;

	assert_int_equal(facts_always(&f->facts, "start_info", "cmd_line")->size, sizeof(cmdline));
	memset(cmdline, 'x', sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = '\0';
	put_start_info(f);
	f->entry.cmdline = cmdline;
	put_text(f, "start_info", "cmd_line", cmdline);

	check_start_info(f);
}

static void given_shared_info_when_it_is_written_then_every_vcpus_events_are_masked(void **state)
{
	struct fixture *f = *state;
	size_t mask = facts_always(&f->facts, "vcpu_info", "evtchn_upcall_mask")->offset;
	size_t stride = facts_always(&f->facts, "vcpu_info", "(size)")->size;
	const struct facts_field *vcpus = facts_always(&f->facts, "shared_info", "vcpu_info");

	assert_int_equal(vcpus->size, 32 * stride);
	memset(f->page, 0x55, sizeof(f->page));
	memset(f->expected, 0x55, sizeof(f->expected));
	for (size_t i = 0; i < 32; i++)
		f->expected[vcpus->offset + i * stride + mask] = 1;

	lx_pv_write_shared_info(f->page);

	assert_memory_equal(f->page, f->expected, sizeof(f->page));
}

static void given_a_plan_when_the_context_is_written_then_each_register_is_where_xen_has_it(
	void **state)
{
	struct fixture *f = *state;
	uint64_t stack_top = LINUX_BASE + 0x4a2d000;
	uint64_t ss = facts_constant_always(&f->facts, "FLAT_RING3_SS64");
	const char *s = "vcpu_guest_context";

	assert_int_equal(facts_always(&f->facts, s, "(size)")->size, LX_VCPU_CONTEXT_SIZE);
	put(f, s, "flags",
	    facts_constant_always(&f->facts, "VGCF_in_kernel") |
		    facts_constant_always(&f->facts, "VGCF_online"));
	put(f, s, "user_regs.rsi", LINUX_BASE + 0x4a00000);
	put(f, s, "user_regs.rip", 0xffffffff82d39180);
	put(f, s, "user_regs.cs", facts_constant_always(&f->facts, "FLAT_RING3_CS64"));
	put(f, s, "user_regs.rflags", 0x200);
	put(f, s, "user_regs.rsp", stack_top);
	put(f, s, "user_regs.ss", ss);
	put(f, s, "kernel_ss", ss);
	put(f, s, "kernel_sp", stack_top);
	put_at(f, facts_always(&f->facts, s, "ctrlreg")->offset + 3 * sizeof(uint64_t),
	       sizeof(uint64_t), 0x9abcd000);

	lx_pv_write_context(&f->plan, 0x9abcd, f->page);

	assert_memory_equal(f->page, f->expected, sizeof(f->page));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(given_a_plan_when_start_info_is_written_then_each_field_is_where_xen_has_it),
		TEST(given_a_xenstore_when_start_info_is_written_then_its_ring_is_named),
		TEST(given_no_console_when_start_info_is_written_then_frame_and_port_are_0),
		TEST(given_no_ramdisk_when_start_info_is_written_then_nothing_tells_of_one),
		TEST(given_a_mapped_ramdisk_when_start_info_is_written_then_its_address_is_there),
		TEST(given_a_list_in_the_boot_region_when_start_info_is_written_then_only_its_address_is),
		TEST(given_the_longest_command_line_when_it_is_written_then_it_is_whole_and_ends),
		TEST(given_shared_info_when_it_is_written_then_every_vcpus_events_are_masked),
		TEST(given_a_plan_when_the_context_is_written_then_each_register_is_where_xen_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
