/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts several guests, some at a time, or only checks that they could be started. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "json.h"
#include "place-view.h"
#include "source.h"
#include "start.h"
#include "text.h"
#include "words.h"
#include "xen-log.h"

#define ERROR_TEXT 1024

/* A kernel, opened once for all guests that want it. */
struct kernel {
	const char *name;
	struct libxen_image *image; /* NULL: it could not be opened */
	int ret;
	char error[ERROR_TEXT];
};

/* One guest. While workers run, it belongs to the one that took it. */
struct job {
	const struct ctl_wish *wish;
	const struct kernel *kernel;
	struct libxen_domain *domain; /* over its worker's connection */
	struct libxen_start_result result;
	int code;
	char error[ERROR_TEXT];
};

/* One connection, and the thread that uses it; the first is the main thread's. */
struct worker {
	struct batch *batch;
	struct libxen *xen;
	pthread_t thread;
	bool has_thread;
};

struct batch {
	const struct ctl_start_how *how;
	struct job *jobs;
	struct kernel *kernels;
	struct worker *workers;
	size_t count, kernel_count, worker_count;
	struct ctl_xen_log log;
	size_t next; /* the first job that nobody took yet; atomic */
};

static int on_progress(const struct libxen_progress *progress, void *data)
{
	(void)progress;
	(void)data;
	return ctl_interrupted();
}

static void keep_error(char text[ERROR_TEXT], struct libxen *xen, int ret)
{
	ctl_filter_line(libxen_error(xen), text, ERROR_TEXT);
	if (!text[0])
		snprintf(text, ERROR_TEXT, "%s", strerror(-ret));
}

/* --- before: connections and kernels --- */

static int open_workers(struct batch *batch)
{
	const struct ctl_start_how *how = batch->how;
	size_t wanted = how->jobs ? how->jobs : 1;
	int code = CTL_EXIT_OK;

	if (wanted > batch->count)
		wanted = batch->count;
	batch->workers = calloc(wanted, sizeof(*batch->workers));
	if (!batch->workers) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	while (batch->worker_count < wanted && code == CTL_EXIT_OK) {
		struct worker *worker = &batch->workers[batch->worker_count];

		worker->batch = batch;
		code = ctl_connect(how->try_newer, &worker->xen);
		if (code == CTL_EXIT_OK) {
			libxen_set_progress(worker->xen, on_progress, NULL);
			batch->worker_count++;
		}
	}
	return code;
}

static const struct kernel *open_kernel(struct batch *batch, const char *name)
{
	const struct libxen_source source = ctl_source(name);
	struct libxen *xen = batch->workers[0].xen;
	struct kernel *kernel = batch->kernels;

	for (; kernel < batch->kernels + batch->kernel_count; kernel++)
		if (strcmp(kernel->name, name) == 0)
			return kernel;
	batch->kernel_count++;
	kernel->name = name;
	kernel->ret = libxen_image_open(xen, &source, &kernel->image);
	if (kernel->ret < 0) {
		kernel->image = NULL;
		keep_error(kernel->error, xen, kernel->ret);
	}
	return kernel;
}

static int prepare(struct batch *batch, const struct ctl_wish *wishes)
{
	size_t i;
	int code;

	batch->jobs = calloc(batch->count, sizeof(*batch->jobs));
	batch->kernels = calloc(batch->count, sizeof(*batch->kernels));
	if (!batch->jobs || !batch->kernels) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	code = open_workers(batch);
	if (code != CTL_EXIT_OK)
		return code;
	ctl_xen_log_mark(&batch->log, batch->workers[0].xen);
	for (i = 0; i < batch->count && !ctl_interrupted(); i++) {
		batch->jobs[i].wish = &wishes[i];
		batch->jobs[i].kernel = open_kernel(batch, wishes[i].kernel);
	}
	return CTL_EXIT_OK;
}

/* --- meanwhile: each worker takes job after job --- */

static void do_job(struct job *job, struct libxen *xen, const struct ctl_start_how *how)
{
	struct ctl_wish_room room;
	struct libxen_guest guest = ctl_wish_guest(job->wish, job->kernel->image, &room);
	int ret = job->kernel->ret;

	if (how->paused)
		guest.flags |= LIBXEN_GUEST_PAUSED;
	if (how->no_console)
		guest.flags |= LIBXEN_GUEST_NO_CONSOLE;
	if (how->dry_run)
		guest.flags |= LIBXEN_GUEST_CHECK;
	job->result.size = sizeof(job->result);
	guest.result = &job->result;
	if (ret < 0) {
		snprintf(job->error, sizeof(job->error), "%s", job->kernel->error);
	} else {
		ret = libxen_start(xen, &guest, &job->domain);
		if (ret < 0)
			keep_error(job->error, xen, ret);
	}
	job->code = ctl_exit_code(ret);
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct batch *batch = worker->batch;

	while (!ctl_interrupted()) {
		size_t i = __atomic_fetch_add(&batch->next, 1, __ATOMIC_RELAXED);

		if (i >= batch->count)
			break;
		do_job(&batch->jobs[i], worker->xen, batch->how);
	}
	return NULL;
}

