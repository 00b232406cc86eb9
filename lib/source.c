/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels and ramdisks as the caller names them. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>

enum { SOURCE_SIZE_0_1 = 40 };

static int from_memory(struct libxen *xen, const struct libxen_source *source, const char *what,
		       size_t limit, struct lx_bytes *bytes)
{
	if (!source->data)
		return lx_fail(&xen->error, -EINVAL, "the %s has no data", what);
	if (source->data_bytes > limit)
		return lx_fail(&xen->error, -EFBIG, "the %s is larger than %zu MiB", what,
			       limit >> 20);
	*bytes = (struct lx_bytes){ .data = source->data, .size = source->data_bytes };
	return 0;
}

int lx_source_read(struct libxen *xen, const struct libxen_source *source, const char *what,
		   size_t limit, struct lx_bytes *bytes)
{
	struct libxen_source now;
	char name[256];
	int ret;

	ret = lx_sized_in(xen, "libxen_source", source, SOURCE_SIZE_0_1, &now, sizeof(now));
	if (ret < 0)
		return ret;

	switch (now.kind) {
	case LIBXEN_SOURCE_PATH:
		if (!now.path)
			return lx_fail(&xen->error, -EINVAL, "the %s has no path", what);
		snprintf(name, sizeof(name), "%s %s", what, now.path);
		return lx_bytes_from_path(bytes, now.path, limit, name, &xen->error);
	case LIBXEN_SOURCE_FD:
		return lx_bytes_from_fd(bytes, now.fd, limit, what, &xen->error);
	case LIBXEN_SOURCE_MEMORY:
		return from_memory(xen, &now, what, limit, bytes);
	default:
		return lx_fail(&xen->error, -EINVAL, "%u is not a kind of source for the %s",
			       now.kind, what);
	}
}
