/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a PV guest finds at its first instruction: start_info, shared_info, registers. */
#ifndef LX_BUILD_PV_ENTRY_H
#define LX_BUILD_PV_ENTRY_H

#include "plan-pv.h"

#define LX_PV_CMDLINE_MAX 1023 /* bytes (public/xen.h, MAX_GUEST_CMDLINE less the NUL) */

/* What is known only once the domain is there. */
struct lx_pv_entry {
	uint64_t shared_info_mfn;
	uint64_t store_mfn; /* 0: the guest gets no xenstore */
	uint32_t store_port;
	uint64_t console_mfn; /* 0: the guest gets no console */
	uint32_t console_port;
	uint64_t ramdisk_bytes;
	const char *cmdline; /* LX_PV_CMDLINE_MAX bytes at most */
};

/* Write start_info into its zeroed page. */
void lx_pv_write_start_info(const struct lx_pv_plan *plan, const struct lx_pv_entry *entry,
			    void *page);

/* Mask event delivery of every vCPU in shared_info: Linux is not ready for an early one. */
void lx_pv_write_shared_info(void *page);

/* Write the zeroed context of vCPU 0, LX_VCPU_CONTEXT_SIZE bytes. */
void lx_pv_write_context(const struct lx_pv_plan *plan, uint64_t l4_mfn, void *context);

#endif
