/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake itself: made and unmade, and the seam, where calls are counted and made to fail. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Thread_local volatile int fake_inside;

_Noreturn void fake_die(const char *format, ...)
{
	va_list args;

	fputs("fake: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void *fake_calloc(size_t count, size_t size)
{
	void *memory;

	fake_inside++;
	memory = calloc(count ? count : 1, size ? size : 1);
	fake_inside--;
	if (!memory)
		fake_die("out of memory");
	return memory;
}

void *fake_realloc(void *old, size_t size)
{
	void *memory;

	fake_inside++;
	memory = realloc(old, size ? size : 1);
	fake_inside--;
	if (!memory)
		fake_die("out of memory");
	return memory;
}

void fake_lock(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	fake_inside++;
}

void fake_unlock(struct fake *fake)
{
	fake_inside--;
	pthread_mutex_unlock(&fake->lock);
}

bool fake_since(const struct fake *fake, unsigned int minor)
{
	return fake_abi_minor(fake->abi) >= minor;
}

/* --- the seam --- */

static struct fake *fake_of(const struct lx_os *os)
{
	return (struct fake *)(uintptr_t)os; /* .os is the first member */
}

static int seam_open(const struct lx_os *os, const char *path)
{
	struct fake *fake = fake_of(os);
	int ret;

	fake_lock(fake);
	ret = fake_begin(fake, FAKE_CALL_OPEN, 0, 0);
	if (ret == 0)
		ret = fake_device_open(fake, path);
	fake_unlock(fake);
	return ret;
}

static void seam_close(const struct lx_os *os, int fd)
{
	struct fake *fake = fake_of(os);

	fake_lock(fake);
	fake_begin(fake, FAKE_CALL_CLOSE, 0, 0);
	fake_device_close(fake, fd);
	fake_unlock(fake);
}

/* What tells hypercalls of one number apart: their command. */
static long sub_op(struct fake *fake, const struct privcmd_hypercall *call)
{
	unaligned_u32 *command;

	switch (call->op) {
	case HYPERCALL_DOMCTL:
	case HYPERCALL_SYSCTL:
	case HYPERCALL_MMUEXT_OP: /* the command is the first word */
		command = fake_reach(fake, call->arg[0], sizeof(*command));
		return command ? (long)*command : 0;
	case HYPERCALL_MEMORY_OP:
		return (long)(call->arg[0] & 63);
	default:
		return (long)call->arg[0];
	}
}

static int seam_ioctl(const struct lx_os *os, int fd, unsigned long request, void *arg)
{
	struct fake *fake = fake_of(os);
	int ret;

	fake_lock(fake);
	if (request == PRIVCMD_HYPERCALL) {
		const struct privcmd_hypercall *call = arg;

		ret = fake_begin(fake, FAKE_CALL_HYPERCALL, (long)call->op, sub_op(fake, call));
	} else {
		ret = fake_begin(fake, FAKE_CALL_IOCTL, (long)request, 0);
	}
	if (ret == 0)
		ret = fake_device_ioctl(fake, fd, request, arg);
	fake_unlock(fake);
	return ret;
}

static int seam_map(const struct lx_os *os, int fd, size_t size, int prot, off_t offset,
		    void **addr)
{
	struct fake *fake = fake_of(os);
	int ret;

	fake_lock(fake);
	ret = fake_begin(fake, FAKE_CALL_MAP, 0, 0);
	if (ret == 0)
		ret = fake_device_map(fake, fd, size, prot, offset, addr);
	fake_unlock(fake);
	return ret;
}

static void seam_unmap(const struct lx_os *os, void *addr, size_t size)
{
	struct fake *fake = fake_of(os);

	fake_lock(fake);
	fake_begin(fake, FAKE_CALL_UNMAP, 0, 0);
	fake_device_unmap(fake, addr, size);
	fake_unlock(fake);
}

static int seam_map_locked(const struct lx_os *os, size_t size, void **addr)
{
	struct fake *fake = fake_of(os);
	int ret;

	fake_lock(fake);
	ret = fake_begin(fake, FAKE_CALL_MAP_LOCKED, 0, 0);
	if (ret == 0)
		ret = fake_map_locked(fake, size, addr);
	fake_unlock(fake);
	return ret;
}

static int seam_read(const struct lx_os *os, int fd, void *buffer, size_t size)
{
	struct fake *fake = fake_of(os);
	struct fake_file *file;
	int ret;

	fake_lock(fake);
	ret = fake_begin(fake, FAKE_CALL_READ, 0, 0);
	file = fake_file(fake, fd);
	if (ret == 0)
		ret = file->device == DEVICE_EVTCHN ? fake_evtchn_read(fake, file, buffer, size)
						    : -EINVAL;
	fake_unlock(fake);
	return ret;
}

static int seam_write(const struct lx_os *os, int fd, const void *buffer, size_t size)
{
	struct fake *fake = fake_of(os);
	struct fake_file *file;
	int ret;

	fake_lock(fake);
	ret = fake_begin(fake, FAKE_CALL_WRITE, 0, 0);
	file = fake_file(fake, fd);
	if (ret == 0)
		ret = file->device == DEVICE_EVTCHN ? fake_evtchn_write(fake, file, buffer, size)
						    : -EINVAL;
	fake_unlock(fake);
	return ret;
}

static const struct lx_os seam = {
	.open = seam_open,
	.close = seam_close,
	.ioctl = seam_ioctl,
	.map = seam_map,
	.unmap = seam_unmap,
	.map_locked = seam_map_locked,
	.read = seam_read,
	.write = seam_write,
};

/* --- life --- */

static char *copy(const char *text)
{
	return text ? strcpy(fake_calloc(strlen(text) + 1, 1), text) : NULL;
}

/* "4.17.7" or "4.14.6+12" -> ".7", ".6"; what is unstable says so */
static void choose_extraversion(struct fake *fake)
{
	const char *probed = fake_abi_probed_at(fake->abi);
	int point = 0;

	if (fake->options.extraversion)
		snprintf(fake->extraversion, sizeof(fake->extraversion), "%.15s",
			 fake->options.extraversion);
	else if (fake_abi_unstable(fake->abi))
		snprintf(fake->extraversion, sizeof(fake->extraversion), "-unstable");
	else if (fake_abi_point(fake->abi) >= 0)
		snprintf(fake->extraversion, sizeof(fake->extraversion), ".%d",
			 fake_abi_point(fake->abi));
	else if (sscanf(probed, "4.%*u.%d", &point) == 1)
		snprintf(fake->extraversion, sizeof(fake->extraversion), ".%d", point);
}

static void choose_defaults(struct fake *fake, const struct fake_options *options)
{
	struct fake_options *mine = &fake->options;

	*mine = *options;
	mine->release = copy(options->release ? options->release : "4.17");
	mine->extraversion = copy(options->extraversion);
	mine->guest_console = copy(options->guest_console);
	mine->log = NULL;
	if (!mine->memory_pages)
		mine->memory_pages = 1u << 20;
	if (!mine->dom0_pages)
		mine->dom0_pages = 4096;
	if (!mine->cpus)
		mine->cpus = 4;
	if (!mine->nodes)
		mine->nodes = 1;
	if (!mine->hypercall_limit)
		mine->hypercall_limit = 4096;
	fake->random = mine->seed + 0x9e3779b97f4a7c15ull;
}

/* Domain 0: privileged, running, and with no memory that anybody could map. */
static void make_dom0(struct fake *fake)
{
	struct fake_domain *domain = fake_domain_new(fake, 0);

	domain->background = true;
	domain->entered = true;
	domain->pause_count = 0;
	domain->tot_pages = domain->max_pages = fake->options.dom0_pages;
	domain->max_evtchn_port = 4095;
	domain->has_grant_table = true;
	domain->max_grant_frames = 64;
	fake_domain_add_vcpus(fake, domain, fake->options.cpus);
	for (uint32_t i = 0; i < domain->nr_vcpus; i++)
		domain->vcpus[i].online = true;
}

struct fake *fake_new(const struct fake_options *options)
{
	struct fake *fake = fake_calloc(1, sizeof(*fake));

	fake->os = seam;
	pthread_mutex_init(&fake->lock, NULL);
	fake->memory = fake->nothing = -1;
	choose_defaults(fake, options);
	fake_inside++;
	fake->abi = fake_abi_load(fake->options.release);
	fake_inside--;
	if (!fake->abi) {
		fprintf(stderr, "fake: no facts about Xen %s\n", fake->options.release);
		goto fail;
	}
	if (fake_frames_init(fake) < 0)
		goto fail;

	fake->domctl_version = options->domctl_version;
	if (!fake->domctl_version)
		fake->domctl_version =
			(uint32_t)fake_constant(fake, "XEN_DOMCTL_INTERFACE_VERSION");
	fake->sysctl_version = options->sysctl_version;
	if (!fake->sysctl_version)
		fake->sysctl_version =
			(uint32_t)fake_constant(fake, "XEN_SYSCTL_INTERFACE_VERSION");
	choose_extraversion(fake);
	fake_pools_init(fake);
	fake->domains = fake_calloc(DOMIDS, sizeof(struct fake_domain *));
	make_dom0(fake);
	if (options->log)
		fake_log(fake, "%s", options->log);
	else
		fake_log(fake,
			 "(XEN) Xen version 4.%u%s (fake)\n(XEN) Xen is relinquishing VGA "
			 "console.\n",
			 fake_abi_minor(fake->abi), fake->extraversion);
	return fake;
fail:
	fake_free(fake);
	return NULL;
}

static void free_files(struct fake *fake)
{
	while (fake->files)
		fake_device_close(fake, fake->files->fd);
}

void fake_free(struct fake *fake)
{
	if (!fake)
		return;
	fake_forget_default(fake);
	if (fake->domains) {
		fake_lock(fake);
		free_files(fake);
		while (fake->mappings)
			fake_device_unmap(fake, fake->mappings->addr, fake->mappings->size);
		for (uint32_t i = 0; i < DOMIDS; i++) {
			if (fake->domains[i])
				fake_domain_delete(fake, fake->domains[i]);
		}
		fake_unlock(fake);
	}
	fake_frames_free(fake);
	free(fake->domains);
	free(fake->log);
	free((char *)(uintptr_t)fake->options.release);
	free((char *)(uintptr_t)fake->options.extraversion);
	free((char *)(uintptr_t)fake->options.guest_console);
	pthread_mutex_destroy(&fake->lock);
	free(fake);
}

const struct lx_os *fake_os(struct fake *fake)
{
	return &fake->os;
}

uint32_t fake_domctl_version(const struct fake *fake)
{
	return fake->domctl_version;
}

uint32_t fake_sysctl_version(const struct fake *fake)
{
	return fake->sysctl_version;
}
