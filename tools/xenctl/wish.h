/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest that is asked for, by options, by an xl.cfg file, or by both. */
#ifndef XENCTL_WISH_H
#define XENCTL_WISH_H

#include <libxen/libxen.h>
#include <stdint.h>

#include "options.h"
#include "place.h"
#include "xlcfg.h"

#define CTL_TYPE_UNSAID UINT32_MAX

/* A member that is NULL, 0, or CTL_TYPE_UNSAID was not said. */
struct ctl_wish {
	const char *file; /* where the rest of it is from; NULL: options only */
	const char *kernel;
	struct ctl_texts ramdisks;
	const char *cmdline;
	const char *name;
	uint64_t memory_bytes, memory_max_bytes;
	uint32_t vcpus, vcpus_max;
	uint32_t type; /* LIBXEN_TYPE_* */
	uint8_t uuid[16];
	struct ctl_place place;
	struct ctl_texts features;
	char *feature_list;   /* joined */
	struct ctl_xlcfg cfg; /* texts of the file lie here */
	char *joined;	      /* root and extra as one command line */
};

/*
 * Fill what was not said yet from a file. Keys named in ignore ("disk,vif"; NULL: none) are
 * passed over. Whatever is wrong is said, all of it; returns an exit code.
 */
int ctl_wish_read(struct ctl_wish *wish, const char *file, const char *ignore);
/* What nobody said: memory and type. -ENOMEM. */
int ctl_wish_complete(struct ctl_wish *wish);
void ctl_wish_free(struct ctl_wish *wish);

/* What the guest points to. */
struct ctl_wish_room {
	struct libxen_source ramdisks[CTL_TEXTS_MAX];
	struct ctl_place_room place;
};

/* As the library wants it. Wish and room have to live as long. */
struct libxen_guest ctl_wish_guest(const struct ctl_wish *wish, const struct libxen_image *kernel,
				   struct ctl_wish_room *room);

#endif
