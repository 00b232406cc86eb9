/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what Xen tells of a domain to what the API reports. */
#ifndef LX_DOMAIN_REPORT_H
#define LX_DOMAIN_REPORT_H

#include "internal.h"

/* Fill the caller's sized structure; -EINVAL if it is too small, without a sentence. */
int lx_domain_report(const struct lx_hc_domain_info *from, struct libxen_domain_info *info);

/* Whether lx_domain_report() takes elements of @size bytes each, and they are aligned. */
bool lx_domain_info_fits(size_t size);

#endif
