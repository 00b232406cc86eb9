/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl start: what is asked for, by options and files, and whether it goes together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "json.h"
#include "start.h"
#include "text.h"

struct start_options {
	struct ctl_wish wish;
	struct ctl_start_how how;
	const char *ignore;
	bool json;
	bool try_newer;
};

#define WISH(member) offsetof(struct start_options, wish.member)
#define HOW(member)  offsetof(struct start_options, how.member)

static const struct ctl_option options[] = {
	{ "kernel", "FILE", "Linux bzImage or x86-64 ELF kernel; '-' is standard input",
	  CTL_OPTION_TEXT, WISH(kernel) },
	{ "ramdisk", "FILE",
	  "initial ramdisk, handed over as it is; '-' is standard\n"
	  "input. Several are joined in their order: a later one's\n"
	  "files replace an earlier one's",
	  CTL_OPTION_TEXTS, WISH(ramdisks) },
	{ "cmdline", "TEXT", "the kernel's command line, 1023 bytes at most (pvh: 2047)",
	  CTL_OPTION_TEXT, WISH(cmdline) },
	{ "memory", "SIZE",
	  "256 by default; a bare number means MiB, else one of\n"
	  "B, K, M, G, T follows it, such as 512M or 2G",
	  CTL_OPTION_SIZE, WISH(memory_bytes) },
	{ "maxmem", "SIZE", "memory that it may have later; as --memory by default",
	  CTL_OPTION_SIZE, WISH(memory_max_bytes) },
	{ "vcpus", "N", "number of virtual CPUs, 1 to 128; 1 by default", CTL_OPTION_COUNT,
	  WISH(vcpus) },
	{ "maxvcpus", "N", "virtual CPUs that it may bring up later; as --vcpus", CTL_OPTION_COUNT,
	  WISH(vcpus_max) },
	{ "cpus", "CPUS", "the host's CPUs that it may run on, such as 0-3,^1", CTL_OPTION_SET,
	  WISH(place.cpus) },
	{ "cpus-soft", "CPUS", "those that it runs on if they are free", CTL_OPTION_SET,
	  WISH(place.cpus_soft) },
	{ "pool", "N", "the CPU pool that it runs in; 0 by default", CTL_OPTION_NUMBER,
	  WISH(place.pool) },
	{ "nodes", "NODES", "the NUMA nodes that its memory comes from, such as 1", CTL_OPTION_SET,
	  WISH(place.nodes) },
	{ "weight", "N", "its share if CPUs are short, 1 to 65535; 256 by default",
	  CTL_OPTION_COUNT, WISH(place.weight) },
	{ "cap", "PERCENT", "of one CPU, which it gets at most; 0 (no limit) by default",
	  CTL_OPTION_NUMBER, WISH(place.cap) },
	{ "tsc-mode", "MODE",
	  "how it reads the CPU's clock: default (Xen decides),\n"
	  "emulated or native; a pvh guest's is native by default",
	  CTL_OPTION_TSC, WISH(place.tsc_mode) },
	{ "feature", "NAME", "switch a feature on, or with =off off: msr_relaxed", CTL_OPTION_TEXTS,
	  WISH(features) },
	{ "uuid", "UUID", "what it is known by for ever; random by default", CTL_OPTION_UUID,
	  WISH(uuid) },
	{ "name", "TEXT", "what messages call it; nothing else knows it", CTL_OPTION_TEXT,
	  WISH(name) },
	{ "type", "TYPE",
	  "auto (pvh if kernel and host can, else pv), pv or\n"
	  "pvh; auto by default, and pv for a file that does\n"
	  "not say",
	  CTL_OPTION_TYPE, WISH(type) },
	{ "paused", NULL, "leave it suspended; 'xenctl resume' lets it run", CTL_OPTION_FLAG,
	  HOW(paused) },
	{ "no-console", NULL, "no console: it runs silently and never waits for a reader",
	  CTL_OPTION_FLAG, HOW(no_console) },
	{ "console", NULL,
	  "attach before its first instruction and stay; standard\n"
	  "output is the guest's then, and its number goes to\n"
	  "standard error",
	  CTL_OPTION_FLAG, HOW(console) },
	{ "timing", NULL, "show what each step cost, on standard error", CTL_OPTION_FLAG,
	  HOW(timing) },
	{ "jobs", "N", "start so many at a time, also -j N; 1 by default", CTL_OPTION_COUNT,
	  HOW(jobs), 'j' },
	{ "ignore", "KEYS", "pass over these keys of the files, such as disk,vif", CTL_OPTION_TEXT,
	  offsetof(struct start_options, ignore) },
	{ "dry-run", NULL, "check all and show it, but start nothing", CTL_OPTION_FLAG,
	  HOW(dry_run) },
	CTL_OPTION_JSON(struct start_options),
	CTL_OPTION_TRY_NEWER(struct start_options),
	{ 0 },
};

