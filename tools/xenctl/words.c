/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library's numbers as the words that users read and write. */
#include "words.h"

#include <errno.h>
#include <string.h>

const char *ctl_type_word(const struct libxen_domain_info *info)
{
	switch (info->type) {
	case LIBXEN_TYPE_PV:
		return "pv";
	case LIBXEN_TYPE_PVH:
		return "pvh";
	case LIBXEN_TYPE_HVM:
		return info->valid & LIBXEN_DOMAIN_INFO_TYPE ? "hvm" : "hvm-or-pvh";
	}
	return "unknown";
}

const char *ctl_state_word(uint32_t state)
{
	switch (state) {
	case LIBXEN_STATE_DYING:
		return "dying";
	case LIBXEN_STATE_CRASHED:
		return "crashed";
	case LIBXEN_STATE_SHUTDOWN:
		return "shutdown";
	case LIBXEN_STATE_UNFINISHED:
		return "unfinished";
	case LIBXEN_STATE_SUSPENDED:
		return "suspended";
	case LIBXEN_STATE_RUNNING:
		return "running";
	case LIBXEN_STATE_IDLE:
		return "idle";
	case LIBXEN_STATE_RUNNABLE:
		return "runnable";
	}
	return "unknown";
}

const char *ctl_shutdown_word(uint32_t reason)
{
	switch (reason) {
	case LIBXEN_SHUTDOWN_POWEROFF:
		return "poweroff";
	case LIBXEN_SHUTDOWN_REBOOT:
		return "reboot";
	case LIBXEN_SHUTDOWN_SUSPEND:
		return "suspend";
	case LIBXEN_SHUTDOWN_CRASH:
		return "crash";
	case LIBXEN_SHUTDOWN_WATCHDOG:
		return "watchdog";
	case LIBXEN_SHUTDOWN_SOFT_RESET:
		return "soft-reset";
	case LIBXEN_SHUTDOWN_NONE:
		return "none";
	}
	return "unknown";
}

const char *ctl_scheduler_word(uint32_t scheduler)
{
	switch (scheduler) {
	case LIBXEN_SCHEDULER_CREDIT:
		return "credit";
	case LIBXEN_SCHEDULER_CREDIT2:
		return "credit2";
	case LIBXEN_SCHEDULER_ARINC653:
		return "arinc653";
	case LIBXEN_SCHEDULER_RTDS:
		return "rtds";
	case LIBXEN_SCHEDULER_NULL:
		return "null";
	}
	return "unknown";
}

const char *ctl_tsc_word(uint32_t tsc_mode)
{
	switch (tsc_mode) {
	case LIBXEN_TSC_DEFAULT:
		return "default";
	case LIBXEN_TSC_EMULATED:
		return "emulated";
	case LIBXEN_TSC_NATIVE:
		return "native";
	}
	return "unknown";
}

const char *ctl_wish_type_word(uint32_t type)
{
	switch (type) {
	case LIBXEN_TYPE_AUTO:
		return "auto";
	case LIBXEN_TYPE_PV:
		return "pv";
	case LIBXEN_TYPE_PVH:
		return "pvh";
	}
	return "unknown";
}

int ctl_parse_type(const char *text, uint32_t *type)
{
	if (strcmp(text, "auto") == 0)
		*type = LIBXEN_TYPE_AUTO;
	else if (strcmp(text, "pv") == 0)
		*type = LIBXEN_TYPE_PV;
	else if (strcmp(text, "pvh") == 0)
		*type = LIBXEN_TYPE_PVH;
	else
		return -EINVAL;
	return 0;
}
