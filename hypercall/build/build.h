/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domain builder as lib/ sees it: check a wish, then make a domain of it. */
#ifndef LX_BUILD_BUILD_H
#define LX_BUILD_BUILD_H

#include "../hypercall.h"
#include "../progress.h"
#include "image.h"
#include "place.h"

/* What is to be built. Everything is borrowed during the call. */
struct lx_build {
	const struct lx_image *image;
	const struct lx_bytes *ramdisk; /* size 0: none */
	const char *cmdline;
	uint64_t pages;
	uint64_t max_pages;  /* that it may have later, @pages at least */
	uint32_t vcpus;	     /* at the start */
	uint32_t max_vcpus;  /* that it has, online or not */
	int tsc_mode;	     /* LX_TSC_*, -1: what suits the type */
	uint32_t misc_flags; /* LX_MISC_* */
	struct lx_place place;
	bool console; /* false: the guest gets none */
	bool paused;  /* do not let it run */
	uint8_t uuid[16];
	const struct lx_progress *progress;
};

/* The guest's ports, in the order in which they are allocated; grants as Xen's tools use them. */
enum {
	LX_PORT_STORE = 1,
	LX_PORT_CONSOLE = 2,
	LX_GRANT_CONSOLE = 0,
};

/* Everything that can be found wrong without a domain: -ENOEXEC, -ENOSPC, -EINVAL, -ENOTSUP. */
int lx_build_pv_check(struct lx_hc *hc, const struct lx_build *build);
int lx_build_pvh_check(struct lx_hc *hc, const struct lx_build *build);

/*
 * Build a domain and let it run. vCPU 0 comes online in the last step before that, so a paused
 * domain without one is a build that was cut off. A failure leaves nothing.
 */
int lx_build_pv(struct lx_hc *hc, const struct lx_build *build, uint32_t *domid);
int lx_build_pvh(struct lx_hc *hc, const struct lx_build *build, uint32_t *domid);

#endif
