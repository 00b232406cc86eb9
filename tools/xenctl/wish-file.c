/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the keys of an xl.cfg file ask for, and all that is wrong with them. */
#include "wish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "text.h"
#include "xlcfg-keys.h"

#define MEMORY_MAX_MIB (1ull << 24)
#define VCPUS_MAX      128

struct reader {
	struct ctl_wish *wish;
	const char *file; /* safe to print */
	const char *ignore;
	struct ctl_wish said; /* what was there before the file: it wins */
	unsigned int problems;
	bool unsupported, out_of_memory;
	/* Keys that make sense only together; 0 and NULL: not there. */
	const char *root, *extra, *builder;
	unsigned int root_line, extra_line, builder_line, maxmem_line, maxvcpus_line;
};

static void say(const struct reader *r, unsigned int line, const char *format, va_list list)
{
	char sentence[512], safe[512];

	vsnprintf(sentence, sizeof(sentence), format, list);
	ctl_filter_line(sentence, safe, sizeof(safe));
	if (line)
		ctl_complain("%s:%u: %s", r->file, line, safe);
	else
		ctl_complain("%s: %s", r->file, safe);
}

static void note(const struct reader *r, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void note(const struct reader *r, unsigned int line, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say(r, line, format, list);
	va_end(list);
}

static void wrong(struct reader *r, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void wrong(struct reader *r, unsigned int line, const char *format, ...)
{
	va_list list;

	if (++r->problems > CTL_XLCFG_PROBLEMS_MAX)
		return;
	va_start(list, format);
	say(r, line, format, list);
	va_end(list);
}

static void on_problem(void *data, unsigned int line, const char *sentence)
{
	wrong(data, line, "%s", sentence);
}

/* --- values --- */

static const struct ctl_xlcfg_value *value_of(const struct reader *r,
					      const struct ctl_xlcfg_key *key)
{
	return &r->wish->cfg.values[key->value];
}

static const char *text_of(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const struct ctl_xlcfg_value *value = value_of(r, key);

	if (value->kind == CTL_XLCFG_STRING)
		return value->text;
	wrong(r, key->line, "%s takes a string", key->name);
	return NULL;
}

/* 0 if there is none, which was said then. */
static uint64_t number_of(struct reader *r, const struct ctl_xlcfg_key *key, uint64_t most)
{
	uint64_t number;
	int ret = ctl_xlcfg_number(value_of(r, key), &number);

	if (ret == -EINVAL)
		wrong(r, key->line, "%s takes a number", key->name);
	else if (ret < 0 || number > most || number == 0)
		wrong(r, key->line, "%s can be 1 to %llu", key->name, (unsigned long long)most);
	else
		return number;
	return 0;
}

/* --- keys that are supported; said by an option, their value does not matter --- */

static void take_name(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const char *name = text_of(r, key);

	if (name && !*name)
		wrong(r, key->line, "name is empty");
	if (!r->said.name)
		r->wish->name = name;
}

static void take_path(struct reader *r, const struct ctl_xlcfg_key *key, const char *said,
		      const char **path)
{
	const char *text = text_of(r, key);

	if (said || !text)
		return;
	if (strcmp(text, "-") == 0)
		wrong(r, key->line, "%s can not be standard input; if it is a file, write ./-",
		      key->name);
	*path = *text ? text : NULL;
}

static void take_kernel(struct reader *r, const struct ctl_xlcfg_key *key)
{
	take_path(r, key, r->said.kernel, &r->wish->kernel);
}

static void take_ramdisk(struct reader *r, const struct ctl_xlcfg_key *key)
{
	struct ctl_texts *ramdisks = &r->wish->ramdisks;
	const char *path = NULL;

	take_path(r, key, r->said.ramdisks.at[0], &path);
	if (path)
		ramdisks->at[ramdisks->count++] = path;
}

static void take_cmdline(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const char *text = text_of(r, key);

	if (!r->said.cmdline)
		r->wish->cmdline = text;
}

static void take_root(struct reader *r, const struct ctl_xlcfg_key *key)
{
	r->root = text_of(r, key);
	r->root_line = key->line;
}

static void take_extra(struct reader *r, const struct ctl_xlcfg_key *key)
{
	r->extra = text_of(r, key);
	r->extra_line = key->line;
}

static void take_memory(struct reader *r, const struct ctl_xlcfg_key *key)
{
	if (!r->said.memory_bytes)
		r->wish->memory_bytes = number_of(r, key, MEMORY_MAX_MIB) << 20;
}

static void take_maxmem(struct reader *r, const struct ctl_xlcfg_key *key)
{
	if (!r->said.memory_max_bytes)
		r->wish->memory_max_bytes = number_of(r, key, MEMORY_MAX_MIB) << 20;
	r->maxmem_line = key->line;
}

static void take_vcpus(struct reader *r, const struct ctl_xlcfg_key *key)
{
	if (!r->said.vcpus)
		r->wish->vcpus = (uint32_t)number_of(r, key, VCPUS_MAX);
}

static void take_maxvcpus(struct reader *r, const struct ctl_xlcfg_key *key)
{
	if (!r->said.vcpus_max)
		r->wish->vcpus_max = (uint32_t)number_of(r, key, VCPUS_MAX);
	r->maxvcpus_line = key->line;
}

static void take_place(struct reader *r, const struct ctl_xlcfg_key *key)
{
	char sentence[256];
	int ret = ctl_place_take(&r->wish->place, &r->said.place, &r->wish->cfg, key, sentence,
				 sizeof(sentence));

	if (ret == -ENOMEM)
		r->out_of_memory = true;
	else if (ret < 0)
		wrong(r, key->line, "%s", sentence);
	if (ret == -ENOTSUP)
		r->unsupported = true;
}

static bool all_zero(const uint8_t uuid[16])
{
	static const uint8_t zero[16];

	return memcmp(uuid, zero, sizeof(zero)) == 0;
}

static void take_uuid(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const char *text = text_of(r, key);
	uint8_t uuid[16];

	if (!text || !all_zero(r->said.uuid))
		return;
	if (ctl_parse_uuid(text, uuid) < 0 || all_zero(uuid))
		wrong(r, key->line, "'%s' is no UUID such as 11111111-2222-3333-4444-555555555555",
		      text);
	else
		memcpy(r->wish->uuid, uuid, sizeof(uuid));
}

#define NO_HVM "libxen starts PV and PVH guests only: hvm would need a device model"

static void take_type(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const char *text = text_of(r, key);

	if (!text || r->said.type != CTL_TYPE_UNSAID)
		return;
	if (strcmp(text, "pv") == 0)
		r->wish->type = LIBXEN_TYPE_PV;
	else if (strcmp(text, "pvh") == 0)
		r->wish->type = LIBXEN_TYPE_PVH;
	else if (strcmp(text, "hvm") == 0)
		wrong(r, key->line, "type=\"hvm\" is not supported: " NO_HVM);
	else
		wrong(r, key->line, "type can be \"pv\" or \"pvh\", not '%s'", text);
}

/* What type= was called before. */
static void take_builder(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const char *text = text_of(r, key);

	if (!text || r->said.type != CTL_TYPE_UNSAID)
		return;
	if (strcmp(text, "hvm") == 0) {
		wrong(r, key->line, "builder=\"hvm\" is not supported: " NO_HVM);
	} else if (strcmp(text, "generic") != 0) {
		wrong(r, key->line, "builder can be \"generic\", not '%s'", text);
	} else {
		r->builder = text;
		r->builder_line = key->line;
	}
}

/* What happens now is "preserve": nobody watches a guest when xenctl has ended. */
static void take_action(struct reader *r, const struct ctl_xlcfg_key *key)
{
	static const char *const actions[] = {
		"destroy",	    "restart",		"rename-restart", "preserve",
		"coredump-destroy", "coredump-restart", "soft-reset",	  NULL,
	};
	const char *text = text_of(r, key), *meant;
	unsigned int i;

	if (!text || strcmp(text, "preserve") == 0)
		return;
	for (i = 0; actions[i] && strcmp(actions[i], text) != 0; i++)
		;
	meant = actions[i] ? NULL : ctl_suggest(text, actions);
	if (actions[i]) {
		wrong(r, key->line,
		      "%s=\"%s\" is not supported yet: nothing watches the guest when xenctl has ended, and it stays as \"preserve\" says",
		      key->name, text);
		r->unsupported = true;
	} else if (meant) {
		wrong(r, key->line, "'%s' is no action; did you mean \"%s\"?", text, meant);
	} else {
		wrong(r, key->line, "'%s' is no action such as \"preserve\"", text);
	}
}

static const struct {
	const char *name;
	void (*take)(struct reader *r, const struct ctl_xlcfg_key *key);
} supported[] = {
	{ "name", take_name },		{ "kernel", take_kernel },
	{ "ramdisk", take_ramdisk },	{ "cmdline", take_cmdline },
	{ "root", take_root },		{ "extra", take_extra },
	{ "memory", take_memory },	{ "maxmem", take_maxmem },
	{ "vcpus", take_vcpus },	{ "maxvcpus", take_maxvcpus },
	{ "uuid", take_uuid },		{ "type", take_type },
	{ "builder", take_builder },	{ "on_poweroff", take_action },
	{ "on_reboot", take_action },	{ "on_crash", take_action },
	{ "on_watchdog", take_action }, { "on_soft_reset", take_action },
	{ "cpus", take_place },		{ "cpus_soft", take_place },
	{ "cpu_weight", take_place },	{ "cap", take_place },
	{ "pool", take_place },		{ "tsc_mode", take_place },
};

enum { SUPPORTED = sizeof(supported) / sizeof(supported[0]) };

/* --- the other keys --- */

static const struct ctl_xlcfg_unsupported *find_unsupported(const char *name)
{
	const struct ctl_xlcfg_unsupported *at = ctl_xlcfg_unsupported;

	while (at->name && strcmp(at->name, name) != 0)
		at++;
	return at->name ? at : NULL;
}

/* Some ask for nothing: an empty list, or 0 where that is the default. */
static bool asks_for_nothing(const struct reader *r, const struct ctl_xlcfg_key *key,
			     const struct ctl_xlcfg_unsupported *row)
{
	const struct ctl_xlcfg_value *value = value_of(r, key);
	uint64_t number;

	if (value->kind == CTL_XLCFG_LIST)
		return !value->first;
	return row->zero_is_default && ctl_xlcfg_number(value, &number) == 0 && number == 0;
}

static void refuse_unknown(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const char *words[SUPPORTED + 256], *meant;
	size_t count = 0, i;

	for (i = 0; i < SUPPORTED; i++)
		words[count++] = supported[i].name;
	for (i = 0; ctl_xlcfg_unsupported[i].name && count < SUPPORTED + 255; i++)
		words[count++] = ctl_xlcfg_unsupported[i].name;
	words[count] = NULL;
	meant = ctl_suggest(key->name, words);
	if (meant)
		wrong(r, key->line, "unknown key '%.40s'; did you mean %s?", key->name, meant);
	else
		wrong(r, key->line, "unknown key '%.40s'", key->name);
}

static bool is_ignored(const struct reader *r, const char *name)
{
	const char *at = r->ignore ? r->ignore : "";
	size_t length;

	for (; *at; at += length + (at[length] == ',')) {
		length = strcspn(at, ",");
		if (length == strlen(name) && strncmp(at, name, length) == 0)
			return true;
	}
	return false;
}

static void take_key(struct reader *r, const struct ctl_xlcfg_key *key)
{
	const struct ctl_xlcfg_unsupported *row;
	size_t i;

	if (is_ignored(r, key->name))
		return;
	for (i = 0; i < SUPPORTED; i++) {
		if (strcmp(supported[i].name, key->name) == 0) {
			supported[i].take(r, key);
			return;
		}
	}
	row = find_unsupported(key->name);
	if (!row) {
		refuse_unknown(r, key);
	} else if (!asks_for_nothing(r, key, row)) {
		wrong(r, key->line, "%s is not supported: %s", key->name, row->reason);
		r->unsupported = true;
	}
}

/* --- what several keys mean together --- */

/* "root=" and what root says, a blank, what extra says. A command line of its own wins. */
static int join_cmdline(struct reader *r)
{
	const char *root = r->root ? r->root : "", *extra = r->extra ? r->extra : "";
	struct ctl_wish *wish = r->wish;

	if (r->said.cmdline)
		return 0;
	if (wish->cmdline) {
		if (r->root)
			note(r, r->root_line, "root is ignored, since there is cmdline");
		if (r->extra)
			note(r, r->extra_line, "extra is ignored, since there is cmdline");
		return 0;
	}
	if (asprintf(&wish->joined, "%s%s%s%s", *root ? "root=" : "", root,
		     *root && *extra ? " " : "", extra) < 0) {
		wish->joined = NULL;
		return -ENOMEM;
	}
	wish->cmdline = wish->joined;
	return 0;
}

static void check_together(struct reader *r)
{
	struct ctl_wish *wish = r->wish;

	if (r->builder && wish->type == LIBXEN_TYPE_PVH)
		wrong(r, r->builder_line, "builder=\"generic\" means a pv guest, type=\"pvh\" not");
	if (r->maxmem_line && wish->memory_max_bytes && wish->memory_max_bytes < wish->memory_bytes)
		wrong(r, r->maxmem_line, "maxmem is less than memory");
	if (r->maxvcpus_line && wish->vcpus_max && wish->vcpus_max < wish->vcpus)
		wrong(r, r->maxvcpus_line, "maxvcpus is less than vcpus");
	if (!wish->name)
		wrong(r, 0, "name is missing");
	if (!wish->kernel)
		wrong(r, 0, "kernel is missing: libxen starts a guest from the file it names");
}

static int take_keys(struct reader *r)
{
	bool readable = r->problems == 0;
	const struct ctl_xlcfg *cfg = &r->wish->cfg;
	size_t i;
	int ret;

	for (i = 0; i < cfg->key_count; i++)
		take_key(r, &cfg->keys[i]);
	ret = r->out_of_memory ? -ENOMEM : join_cmdline(r);
	/* A line that could not be read may hold what seems to be missing. */
	if (ret == 0 && readable)
		check_together(r);
	return ret;
}

/* --- the file --- */

/* At most one byte more than a file may have. */
static int read_bytes(int fd, char *bytes, size_t *size)
{
	ssize_t got = 1;

	for (*size = 0; got > 0 && *size <= CTL_XLCFG_BYTES_MAX;) {
		got = read(fd, bytes + *size, CTL_XLCFG_BYTES_MAX + 1 - *size);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got < 0)
			return -errno;
		else
			*size += (size_t)got;
	}
	return 0;
}

static int read_file(const char *path, char **bytes, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), ret;

	if (fd < 0)
		return -errno;
	*bytes = malloc(CTL_XLCFG_BYTES_MAX + 1);
	ret = *bytes ? read_bytes(fd, *bytes, size) : -ENOMEM;
	close(fd);
	return ret;
}

