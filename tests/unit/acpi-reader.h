/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds ACPI tables as a guest does: from the RSDP on, by the pointers alone. */
#ifndef ACPI_READER_H
#define ACPI_READER_H

#include <stddef.h>
#include <stdint.h>

#define ACPI_TABLES 8

struct acpi_table {
	char signature[9]; /* "RSD PTR ", "XSDT", ... */
	uint64_t address;
	const unsigned char *bytes;
	size_t length;
};

struct acpi_tables {
	struct acpi_table tables[ACPI_TABLES];
	size_t count;
};

/*
 * Read the tables that begin with an RSDP at @memory, which is the guest's @address. NULL, or what
 * is wrong: a pointer or length beyond @size, a checksum, a signature.
 */
const char *acpi_read(const unsigned char *memory, size_t size, uint64_t address,
		      struct acpi_tables *found);

/* NULL: there is none. */
const struct acpi_table *acpi_find(const struct acpi_tables *found, const char *signature);

/* @bytes of a table from @offset on, as a number. */
uint64_t acpi_number(const struct acpi_table *table, size_t offset, size_t bytes);

#endif
