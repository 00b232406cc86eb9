/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps that most commands begin and end with: connect, find a domain, say what failed. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "text.h"

#define DOMID_LAST 32751 /* Xen keeps the numbers from 0x7ff0 on for itself */

int ctl_exit_code(int ret)
{
	switch (-ret) {
	case 0:
		return CTL_EXIT_OK;
	case ESRCH:
	case ESTALE:
		return CTL_EXIT_NO_DOMAIN;
	case EPERM:
	case EACCES:
		return CTL_EXIT_NOT_ALLOWED;
	case ENOMEM:
		return CTL_EXIT_NO_MEMORY;
	case ETIMEDOUT:
		return CTL_EXIT_TIMEOUT;
	case ECANCELED:
		return CTL_EXIT_INTERRUPTED;
	}
	return CTL_EXIT_FAILED;
}

void ctl_complain(const char *format, ...)
{
	va_list list;

	fflush(stdout); /* in the order in which it happened, if both go to one place */
	va_start(list, format);
	fputs("xenctl: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
}

/* A sentence may quote a file or a guest. */
static void say_error(struct libxen *xen, int ret)
{
	char safe[1024];

	ctl_filter_line(libxen_error(xen), safe, sizeof(safe));
	ctl_complain("%s", safe[0] ? safe : strerror(-ret));
}

int ctl_failed(struct libxen *xen, int ret)
{
	say_error(xen, ret);
	return ctl_exit_code(ret);
}

/*
 * Too new, too old, or not allowed to be asked? The code is the same. So --try-newer is named only
 * where it helps.
 */
static bool newer_can_be_tried(struct libxen *xen)
{
	const struct libxen_open_options options = {
		.size = sizeof(options),
		.flags = LIBXEN_OPEN_TRY_NEWER,
	};

	return libxen_open(xen, &options) == 0;
}

int ctl_connect(bool try_newer, struct libxen **xen)
{
	const struct libxen_open_options options = {
		.size = sizeof(options),
		.flags = try_newer ? LIBXEN_OPEN_TRY_NEWER : 0,
	};
	int ret;

	*xen = libxen_new();
	if (!*xen) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	ret = libxen_open(*xen, &options);
	if (ret == 0)
		return CTL_EXIT_OK;

	say_error(*xen, ret);
	if (ret == -ENOTSUP && newer_can_be_tried(*xen))
		ctl_complain("--try-newer goes on, by the newest interface that libxen knows");
	libxen_free(*xen);
	*xen = NULL;
	/* Only here do these two tell of Xen as a whole. */
	return ret == -ENOENT || ret == -ENOTSUP ? CTL_EXIT_NO_XEN : ctl_exit_code(ret);
}

int ctl_open_domain(struct libxen *xen, const char *text, struct libxen_domain **domain)
{
	uint8_t uuid[16];
	uint32_t domid;
	char safe[80];
	int ret;

	if (ctl_parse_uuid(text, uuid) == 0) {
		ret = libxen_domain_open_uuid(xen, uuid, domain);
	} else if (ctl_parse_u32(text, &domid) == 0 && domid <= DOMID_LAST) {
		ret = libxen_domain_open(xen, domid, domain);
	} else {
		ctl_filter_line(text, safe, sizeof(safe));
		ctl_complain("'%s' is no domain: give a number from 0 to %d, or a UUID", safe,
			     DOMID_LAST);
		return CTL_EXIT_USAGE;
	}
	if (ret < 0)
		ctl_failed(xen, ret);
	if (ret == -ESRCH)
		ctl_complain("'xenctl list' shows which domains there are");
	return ctl_exit_code(ret);
}

int ctl_each_domain(bool try_newer, char **names, ctl_domain_fn function, const void *data)
{
	struct libxen *xen;
	int worst, code;

	worst = ctl_connect(try_newer, &xen);
	if (worst != CTL_EXIT_OK)
		return worst;

	for (; *names; names++) {
		struct libxen_domain *domain = NULL;

		code = ctl_open_domain(xen, *names, &domain);
		if (code == CTL_EXIT_OK)
			code = function(xen, domain, data);
		libxen_domain_close(domain);
		if (code > worst)
			worst = code;
	}
	libxen_free(xen);
	return worst;
}
