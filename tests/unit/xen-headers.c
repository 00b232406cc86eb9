/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libxen writes, read through Xen's own headers, where they are installed. */
#include "build/image.h"
#include "build/pv-entry.h"
#include "console-ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define __XEN_INTERFACE_VERSION__ 0x00040600 /* no names of Xen 3 */
#include <xen/elfnote.h>
#include <xen/io/console.h>
#include <xen/xen.h>

static const struct lx_pv_plan plan = {
	.pages = 32768,
	.entry = 0xffffffff82d39180,
	.ramdisk_pfn = 0x4c00,
	.ramdisk_pages = 268,
	.ramdisk_by_pfn = true,
	.p2m_pfn = 0x4d0c,
	.p2m_pages = 64,
	.p2m_address = 0x8000000000,
	.start_info_pfn = 0x4a00,
	.l4_pfn = 0x4a03,
	.stack_pfn = 0x4a2c,
	.boot = { .address = 0xffffffff80000000, .pages = 0x4c00, .tables = { 0, 38, 1, 1 } },
	.p2m = { .address = 0x8000000000,
		 .first_pfn = 0x4d0c,
		 .pages = 64,
		 .tables = { 0, 1, 1, 1 } },
};

static void given_start_info_when_xens_header_reads_it_then_each_member_is_right(void **state)
{
	static const struct lx_pv_entry entry = { .shared_info_mfn = 0x7fe12,
						  .store_mfn = 0x5a01,
						  .store_port = 1,
						  .console_mfn = 0x5a02,
						  .console_port = 2,
						  .ramdisk_bytes = 1096254,
						  .cmdline = "console=hvc0" };
	union {
		unsigned char bytes[4096];
		start_info_t info;
	} page = { .bytes = { 0 } };

	(void)state;

	lx_pv_write_start_info(&plan, &entry, &page);

	assert_string_equal(page.info.magic, "xen-3.0-x86_64");
	assert_int_equal(page.info.nr_pages, 32768);
	assert_int_equal(page.info.shared_info, 0x7fe12000);
	assert_int_equal(page.info.flags, SIF_MOD_START_PFN);
	assert_int_equal(page.info.store_mfn, 0x5a01);
	assert_int_equal(page.info.store_evtchn, 1);
	assert_int_equal(page.info.console.domU.mfn, 0x5a02);
	assert_int_equal(page.info.console.domU.evtchn, 2);
	assert_int_equal(page.info.pt_base, 0xffffffff84a03000);
	assert_int_equal(page.info.nr_pt_frames, 41);
	assert_int_equal(page.info.mfn_list, 0x8000000000);
	assert_int_equal(page.info.mod_start, 0x4c00);
	assert_int_equal(page.info.mod_len, 1096254);
	assert_string_equal((char *)page.info.cmd_line, "console=hvc0");
	assert_int_equal(page.info.first_p2m_pfn, 0x4d0c);
	assert_int_equal(page.info.nr_p2m_frames, 67);
}

static void given_a_context_when_xens_header_reads_it_then_each_register_is_right(void **state)
{
	vcpu_guest_context_t context = { .flags = 0 };

	(void)state;

	lx_pv_write_context(&plan, 0x9abcd, &context);

	assert_int_equal(context.flags, VGCF_in_kernel | VGCF_online);
	assert_int_equal(context.user_regs.rip, 0xffffffff82d39180);
	assert_int_equal(context.user_regs.rsi, 0xffffffff84a00000);
	assert_int_equal(context.user_regs.rsp, 0xffffffff84a2d000);
	assert_int_equal(context.user_regs.cs, FLAT_KERNEL_CS);
	assert_int_equal(context.user_regs.ss, FLAT_KERNEL_SS);
	assert_int_equal(context.kernel_ss, FLAT_KERNEL_SS);
	assert_int_equal(context.kernel_sp, 0xffffffff84a2d000);
	assert_int_equal(context.ctrlreg[3], xen_pfn_to_cr3(0x9abcd));
}

