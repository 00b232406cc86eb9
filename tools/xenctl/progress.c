/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line on the terminal that tells where long work stands. */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 100 /* between two figures of the same step */

/* Back to the first column, and nothing to the right of it. */
#define CLEAR_LINE "\r\033[K"

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void ctl_progress_init(struct ctl_progress *line)
{
	const char *terminal = getenv("TERM");

	*line = (struct ctl_progress){
		.wanted = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0,
	};
}

void ctl_progress_show(struct ctl_progress *line, const struct libxen_progress *progress)
{
	uint64_t now;

	if (!line->wanted)
		return;
	now = now_ms();
	if (progress->step == line->shown_step && now < line->shown_ms + PAUSE_MS)
		return;
	fprintf(stderr, CLEAR_LINE "%s", progress->step);
	if (progress->total)
		fprintf(stderr, " %.0f %%",
			100.0 * (double)progress->done / (double)progress->total);
	line->shown_ms = now;
	line->shown_step = progress->step;
	line->dirty = true;
}

void ctl_progress_clear(struct ctl_progress *line)
{
	if (line->dirty)
		fputs(CLEAR_LINE, stderr);
	line->dirty = false;
}
