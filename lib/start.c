/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start a guest: check the wish, build it, let it run. */
#include "internal.h"
#include "placement-wish.h"

#include <build/build.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { GUEST_SIZE_0_1 = 136, RESULT_SIZE_0_1 = 528, VCPUS_MAX = 128 };

#define MEMORY_MAX_BYTES (1ull << 46) /* what x86-64 can address */

#define KNOWN_FLAGS (LIBXEN_GUEST_PAUSED | LIBXEN_GUEST_NO_CONSOLE | LIBXEN_GUEST_CHECK)

static int check_ranges(struct libxen *xen, const struct libxen_guest *guest)
{
	struct lx_error *error = &xen->error;

	if (!guest->kernel)
		return lx_fail(error, -EINVAL, "no kernel is given");
	if (!guest->memory_bytes)
		return lx_fail(error, -EINVAL, "the guest's memory size is 0: set it");
	if (guest->vcpus > VCPUS_MAX)
		return lx_fail(error, -EINVAL, "%u vCPUs are too many: a guest can have 1 to %d",
			       guest->vcpus, VCPUS_MAX);
	if (guest->vcpus_max > VCPUS_MAX)
		return lx_fail(error, -EINVAL, "%u vCPUs at most are too many: a guest can have %d",
			       guest->vcpus_max, VCPUS_MAX);
	if (guest->vcpus_max && guest->vcpus_max < guest->vcpus)
		return lx_fail(error, -EINVAL, "%u vCPUs at the start are more than %u at most",
			       guest->vcpus, guest->vcpus_max);
	if (guest->memory_max_bytes && guest->memory_max_bytes < guest->memory_bytes)
		return lx_fail(error, -EINVAL,
			       "%llu MiB of memory at the start are more than %llu MiB at most",
			       (unsigned long long)guest->memory_bytes >> 20,
			       (unsigned long long)guest->memory_max_bytes >> 20);
	if (guest->memory_max_bytes > MEMORY_MAX_BYTES)
		return lx_fail(error, -EINVAL,
			       "%llu MiB of memory at most are more than any guest can have",
			       (unsigned long long)guest->memory_max_bytes >> 20);
	if (guest->tsc_mode > LIBXEN_TSC_NATIVE)
		return lx_fail(error, -EINVAL, "%u is not a mode of the TSC", guest->tsc_mode);
	if (guest->reserved)
		return lx_fail(
			error, -E2BIG,
			"struct libxen_guest asks for something that libxen %s does not know",
			libxen_version());
	if (guest->flags & ~KNOWN_FLAGS)
		return lx_fail(error, -E2BIG, "this libxen does not know the flags 0x%x",
			       guest->flags & ~KNOWN_FLAGS);
	if (guest->result &&
	    (guest->result->size < RESULT_SIZE_0_1 || guest->result->size > LX_SANE_SIZE))
		return lx_fail(error, -EINVAL,
			       "the result has no size: set its member size to "
			       "sizeof(struct libxen_start_result)");
	if (guest->type > LIBXEN_TYPE_PVH)
		return lx_fail(error, -EINVAL, "%u is not a type of guest that can be started",
			       guest->type);
	return 0;
}

static bool is_zero(const uint8_t uuid[16])
{
	static const uint8_t zero[16];

	return memcmp(uuid, zero, sizeof(zero)) == 0;
}

/* A random UUID (RFC 4122, version 4), or the caller's if nobody has it. */
static int choose_uuid(struct libxen *xen, const uint8_t wish[16], uint8_t uuid[16])
{
	uint32_t domid;
	int ret;

	if (is_zero(wish)) {
		/* So few bytes come at once or not at all (getrandom(2)). */
		if (getrandom(uuid, 16, 0) < 0)
			return lx_fail_errno(&xen->error, -errno, "no random UUID");
		uuid[6] = (uuid[6] & 0x0f) | 0x40;
		uuid[8] = (uuid[8] & 0x3f) | 0x80;
		return 0;
	}

	memcpy(uuid, wish, 16);
	ret = lx_domain_find(xen, wish, &domid);
	if (ret == 0)
		return lx_fail(
			&xen->error, -EEXIST,
			"domain %u has this UUID already: give another one, or none to get a random one",
			domid);
	return ret == -ESRCH ? 0 : ret;
}

