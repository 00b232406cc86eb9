/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ctrl-C and its like as something to look at, instead of sudden death. */
#ifndef XENCTL_INTERRUPT_H
#define XENCTL_INTERRUPT_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM and SIGHUP are noted. Returns 0 or a negative errno. */
int ctl_catch_interrupts(void);
bool ctl_interrupted(void);
/* Becomes readable with the first of them, for poll(2). */
int ctl_interrupt_fd(void);

#endif
