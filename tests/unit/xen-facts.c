/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the tables of tests/xen-abi. */
#include "xen-facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 12
#define LINES	8192 /* of one table, at most */

__attribute__((noreturn)) static void die(const char *what, const char *which)
{
	fprintf(stderr, "xen-facts: %s: %s\n", what, which);
	exit(1);
}

/* Cut a line at its tabs; returns how many columns it has. */
static size_t split(char *line, char *columns[COLUMNS])
{
	size_t count = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *column; count < COLUMNS && (column = strsep(&line, "\t"));)
		columns[count++] = column;
	return count;
}

/* Call @each for the lines of a file, all but the first, which names the columns. */
static void each_line(struct facts *facts, const char *directory, const char *name, size_t columns,
		      void (*each)(struct facts *facts, char *columns[COLUMNS]))
{
	char *found[COLUMNS], *line = NULL, path[4096];
	size_t room = 0, lines = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	if (!file)
		die("cannot open", path);
	while (getline(&line, &room, file) > 0) {
		if (split(line, found) < columns)
			die("a line has too few columns", path);
		if (lines++)
			each(facts, found);
	}
	if (lines < 2)
		die("nothing in it", path);
	free(line);
	fclose(file);
}

static void copy_text(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		die("longer than thought", from);
	strcpy(to, from);
}

static void add_release(struct facts *facts, char *columns[COLUMNS])
{
	struct facts_release *release = &facts->releases[facts->release_count++];
	unsigned int major, minor;

	if (facts->release_count == FACTS_RELEASES ||
	    sscanf(columns[0], "%u.%u", &major, &minor) != 2)
		die("what release is this", columns[0]);
	copy_text(release->name, sizeof(release->name), columns[0]);
	release->number = (uint16_t)(major << 8 | minor);
	release->domctl = (uint16_t)strtoul(columns[3], NULL, 16);
	release->sysctl = (uint16_t)strtoul(columns[4], NULL, 16);
}

static size_t release_named(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->release_count; i++)
		if (!strcmp(facts->releases[i].name, name))
			return i;
	die("no such release", name);
}

/*
 * "4.4-4.8,4.11-4.23u" as bits. A range that ends at 4.9 or 4.10 leaves 4.10.0 open: its own
 * differences from the rest of 4.10 come from point-releases.tsv, so here it is as 4.10.
 */
static uint32_t releases_of(const struct facts *facts, char *ranges)
{
	size_t point = release_named(facts, "4.10.0"), tip = release_named(facts, "4.10");
	uint32_t releases = 0;

	for (char *range; (range = strsep(&ranges, ","));) {
		char *first = strsep(&range, "-");
		size_t last = release_named(facts, range ? range : first);

		for (size_t i = release_named(facts, first); i <= last; i++)
			releases |= 1u << i;
	}
	releases &= ~(1u << point);
	if (releases & 1u << tip)
		releases |= 1u << point;
	return releases;
}

static struct facts_field *new_field(struct facts *facts, const char *structure, const char *name)
{
	struct facts_field *field;

	if (facts->field_count == LINES)
		die("more lines than thought", structure);
	field = &facts->fields[facts->field_count++];
	copy_text(field->structure, sizeof(field->structure), structure);
	copy_text(field->field, sizeof(field->field), name);
	return field;
}

static void add_field(struct facts *facts, char *columns[COLUMNS])
{
	struct facts_field *field = new_field(facts, columns[0], columns[1]);

	field->releases = releases_of(facts, columns[2]);
	field->offset = strtoul(columns[3], NULL, 10);
	field->size = strtoul(columns[4], NULL, 10);
	copy_text(field->type, sizeof(field->type), columns[5]);
}

static void add_constant(struct facts *facts, char *columns[COLUMNS])
{
	struct facts_constant *constant;
	char *end;
	uint64_t value = strtoull(columns[1], &end, 16);

	if (*end || end == columns[1])
		return;
	if (facts->constant_count == LINES)
		die("more lines than thought", columns[0]);
	constant = &facts->constants[facts->constant_count++];
	constant->value = value;
	copy_text(constant->name, sizeof(constant->name), columns[0]);
	constant->releases = releases_of(facts, columns[2]);
}

