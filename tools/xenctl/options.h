/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command's options as a table: what they are called, what they take, where it goes. */
#ifndef XENCTL_OPTIONS_H
#define XENCTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl_command;

enum ctl_option_kind {
	CTL_OPTION_FLAG,     /* bool */
	CTL_OPTION_TEXT,     /* const char * */
	CTL_OPTION_SIZE,     /* uint64_t, in bytes, 1 at least */
	CTL_OPTION_TEXTS,    /* struct ctl_texts: the option may come again */
	CTL_OPTION_COUNT,    /* uint32_t, 1 at least */
	CTL_OPTION_DURATION, /* int64_t, in milliseconds; -1 before it is given */
	CTL_OPTION_UUID,     /* uint8_t[16] */
	CTL_OPTION_TYPE,     /* uint32_t, LIBXEN_TYPE_* */
	CTL_OPTION_NUMBER,   /* int64_t, 0 to UINT32_MAX; something negative before it is given */
	CTL_OPTION_SET,	     /* struct ctl_set */
	CTL_OPTION_TSC,	     /* uint32_t, LIBXEN_TSC_* */
};

/* Texts of an option that came several times, in their order. */
#define CTL_TEXTS_MAX 16

struct ctl_texts {
	const char *at[CTL_TEXTS_MAX];
	uint32_t count;
};

struct ctl_option {
	const char *name;  /* without the hyphens; NULL ends the table */
	const char *takes; /* what the value is called; NULL for a flag */
	const char *help;  /* one line or more, ready to print but for the indentation */
	enum ctl_option_kind kind;
	size_t at;   /* offset of the member in the command's own structure */
	char letter; /* its short form; 0: none */
};

/* Every command that talks to Xen takes it. */
#define CTL_OPTION_TRY_NEWER(type)                                                 \
	{                                                                          \
		"try-newer", NULL, "go on if this Xen is newer than libxen knows", \
			CTL_OPTION_FLAG, offsetof(type, try_newer)                 \
	}
#define CTL_OPTION_JSON(type)                                                                   \
	{                                                                                       \
		"json", NULL, "print JSON, for programs", CTL_OPTION_FLAG, offsetof(type, json) \
	}

/*
 * Take the options from the command line; values points to the command's own structure, with
 * its defaults set. The operands are left in a list ended by NULL. Returns true to go on;
 * else *exit_code says how to end, and all was said.
 */
bool ctl_take_options(const struct ctl_command *command, int argc, char **argv, void *values,
		      char ***operands, int *exit_code);

#endif
