/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl list: all domains, one line each. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "command.h"
#include "domain-view.h"
#include "text.h"
#include "words.h"

#define BATCH 1000 /* libxen asks Xen once for about so many */

struct list_options {
	bool json;
	bool try_newer;
};

static const struct ctl_option options[] = {
	CTL_OPTION_JSON(struct list_options),
	CTL_OPTION_TRY_NEWER(struct list_options),
	{ 0 },
};

static const struct ctl_column columns[] = {
	{ "DOMID", true },  { "TYPE", false },	  { "STATE", false }, { "VCPUS", true },
	{ "MEMORY", true }, { "CPU-TIME", true }, { "UUID", false },  { NULL, false },
};

/* Where domains go: one of the two is set. */
struct sink {
	struct ctl_table *table;
	struct ctl_json *json;
};

static void add_row(struct ctl_table *table, const struct libxen_domain_info *info)
{
	char state[CTL_STATE_TEXT], unit[CTL_UNIT_TEXT], uuid[CTL_UUID_TEXT];

	ctl_table_cell(table, "%" PRIu32, info->domid);
	ctl_table_cell(table, "%s", ctl_type_word(info));
	ctl_table_cell(table, "%s", ctl_format_state(info, state));
	ctl_table_cell(table, "%" PRIu32, info->vcpus_online);
	ctl_table_cell(table, "%s", ctl_format_bytes(info->memory_bytes, unit));
	ctl_table_cell(table, "%s", ctl_format_cpu_time(info->cpu_time_ns, unit));
	ctl_table_cell(table, "%s", ctl_format_uuid(info->uuid, uuid));
}

static void add_batch(const struct sink *sink, const struct libxen_domain_info *infos, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (sink->table) {
			add_row(sink->table, &infos[i]);
			continue;
		}
		ctl_json_open_object(sink->json, NULL);
		ctl_json_domain(sink->json, &infos[i]);
		ctl_json_close(sink->json);
	}
}

/* All domains, by as few questions to Xen as there are batches. */
static int collect(struct libxen *xen, const struct sink *sink)
{
	struct libxen_domain_info *infos;
	uint32_t first = 0;
	int count;

	infos = calloc(BATCH, sizeof(*infos));
	if (!infos)
		return -ENOMEM;
	do {
		infos[0].size = sizeof(infos[0]);
		count = libxen_list(xen, first, infos, BATCH);
		if (count <= 0)
			break;
		add_batch(sink, infos, count);
		first = infos[count - 1].domid + 1;
	} while (count == BATCH);
	free(infos);
	return count < 0 ? count : 0;
}

static int list_json(struct libxen *xen)
{
	struct sink sink = { .json = ctl_json_new() };
	int ret;

	ctl_json_open_array(sink.json, NULL);
	ret = collect(xen, &sink);
	ctl_json_close(sink.json);
	if (ret < 0) {
		ctl_json_free(sink.json);
		return ctl_failed(xen, ret);
	}
	return ctl_json_print(sink.json);
}

static int list_table(struct libxen *xen)
{
	struct sink sink = { .table = ctl_table_new(columns) };
	int ret;

	ret = sink.table ? collect(xen, &sink) : -ENOMEM;
	if (ret == 0)
		ret = ctl_table_print(sink.table, stdout);
	ctl_table_free(sink.table);
	return ret < 0 ? ctl_failed(xen, ret) : CTL_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct list_options given = { 0 };
	struct libxen *xen;
	char **operands;
	int code;

	if (!ctl_take_options(&ctl_cmd_list, argc, argv, &given, &operands, &code))
		return code;
	code = ctl_connect(given.try_newer, &xen);
	if (code != CTL_EXIT_OK)
		return code;
	code = given.json ? list_json(xen) : list_table(xen);
	libxen_free(xen);
	return code;
}

const struct ctl_command ctl_cmd_list = {
	.name = "list",
	.synopsis = "[--json]",
	.summary = "show all domains, one line each",
	.description = "Shows every domain that Xen knows, in the order of their numbers; 0 is the "
		       "one that you are in. VCPUS counts those online, MEMORY is what the domain "
		       "has now, and CPU-TIME what its vCPUs have used since the start. STATE is "
		       "the first that fits:\n"
		       "    dying       destroyed, but something still holds its memory\n"
		       "    crashed     stopped by a crash; 'xenctl stop' removes it\n"
		       "    shutdown    stopped itself, with the reason; 'xenctl stop' removes it\n"
		       "    unfinished  being started, or left by a start that was cut off: if\n"
		       "                nobody is at it, 'xenctl stop' removes it\n"
		       "    suspended   suspended in memory; 'xenctl resume' lets it go on\n"
		       "    running     on a CPU at this moment\n"
		       "    idle        waits for events\n"
		       "    runnable    waits for a CPU\n",
	.examples =
		"    xenctl list\n"
		"    xenctl list --json | jq -r '.[] | select(.state == \"crashed\") | .domid'\n",
	.options = options,
	.run = run,
};
