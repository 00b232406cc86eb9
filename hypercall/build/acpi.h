/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ACPI tables of a PVH guest: just enough for it to find its CPUs and their timers. */
#ifndef LX_BUILD_ACPI_H
#define LX_BUILD_ACPI_H

#include <stdint.h>

/*
 * Write them into the zeroed page at guest-physical @address: RSDP first, then DSDT, FADT, MADT
 * and XSDT. @vcpus are on at the start, @max_vcpus there: 128 at most.
 */
void lx_acpi_write(void *page, uint64_t address, uint32_t vcpus, uint32_t max_vcpus);

#endif