static bool is_stdin(const char *name)
{
	return name && strcmp(name, "-") == 0;
}

/* How many of the files are standard input, which can be read only once. */
static unsigned int count_stdin(const struct ctl_wish *wish)
{
	unsigned int count = is_stdin(wish->kernel);

	for (uint32_t i = 0; i < wish->ramdisks.count; i++)
		count += is_stdin(wish->ramdisks.at[i]);
	return count;
}

/* Options that do not go together. */
static const char *find_conflict(const struct start_options *given)
{
	const struct ctl_start_how *how = &given->how;

	if (count_stdin(&given->wish) > 1)
		return "only one of kernel and ramdisks can be standard input";
	if (how->console && how->no_console)
		return "--console and --no-console exclude each other";
	if (how->console && how->paused)
		return "--console and --paused exclude each other";
	if (how->console && how->json)
		return "--console and --json exclude each other: both want standard output";
	if (how->dry_run && how->console)
		return "--console and --dry-run exclude each other";
	if (how->dry_run && how->timing)
		return "--timing and --dry-run exclude each other";
	return NULL;
}

/* Options that mean one guest, or that mean files. */
static const char *find_misfit(const struct start_options *given, size_t files)
{
	static const uint8_t no_uuid[16];
	const struct ctl_wish *wish = &given->wish;

	if (files == 0 && given->ignore)
		return "--ignore is for files, and there is none";
	if (files == 0 && !wish->kernel)
		return "which guest? give a FILE in the format of xl.cfg, or --kernel FILE";
	if (files < 2)
		return NULL;
	if (given->how.console || given->how.timing)
		return "--console and --timing are for one guest";
	if (wish->name || memcmp(wish->uuid, no_uuid, sizeof(no_uuid)) != 0)
		return "--name and --uuid are for one guest";
	if (count_stdin(wish))
		return "standard input is for one guest";
	return NULL;
}

static bool same_uuid(const struct ctl_wish *a, const struct ctl_wish *b)
{
	static const uint8_t no_uuid[16];

	return memcmp(a->uuid, b->uuid, sizeof(no_uuid)) == 0 &&
	       memcmp(a->uuid, no_uuid, sizeof(no_uuid)) != 0;
}

/* Two of these would find out only when the first one runs, or never. */
static int complain_twins(const struct ctl_wish *wishes, size_t count)
{
	char name[80], first[256], second[256];
	int code = CTL_EXIT_OK;
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < i; j++) {
			bool names = strcmp(wishes[i].name, wishes[j].name) == 0;

			if (!names && !same_uuid(&wishes[i], &wishes[j]))
				continue;
			ctl_filter_line(wishes[i].name, name, sizeof(name));
			ctl_filter_line(wishes[j].file, first, sizeof(first));
			ctl_filter_line(wishes[i].file, second, sizeof(second));
			if (names)
				ctl_complain("%s and %s are both called \"%s\"", first, second,
					     name);
			else
				ctl_complain("%s and %s have the same uuid", first, second);
			code = CTL_EXIT_USAGE;
		}
	}
	return code;
}

