/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: a configuration file in the syntax of xl.cfg, with anything in it. */
#include "xlcfg.h"
#include <stdlib.h>
#include <string.h>

struct seen {
	unsigned int problems, last_line;
};

static void expect(int condition)
{
	if (!condition)
		abort();
}

static void note(void *data, unsigned int line, const char *sentence)
{
	struct seen *seen = data;

	seen->problems++;
	seen->last_line = line;
	expect(line > 0 && sentence[0]);
}

/* Every member of a list lies behind the list itself: so no list can hold itself. */
static size_t count(const struct ctl_xlcfg *cfg, uint32_t index, unsigned int depth)
{
	const struct ctl_xlcfg_value *value = &cfg->values[index];
	size_t sum = 1, before = index;
	uint64_t number;

	expect(index > 0 && index < cfg->value_count && depth <= CTL_XLCFG_DEPTH_MAX);
	if (value->kind == CTL_XLCFG_STRING)
		expect(strlen(value->text) < CTL_XLCFG_BYTES_MAX);
	ctl_xlcfg_number(value, &number);
	for (index = value->first; index; index = cfg->values[index].next) {
		expect(index > before);
		before = index;
		sum += count(cfg, index, depth + 1);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_xlcfg cfg;
	struct seen seen = { 0 };
	size_t i, values = 1;
	int ret = ctl_xlcfg_parse(&cfg, (const char *)data, size, note, &seen);

	expect((ret == 0) == (seen.problems == 0) && seen.problems <= CTL_XLCFG_PROBLEMS_MAX);
	for (i = 0; i < cfg.key_count; i++) {
		expect(cfg.keys[i].name[0] != '\0');
		values += count(&cfg, cfg.keys[i].value, 0);
	}
	expect(ret < 0 || values == cfg.value_count);
	ctl_xlcfg_free(&cfg);
	return 0;
}
