/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about one release, from tests/xen-abi/ and from nothing that libxen says. */
#include "fake-internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAKE_XEN_ABI_DIR
#error "FAKE_XEN_ABI_DIR must name the directory with structs.tsv"
#endif

enum { COLUMNS = 6, BUCKETS = 8192, TIP = 1000 };

/* A field of a structure, the "(size)" of one, or a constant (structure ""). */
struct fact {
	const char *structure, *name;
	uint64_t value; /* offset, size of a structure, or constant */
	uint32_t size;
	bool is_signed;
	struct fact *next;
};

struct fake_abi {
	struct fake_abi *next;
	char release[16];
	char probed_at[32];
	unsigned int minor;
	int point; /* 4.17.2: 2; the branch's last: TIP */
	struct fact *buckets[BUCKETS];
};

static struct fake_abi *loaded; /* one a release, for the life of the process */
static pthread_mutex_t loaded_lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned int bucket_of(const char *structure, const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *structure; structure++)
		hash = (hash ^ (unsigned char)*structure) * 16777619u;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % BUCKETS;
}

static struct fact *find(const struct fake_abi *abi, const char *structure, const char *name)
{
	struct fact *fact = abi->buckets[bucket_of(structure, name)];

	while (fact && (strcmp(fact->name, name) != 0 || strcmp(fact->structure, structure) != 0))
		fact = fact->next;
	return fact;
}

static struct fact *add(struct fake_abi *abi, const char *structure, const char *name)
{
	struct fact *fact = find(abi, structure, name);
	unsigned int bucket = bucket_of(structure, name);

	if (fact)
		return fact;
	fact = fake_calloc(1, sizeof(*fact));
	fact->structure = structure;
	fact->name = name;
	fact->next = abi->buckets[bucket];
	abi->buckets[bucket] = fact;
	return fact;
}

static void drop(struct fake_abi *abi, const char *structure, const char *name)
{
	struct fact **at = &abi->buckets[bucket_of(structure, name)];

	for (; *at; at = &(*at)->next) {
		if (strcmp((*at)->name, name) == 0 && strcmp((*at)->structure, structure) == 0) {
			struct fact *dropped = *at;

			*at = dropped->next;
			free(dropped);
			return;
		}
	}
}

/* A whole file; the facts point into it, so it stays. */
static char *read_file(const char *name)
{
	char path[1024], *text = NULL;
	FILE *file;
	long size;

	snprintf(path, sizeof(path), "%s/%s", FAKE_XEN_ABI_DIR, name);
	file = fopen(path, "re");
	if (!file)
		fake_die("cannot open %s: %s", path, strerror(errno));
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = fake_calloc(1, (size_t)size + 1);
	if (fread(text, 1, (size_t)size, file) != (size_t)size)
		fake_die("cannot read %s", path);
	fclose(file);
	return text;
}

/* Split the next line at its tabs; missing columns become "". False: no more lines. */
static bool next_line(char **text, const char *columns[COLUMNS])
{
	char *line = strsep(text, "\n");

	if (!line || !*line)
		return false;
	for (int i = 0; i < COLUMNS; i++) {
		char *column = strsep(&line, "\t");

		columns[i] = column ? column : "";
	}
	return true;
}

/* "4.17" -> 17, "4.23u" -> 23 */
static unsigned int minor_of(const char *version)
{
	return strncmp(version, "4.", 2) == 0 ? (unsigned int)strtoul(version + 2, NULL, 10) : 0;
}

/* Whether "4.4-4.8,4.11-4.23u" has 4.@minor. */
static bool ranges_have(const char *ranges, unsigned int minor)
{
	while (*ranges) {
		size_t length = strcspn(ranges, ",");
		const char *dash = memchr(ranges, '-', length);
		unsigned int first = minor_of(ranges);
		unsigned int last = dash ? minor_of(dash + 1) : first;

		if (first <= minor && minor <= last)
			return true;
		ranges += length;
		ranges += *ranges == ',';
	}
	return false;
}

