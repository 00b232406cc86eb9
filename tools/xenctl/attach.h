/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's console on our standard input and output. */
#ifndef XENCTL_ATTACH_H
#define XENCTL_ATTACH_H

#include <libxen/libxen.h>
#include <stdbool.h>
#include <stdint.h>

struct ctl_attach {
	const char *until;  /* leave when the guest has written this; NULL: stay */
	int64_t timeout_ms; /* leave after so long; -1: never */
	bool read_only;	    /* send nothing to the guest */
	bool raw;	    /* to a terminal: whatever the guest writes */
};

/*
 * Copy until the guest ends, the user leaves (Ctrl-] on a terminal), or what was asked for
 * happens. Interrupts must be caught already. Says what there is to say and returns the
 * exit code.
 */
int ctl_attach(struct libxen *xen, struct libxen_domain *domain, struct libxen_console *console,
	       const struct ctl_attach *how);

#endif
