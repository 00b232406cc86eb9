/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes RSDP, XSDT, FADT, DSDT and MADT; field offsets as the ACPI standard has them. */
#include "acpi.h"

#include <stddef.h>
#include <string.h>

/* Where each lies in the page; 16-byte aligned. */
enum {
	RSDP_AT = 0,
	DSDT_AT = 64,
	FADT_AT = 112,
	MADT_AT = 384,
};

enum { RSDP_SIZE = 36, HEADER_SIZE = 36, FADT_SIZE = 268, MADT_SIZE = 44, LAPIC_SIZE = 8 };

#define LOCAL_APIC 0xfee00000u

/* A hardware-reduced platform with fixed-feature buttons: no PM timer, no legacy devices. */
enum {
	FADT_FLAGS = 1 << 20 | 1 << 5 | 1 << 4, /* HW_REDUCED_ACPI, SLP_BUTTON, PWR_BUTTON */
	FADT_BOOT_ARCH = 1 << 5 | 1 << 2,	/* no CMOS clock, no VGA */
};

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem_id[6], oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));

_Static_assert(sizeof(struct header) == HEADER_SIZE, "ACPI's common header");

static void put(unsigned char *table, size_t offset, uint64_t value, size_t bytes)
{
	memcpy(table + offset, &value, bytes); /* x86 is little-endian */
}

/* The byte that makes the sum of all bytes 0. */
static uint8_t checksum(const unsigned char *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return -sum;
}

static void begin(unsigned char *table, const char *signature, uint32_t length, uint8_t revision)
{
	struct header header = {
		.length = length,
		.revision = revision,
		.oem_id = "libxen",
		.oem_table_id = "PVHguest",
		.oem_revision = 1,
		.creator_id = "LXEN",
		.creator_revision = 1,
	};

	memcpy(header.signature, signature, sizeof(header.signature));
	memcpy(table, &header, sizeof(header));
}

static void end(unsigned char *table, uint32_t length)
{
	table[offsetof(struct header, checksum)] = checksum(table, length);
}

/* Nothing in it: there is nothing to describe. */
static void write_dsdt(unsigned char *table)
{
	begin(table, "DSDT", HEADER_SIZE, 2);
	end(table, HEADER_SIZE);
}

static void write_fadt(unsigned char *table, uint64_t dsdt)
{
	begin(table, "FACP", FADT_SIZE, 5);
	put(table, 40, dsdt, 4);
	put(table, 109, FADT_BOOT_ARCH, 2);
	put(table, 112, FADT_FLAGS, 4);
	put(table, 140, dsdt, 8);
	end(table, FADT_SIZE);
}

/* Xen gives vCPU n the local APIC 2n. Returns the table's length. */
static uint32_t write_madt(unsigned char *table, uint32_t vcpus, uint32_t max_vcpus)
{
	uint32_t length = MADT_SIZE + max_vcpus * LAPIC_SIZE;

	begin(table, "APIC", length, 3);
	put(table, 36, LOCAL_APIC, 4);
	for (uint32_t i = 0; i < max_vcpus; i++) {
		unsigned char *entry = table + MADT_SIZE + i * LAPIC_SIZE;

		entry[1] = LAPIC_SIZE; /* entry[0] 0: a local APIC */
		entry[2] = i;
		entry[3] = 2 * i;
		put(entry, 4, i < vcpus, 4); /* enabled */
	}
	end(table, length);
	return length;
}

static void write_xsdt(unsigned char *table, uint64_t fadt, uint64_t madt)
{
	uint32_t length = HEADER_SIZE + 2 * 8;

	begin(table, "XSDT", length, 1);
	put(table, 36, fadt, 8);
	put(table, 44, madt, 8);
	end(table, length);
}

static void write_rsdp(unsigned char *table, uint64_t xsdt)
{
	memcpy(table, "RSD PTR ", 8);
	memcpy(table + 9, "libxen", 6);
	table[15] = 2; /* revision */
	put(table, 20, RSDP_SIZE, 4);
	put(table, 24, xsdt, 8);
	table[8] = checksum(table, 20); /* of the part that ACPI 1 had */
	table[32] = checksum(table, RSDP_SIZE);
}

void lx_acpi_write(void *page, uint64_t address, uint32_t vcpus, uint32_t max_vcpus)
{
	unsigned char *tables = page;
	uint64_t xsdt_at;

	write_dsdt(tables + DSDT_AT);
	write_fadt(tables + FADT_AT, address + DSDT_AT);
	xsdt_at = (MADT_AT + write_madt(tables + MADT_AT, vcpus, max_vcpus) + 15) & ~15u;
	write_xsdt(tables + xsdt_at, address + FADT_AT, address + MADT_AT);
	write_rsdp(tables + RSDP_AT, address + xsdt_at);
}