/* "i32", "i8[3]": signed; "u32", "handle", "struct x": not. */
static bool type_is_signed(const char *type)
{
	return type[0] == 'i' && type[1] >= '1' && type[1] <= '9';
}

static void load_structs(struct fake_abi *abi)
{
	char *text = read_file("structs.tsv");
	const char *column[COLUMNS];

	next_line(&text, column); /* the heading */
	while (next_line(&text, column)) {
		struct fact *fact;

		if (!ranges_have(column[2], abi->minor))
			continue;
		fact = add(abi, column[0], column[1]);
		fact->value = strtoul(column[3], NULL, 10);
		fact->size = (uint32_t)strtoul(column[4], NULL, 10);
		fact->is_signed = type_is_signed(column[5]);
	}
}

static void load_constants(struct fake_abi *abi)
{
	char *text = read_file("constants.tsv");
	const char *column[COLUMNS];

	next_line(&text, column);
	while (next_line(&text, column)) {
		if (column[1][0] != '"' && ranges_have(column[2], abi->minor))
			add(abi, "", column[0])->value = strtoull(column[1], NULL, 16);
	}
}

/* What came after our point release is undone: @old is "-", a number, or "offset+size type". */
static void undo(struct fake_abi *abi, const char *kind, const char *full, const char *old)
{
	bool constant = strcmp(kind, "const") == 0;
	const char *dot = constant ? NULL : strchr(full, '.');
	const char *name = constant ? full : dot ? dot + 1 : "(size)";
	char structure[64] = "", *end;
	struct fact *fact;

	if (!constant)
		snprintf(structure, sizeof(structure), "%.*s", (int)strcspn(full, "."), full);
	if (strcmp(old, "-") == 0) {
		drop(abi, structure, name);
		return;
	}
	fact = find(abi, structure, name);
	if (!fact)
		fact = add(abi, strdup(structure), name);
	if (constant) {
		fact->value = strtoull(old, NULL, 16);
	} else if (strcmp(kind, "size") == 0) {
		fact->size = (uint32_t)strtoul(old, NULL, 10);
	} else {
		fact->value = strtoul(old, &end, 10);
		fact->size = (uint32_t)strtoul(end + 1, &end, 10);
		fact->is_signed = type_is_signed(end + strspn(end, " "));
	}
}

static void load_point_releases(struct fake_abi *abi)
{
	const char *column[COLUMNS];
	char *text;

	if (abi->point == TIP)
		return;
	text = read_file("point-releases.tsv");
	next_line(&text, column);
	while (next_line(&text, column)) {
		unsigned int minor;
		int point = TIP;

		if (minor_of(column[0]) != abi->minor)
			continue;
		if (!strstr(column[1], "-tip"))
			sscanf(column[1], "4.%u.%d", &minor, &point);
		if (point > abi->point)
			undo(abi, column[2], column[3], column[4]);
	}
}

/* "4.17", "4.17.2", "4.23u" or "4.23": is it in versions.tsv? */
static bool load_version(struct fake_abi *abi)
{
	char *text = read_file("versions.tsv"), *start = text;
	const char *column[COLUMNS];
	bool found = false;

	abi->minor = minor_of(abi->release);
	abi->point = TIP;
	if (sscanf(abi->release, "4.%*u.%d", &abi->point) != 1)
		abi->point = TIP;
	next_line(&text, column);
	while (next_line(&text, column)) {
		if (minor_of(column[0]) != abi->minor)
			continue;
		found = true;
		snprintf(abi->probed_at, sizeof(abi->probed_at), "%.31s", column[2]);
	}
	free(start);
	return found;
}

struct fake_abi *fake_abi_load(const char *release)
{
	struct fake_abi *abi;

	pthread_mutex_lock(&loaded_lock);
	for (abi = loaded; abi && strcmp(abi->release, release) != 0; abi = abi->next)
		;
	if (abi)
		goto out;

