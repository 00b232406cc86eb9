/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl start: build a guest and let it run. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "command.h"
#include "interrupt.h"
#include "json.h"
#include "progress.h"
#include "source.h"
#include "timing.h"
#include "xen-log.h"

struct start_options {
	const char *kernel;
	const char *ramdisk;
	const char *cmdline;
	const char *name;
	uint64_t memory_bytes;
	uint32_t vcpus;
	uint32_t type;
	uint8_t uuid[16];
	bool paused;
	bool no_console;
	bool console;
	bool timing;
	bool json;
	bool try_newer;
};

#define AT(member) offsetof(struct start_options, member)

static const struct ctl_option options[] = {
	{ "kernel", "FILE", "Linux bzImage or x86-64 ELF kernel; '-' is standard input",
	  CTL_OPTION_TEXT, AT(kernel) },
	{ "ramdisk", "FILE", "initial ramdisk, handed over as it is; '-' is standard input",
	  CTL_OPTION_TEXT, AT(ramdisk) },
	{ "cmdline", "TEXT", "the kernel's command line, 1023 bytes at most", CTL_OPTION_TEXT,
	  AT(cmdline) },
	{ "memory", "SIZE",
	  "256 by default; a bare number means MiB, else one of\n"
	  "B, K, M, G, T follows it, such as 512M or 2G",
	  CTL_OPTION_SIZE, AT(memory_bytes) },
	{ "vcpus", "N", "number of virtual CPUs, 1 to 128; 1 by default", CTL_OPTION_COUNT,
	  AT(vcpus) },
	{ "uuid", "UUID", "what it is known by for ever; random by default", CTL_OPTION_UUID,
	  AT(uuid) },
	{ "name", "TEXT", "what messages call it; nothing else knows it", CTL_OPTION_TEXT,
	  AT(name) },
	{ "type", "TYPE", "auto (what suits the kernel, by default), pv or pvh", CTL_OPTION_TYPE,
	  AT(type) },
	{ "paused", NULL, "leave it suspended; 'xenctl resume' lets it run", CTL_OPTION_FLAG,
	  AT(paused) },
	{ "no-console", NULL, "no console: it runs silently and never waits for a reader",
	  CTL_OPTION_FLAG, AT(no_console) },
	{ "console", NULL,
	  "attach before its first instruction and stay; standard\n"
	  "output is the guest's then, and its number goes to\n"
	  "standard error",
	  CTL_OPTION_FLAG, AT(console) },
	{ "timing", NULL, "show what each step cost, on standard error", CTL_OPTION_FLAG,
	  AT(timing) },
	CTL_OPTION_JSON(struct start_options),
	CTL_OPTION_TRY_NEWER(struct start_options),
	{ 0 },
};

/* One start, from the command line to the guest. */
struct job {
	const struct start_options *given;
	struct libxen *xen;
	struct libxen_image *image;
	struct libxen_domain *domain;
	struct ctl_timing timing;
	struct ctl_progress progress;
	struct ctl_xen_log log;
};

/* The library tells where it is; we tell it whether to go on. */
static int on_progress(const struct libxen_progress *progress, void *data)
{
	struct job *job = data;

	if (progress->done == 0)
		ctl_timing_begin(&job->timing, job->xen, progress->step);
	ctl_progress_show(&job->progress, progress);
	return ctl_interrupted();
}

static int say_interrupted(void)
{
	ctl_complain("interrupted; nothing was left behind");
	return CTL_EXIT_INTERRUPTED;
}

static int open_kernel(struct job *job)
{
	const struct libxen_source source = ctl_source(job->given->kernel);
	int ret;

	ret = libxen_image_open(job->xen, &source, &job->image);
	ctl_progress_clear(&job->progress);
	if (ret == -ECANCELED)
		return say_interrupted();
	return ret < 0 ? ctl_failed(job->xen, ret) : CTL_EXIT_OK;
}

static int build(struct job *job)
{
	const struct start_options *given = job->given;
	const struct libxen_source ramdisk = ctl_source(given->ramdisk ? given->ramdisk : "");
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.name = given->name,
		.kernel = job->image,
		.ramdisk = given->ramdisk ? &ramdisk : NULL,
		.cmdline = given->cmdline,
		.memory_bytes = given->memory_bytes,
		.vcpus = given->vcpus,
		.type = given->type,
	};
	int ret, code;

	memcpy(guest.uuid, given->uuid, sizeof(guest.uuid));
	if (given->paused || given->console)
		guest.flags |= LIBXEN_GUEST_PAUSED;
	if (given->no_console)
		guest.flags |= LIBXEN_GUEST_NO_CONSOLE;

	ret = libxen_start(job->xen, &guest, &job->domain);
	ctl_timing_end(&job->timing, job->xen);
	ctl_progress_clear(&job->progress);
	if (ret == 0)
		return CTL_EXIT_OK;
	if (ret == -ECANCELED)
		return say_interrupted();
	code = ctl_failed(job->xen, ret);
	ctl_xen_log_show(&job->log, job->xen);
	return code;
}

/* Take back a guest that nobody was told of yet. */
static int withdraw(struct job *job, int code)
{
	int ret;

	/* It would cancel this too, if we were interrupted. */
	libxen_set_progress(job->xen, NULL, NULL);
	ret = libxen_domain_destroy(job->domain, NULL);
	if (ret < 0) {
		ctl_failed(job->xen, ret);
		ctl_complain("domain %u was left behind; 'xenctl stop %u' removes it",
			     libxen_domain_id(job->domain), libxen_domain_id(job->domain));
		return code;
	}
	return code == CTL_EXIT_INTERRUPTED ? say_interrupted() : code;
}

