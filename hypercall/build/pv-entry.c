/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes start_info, shared_info and the first vCPU's registers of a PV guest. */
#include "pv-entry.h"

#include <string.h>

/* struct start_info (public/xen.h), x86-64; the same in every release */
struct start_info {
	char magic[32];
	uint64_t nr_pages;
	uint64_t shared_info; /* machine address */
	uint32_t flags, pad;
	uint64_t store_mfn;
	uint32_t store_evtchn, pad2;
	uint64_t console_mfn;
	uint32_t console_evtchn, pad3;
	uint64_t pt_base;
	uint64_t nr_pt_frames;
	uint64_t mfn_list;
	uint64_t mod_start;
	uint64_t mod_len;
	char cmd_line[1024];
	uint64_t first_p2m_pfn;
	uint64_t nr_p2m_frames;
};

_Static_assert(offsetof(struct start_info, pt_base) == 88, "start_info");
_Static_assert(offsetof(struct start_info, first_p2m_pfn) == 1152, "start_info");

enum { SIF_MOD_START_PFN = 8 };

/* struct vcpu_guest_context (public/arch-x86/xen.h): offsets of what is not 0 */
enum {
	CONTEXT_FLAGS = 512,
	CONTEXT_RSI = 624,
	CONTEXT_RIP = 648,
	CONTEXT_CS = 656,
	CONTEXT_RFLAGS = 664,
	CONTEXT_RSP = 672,
	CONTEXT_SS = 680,
	CONTEXT_KERNEL_SS = 4968,
	CONTEXT_KERNEL_SP = 4976,
	CONTEXT_CR3 = 4984 + 3 * 8,
};

enum {
	VGCF_IN_KERNEL = 1 << 2,
	VGCF_ONLINE = 1 << 5, /* without it the vCPU never runs, and nobody says so */
	FLAT_RING3_CS64 = 0xe033,
	FLAT_RING3_SS64 = 0xe02b,
	RFLAGS_IF = 0x200,
};

/* struct shared_info begins with 32 struct vcpu_info of 64 bytes; the mask is their byte 1. */
enum { VCPU_INFO_COUNT = 32, VCPU_INFO_SIZE = 64, UPCALL_MASK = 1 };

static void place_ramdisk(const struct lx_pv_plan *plan, uint64_t bytes, struct start_info *info)
{
	if (!bytes)
		return;
	info->mod_len = bytes;
	if (plan->ramdisk_by_pfn) {
		info->mod_start = plan->ramdisk_pfn;
		info->flags |= SIF_MOD_START_PFN;
	} else {
		info->mod_start = lx_plan_pv_address(plan, plan->ramdisk_pfn);
	}
}

void lx_pv_write_start_info(const struct lx_pv_plan *plan, const struct lx_pv_entry *entry,
			    void *page)
{
	struct start_info *info = page;

	*info = (struct start_info){
		.magic = "xen-3.0-x86_64",
		.nr_pages = plan->pages,
		.shared_info = entry->shared_info_mfn << 12,
		.store_mfn = entry->store_mfn,
		.store_evtchn = entry->store_port,
		.console_mfn = entry->console_mfn,
		.console_evtchn = entry->console_port,
		.pt_base = lx_plan_pv_address(plan, plan->l4_pfn),
		.nr_pt_frames = lx_plan_pv_boot_tables(plan),
		.mfn_list = plan->p2m_address,
	};
	place_ramdisk(plan, entry->ramdisk_bytes, info);
	memcpy(info->cmd_line, entry->cmdline, strnlen(entry->cmdline, LX_PV_CMDLINE_MAX));
	if (plan->p2m.pages) {
		info->first_p2m_pfn = plan->p2m.first_pfn;
		info->nr_p2m_frames = plan->p2m.pages + lx_pv_range_tables(&plan->p2m);
	}
}

void lx_pv_write_shared_info(void *page)
{
	unsigned char *bytes = page;

	for (int i = 0; i < VCPU_INFO_COUNT; i++)
		bytes[i * VCPU_INFO_SIZE + UPCALL_MASK] = 1;
}

static void put(unsigned char *context, size_t offset, uint64_t value, size_t bytes)
{
	memcpy(context + offset, &value, bytes); /* x86 is little-endian */
}

void lx_pv_write_context(const struct lx_pv_plan *plan, uint64_t l4_mfn, void *context)
{
	uint64_t stack_top = lx_plan_pv_address(plan, plan->stack_pfn + 1);

	put(context, CONTEXT_FLAGS, VGCF_IN_KERNEL | VGCF_ONLINE, 8);
	put(context, CONTEXT_RSI, lx_plan_pv_address(plan, plan->start_info_pfn), 8);
	put(context, CONTEXT_RIP, plan->entry, 8);
	put(context, CONTEXT_CS, FLAT_RING3_CS64, 2);
	put(context, CONTEXT_RFLAGS, RFLAGS_IF, 8);
	put(context, CONTEXT_RSP, stack_top, 8);
	put(context, CONTEXT_SS, FLAT_RING3_SS64, 2);
	put(context, CONTEXT_KERNEL_SS, FLAT_RING3_SS64, 8);
	put(context, CONTEXT_KERNEL_SP, stack_top, 8);
	put(context, CONTEXT_CR3, l4_mfn << 12, 8);
}
