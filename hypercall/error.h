/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One failure: the code for programs and the sentence for people. */
#ifndef LX_ERROR_H
#define LX_ERROR_H

struct lx_error {
	char text[512]; /* the sentence, without a line end; empty: nothing failed yet */
};

/* Keep a sentence, and hand back @code, so that a failing line stays one line. */
int lx_fail(struct lx_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Put @format and ": " before the sentence that an inner layer kept: the inner one says what
 * failed, the outer one for whom. Hands back @code.
 */
int lx_fail_for(struct lx_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Keep a sentence that ends in what errno's text says about @code, and hand back @code. */
int lx_fail_errno(struct lx_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "; " and @format behind the sentence: what went wrong besides, or what to do about it. */
void lx_fail_also(struct lx_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
