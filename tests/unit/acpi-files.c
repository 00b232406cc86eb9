/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a guest's ACPI tables to files, for iasl to read: acpi-files DIRECTORY VCPUS */
#include "acpi-reader.h"
#include "build/acpi.h"
#include "build/plan-pvh.h"

#include <stdio.h>
#include <stdlib.h>

static int write_file(const char *directory, const struct acpi_table *table)
{
	char path[4096];
	size_t written;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%.4s.dat", directory, table->signature);
	/* "RSD " ends in a space, which a file's name should not. */
	if (table->signature[3] == ' ')
		snprintf(path, sizeof(path), "%s/RSDP.dat", directory);
	file = fopen(path, "we");
	if (!file) {
		perror(path);
		return 1;
	}
	written = fwrite(table->bytes, 1, table->length, file);
	if (fclose(file) || written != table->length) {
		fprintf(stderr, "%s: not all was written\n", path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t address = (uint64_t)LX_PVH_ACPI_GFN << LX_PAGE_SHIFT;
	uint32_t vcpus = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	static unsigned char page[LX_PAGE_SIZE];
	struct acpi_tables found;
	const char *wrong;
	int ret = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: acpi-files DIRECTORY VCPUS\n");
		return 2;
	}
	lx_acpi_write(page, address, vcpus, vcpus);
	wrong = acpi_read(page, sizeof(page), address, &found);
	if (wrong) {
		fprintf(stderr, "acpi-files: %s\n", wrong);
		return 1;
	}
	for (size_t i = 0; i < found.count; i++)
		ret |= write_file(argv[1], &found.tables[i]);
	return ret;
}
