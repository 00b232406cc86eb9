/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts one guest: with progress, timing, its console, and what Xen logged if it fails. */
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
#include "start.h"
#include "text.h"
#include "timing.h"
#include "words.h"
#include "xen-log.h"

/* One start, from the command line to the guest. */
struct job {
	const struct ctl_wish *wish;
	const struct ctl_start_how *given;
	struct libxen *xen;
	struct libxen_image *image;
	struct libxen_domain *domain;
	struct libxen_start_result result;
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
	const struct libxen_source source = ctl_source(job->wish->kernel);
	int ret;

	ret = libxen_image_open(job->xen, &source, &job->image);
	ctl_progress_clear(&job->progress);
	if (ret == -ECANCELED)
		return say_interrupted();
	return ret < 0 ? ctl_failed(job->xen, ret) : CTL_EXIT_OK;
}

static int build(struct job *job)
{
	const struct ctl_start_how *given = job->given;
	struct ctl_wish_room room;
	struct libxen_guest guest = ctl_wish_guest(job->wish, job->image, &room);
	int ret, code;

	if (given->paused || given->console)
		guest.flags |= LIBXEN_GUEST_PAUSED;
	if (given->no_console)
		guest.flags |= LIBXEN_GUEST_NO_CONSOLE;
	job->result.size = sizeof(job->result);
	guest.result = &job->result;

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

void ctl_start_result_json(const struct libxen_start_result *result, struct ctl_json *json)
{
	ctl_json_text(json, "type", ctl_wish_type_word(result->type));
	ctl_json_text(json, "type_reason", result->reason);
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
	ctl_start_result_json(&job->result, json);
	if (job->given->timing)
		ctl_timing_json(&job->timing, json);
	ctl_json_close(json);
	return ctl_json_print(json);
}

static int report(struct job *job)
{
	const struct ctl_start_how *given = job->given;
	uint32_t domid = libxen_domain_id(job->domain);
	char safe[sizeof(job->result.reason)];

	if (given->timing && !given->json) {
		ctl_complain("type %s: %s", ctl_wish_type_word(job->result.type),
			     ctl_filter_line(job->result.reason, safe, sizeof(safe)));
		ctl_timing_print(&job->timing);
	}
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

int ctl_start_one(const struct ctl_wish *wish, const struct ctl_start_how *how)
{
	struct job job = { .wish = wish, .given = how };
	int code;

	ctl_progress_init(&job.progress);
	code = start(&job);
	libxen_domain_close(job.domain);
	libxen_image_close(job.image);
	libxen_free(job.xen);
	return code;
}
