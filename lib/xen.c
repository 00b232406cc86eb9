/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection: made, opened, asked for its last error, freed. */
#include "internal.h"

#include "config.h"
#include <errno.h>
#include <stdlib.h>

enum { OPEN_OPTIONS_SIZE_0_1 = 16, COUNTERS_SIZE_0_1 = 40 };

struct libxen *libxen_new(void)
{
	return calloc(1, sizeof(struct libxen));
}

int libxen_open(struct libxen *xen, const struct libxen_open_options *options)
{
	struct libxen_open_options now = { 0 };
	int ret;

	if (xen->open)
		return lx_fail(&xen->error, -EALREADY, "this connection is open already");
	if (options) {
		ret = lx_sized_in(xen, "libxen_open_options", options, OPEN_OPTIONS_SIZE_0_1, &now,
				  sizeof(now));
		if (ret < 0)
			return ret;
	}
	if ((now.flags & ~LIBXEN_OPEN_TRY_NEWER) || now.reserved)
		return lx_fail(&xen->error, -E2BIG, "this libxen does not know the flags 0x%x",
			       now.flags);

	ret = lx_hc_open(&xen->hc, lx_os_default(), &xen->error, now.flags & LIBXEN_OPEN_TRY_NEWER);
	xen->open = ret == 0;
	return ret;
}

void libxen_free(struct libxen *xen)
{
	if (!xen)
		return;
	if (xen->open)
		lx_hc_close(&xen->hc);
	free(xen);
}

const char *libxen_error(const struct libxen *xen)
{
	return xen->error.text;
}

void libxen_set_progress(struct libxen *xen, libxen_progress_fn progress, void *data)
{
	xen->progress = progress;
	xen->progress_data = data;
}

int libxen_counters(const struct libxen *xen, struct libxen_counters *counters)
{
	struct libxen_counters now = {
		.hypercalls = xen->hc.counters.hypercalls,
		.mapping_calls = xen->hc.counters.mapping_calls,
		.mapped_pages = xen->hc.counters.mapped_pages,
		.copied_bytes = xen->hc.counters.copied_bytes,
	};

	return lx_sized_out(counters, COUNTERS_SIZE_0_1, &now, sizeof(now));
}

const char *libxen_version(void)
{
	return LIBXEN_VERSION;
}

int lx_need_open(struct libxen *xen)
{
	if (xen->open)
		return 0;
	return lx_fail(&xen->error, -ENOTCONN, "the connection to Xen is not open");
}

static int tell(void *data, const char *step, uint64_t done, uint64_t total)
{
	struct libxen *xen = data;
	struct libxen_progress progress = {
		.size = sizeof(progress), .step = step, .done = done, .total = total
	};

	return xen->progress(&progress, xen->progress_data);
}

struct lx_progress lx_progress_of(struct libxen *xen)
{
	return (struct lx_progress){ .call = xen->progress ? tell : NULL, .data = xen };
}
