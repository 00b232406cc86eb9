/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON by json-c; json-none.c takes the place of this file where there is none. */
#include "json.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "text.h"

#define DEPTH_MAX 6

struct ctl_json {
	json_object *open[DEPTH_MAX]; /* [0] is the outermost and ours; the others are in it */
	unsigned int depth;
	bool failed;
};

bool ctl_json_built_in(void)
{
	return true;
}

struct ctl_json *ctl_json_new(void)
{
	return calloc(1, sizeof(struct ctl_json));
}

/* Hand a value to the innermost that is open. json-c would add NULL silently. */
static void add(struct ctl_json *json, const char *key, json_object *value)
{
	json_object *parent = json->depth ? json->open[json->depth - 1] : NULL;
	int ret = -1;

	if (value && parent && json_object_is_type(parent, json_type_array))
		ret = json_object_array_add(parent, value);
	else if (value && parent && key)
		ret = json_object_object_add(parent, key, value);
	if (ret == 0)
		return;
	json->failed = true;
	json_object_put(value); /* takes NULL */
}

static void open_container(struct ctl_json *json, const char *key, json_object *container)
{
	if (json->failed || !container || json->depth == DEPTH_MAX) {
		json->failed = true;
		json_object_put(container);
		return;
	}
	if (json->depth > 0)
		add(json, key, container);
	if (!json->failed)
		json->open[json->depth++] = container;
}

void ctl_json_open_object(struct ctl_json *json, const char *key)
{
	if (json)
		open_container(json, key, json_object_new_object());
}

void ctl_json_open_array(struct ctl_json *json, const char *key)
{
	if (json)
		open_container(json, key, json_object_new_array());
}

void ctl_json_close(struct ctl_json *json)
{
	/* After a failure the depths no longer match: nothing more is taken in. */
	if (json && !json->failed)
		json->depth--;
}

void ctl_json_number(struct ctl_json *json, const char *key, uint64_t value)
{
	if (json && !json->failed)
		add(json, key, json_object_new_uint64(value));
}

void ctl_json_bool(struct ctl_json *json, const char *key, bool value)
{
	if (json && !json->failed)
		add(json, key, json_object_new_boolean(value));
}

void ctl_json_text(struct ctl_json *json, const char *key, const char *value)
{
	char safe[2048]; /* a command line fits, and a path most often */

	if (json && !json->failed)
		add(json, key, json_object_new_string(ctl_filter_line(value, safe, sizeof(safe))));
}

void ctl_json_address(struct ctl_json *json, const char *key, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	ctl_json_text(json, key, text);
}

void ctl_json_uuid(struct ctl_json *json, const char *key, const uint8_t uuid[16])
{
	char text[CTL_UUID_TEXT];

	ctl_json_text(json, key, ctl_format_uuid(uuid, text));
}

int ctl_json_print(struct ctl_json *json)
{
	const int style =
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = NULL;
	int code = CTL_EXIT_OK;

	if (json && !json->failed)
		text = json_object_to_json_string_ext(json->open[0], style);
	if (text) {
		puts(text);
	} else {
		ctl_complain("out of memory");
		code = CTL_EXIT_NO_MEMORY;
	}
	ctl_json_free(json);
	return code;
}

void ctl_json_free(struct ctl_json *json)
{
	if (json)
		json_object_put(json->open[0]);
	free(json);
}
