/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the syntax of xl.cfg(5): keys with strings, numbers and lists. Knows no key. */
#ifndef XENCTL_XLCFG_H
#define XENCTL_XLCFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CTL_XLCFG_BYTES_MAX = 1 << 20,
	CTL_XLCFG_KEYS_MAX = 1000,
	CTL_XLCFG_VALUES_MAX = 20000, /* members of lists count, each list too */
	CTL_XLCFG_DEPTH_MAX = 8,      /* lists in lists */
	CTL_XLCFG_PROBLEMS_MAX = 50,  /* what comes beyond is not told */
};

enum ctl_xlcfg_kind {
	CTL_XLCFG_STRING,
	CTL_XLCFG_NUMBER,
	CTL_XLCFG_LIST,
};

struct ctl_xlcfg_value {
	enum ctl_xlcfg_kind kind;
	unsigned int line;
	const char *text; /* of a string */
	uint64_t number;  /* without its sign */
	bool negative;
	uint32_t first; /* of a list: index of its first member; 0: it is empty */
	uint32_t next;	/* index of the next member of the same list; 0: it is the last */
};

struct ctl_xlcfg_key {
	const char *name;
	unsigned int line;
	uint32_t value; /* index */
};

struct ctl_xlcfg {
	char *bytes; /* a copy of the file; the texts lie in it */
	struct ctl_xlcfg_key *keys;
	struct ctl_xlcfg_value *values; /* [0] is nobody's */
	size_t key_count, value_count;
};

/* Told of each thing that is wrong, in the order of the lines. The sentence may quote the file. */
typedef void (*ctl_xlcfg_problem_fn)(void *data, unsigned int line, const char *sentence);

/*
 * Read a text that need not end in NUL. Returns 0, -EINVAL if something is wrong with it (all
 * of which was told), -ENOMEM or -EFBIG. Whatever comes back, it is to be freed.
 */
int ctl_xlcfg_parse(struct ctl_xlcfg *cfg, const char *text, size_t size,
		    ctl_xlcfg_problem_fn problem, void *data);
/* A number that is not negative; one in quotes is taken too. -EINVAL, -ERANGE. */
int ctl_xlcfg_number(const struct ctl_xlcfg_value *value, uint64_t *number);
void ctl_xlcfg_free(struct ctl_xlcfg *cfg); /* takes one that is all 0 */

#endif