static void given_shared_info_when_xens_header_reads_it_then_events_are_masked(void **state)
{
	static union {
		unsigned char bytes[4096];
		shared_info_t info;
	} page;

	(void)state;

	lx_pv_write_shared_info(&page);

	for (size_t i = 0; i < sizeof(page.info.vcpu_info) / sizeof(page.info.vcpu_info[0]); i++)
		assert_int_equal(page.info.vcpu_info[i].evtchn_upcall_mask, 1);
}

static void given_a_console_when_xens_header_reads_the_ring_then_both_sides_understand(void **state)
{
	static union {
		unsigned char bytes[4096];
		struct xencons_interface ring;
	} page;
	struct lx_console_ring ring;
	char text[8] = "";

	(void)state;
	lx_console_ring_attach(&ring, &page);
	memcpy(page.ring.out, "Linux", 5);
	page.ring.out_prod = 5;

	assert_int_equal(lx_console_ring_read(&ring, text, sizeof(text)), 5);
	assert_string_equal(text, "Linux");
	assert_int_equal(page.ring.out_cons, 5);
	assert_int_equal(lx_console_ring_write(&ring, "ls\n", 3), 3);
	assert_memory_equal(page.ring.in, "ls\n", 3);
	assert_int_equal(page.ring.in_prod, 3);
}

static void given_the_notes_when_xens_header_names_them_then_the_numbers_are_the_same(void **state)
{
	(void)state;

	assert_int_equal(LX_NOTE_ENTRY, XEN_ELFNOTE_ENTRY);
	assert_int_equal(LX_NOTE_HYPERCALL_PAGE, XEN_ELFNOTE_HYPERCALL_PAGE);
	assert_int_equal(LX_NOTE_VIRT_BASE, XEN_ELFNOTE_VIRT_BASE);
	assert_int_equal(LX_NOTE_PADDR_OFFSET, XEN_ELFNOTE_PADDR_OFFSET);
	assert_int_equal(LX_NOTE_XEN_VERSION, XEN_ELFNOTE_XEN_VERSION);
	assert_int_equal(LX_NOTE_GUEST_OS, XEN_ELFNOTE_GUEST_OS);
	assert_int_equal(LX_NOTE_GUEST_VERSION, XEN_ELFNOTE_GUEST_VERSION);
	assert_int_equal(LX_NOTE_LOADER, XEN_ELFNOTE_LOADER);
	assert_int_equal(LX_NOTE_PAE_MODE, XEN_ELFNOTE_PAE_MODE);
	assert_int_equal(LX_NOTE_FEATURES, XEN_ELFNOTE_FEATURES);
	assert_int_equal(LX_NOTE_BSD_SYMTAB, XEN_ELFNOTE_BSD_SYMTAB);
	assert_int_equal(LX_NOTE_HV_START_LOW, XEN_ELFNOTE_HV_START_LOW);
	assert_int_equal(LX_NOTE_L1_MFN_VALID, XEN_ELFNOTE_L1_MFN_VALID);
	assert_int_equal(LX_NOTE_SUSPEND_CANCEL, XEN_ELFNOTE_SUSPEND_CANCEL);
	assert_int_equal(LX_NOTE_INIT_P2M, XEN_ELFNOTE_INIT_P2M);
	assert_int_equal(LX_NOTE_MOD_START_PFN, XEN_ELFNOTE_MOD_START_PFN);
	assert_int_equal(LX_NOTE_SUPPORTED_FEATURES, XEN_ELFNOTE_SUPPORTED_FEATURES);
	assert_int_equal(LX_NOTE_PHYS32_ENTRY, XEN_ELFNOTE_PHYS32_ENTRY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_start_info_when_xens_header_reads_it_then_each_member_is_right),
		cmocka_unit_test(
			given_a_context_when_xens_header_reads_it_then_each_register_is_right),
		cmocka_unit_test(
			given_shared_info_when_xens_header_reads_it_then_events_are_masked),
		cmocka_unit_test(
			given_a_console_when_xens_header_reads_the_ring_then_both_sides_understand),
		cmocka_unit_test(
			given_the_notes_when_xens_header_names_them_then_the_numbers_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
