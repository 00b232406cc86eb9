/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a domain. */
#include "internal.h"

#include <errno.h>
#include <time.h>

enum { DESTROY_OPTIONS_SIZE_0_1 = 16, DEFAULT_TIMEOUT_MS = 10000 };

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Xen tells nobody in particular when the last page is let go: look again, ever less often. */
static int wait_until_gone(struct libxen_domain *domain, uint32_t timeout_ms)
{
	struct lx_progress progress = lx_progress_of(domain->xen);
	uint64_t deadline = now_ms() + timeout_ms;
	struct timespec pause = { .tv_nsec = 100 * 1000 };
	struct lx_hc_domain_info info;
	int ret;

	while ((ret = lx_domain_look(domain, &info)) == 0) {
		if (now_ms() >= deadline)
			return lx_fail(&domain->xen->error, -ETIMEDOUT,
				       "domain %u is dying, but something still holds %llu of its "
				       "pages: an open console, a backend, another program",
				       domain->domid, (unsigned long long)info.tot_pages);
		if (lx_progress_tell(&progress, "wait until it is gone", 0, 0) < 0)
			return lx_fail(&domain->xen->error, -ECANCELED,
				       "domain %u is dying; waiting for its end was cancelled",
				       domain->domid);
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 50 * 1000 * 1000)
			pause.tv_nsec *= 2;
	}
	return ret == -ESRCH || ret == -ESTALE ? 0 : ret;
}

int libxen_domain_destroy(struct libxen_domain *domain,
			  const struct libxen_destroy_options *options)
{
	struct libxen *xen = domain->xen;
	struct libxen_destroy_options now = { 0 };
	struct lx_hc_domain_info info;
	int ret;

	if (options) {
		ret = lx_sized_in(xen, "libxen_destroy_options", options, DESTROY_OPTIONS_SIZE_0_1,
				  &now, sizeof(now));
		if (ret < 0)
			return ret;
	}
	if (now.flags & ~LIBXEN_DESTROY_NO_WAIT)
		return lx_fail(&xen->error, -E2BIG, "this libxen does not know the flags 0x%x",
			       now.flags);
	if (domain->domid == 0)
		return lx_fail(&xen->error, -EINVAL,
			       "domain 0 cannot be destroyed: it is the one that we run in");

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	ret = lx_hc_domain_destroy(&xen->hc, domain->domid);
	if (ret < 0 && ret != -ESRCH)
		return ret;
	if (now.flags & LIBXEN_DESTROY_NO_WAIT)
		return 0;
	return wait_until_gone(domain, now.timeout_ms ? now.timeout_ms : DEFAULT_TIMEOUT_MS);
}