/* All files are looked at, and nothing is started if one is not right. */
static int read_files(const struct start_options *given, char **files, size_t count,
		      struct ctl_wish *wishes)
{
	int worst = CTL_EXIT_OK, code;
	size_t i;

	for (i = 0; i < count; i++) {
		code = ctl_wish_read(&wishes[i], files[i], given->ignore);
		if (code > worst)
			worst = code;
	}
	return worst == CTL_EXIT_OK ? complain_twins(wishes, count) : worst;
}

static int start(const struct start_options *given, const struct ctl_wish *wishes, size_t count)
{
	int ret = ctl_catch_interrupts();

	if (ret < 0) {
		ctl_complain("cannot catch signals: %s", strerror(-ret));
		return CTL_EXIT_FAILED;
	}
	if (count == 1 && !given->how.dry_run)
		return ctl_start_one(wishes, &given->how);
	return ctl_start_many(wishes, count, &given->how);
}

static int read_and_start(const struct start_options *given, char **files, size_t file_count)
{
	size_t count = file_count ? file_count : 1, i;
	struct ctl_wish *wishes = calloc(count, sizeof(*wishes));
	int code;

	if (!wishes) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	for (i = 0; i < count; i++)
		wishes[i] = given->wish;
	code = read_files(given, files, file_count, wishes);
	for (i = 0; i < count; i++) {
		if (ctl_wish_complete(&wishes[i]) < 0) {
			ctl_complain("out of memory");
			code = CTL_EXIT_NO_MEMORY;
		}
	}
	if (code == CTL_EXIT_OK)
		code = start(given, wishes, count);
	for (i = 0; i < count; i++)
		ctl_wish_free(&wishes[i]);
	free(wishes);
	return code;
}

static int run(int argc, char **argv)
{
	struct start_options given = { .wish = { .type = CTL_TYPE_UNSAID,
						 .place = CTL_PLACE_NONE } };
	const char *problem;
	char **files;
	size_t count = 0;
	int code;

	if (!ctl_take_options(&ctl_cmd_start, argc, argv, &given, &files, &code))
		return code;
	given.how.json = given.json;
	given.how.try_newer = given.try_newer;
	while (files[count])
		count++;
	problem = find_conflict(&given);
	if (!problem)
		problem = find_misfit(&given, count);
	if (problem) {
		ctl_complain("start: %s", problem);
		return CTL_EXIT_USAGE;
	}
	return read_and_start(&given, files, count);
}

const struct ctl_command ctl_cmd_start = {
	.name = "start",
	.synopsis = "[OPTION...] FILE...\n       xenctl start --kernel FILE [OPTION...]",
	.summary = "build a guest and let it run",
	.description =
		"Builds guests and lets them run: one for each FILE, which has the syntax and "
		"the keys of xl.cfg(5), or one that the options tell of. An option wins over "
		"the same key of the files. Prints the guest's number, alone, on standard "
		"output; with several files, a line with number and name for each guest. A "
		"start that fails or is interrupted leaves nothing behind, and what Xen logged "
		"about it is shown.\n"
		"\n"
		"All files are checked before anything is started, and all that is wrong with "
		"them is told. Of several guests, each is tried; Ctrl-C takes all back.\n"
		"\n"
		"A guest with a console (the default) waits when 2048 bytes of its output "
		"are unread: keep 'xenctl console' attached, or start it with --no-console.\n",
	.examples = "    xenctl start --kernel /boot/vmlinuz --ramdisk initrd.gz --memory 256M \\\n"
		    "                 --cmdline 'console=hvc0' --console\n"
		    "    id=$(xenctl start --kernel vmlinux --memory 1G --vcpus 2 --paused)\n"
		    "    xenctl start --kernel vmlinux --no-console --timing --json\n"
		    "    xenctl start --dry-run web.cfg\n"
		    "    xenctl start -j 4 --ignore vif,disk --no-console *.cfg\n",
	.options = options,
	.operands_max = 1000,
	.run = run,
};
