/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library's numbers as the words that users read and write. */
#ifndef XENCTL_WORDS_H
#define XENCTL_WORDS_H

#include <libxen/libxen.h>
#include <stdint.h>

const char *ctl_type_word(const struct libxen_domain_info *info);
const char *ctl_state_word(uint32_t state);
const char *ctl_shutdown_word(uint32_t reason);
const char *ctl_scheduler_word(uint32_t scheduler);
const char *ctl_tsc_word(uint32_t tsc_mode);
const char *ctl_wish_type_word(uint32_t type);	      /* of a guest to be started */
int ctl_parse_type(const char *text, uint32_t *type); /* -EINVAL: not one that can be started */

#endif
