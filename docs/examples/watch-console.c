/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Show what a guest writes until it ends: watch-console NUMBER. */
#include <errno.h>
#include <libxen/libxen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* The guest chose every byte: let nothing through that a terminal would obey. */
static void show(const char *text, int size)
{
	for (int i = 0; i < size; i++) {
		unsigned char c = text[i];

		if (c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f))
			putchar(c);
	}
	fflush(stdout);
}

/* A program with an event loop would put the descriptor there instead. */
static int wait_for(struct libxen_console *console)
{
	struct pollfd fd = { .fd = libxen_console_fd(console), .events = POLLIN };

	if (poll(&fd, 1, -1) < 0 && errno != EINTR) {
		perror("watch-console: poll");
		return -1;
	}
	return 0;
}

/* Until the guest ends (0) or something fails (-1, told already). */
static int watch(struct libxen *xen, struct libxen_console *console)
{
	char text[4096];
	int ret;

	while ((ret = libxen_console_read(console, text, sizeof(text))) != 0) {
		if (ret > 0) {
			show(text, ret);
		} else if (ret == -EAGAIN) {
			if (wait_for(console) < 0)
				return -1;
		} else {
			fprintf(stderr, "watch-console: %s\n", libxen_error(xen));
			if (ret != -EPROTO) /* after this one, what follows can be read */
				return -1;
		}
	}
	return 0;
}

static int parse_number(const char *text, uint32_t *number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > UINT32_MAX)
		return -EINVAL;
	*number = value;
	return 0;
}

int main(int argc, char **argv)
{
	struct libxen *xen = NULL;
	struct libxen_domain *domain = NULL;
	struct libxen_console *console = NULL;
	uint32_t number;
	int ret;

	if (argc != 2 || parse_number(argv[1], &number) < 0) {
		fprintf(stderr, "usage: watch-console NUMBER\n");
		return 2;
	}
	xen = libxen_new();
	if (!xen) {
		fprintf(stderr, "watch-console: out of memory\n");
		return 1;
	}

	ret = libxen_open(xen, NULL);
	if (ret == 0)
		ret = libxen_domain_open(xen, number, &domain);
	if (ret == 0)
		ret = libxen_console_open(domain, &console);
	if (ret == 0)
		ret = watch(xen, console);
	else
		fprintf(stderr, "watch-console: %s\n", libxen_error(xen));

	libxen_console_close(console);
	libxen_domain_close(domain);
	libxen_free(xen);
	return ret < 0;
}