/* The claim in the builder is what counts; this is for the sentence. */
static int check_host_memory(struct libxen *xen, uint64_t pages)
{
	struct lx_hc_physinfo host;
	uint64_t left;
	int ret;

	ret = lx_hc_physinfo(&xen->hc, &host);
	if (ret < 0)
		return ret;

	left = host.free_pages > host.outstanding_pages ? host.free_pages - host.outstanding_pages
							: 0;
	if (pages <= left)
		return 0;
	return lx_fail(
		&xen->error, -ENOMEM,
		"%llu MiB of memory were asked for, but the host has %llu MiB left (%llu MiB "
		"free, %llu MiB of it promised to other guests): ask for less, or stop a guest",
		(unsigned long long)pages >> 8, (unsigned long long)left >> 8,
		(unsigned long long)host.free_pages >> 8,
		(unsigned long long)host.outstanding_pages >> 8);
}

/* How a guest of one type is made: LIBXEN_TYPE_*. */
struct builder {
	uint32_t type;
	int (*check)(struct lx_hc *hc, const struct lx_build *build);
	int (*build)(struct lx_hc *hc, const struct lx_build *build, uint32_t *domid);
};

/* In the order in which they are tried when the caller has no wish. */
static const struct builder builders[] = {
	{ LIBXEN_TYPE_PVH, lx_build_pvh_check, lx_build_pvh },
	{ LIBXEN_TYPE_PV, lx_build_pv_check, lx_build_pv },
};

enum { BUILDERS = sizeof(builders) / sizeof(builders[0]) };

/* A choice of builder, and why it was made. */
struct choice {
	const struct builder *builder;
	char reason[sizeof(((struct libxen_start_result *)0)->reason)];
};

/* -ENOEXEC and -ENOTSUP say that kernel or host cannot do this type; the other may do then. */
static bool tells_of_type(int ret)
{
	return ret == -ENOEXEC || ret == -ENOTSUP;
}

static int choose_given(struct libxen *xen, uint32_t type, const struct lx_build *build,
			struct choice *choice)
{
	choice->builder = builders;
	while (choice->builder->type != type)
		choice->builder++;
	snprintf(choice->reason, sizeof(choice->reason), "it was asked for");
	return choice->builder->check(&xen->hc, build);
}

/* The first that can be. If none can, the sentence tells all obstacles. */
static int choose_freely(struct libxen *xen, const struct lx_build *build, struct choice *choice)
{
	int ret = 0, worst = -ENOEXEC;

	snprintf(choice->reason, sizeof(choice->reason),
		 "the kernel has a PVH entry, and this host runs PVH guests");
	for (size_t i = 0; i < BUILDERS; i++) {
		choice->builder = &builders[i];
		ret = choice->builder->check(&xen->hc, build);
		if (!tells_of_type(ret))
			return ret;
		if (ret == -ENOTSUP) /* on another host it might start */
			worst = ret;
		if (i == BUILDERS - 1)
			break;
		snprintf(choice->reason, sizeof(choice->reason), "%s", xen->error.text);
	}
	lx_fail_also(&xen->error, "%s", choice->reason);
	return worst;
}

static int choose_builder(struct libxen *xen, uint32_t type, const struct lx_build *build,
			  struct choice *choice)
{
	if (type == LIBXEN_TYPE_AUTO)
		return choose_freely(xen, build, choice);
	return choose_given(xen, type, build, choice);
}

/* Its size was looked at before anything was done. */
static void tell(struct libxen_start_result *result, const struct choice *choice)
{
	struct libxen_start_result now = { .type = choice->builder->type };

	if (!result)
		return;
	memcpy(now.reason, choice->reason, sizeof(now.reason));
	lx_sized_out(result, RESULT_SIZE_0_1, &now, sizeof(now));
}

static uint64_t pages_of(uint64_t bytes)
{
	return bytes / LX_PAGE_SIZE + (bytes % LX_PAGE_SIZE != 0);
}

static int clock_of(uint32_t tsc_mode)
{
	static const int modes[] = {
		[LIBXEN_TSC_AUTO] = -1,
		[LIBXEN_TSC_DEFAULT] = LX_TSC_DEFAULT,
		[LIBXEN_TSC_EMULATED] = LX_TSC_EMULATED,
		[LIBXEN_TSC_NATIVE] = LX_TSC_NATIVE,
	};

	return modes[tsc_mode];
}

