/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels and ramdisks as the caller names them. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SOURCE_SIZE_0_1 = 40, JOIN_ALIGN = 4 };

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

static int read_part(struct libxen *xen, const struct libxen_source *source, const char *what,
		     size_t limit, struct lx_bytes *bytes)
{
	int ret;

	ret = lx_source_read(xen, source, what, limit, bytes);
	if (ret == 0 && bytes->size == 0)
		ret = lx_fail(&xen->error, -EINVAL,
			      "the %s is empty: make it anew, or leave it out", what);
	return ret;
}

/* Add a source to what was joined so far. */
static int append(struct libxen *xen, const struct libxen_source *source, const char *what,
		  size_t limit, struct lx_bytes *joined)
{
	size_t at = (joined->size + JOIN_ALIGN - 1) & ~(size_t)(JOIN_ALIGN - 1);
	struct lx_bytes part = { 0 };
	int ret;

	ret = read_part(xen, source, what, limit, &part);
	if (ret < 0)
		goto out;
	if (at > limit || part.size > limit - at) {
		ret = lx_fail(&xen->error, -EFBIG, "with %s they are larger than %zu MiB", what,
			      limit >> 20);
		goto out;
	}
	ret = lx_bytes_grow(joined, at + part.size, &xen->error); /* with zeros */
	if (ret < 0)
		goto out;
	ret = lx_bytes_copy(&part, part.data, (uint8_t *)joined->mapping + at, part.size,
			    &xen->error);
	if (ret < 0)
		lx_fail_for(&xen->error, ret, "%s", what);
out:
	lx_bytes_free(&part);
	return ret;
}

int lx_sources_join(struct libxen *xen, const struct libxen_source *sources, uint32_t count,
		    const char *what, size_t limit, struct lx_bytes *bytes)
{
	const unsigned char *at = (const unsigned char *)sources;
	struct lx_bytes joined = { 0 };
	char name[32];
	size_t stride;
	uint32_t i;
	int ret = 0;

	*bytes = joined;
	if (count == 0)
		return 0;
	if (!sources)
		return lx_fail(&xen->error, -EINVAL, "there are said to be %u %ss, but not where",
			       count, what);
	if (count == 1) /* as it is, without a copy */
		return read_part(xen, sources, what, limit, bytes);

	stride = sources->size;
	for (i = 0; i < count; i++, at += stride) {
		const struct libxen_source *source = (const void *)at;

		if (source->size != stride || stride % sizeof(uint64_t) != 0) {
			ret = lx_fail(&xen->error, -EINVAL,
				      "struct libxen_source %u of the %ss has a wrong size", i + 1,
				      what);
			goto out;
		}
		snprintf(name, sizeof(name), "%s %u", what, i + 1);
		ret = append(xen, source, name, limit, &joined);
		if (ret < 0)
			goto out;
	}
	*bytes = joined;
	joined = (struct lx_bytes){ 0 };
out:
	lx_bytes_free(&joined);
	return ret;
}
