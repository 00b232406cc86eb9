/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Xen says of itself in words. */
#include "arena.h"
#include "call.h"

#include <stdio.h>
#include <string.h>

/* Sub-ops of xen_version and the sizes of what they fill (public/version.h). */
enum { XENVER_EXTRAVERSION = 1, XENVER_CAPABILITIES = 3 };
enum { EXTRAVERSION_SIZE = 16, CAPABILITIES_SIZE = 1024 };

static int read_text(struct lx_hc *hc, int op, size_t op_size, char *text, size_t size)
{
	size_t mark = hc->arena_used;
	char *answer = lx_arena_take(hc, op_size);
	size_t length;
	int ret;

	ret = lx_call(hc, LX_CALL_XEN_VERSION, op, lx_pointer(answer), 0, 0);
	if (ret < 0) {
		lx_fail_errno(hc->error, ret, "Xen does not tell its version");
		goto out;
	}

	length = strnlen(answer, op_size);
	if (length > size - 1)
		length = size - 1;
	for (size_t i = 0; i < length; i++)
		text[i] = answer[i] >= ' ' && answer[i] <= '~' ? answer[i] : '?';
	text[length] = '\0';
	while (length && text[length - 1] == ' ')
		text[--length] = '\0';
	ret = 0;
out:
	hc->arena_used = mark;
	return ret;
}

int lx_hc_version_text(struct lx_hc *hc, char *text, size_t size)
{
	char extra[EXTRAVERSION_SIZE + 1];
	int ret;

	ret = read_text(hc, XENVER_EXTRAVERSION, EXTRAVERSION_SIZE, extra, sizeof(extra));
	if (ret < 0)
		return ret;
	snprintf(text, size, "%u.%u%s", hc->release >> 8, hc->release & 0xff, extra);
	return 0;
}

int lx_hc_capabilities_text(struct lx_hc *hc, char *text, size_t size)
{
	return read_text(hc, XENVER_CAPABILITIES, CAPABILITIES_SIZE, text, size);
}
