/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fixture of contract tests, and short ways to say what most of them need. */
#include "rig.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_S = 90, TRIES = 4, SEEN_MAX = 1 << 20 };

uint32_t rig_type = LIBXEN_TYPE_PV;

bool rig_host_can(const struct libxen_host_info *host, uint32_t type)
{
	if (type == LIBXEN_TYPE_PV)
		return true;
	return host->features & LIBXEN_HOST_HVM && host->xen_minor >= 9;
}

bool rig_can(uint32_t type)
{
	struct libxen_host_info host = { .size = sizeof(host) };
	struct libxen *xen = libxen_new();
	bool can;

	rig_begin();
	can = xen && libxen_open(xen, NULL) == 0 && libxen_host_info(xen, &host) == 0 &&
	      rig_host_can(&host, type);
	libxen_free(xen);
	rig_end();
	return can;
}

static unsigned int count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Anonymous memory comes and goes with malloc(); what has a file's name is counted. */
static unsigned int count_maps(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned int count = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "xen/") || strstr(line, "memfd"))
			count++;
	fclose(maps);
	return count;
}

struct libxen_host_info rig_host(struct fixture *f)
{
	struct libxen_host_info host = { .size = sizeof(host) };

	assert_int_equal(libxen_host_info(f->xen, &host), 0);
	return host;
}

static void open_all(struct fixture *f)
{
	struct libxen_source kernel = rig_kernel();

	f->xen = libxen_new();
	assert_non_null(f->xen);
	if (libxen_open(f->xen, NULL) < 0 || libxen_image_open(f->xen, &kernel, &f->kernel) < 0)
		fail_msg("%s", libxen_error(f->xen));
	f->ramdisk = rig_ramdisk();
}

int rig_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	rig_begin();
	f->files = count_files();
	f->maps = count_maps();
	open_all(f);
	f->free_bytes = rig_host(f).memory_free_bytes;
	*state = f;
	return 0;
}

/* Xen gives memory back behind the back of the call that asked for it: look for a while. */
static void assert_memory_is_back(struct fixture *f)
{
	uint64_t now = rig_host(f).memory_free_bytes;

	for (int i = 0; i < 60 && now != f->free_bytes; i++) {
		rig_pass_time(50);
		now = rig_host(f).memory_free_bytes;
	}
	if (now < f->free_bytes && rig_xen_may_keep(f->free_bytes - now))
		return;
	assert_int_equal(now, f->free_bytes);
}

/* What a test that failed has left must not disturb the next one. Returns how many. */
static unsigned int remove_guests(struct fixture *f)
{
	struct libxen_domain_info infos[64] = { { .size = sizeof(infos[0]) } };
	struct libxen_domain *domain;
	unsigned int removed = 0;
	int count = libxen_list(f->xen, 1, infos, 64);

	for (int i = 0; i < count; i++) {
		if (infos[i].state == LIBXEN_STATE_DYING ||
		    libxen_domain_open(f->xen, infos[i].domid, &domain) < 0)
			continue;
		removed += libxen_domain_destroy(domain, NULL) == 0;
		libxen_domain_close(domain);
	}
	return removed;
}

int rig_teardown(void **state)
{
	struct fixture *f = *state;

	libxen_set_progress(f->xen, NULL, NULL);
	assert_int_equal(remove_guests(f), 0);
	assert_memory_is_back(f);
	libxen_image_close(f->kernel);
	libxen_free(f->xen);
	assert_int_equal(count_files(), f->files);
	assert_int_equal(count_maps(), f->maps);
	rig_end();
	free(f);
	return 0;
}

struct libxen_guest rig_guest(struct fixture *f)
{
	return (struct libxen_guest){
		.size = sizeof(struct libxen_guest),
		.name = "test",
		.kernel = f->kernel,
		.ramdisks = &f->ramdisk,
		.ramdisk_count = 1,
		.cmdline = "console=hvc0 quiet",
		.memory_bytes = 128 * MIB,
		.vcpus = 1,
		.type = rig_type,
	};
}

struct libxen_domain *rig_start(struct fixture *f, const struct libxen_guest *guest)
{
	struct libxen_domain *domain = NULL;

	if (libxen_start(f->xen, guest, &domain) < 0)
		fail_msg("%s", libxen_error(f->xen));
	assert_non_null(domain);
	return domain;
}

struct libxen_domain *rig_start_with_console(struct fixture *f, struct libxen_guest *guest,
					     struct libxen_console **console)
{
	struct libxen_domain *domain;