/* A thread that can not be made is no failure: the others do its part. */
static void run_workers(struct batch *batch)
{
	size_t i;

	for (i = 1; i < batch->worker_count; i++) {
		struct worker *worker = &batch->workers[i];

		worker->has_thread = pthread_create(&worker->thread, NULL, work, worker) == 0;
	}
	work(&batch->workers[0]);
	for (i = 1; i < batch->worker_count; i++)
		if (batch->workers[i].has_thread)
			pthread_join(batch->workers[i].thread, NULL);
}

/* --- after: take back, or report --- */

/* Nobody was told of these guests yet. */
static int take_back(struct batch *batch)
{
	bool all_gone = true;
	size_t i;

	/* It would cancel this too. */
	for (i = 0; i < batch->worker_count; i++)
		libxen_set_progress(batch->workers[i].xen, NULL, NULL);
	for (i = 0; i < batch->count; i++) {
		struct libxen_domain *domain = batch->jobs[i].domain;

		if (!domain || libxen_domain_destroy(domain, NULL) == 0)
			continue;
		all_gone = false;
		ctl_complain("domain %" PRIu32 " was left behind; 'xenctl stop %" PRIu32
			     "' removes it",
			     libxen_domain_id(domain), libxen_domain_id(domain));
	}
	ctl_complain("interrupted%s", all_gone ? "; nothing was left behind" : "");
	return CTL_EXIT_INTERRUPTED;
}

static const char *name_of(const struct job *job, char *safe, size_t size)
{
	return ctl_filter_line(job->wish->name ? job->wish->name : "guest", safe, size);
}

static void print_failure(const struct job *job)
{
	char file[256];

	if (job->wish->file)
		ctl_complain("%s: %s", ctl_filter_line(job->wish->file, file, sizeof(file)),
			     job->error);
	else
		ctl_complain("%s", job->error);
}

static void print_line(const char *title, const char *text)
{
	char safe[2048];

	if (text)
		printf("%-9s %s\n", title, ctl_filter_line(text, safe, sizeof(safe)));
}

/* What a dry run found to be right. */
static void print_wish(const struct job *job)
{
	const struct ctl_wish *wish = job->wish;
	static const uint8_t no_uuid[16];
	char unit[CTL_UNIT_TEXT], uuid[CTL_UUID_TEXT], safe[sizeof(job->result.reason)];

	print_line("name", wish->name ? wish->name : "guest");
	print_line("file", wish->file);
	printf("type      %s%s%s\n", ctl_wish_type_word(job->result.type),
	       wish->type == LIBXEN_TYPE_AUTO ? ": " : "",
	       wish->type == LIBXEN_TYPE_AUTO
		       ? ctl_filter_line(job->result.reason, safe, sizeof(safe))
		       : "");
	print_line("kernel", wish->kernel);
	for (uint32_t i = 0; i < wish->ramdisks.count; i++)
		print_line("ramdisk", wish->ramdisks.at[i]);
	print_line("cmdline", wish->cmdline);
	printf("memory    %s\n", ctl_format_bytes(wish->memory_bytes, unit));
	if (wish->memory_max_bytes > wish->memory_bytes)
		printf("maxmem    %s\n", ctl_format_bytes(wish->memory_max_bytes, unit));
	printf("vcpus     %" PRIu32 "\n", wish->vcpus ? wish->vcpus : 1);
	if (wish->vcpus_max > wish->vcpus)
		printf("maxvcpus  %" PRIu32 "\n", wish->vcpus_max);
	ctl_place_print_wish(&wish->place);
	print_line("features", wish->feature_list);
	if (memcmp(wish->uuid, no_uuid, sizeof(no_uuid)) == 0)
		puts("uuid      random");
	else
		printf("uuid      %s\n", ctl_format_uuid(wish->uuid, uuid));
}

static void print_text(const struct batch *batch)
{
	bool first = true;
	char safe[256];
	size_t i;

	for (i = 0; i < batch->count; i++) {
		const struct job *job = &batch->jobs[i];

		if (job->code != CTL_EXIT_OK) {
			print_failure(job);
		} else if (batch->how->dry_run) {
			if (!first)
				putchar('\n');
			first = false;
			print_wish(job);
		} else {
			printf("%" PRIu32 " %s\n", libxen_domain_id(job->domain),
			       name_of(job, safe, sizeof(safe)));
		}
	}
}