static int report_json(struct job *job)
{
	struct libxen_domain_info info = { .size = sizeof(info) };
	struct ctl_json *json;
	int ret;

	ret = libxen_domain_info(job->domain, &info);
	if (ret < 0)
		return ctl_failed(job->xen, ret);
	json = ctl_json_new();
	ctl_json_open_object(json, NULL);
	ctl_json_number(json, "domid", info.domid);
	ctl_json_uuid(json, "uuid", info.uuid);
	if (job->given->timing)
		ctl_timing_json(&job->timing, json);
	ctl_json_close(json);
	return ctl_json_print(json);
}

static int report(struct job *job)
{
	const struct start_options *given = job->given;
	uint32_t domid = libxen_domain_id(job->domain);

	if (given->timing && !given->json)
		ctl_timing_print(&job->timing);
	if (given->json)
		return report_json(job);
	if (given->console) {
		ctl_complain("domain %" PRIu32 " starts%s", domid,
			     isatty(STDIN_FILENO) ? "; Ctrl-] leaves its console" : "");
		return CTL_EXIT_OK;
	}
	printf("%" PRIu32 "\n", domid);
	if (!given->no_console && !given->paused && isatty(STDERR_FILENO))
		ctl_complain("the guest waits once 2048 bytes of its console are unread; read them "
			     "with 'xenctl console %" PRIu32 "'",
			     domid);
	return CTL_EXIT_OK;
}

/* The guest stands still until we are attached: not a byte is missed. */
static int stay_attached(struct job *job)
{
	const struct ctl_attach how = { .timeout_ms = -1 };
	struct libxen_console *console;
	int ret, code;

	ret = libxen_console_open(job->domain, &console);
	if (ret < 0)
		return withdraw(job, ctl_failed(job->xen, ret));
	ret = libxen_domain_resume(job->domain);
	if (ret < 0) {
		code = ctl_failed(job->xen, ret);
		libxen_console_close(console);
		return withdraw(job, code);
	}
	code = ctl_attach(job->xen, job->domain, console, &how);
	libxen_console_close(console);
	return code;
}

static int start(struct job *job)
{
	int code;

	ctl_timing_begin(&job->timing, NULL, "connect to Xen");
	code = ctl_connect(job->given->try_newer, &job->xen);
	if (code != CTL_EXIT_OK)
		return code;
	libxen_set_progress(job->xen, on_progress, job);
	code = open_kernel(job);
	if (code != CTL_EXIT_OK)
		return code;
	ctl_timing_begin(&job->timing, job->xen, "find end of Xen's log");
	ctl_xen_log_mark(&job->log, job->xen);
	code = build(job);
	if (code != CTL_EXIT_OK)
		return code;
	/* Too late for the library to see, early enough for us. */
	if (ctl_interrupted())
		return withdraw(job, CTL_EXIT_INTERRUPTED);
	code = report(job);
	if (code != CTL_EXIT_OK)
		return withdraw(job, code);
	return job->given->console ? stay_attached(job) : CTL_EXIT_OK;
}

/* Options that do not go together. */
static bool options_fit(const struct start_options *given)
{
	const char *problem = NULL;

	if (!given->kernel)
		problem = "which kernel? --kernel FILE is missing";
	else if (given->ramdisk && strcmp(given->kernel, "-") == 0 &&
		 strcmp(given->ramdisk, "-") == 0)
		problem = "kernel and ramdisk can not both be standard input";
	else if (given->console && given->no_console)
		problem = "--console and --no-console exclude each other";
	else if (given->console && given->paused)
		problem = "--console and --paused exclude each other";
	else if (given->console && given->json)
		problem = "--console and --json exclude each other: both want standard output";
	if (problem)
		ctl_complain("start: %s", problem);
	return !problem;
}

static int run(int argc, char **argv)
{
	struct start_options given = { .memory_bytes = 256ull << 20 };
	struct job job = { .given = &given };
	char **operands;
	int code, ret;

	if (!ctl_take_options(&ctl_cmd_start, argc, argv, &given, &operands, &code))
		return code;
	if (!options_fit(&given))
		return CTL_EXIT_USAGE;
	ret = ctl_catch_interrupts();
	if (ret < 0) {
		ctl_complain("cannot catch signals: %s", strerror(-ret));
		return CTL_EXIT_FAILED;
	}
	ctl_progress_init(&job.progress);
	code = start(&job);
	libxen_domain_close(job.domain);
	libxen_image_close(job.image);
	libxen_free(job.xen);
	return code;
}

const struct ctl_command ctl_cmd_start = {
	.name = "start",
	.synopsis = "--kernel FILE [OPTION...]",
	.summary = "build a guest and let it run",
	.description =
		"Builds a guest from a kernel and lets it run. Prints its number, alone, on "
		"standard output. A start that fails or is interrupted leaves nothing "
		"behind, and what Xen logged about it is shown.\n"
		"\n"
		"A guest with a console (the default) waits when 2048 bytes of its output "
		"are unread: keep 'xenctl console' attached, or start it with --no-console.\n",
	.examples = "    xenctl start --kernel /boot/vmlinuz --ramdisk initrd.gz --memory 256M \\\n"
		    "                 --cmdline 'console=hvc0' --console\n"
		    "    id=$(xenctl start --kernel vmlinux --memory 1G --vcpus 2 --paused)\n"
		    "    xenctl start --kernel vmlinux --no-console --timing --json\n",
	.options = options,
	.run = run,
};
