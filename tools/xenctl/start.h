/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ways to start: one guest with all comfort, or several at a time. */
#ifndef XENCTL_START_H
#define XENCTL_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "wish.h"

struct ctl_start_how {
	uint32_t jobs; /* guests at a time; 0: 1 */
	bool paused;
	bool no_console;
	bool console;
	bool timing;
	bool json;
	bool try_newer;
	bool dry_run;
};

/* Interrupts must be caught already. Both say what there is to say and return the exit code. */
int ctl_start_one(const struct ctl_wish *wish, const struct ctl_start_how *how);
/* Also one, for a dry run. Whatever fails, the other guests are started. */
int ctl_start_many(const struct ctl_wish *wishes, size_t count, const struct ctl_start_how *how);

/* Members "type" and "type_reason": what the library chose. */
void ctl_start_result_json(const struct libxen_start_result *result, struct ctl_json *json);

#endif
