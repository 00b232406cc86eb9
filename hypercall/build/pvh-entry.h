/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a PVH guest finds at its first instruction: start_info, special pages, registers. */
#ifndef LX_BUILD_PVH_ENTRY_H
#define LX_BUILD_PVH_ENTRY_H

#include "plan-pvh.h"

/* Write start_info, module list, memory map and command line into their zeroed block. */
void lx_pvh_write_info(const struct lx_pvh_plan *plan, uint64_t ramdisk_bytes, const char *cmdline,
		       void *block);

/* Write the page table that maps every address to itself. */
void lx_pvh_write_ident(void *page);

/* The records of @vcpus vCPUs, in zeroed memory: registers of the first, memory types of all. */
size_t lx_pvh_context_size(uint32_t vcpus);
void lx_pvh_write_context(const struct lx_pvh_plan *plan, uint32_t vcpus, void *context);

#endif
