/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of tests/xen-abi, read anew: they share nothing with the rows that they prove. */
#ifndef XEN_FACTS_H
#define XEN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_RELEASES 32

/* One release: its name in the facts, and the numbers that it speaks. */
struct facts_release {
	char name[8];	 /* "4.10.0", "4.17", "4.23u" */
	uint16_t number; /* 4.17 is 0x0411 */
	uint16_t domctl, sysctl;
};

/* One line of structs.tsv. */
struct facts_field {
	char structure[64], field[96], type[64];
	uint32_t releases; /* bit i: release i has it so */
	size_t offset, size;
};

/* One line of constants.tsv; those that are no numbers are left out. */
struct facts_constant {
	char name[64];
	uint32_t releases;
	uint64_t value;
};

struct facts {
	struct facts_release releases[FACTS_RELEASES];
	size_t release_count;
	struct facts_field *fields;
	size_t field_count;
	struct facts_constant *constants;
	size_t constant_count;
};

/* Read all three files of @directory. A line that makes no sense ends the program. */
void facts_read(struct facts *facts, const char *directory);
void facts_free(struct facts *facts);

/* The first of libxen's releases: 4.6. */
size_t facts_first(const struct facts *facts);

/* Where a release has a field; NULL: it has none. "(size)" gives the structure's size. */
const struct facts_field *facts_find(const struct facts *facts, size_t release,
				     const char *structure, const char *field);
bool facts_constant(const struct facts *facts, size_t release, const char *name, uint64_t *value);

/* The same where every release from 4.6 on agrees; ends the program if one does not. */
const struct facts_field *facts_always(const struct facts *facts, const char *structure,
				       const char *field);
uint64_t facts_constant_always(const struct facts *facts, const char *name);

#endif
