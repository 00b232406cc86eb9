/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line on the terminal that tells where long work stands. */
#ifndef XENCTL_PROGRESS_H
#define XENCTL_PROGRESS_H

#include <libxen/libxen.h>
#include <stdbool.h>
#include <stdint.h>

struct ctl_progress {
	bool wanted; /* stderr is a terminal that can go back in its line */
	bool dirty;  /* something stands in that line */
	uint64_t shown_ms;
	const char *shown_step;
};

void ctl_progress_init(struct ctl_progress *line);
void ctl_progress_show(struct ctl_progress *line, const struct libxen_progress *progress);
void ctl_progress_clear(struct ctl_progress *line);

#endif
