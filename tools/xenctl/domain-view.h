/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a domain is shown, the same in every command. */
#ifndef XENCTL_DOMAIN_VIEW_H
#define XENCTL_DOMAIN_VIEW_H

#include <libxen/libxen.h>

#include "json.h"

/* "running", or with the reason: "shutdown(reboot)" */
#define CTL_STATE_TEXT 40
const char *ctl_format_state(const struct libxen_domain_info *info, char text[CTL_STATE_TEXT]);

/* Add the members of a domain to the object that is open. */
void ctl_json_domain(struct ctl_json *json, const struct libxen_domain_info *info);

#endif
