/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes JSON objects; a failed allocation is told once, by ctl_json_print(). */
#ifndef XENCTL_JSON_H
#define XENCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

/* One JSON text that grows: an object or array, and within it others that are open. */
struct ctl_json;

bool ctl_json_built_in(void);
struct ctl_json *ctl_json_new(void);

/*
 * The key is NULL for the outermost and for members of an array. Each open must be closed.
 * All take NULL for json (out of memory) and then do nothing.
 */
void ctl_json_open_object(struct ctl_json *json, const char *key);
void ctl_json_open_array(struct ctl_json *json, const char *key);
void ctl_json_close(struct ctl_json *json);
void ctl_json_number(struct ctl_json *json, const char *key, uint64_t value);
/* As text, "0xffffffff81000000": most readers of JSON lose bits of numbers beyond 2^53. */
void ctl_json_address(struct ctl_json *json, const char *key, uint64_t value);
void ctl_json_bool(struct ctl_json *json, const char *key, bool value);
void ctl_json_text(struct ctl_json *json, const char *key, const char *value);
void ctl_json_uuid(struct ctl_json *json, const char *key, const uint8_t uuid[16]);

/* Print it to stdout and free it. Returns the exit code. */
int ctl_json_print(struct ctl_json *json);
void ctl_json_free(struct ctl_json *json);

#endif
