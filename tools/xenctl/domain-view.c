/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a domain is shown, the same in every command. */
#include "domain-view.h"

#include <stdio.h>

#include "words.h"

const char *ctl_format_state(const struct libxen_domain_info *info, char text[CTL_STATE_TEXT])
{
	const char *state = ctl_state_word(info->state);

	if (info->state == LIBXEN_STATE_SHUTDOWN)
		snprintf(text, CTL_STATE_TEXT, "%s(%s)", state,
			 ctl_shutdown_word(info->shutdown_reason));
	else
		snprintf(text, CTL_STATE_TEXT, "%s", state);
	return text;
}

void ctl_json_domain(struct ctl_json *json, const struct libxen_domain_info *info)
{
	ctl_json_number(json, "domid", info->domid);
	ctl_json_uuid(json, "uuid", info->uuid);
	ctl_json_text(json, "type", ctl_type_word(info));
	ctl_json_text(json, "state", ctl_state_word(info->state));
	ctl_json_text(json, "shutdown_reason", ctl_shutdown_word(info->shutdown_reason));
	ctl_json_number(json, "vcpus", info->vcpus);
	ctl_json_number(json, "vcpus_online", info->vcpus_online);
	ctl_json_number(json, "memory_bytes", info->memory_bytes);
	ctl_json_number(json, "memory_max_bytes", info->memory_max_bytes);
	ctl_json_number(json, "claimed_bytes", info->claimed_bytes);
	ctl_json_number(json, "cpu_time_ns", info->cpu_time_ns);
	if (info->cpupool != UINT32_MAX)
		ctl_json_number(json, "cpupool", info->cpupool);
	if (info->valid & LIBXEN_DOMAIN_INFO_GPADDR_BITS)
		ctl_json_number(json, "gpaddr_bits", info->gpaddr_bits);
}
