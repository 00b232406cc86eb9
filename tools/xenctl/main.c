/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl: start, stop, suspend, resume and watch Xen guests from a shell. */
#include <fcntl.h>
#include <unistd.h>

#include "command.h"

/* If one of these were closed, a device that is opened would be taken for it. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	fill_standard_descriptors();
	return ctl_run(argc, argv);
}