static void add_wish(struct ctl_json *json, const struct job *job)
{
	const struct ctl_wish *wish = job->wish;
	static const uint8_t no_uuid[16];

	ctl_start_result_json(&job->result, json);
	ctl_json_text(json, "kernel", wish->kernel);
	ctl_json_open_array(json, "ramdisks");
	for (uint32_t i = 0; i < wish->ramdisks.count; i++)
		ctl_json_text(json, NULL, wish->ramdisks.at[i]);
	ctl_json_close(json);
	ctl_json_text(json, "cmdline", wish->cmdline ? wish->cmdline : "");
	ctl_json_number(json, "memory_bytes", wish->memory_bytes);
	if (wish->memory_max_bytes)
		ctl_json_number(json, "memory_max_bytes", wish->memory_max_bytes);
	ctl_json_number(json, "vcpus", wish->vcpus ? wish->vcpus : 1);
	if (wish->vcpus_max)
		ctl_json_number(json, "vcpus_max", wish->vcpus_max);
	ctl_place_json_wish(json, &wish->place);
	if (wish->feature_list)
		ctl_json_text(json, "features", wish->feature_list);
	if (memcmp(wish->uuid, no_uuid, sizeof(no_uuid)) != 0)
		ctl_json_uuid(json, "uuid", wish->uuid);
}

/* The guest may be gone again by now: then its number has to do. */
static void add_domain(struct ctl_json *json, const struct job *job)
{
	struct libxen_domain *domain = job->domain;
	struct libxen_domain_info info = { .size = sizeof(info) };

	ctl_json_number(json, "domid", libxen_domain_id(domain));
	if (libxen_domain_info(domain, &info) == 0)
		ctl_json_uuid(json, "uuid", info.uuid);
	ctl_start_result_json(&job->result, json);
}

static int print_json(const struct batch *batch)
{
	struct ctl_json *json = ctl_json_new();
	size_t i;

	ctl_json_open_array(json, NULL);
	for (i = 0; i < batch->count; i++) {
		const struct job *job = &batch->jobs[i];

		ctl_json_open_object(json, NULL);
		if (job->wish->file)
			ctl_json_text(json, "file", job->wish->file);
		ctl_json_text(json, "name", job->wish->name ? job->wish->name : "guest");
		ctl_json_number(json, "exit_code", (uint64_t)job->code);
		if (job->code != CTL_EXIT_OK)
			ctl_json_text(json, "error", job->error);
		else if (batch->how->dry_run)
			add_wish(json, job);
		else
			add_domain(json, job);
		ctl_json_close(json);
	}
	ctl_json_close(json);
	return ctl_json_print(json);
}

/* A dry run looks at each guest alone: whether there is room for all is another question. */
static int check_room(const struct batch *batch)
{
	struct libxen_host_info host = { .size = sizeof(host) };
	char wanted[CTL_UNIT_TEXT], there[CTL_UNIT_TEXT];
	uint64_t sum = 0, left;
	size_t i;
	int ret;

	for (i = 0; i < batch->count; i++)
		if (batch->jobs[i].code == CTL_EXIT_OK)
			sum += batch->jobs[i].wish->memory_bytes;
	ret = libxen_host_info(batch->workers[0].xen, &host);
	if (ret < 0)
		return ctl_failed(batch->workers[0].xen, ret);
	left = host.memory_free_bytes > host.memory_claimed_bytes
		       ? host.memory_free_bytes - host.memory_claimed_bytes
		       : 0;
	if (sum <= left)
		return CTL_EXIT_OK;
	ctl_complain("together they want %s of memory, but the host has %s left",
		     ctl_format_bytes(sum, wanted), ctl_format_bytes(left, there));
	return CTL_EXIT_NO_MEMORY;
}

static int report(struct batch *batch)
{
	int worst = CTL_EXIT_OK, code = CTL_EXIT_OK;
	size_t i;

	for (i = 0; i < batch->count; i++)
		if (batch->jobs[i].code > worst)
			worst = batch->jobs[i].code;
	if (batch->how->json)
		code = print_json(batch);
	else
		print_text(batch);
	if (worst != CTL_EXIT_OK)
		ctl_xen_log_show(&batch->log, batch->workers[0].xen);
	if (code == CTL_EXIT_OK && batch->how->dry_run)
		code = check_room(batch);
	return code > worst ? code : worst;
}

static void batch_free(struct batch *batch)
{
	size_t i;

	for (i = 0; batch->jobs && i < batch->count; i++)
		libxen_domain_close(batch->jobs[i].domain);
	for (i = 0; i < batch->kernel_count; i++)
		libxen_image_close(batch->kernels[i].image);
	for (i = 0; i < batch->worker_count; i++)
		libxen_free(batch->workers[i].xen);
	free(batch->jobs);
	free(batch->kernels);
	free(batch->workers);
}

int ctl_start_many(const struct ctl_wish *wishes, size_t count, const struct ctl_start_how *how)
{
	struct batch batch = { .how = how, .count = count };
	int code;

	code = prepare(&batch, wishes);
	if (code == CTL_EXIT_OK && !ctl_interrupted())
		run_workers(&batch);
	if (ctl_interrupted())
		code = take_back(&batch);
	else if (code == CTL_EXIT_OK)
		code = report(&batch);
	batch_free(&batch);
	return code;
}
