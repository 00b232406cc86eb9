/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Xen has to say about a failure: the lines that it logged meanwhile. */
#ifndef XENCTL_XEN_LOG_H
#define XENCTL_XEN_LOG_H

#include <libxen/libxen.h>
#include <stdbool.h>
#include <stdint.h>

struct ctl_xen_log {
	uint32_t position;
	bool readable;
};

/* Remember the end of the log as it is now. A log that can not be read is no failure. */
void ctl_xen_log_mark(struct ctl_xen_log *log, struct libxen *xen);
/* Print to stderr what came since, at most so much that it can be taken in. */
void ctl_xen_log_show(struct ctl_xen_log *log, struct libxen *xen);

#endif