	abi = fake_calloc(1, sizeof(*abi));
	snprintf(abi->release, sizeof(abi->release), "%s", release);
	if (!load_version(abi)) {
		free(abi);
		abi = NULL;
		goto out;
	}
	load_structs(abi);
	load_constants(abi);
	load_point_releases(abi);
	abi->next = loaded;
	loaded = abi;
out:
	pthread_mutex_unlock(&loaded_lock);
	return abi;
}

const char *fake_abi_probed_at(const struct fake_abi *abi)
{
	return abi->probed_at;
}

unsigned int fake_abi_minor(const struct fake_abi *abi)
{
	return abi->minor;
}

int fake_abi_point(const struct fake_abi *abi)
{
	return abi->point == TIP ? -1 : abi->point;
}

const char *const *fake_releases(void)
{
	static const char *const releases[] = { "4.6",	"4.7",	  "4.8",  "4.9",  "4.10.0", "4.10",
						"4.11", "4.12.0", "4.12", "4.13", "4.14",   "4.15",
						"4.16", "4.17",	  "4.18", "4.19", "4.20",   "4.21",
						"4.22", "4.23u",  NULL };

	return releases;
}

static const struct fact *fact_of(const struct fake *fake, const char *structure, const char *name)
{
	const struct fact *fact = find(fake->abi, structure, name);

	if (!fact)
		fake_die("Xen %s has no %s %s", fake->options.release, structure, name);
	return fact;
}

bool fake_has(const struct fake *fake, const char *structure, const char *field)
{
	return find(fake->abi, structure, field) != NULL;
}

bool fake_field(const struct fake *fake, const char *structure, const char *field, size_t *offset,
		size_t *size)
{
	const struct fact *fact = find(fake->abi, structure, field);

	if (!fact)
		return false;
	*offset = fact->value;
	*size = fact->size;
	return true;
}

size_t fake_sizeof(const struct fake *fake, const char *structure)
{
	return fact_of(fake, structure, "(size)")->size;
}

void *fake_at(const struct fake *fake, const void *base, const char *structure, const char *field)
{
	return (unsigned char *)(uintptr_t)base + fact_of(fake, structure, field)->value;
}

uint64_t fake_get(const struct fake *fake, const void *base, const char *structure,
		  const char *field)
{
	const struct fact *fact = fact_of(fake, structure, field);
	unsigned int bits = fact->size * 8;
	uint64_t value = 0;

	if (fact->size > sizeof(value))
		fake_die("%s.%s is no integer", structure, field);
	memcpy(&value, (const unsigned char *)base + fact->value, fact->size);
	if (fact->is_signed && bits < 64 && value >> (bits - 1))
		value |= ~0ull << bits;
	return value;
}

void fake_set(const struct fake *fake, void *base, const char *structure, const char *field,
	      uint64_t value)
{
	const struct fact *fact = fact_of(fake, structure, field);

	if (fact->size > sizeof(value))
		fake_die("%s.%s is no integer", structure, field);
	memcpy((unsigned char *)base + fact->value, &value, fact->size);
}

uint64_t fake_get_if(const struct fake *fake, const void *base, const char *structure,
		     const char *field)
{
	return fake_has(fake, structure, field) ? fake_get(fake, base, structure, field) : 0;
}

void fake_set_if(const struct fake *fake, void *base, const char *structure, const char *field,
		 uint64_t value)
{
	if (fake_has(fake, structure, field))
		fake_set(fake, base, structure, field, value);
}

uint64_t fake_constant(const struct fake *fake, const char *name)
{
	return fact_of(fake, "", name)->value;
}

uint64_t fake_constant_if(const struct fake *fake, const char *name)
{
	const struct fact *fact = find(fake->abi, "", name);

	return fact ? fact->value : 0;
}

bool fake_has_constant(const struct fake *fake, const char *name)
{
	return find(fake->abi, "", name) != NULL;
}

bool fake_abi_unstable(const struct fake_abi *abi)
{
	return strstr(abi->probed_at, "-dev") != NULL;
}
