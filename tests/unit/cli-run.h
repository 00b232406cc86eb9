/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs xenctl's command lines inside a test, and catches what they print. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "command.h"

/* Run a command line; what it prints goes to the two texts. */
struct run {
	int code;
	char out[512 * 1024];
	char err[4096];
};

static inline void read_back(FILE *file, char *text, size_t room)
{
	size_t size;

	rewind(file);
	size = fread(text, 1, room - 1, file);
	text[size] = '\0';
	fclose(file);
}

static inline void run_words(struct run *run, int argc, char **argv)
{
	FILE *out = tmpfile(), *err = tmpfile();
	int saved_out = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO);

	assert_non_null(out);
	assert_non_null(err);
	fflush(stdout);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	run->code = ctl_run(argc, argv);
	fflush(stdout);
	dup2(saved_out, STDOUT_FILENO);
	dup2(saved_err, STDERR_FILENO);
	close(saved_out);
	close(saved_err);
	read_back(out, run->out, sizeof(run->out));
	read_back(err, run->err, sizeof(run->err));
}

/* The words of a command line, parted by single blanks, without "xenctl". */
static inline void run_line(struct run *run, const char *line)
{
	char copy[256], *argv[24] = { (char *)"xenctl" }, *word, *rest = copy;
	int argc = 1;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	while ((word = strsep(&rest, " ")) && *word && argc < 23)
		argv[argc++] = word;
	argv[argc] = NULL;
	run_words(run, argc, argv);
}

#endif
