/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long work tells where it stands, and how it is cancelled. */
#ifndef LX_PROGRESS_H
#define LX_PROGRESS_H

#include <errno.h>
#include <stdint.h>

/* The owner's function; anything but 0 cancels the job. A zeroed structure tells nobody. */
struct lx_progress {
	int (*call)(void *data, const char *step, uint64_t done, uint64_t total);
	void *data;
};

/* Tell that @done of @total units of @step are done. Returns 0, or -ECANCELED. */
static inline int lx_progress_tell(const struct lx_progress *progress, const char *step,
				   uint64_t done, uint64_t total)
{
	if (!progress->call || progress->call(progress->data, step, done, total) == 0)
		return 0;
	return -ECANCELED;
}

#endif
