/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are named on the command line. */
#ifndef XENCTL_SOURCE_H
#define XENCTL_SOURCE_H

#include <libxen/libxen.h>
#include <string.h>
#include <unistd.h>

/* A file by its name; "-" is standard input. */
static inline struct libxen_source ctl_source(const char *name)
{
	struct libxen_source source = { .size = sizeof(source), .fd = -1 };

	if (strcmp(name, "-") == 0) {
		source.kind = LIBXEN_SOURCE_FD;
		source.fd = STDIN_FILENO;
	} else {
		source.kind = LIBXEN_SOURCE_PATH;
		source.path = name;
	}
	return source;
}

#endif