	guest->flags |= LIBXEN_GUEST_PAUSED;
	domain = rig_start(f, guest);
	if (libxen_console_open(domain, console) < 0 || libxen_domain_resume(domain) < 0)
		fail_msg("%s", libxen_error(f->xen));
	return domain;
}

void rig_stop(struct fixture *f, struct libxen_domain *domain)
{
	if (libxen_domain_destroy(domain, NULL) < 0)
		fail_msg("%s", libxen_error(f->xen));
	libxen_domain_close(domain);
}

bool rig_is_gone(struct fixture *f, struct libxen_domain *domain)
{
	struct libxen_domain_info info = { .size = sizeof(info) };
	int ret = 0;

	(void)f;
	for (int i = 0; i < 100 && ret == 0; i++) {
		ret = libxen_domain_info(domain, &info);
		if (ret == 0)
			rig_pass_time(50);
	}
	return ret == -ESRCH;
}

/* Read what is there, waiting @ms for it; -EAGAIN if nothing came. */
static int read_some(struct libxen_console *console, char *buffer, size_t size, int ms)
{
	struct pollfd ready = { .fd = libxen_console_fd(console), .events = POLLIN };

	rig_pass_time(0);
	poll(&ready, 1, ms);
	return libxen_console_read(console, buffer, size);
}

/* Read until @text comes. Whatever was seen is in @seen. False: the guest ended, or time is up. */
static bool comes(struct fixture *f, struct libxen_console *console, const char *text,
		  char seen[SEEN_MAX])
{
	time_t deadline = time(NULL) + PATIENCE_S;
	size_t used = 0;

	seen[0] = '\0';
	while (!strstr(seen, text)) {
		int ret = read_some(console, seen + used, 4096, 100);

		if (ret == 0 || time(NULL) > deadline)
			return false;
		if (ret < 0 && ret != -EAGAIN)
			fail_msg("%s", libxen_error(f->xen));
		used += ret > 0 ? (size_t)ret : 0;
		assert_true(used < SEEN_MAX - 4096);
		seen[used] = '\0';
	}
	return true;
}

void rig_expect(struct fixture *f, struct libxen_console *console, const char *text)
{
	static char seen[SEEN_MAX];

	if (!comes(f, console, text, seen))
		fail_msg("\"%s\" did not come; the console said:\n%s", text, seen);
}

/* Where Xen's log ends now. */
static uint32_t end_of_log(struct fixture *f)
{
	uint32_t position = 0;
	char buffer[4096];

	while (libxen_log_read(f->xen, &position, buffer, sizeof(buffer)) > 0)
		;
	return position;
}

struct libxen_domain *rig_boot(struct fixture *f, struct libxen_guest *guest, const char *text,
			       struct libxen_console **console)
{
	static char seen[SEEN_MAX];

	for (int i = 1;; i++) {
		uint32_t position = end_of_log(f);
		struct libxen_domain *domain = rig_start_with_console(f, guest, console);

		if (comes(f, *console, text, seen))
			return domain;
		if (i == TRIES || !rig_emulator_failed(f->xen, position, libxen_domain_id(domain)))
			fail_msg("\"%s\" did not come; the console said:\n%s", text, seen);
		print_message("# a guest ended by a triple fault: "
			      "another one is started\n");
		libxen_console_close(*console);
		rig_stop(f, domain);
	}
}

size_t rig_console_bytes(struct fixture *f, struct libxen_console *console, unsigned int ms)
{
	char buffer[4096];
	size_t bytes = 0;

	for (unsigned int passed = 0; passed < ms; passed += 100) {
		int ret;

		rig_pass_time(100);
		while ((ret = libxen_console_read(console, buffer, sizeof(buffer))) > 0)
			bytes += ret;
		if (ret != -EAGAIN)
			fail_msg("%s", libxen_error(f->xen));
	}
	return bytes;
}

struct libxen_domain_info rig_info(struct fixture *f, struct libxen_domain *domain)
{
	struct libxen_domain_info info = { .size = sizeof(info) };

	if (libxen_domain_info(domain, &info) < 0)
		fail_msg("%s", libxen_error(f->xen));
	return info;
}

void rig_assert_fails(struct fixture *f, int ret, int code, const char *word)
{
	assert_int_equal(ret, code);
	if (!strstr(libxen_error(f->xen), word))
		fail_msg("\"%s\" is not in the sentence: %s", word, libxen_error(f->xen));
}