/* "96+104 struct x": offset and size; "112": the size alone. */
static void parse_place(const char *text, struct facts_field *field)
{
	if (sscanf(text, "%zu+%zu", &field->offset, &field->size) == 2)
		return;
	if (sscanf(text, "%zu", &field->size) != 1)
		die("what place is this", text);
}

/* What 4.10.1 changed, taken back for 4.10.0; later changes do not concern it. */
static void take_back(struct facts *facts, char *columns[COLUMNS])
{
	size_t point = release_named(facts, "4.10.0");
	bool is_size = !strcmp(columns[2], "size");
	char *name = columns[3], *dot = strchr(name, '.');
	const char *field = is_size ? "(size)" : dot + 1;
	size_t found = 0;

	if (strcmp(columns[1], "4.10.1") != 0 || !strcmp(columns[2], "const"))
		return;
	if (!is_size)
		*dot = '\0';
	for (size_t i = 0; i < facts->field_count; i++) {
		struct facts_field *fact = &facts->fields[i];

		if (strcmp(fact->structure, name) != 0 || strcmp(fact->field, field) != 0 ||
		    !(fact->releases & 1u << point))
			continue;
		fact->releases &= ~(1u << point);
		found++;
	}
	if (found != 1)
		die("a change of what is not there", name);
	if (!strcmp(columns[4], "-"))
		return;
	new_field(facts, name, field)->releases = 1u << point;
	parse_place(columns[4], &facts->fields[facts->field_count - 1]);
}

void facts_read(struct facts *facts, const char *directory)
{
	*facts = (struct facts){ .fields = calloc(LINES, sizeof(*facts->fields)),
				 .constants = calloc(LINES, sizeof(*facts->constants)) };
	if (!facts->fields || !facts->constants)
		die("no memory", directory);
	each_line(facts, directory, "versions.tsv", 5, add_release);
	each_line(facts, directory, "structs.tsv", 6, add_field);
	each_line(facts, directory, "constants.tsv", 3, add_constant);
	each_line(facts, directory, "point-releases.tsv", 6, take_back);
}

void facts_free(struct facts *facts)
{
	free(facts->fields);
	free(facts->constants);
	*facts = (struct facts){ .release_count = 0 };
}

size_t facts_first(const struct facts *facts)
{
	return release_named(facts, "4.6");
}

const struct facts_field *facts_find(const struct facts *facts, size_t release,
				     const char *structure, const char *field)
{
	for (size_t i = 0; i < facts->field_count; i++) {
		const struct facts_field *fact = &facts->fields[i];

		if ((fact->releases & 1u << release) && !strcmp(fact->structure, structure) &&
		    !strcmp(fact->field, field))
			return fact;
	}
	return NULL;
}

bool facts_constant(const struct facts *facts, size_t release, const char *name, uint64_t *value)
{
	for (size_t i = 0; i < facts->constant_count; i++) {
		const struct facts_constant *constant = &facts->constants[i];

		if ((constant->releases & 1u << release) && !strcmp(constant->name, name)) {
			*value = constant->value;
			return true;
		}
	}
	return false;
}

const struct facts_field *facts_always(const struct facts *facts, const char *structure,
				       const char *field)
{
	size_t first = facts_first(facts);
	const struct facts_field *fact = facts_find(facts, first, structure, field);

	for (size_t i = first; i < facts->release_count; i++)
		if (!fact || facts_find(facts, i, structure, field) != fact)
			die("not the same in every release", field);
	return fact;
}

uint64_t facts_constant_always(const struct facts *facts, const char *name)
{
	uint64_t value = 0, now;

	for (size_t i = facts_first(facts); i < facts->release_count; i++) {
		if (!facts_constant(facts, i, name, &now) ||
		    (i != facts_first(facts) && now != value))
			die("not the same in every release", name);
		value = now;
	}
	return value;
}
