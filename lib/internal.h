/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of lib/ share. */
#ifndef LX_INTERNAL_H
#define LX_INTERNAL_H

#include <build/image.h>
#include <hypercall.h>
#include <libxen/libxen.h>
#include <stdbool.h>

struct libxen {
	struct lx_error error;
	struct lx_hc hc;
	bool open;
	libxen_progress_fn progress;
	void *progress_data;
};

struct libxen_domain {
	struct libxen *xen;
	uint32_t domid;
	uint8_t uuid[16]; /* Xen gives a freed number to the next domain; this tells them apart */
};

/* The largest ramdisk that is read, or several together. */
#define LX_RAMDISK_LIMIT ((size_t)4 << 30)

/* 0, or -ENOTCONN and a sentence. */
int lx_need_open(struct libxen *xen);

/* The connection's progress function, in the builder's form; borrows @xen. */
struct lx_progress lx_progress_of(struct libxen *xen);

/* No structure will ever be larger: a size beyond is one that was not set. */
#define LX_SANE_SIZE ((size_t)64 << 10)

/*
 * Structures begin with their own size, so that they can grow. In: copy the caller's into ours;
 * what it has beyond ours must be 0, else -E2BIG: a wish is never dropped. Shorter than in the
 * first release is -EINVAL. @name is for the sentence.
 */
int lx_sized_in(struct libxen *xen, const char *name, const void *theirs, size_t first_size,
		void *ours, size_t our_size);

/* Out: fill what both know and zero the rest. @theirs keeps its size. */
int lx_sized_out(void *theirs, size_t first_size, const void *ours, size_t our_size);

/* Read a source, whatever kind it is; @what names it in sentences: "kernel", "ramdisk". */
int lx_source_read(struct libxen *xen, const struct libxen_source *source, const char *what,
		   size_t limit, struct lx_bytes *bytes);

/*
 * Read @count sources as lx_source_read() does; several are joined as ramdisks are, each at the
 * next multiple of 4 bytes. @sources is an array whose stride is the size that its elements tell.
 */
int lx_sources_join(struct libxen *xen, const struct libxen_source *sources, uint32_t count,
		    const char *what, size_t limit, struct lx_bytes *bytes);

/* A handle for a domain that is known to be there. */
struct libxen_domain *lx_domain_new(struct libxen *xen, uint32_t domid, const uint8_t uuid[16]);

/* The domain's state, after making sure that it is still the one that was opened. */
int lx_domain_look(struct libxen_domain *domain, struct lx_hc_domain_info *info);

/* What the API calls a domain's state: LIBXEN_STATE_*. */
uint32_t lx_domain_state(const struct lx_hc_domain_info *info);

/* A list of names of features: LX_MISC_*. -ENOTSUP: one is not to be switched, or not here. */
int lx_features_take(struct libxen *xen, const char *list, uint32_t *misc_flags);

/* The image behind the API's handle. */
const struct lx_image *lx_image_of(const struct libxen_image *image);

/* Find the domain with a UUID; -ESRCH if there is none, without a sentence. */
int lx_domain_find(struct libxen *xen, const uint8_t uuid[16], uint32_t *domid);

#endif
