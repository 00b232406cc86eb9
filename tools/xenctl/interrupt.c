/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ctrl-C and its like as something to look at, instead of sudden death. */
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

/* A signal belongs to the process: nothing but a global reaches its handler. */
static atomic_int interrupted; /* threads of several starts look at it, too */
static int wake[2] = { -1, -1 };

static void note(int number)
{
	int saved = errno;
	ssize_t written;

	(void)number;
	interrupted = 1;
	written = write(wake[1], "", 1);
	(void)written; /* a full pipe is readable, which is all that it is for */
	errno = saved;
}

int ctl_catch_interrupts(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note }, old;
	size_t i;

	if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* Who is told to ignore it, by nohup(1) or a shell's &, goes on to. */
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		if (sigaction(numbers[i], &action, NULL) < 0)
			return -errno;
	}
	return 0;
}

bool ctl_interrupted(void)
{
	return interrupted;
}

int ctl_interrupt_fd(void)
{
	return wake[0];
}
