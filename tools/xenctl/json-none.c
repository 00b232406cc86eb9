/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lack of JSON where xenctl is built without json-c: options.c refuses --json by it. */
#include "json.h"

#include <stddef.h>

#include "command.h"

bool ctl_json_built_in(void)
{
	return false;
}

struct ctl_json *ctl_json_new(void)
{
	return NULL;
}

void ctl_json_open_object(struct ctl_json *json, const char *key)
{
	(void)json;
	(void)key;
}

void ctl_json_open_array(struct ctl_json *json, const char *key)
{
	(void)json;
	(void)key;
}

void ctl_json_close(struct ctl_json *json)
{
	(void)json;
}

void ctl_json_number(struct ctl_json *json, const char *key, uint64_t value)
{
	(void)json;
	(void)key;
	(void)value;
}

void ctl_json_address(struct ctl_json *json, const char *key, uint64_t value)
{
	(void)json;
	(void)key;
	(void)value;
}

void ctl_json_bool(struct ctl_json *json, const char *key, bool value)
{
	(void)json;
	(void)key;
	(void)value;
}

void ctl_json_text(struct ctl_json *json, const char *key, const char *value)
{
	(void)json;
	(void)key;
	(void)value;
}

void ctl_json_uuid(struct ctl_json *json, const char *key, const uint8_t uuid[16])
{
	(void)json;
	(void)key;
	(void)uuid;
}

int ctl_json_print(struct ctl_json *json)
{
	(void)json;
	ctl_complain("this xenctl was built without --json");
	return CTL_EXIT_FAILED;
}

void ctl_json_free(struct ctl_json *json)
{
	(void)json;
}