/* Where it shall run, and what is switched on and off. build->place.vcpus is to be freed. */
static int take_wishes(struct libxen *xen, const struct libxen_guest *guest, struct lx_build *build)
{
	int ret;

	ret = lx_features_take(xen, guest->features, &build->misc_flags);
	if (ret == 0)
		ret = lx_placement_take(xen, guest->placement, build->max_vcpus, &build->place);
	if (ret == 0)
		ret = lx_affinities_take(xen, guest->affinities, guest->affinity_count,
					 build->max_vcpus, &build->place);
	return ret;
}

static int start(struct libxen *xen, const struct libxen_guest *guest,
		 const struct lx_bytes *ramdisk, struct libxen_domain *domain)
{
	struct lx_progress progress = lx_progress_of(xen);
	struct lx_build build = {
		.image = lx_image_of(guest->kernel),
		.ramdisk = ramdisk,
		.cmdline = guest->cmdline ? guest->cmdline : "",
		.pages = pages_of(guest->memory_bytes),
		.max_pages = pages_of(guest->memory_max_bytes ? guest->memory_max_bytes
							      : guest->memory_bytes),
		.vcpus = guest->vcpus ? guest->vcpus : 1,
		.tsc_mode = clock_of(guest->tsc_mode),
		.console = !(guest->flags & LIBXEN_GUEST_NO_CONSOLE),
		.paused = guest->flags & LIBXEN_GUEST_PAUSED,
		.progress = &progress,
	};
	struct choice choice;
	int ret;

	build.max_vcpus = guest->vcpus_max ? guest->vcpus_max : build.vcpus;
	if (lx_progress_tell(&progress, "check", 0, 0) < 0)
		return lx_fail(&xen->error, -ECANCELED, "cancelled");
	ret = check_host_memory(xen, build.pages);
	if (ret == 0)
		ret = take_wishes(xen, guest, &build);
	if (ret == 0)
		ret = choose_builder(xen, guest->type, &build, &choice);
	if (ret == 0)
		ret = choose_uuid(xen, guest->uuid, build.uuid);
	if (ret == 0 && !(guest->flags & LIBXEN_GUEST_CHECK))
		ret = choice.builder->build(&xen->hc, &build, &domain->domid);
	if (ret == 0)
		tell(guest->result, &choice);
	memcpy(domain->uuid, build.uuid, sizeof(domain->uuid));
	free((void *)build.place.vcpus);
	return ret;
}

/* No more of them than the guest has room for: one may come from a pipe that never ends. */
static int read_ramdisks(struct libxen *xen, const struct libxen_guest *guest,
			 struct lx_bytes *ramdisk)
{
	size_t limit =
		guest->memory_bytes < LX_RAMDISK_LIMIT ? guest->memory_bytes : LX_RAMDISK_LIMIT;
	int ret;

	ret = lx_sources_join(xen, guest->ramdisks, guest->ramdisk_count, "ramdisk", limit,
			      ramdisk);
	if (ret == -EFBIG)
		return lx_fail(&xen->error, -ENOSPC,
			       "the %s larger than %zu MiB of memory: give the guest more",
			       guest->ramdisk_count > 1 ? "ramdisks alone are" : "ramdisk alone is",
			       limit >> 20);
	return ret;
}

int libxen_start(struct libxen *xen, const struct libxen_guest *guest,
		 struct libxen_domain **domain)
{
	static const uint8_t no_uuid[16];
	struct libxen_domain *handle = NULL;
	struct lx_bytes ramdisk = { 0 };
	struct libxen_guest now;
	int ret;

	ret = lx_need_open(xen);
	if (ret < 0)
		return ret;
	ret = lx_sized_in(xen, "libxen_guest", guest, GUEST_SIZE_0_1, &now, sizeof(now));
	if (ret < 0)
		return ret;
	ret = check_ranges(xen, &now);
	if (ret < 0)
		goto out;
	ret = read_ramdisks(xen, &now, &ramdisk);
	if (ret < 0)
		goto out;

	/* First, so that a lack of memory cannot come after the guest runs. */
	handle = lx_domain_new(xen, 0, no_uuid);
	if (!handle) {
		ret = -ENOMEM;
		goto out;
	}
	ret = start(xen, &now, &ramdisk, handle);
	if (ret < 0)
		goto out;
	*domain = NULL;
	if (!(now.flags & LIBXEN_GUEST_CHECK)) {
		*domain = handle;
		handle = NULL;
	}
out:
	libxen_domain_close(handle);
	lx_bytes_free(&ramdisk);
	if (ret < 0)
		lx_fail_for(&xen->error, ret, "cannot start \"%s\"", now.name ? now.name : "guest");
	return ret;
}
