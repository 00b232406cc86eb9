/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Xen has to say about a failure: the lines that it logged meanwhile. */
#include "xen-log.h"

#include <stdio.h>

#include "text.h"

#define PIECE	  16384 /* the whole log, most often */
#define LINES_MAX 20
#define READS_MAX 256 /* a log that grows as fast as it is read must not keep us */

void ctl_xen_log_mark(struct ctl_xen_log *log, struct libxen *xen)
{
	char text[PIECE];
	int reads, got = 1;

	log->position = 0;
	for (reads = 0; reads < READS_MAX && got > 0; reads++)
		got = libxen_log_read(xen, &log->position, text, sizeof(text));
	log->readable = got >= 0;
}

void ctl_xen_log_show(struct ctl_xen_log *log, struct libxen *xen)
{
	struct ctl_filter filter = { .kind = CTL_FILTER_LINES };
	char text[PIECE], safe[CTL_FILTER_ROOM(PIECE)];
	bool begins = true;
	int lines = 0, got;
	size_t size, i;

	while (log->readable && lines < LINES_MAX) {
		got = libxen_log_read(xen, &log->position, text, sizeof(text));
		if (got <= 0)
			break;
		size = ctl_filter(&filter, text, (size_t)got, safe);
		for (i = 0; i < size && lines < LINES_MAX; i++) {
			if (begins)
				fputs("  xen: ", stderr);
			begins = safe[i] == '\n';
			lines += begins;
			fputc(safe[i], stderr);
		}
	}
	if (!begins)
		fputc('\n', stderr);
}