static int out_of_memory(void)
{
	ctl_complain("out of memory");
	return CTL_EXIT_NO_MEMORY;
}

static int finish(const struct reader *r, int ret)
{
	if (ret == -ENOMEM)
		return out_of_memory();
	if (r->problems > CTL_XLCFG_PROBLEMS_MAX)
		ctl_complain("%s: and more problems", r->file);
	if (r->unsupported)
		ctl_complain("--ignore KEY,... goes on without what is not supported");
	return r->problems ? CTL_EXIT_USAGE : CTL_EXIT_OK;
}

int ctl_wish_read(struct ctl_wish *wish, const char *file, const char *ignore)
{
	char safe[256], *bytes = NULL;
	struct reader r = { .wish = wish, .ignore = ignore, .said = *wish };
	size_t size = 0;
	int ret, code;

	r.file = ctl_filter_line(file, safe, sizeof(safe));
	ret = read_file(file, &bytes, &size);
	if (ret == -ENOMEM) {
		code = out_of_memory();
		goto out;
	}
	if (ret < 0) {
		ctl_complain("%s: %s", r.file, strerror(-ret));
		code = CTL_EXIT_FAILED;
		goto out;
	}
	wish->file = file;
	ret = ctl_xlcfg_parse(&wish->cfg, bytes, size, on_problem, &r);
	if (ret != -ENOMEM && ret != -EFBIG)
		ret = take_keys(&r);
	code = finish(&r, ret);
out:
	free(bytes);
	return code;
}
