/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads ACPI tables by the standard (ACPI 6.5, chapter 5); shares nothing with their writer. */
#include "acpi-reader.h"

#include <string.h>

struct memory {
	const unsigned char *bytes;
	size_t size;
	uint64_t address;
};

static uint64_t number(const unsigned char *bytes, size_t count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

uint64_t acpi_number(const struct acpi_table *table, size_t offset, size_t bytes)
{
	return number(table->bytes + offset, bytes);
}

/* NULL: not all of it is in the memory. */
static const unsigned char *at(const struct memory *memory, uint64_t address, uint64_t size)
{
	uint64_t offset = address - memory->address;

	if (address < memory->address || offset > memory->size || size > memory->size - offset)
		return NULL;
	return memory->bytes + offset;
}

static unsigned int sum(const unsigned char *bytes, size_t size)
{
	unsigned int sum = 0;

	while (size--)
		sum += *bytes++;
	return sum & 0xff;
}

static struct acpi_table *add(struct acpi_tables *found, const char *signature, size_t size,
			      uint64_t address, const unsigned char *bytes)
{
	struct acpi_table *table = &found->tables[found->count++];

	memset(table, 0, sizeof(*table));
	memcpy(table->signature, signature, size);
	table->address = address;
	table->bytes = bytes;
	return table;
}

/* A table with the common header: signature, length at 4, checksum over all of it. */
static const char *read_table(const struct memory *memory, uint64_t address,
			      struct acpi_tables *found)
{
	const unsigned char *bytes = at(memory, address, 36);
	struct acpi_table *table;

	if (found->count == ACPI_TABLES)
		return "more tables than thought";
	if (!bytes)
		return "a pointer leads out of the memory";
	table = add(found, (const char *)bytes, 4, address, bytes);
	table->length = number(bytes + 4, 4);
	if (table->length < 36 || !at(memory, address, table->length))
		return "a length leads out of the memory";
	return sum(bytes, table->length) ? "a table's checksum is wrong" : NULL;
}

static const char *read_rsdp(const struct memory *memory, struct acpi_tables *found)
{
	const unsigned char *bytes = at(memory, memory->address, 36);

	if (!bytes || memcmp(bytes, "RSD PTR ", 8) != 0)
		return "there is no RSDP";
	if (sum(bytes, 20))
		return "the RSDP's checksum is wrong";
	if (number(bytes + 20, 4) != 36 || sum(bytes, 36))
		return "the RSDP's length or extended checksum is wrong";
	add(found, "RSD PTR ", 8, memory->address, bytes)->length = 36;
	return NULL;
}

/* The DSDT hangs on the FADT, by the pointer of 64 bits. */
static const char *read_dsdt(const struct memory *memory, struct acpi_tables *found)
{
	const struct acpi_table *fadt = acpi_find(found, "FACP");

	if (!fadt)
		return "there is no FADT";
	return fadt->length < 148 ? "the FADT has no room for X_DSDT"
				  : read_table(memory, acpi_number(fadt, 140, 8), found);
}

const char *acpi_read(const unsigned char *bytes, size_t size, uint64_t address,
		      struct acpi_tables *found)
{
	struct memory memory = { bytes, size, address };
	const struct acpi_table *xsdt;
	const char *wrong;

	found->count = 0;
	wrong = read_rsdp(&memory, found);
	if (!wrong)
		wrong = read_table(&memory, number(bytes + 24, 8), found);
	if (wrong)
		return wrong;
	xsdt = acpi_find(found, "XSDT");
	if (!xsdt)
		return "there is no XSDT";
	for (size_t offset = 36; offset + 8 <= xsdt->length && !wrong; offset += 8)
		wrong = read_table(&memory, acpi_number(xsdt, offset, 8), found);
	return wrong ? wrong : read_dsdt(&memory, found);
}

const struct acpi_table *acpi_find(const struct acpi_tables *found, const char *signature)
{
	for (size_t i = 0; i < found->count; i++)
		if (!strcmp(found->tables[i].signature, signature))
			return &found->tables[i];
	return NULL;
}
