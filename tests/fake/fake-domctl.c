/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* domctl: creating, looking at and ending domains, with the checks of each release. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <string.h>

enum { INFO3_MOST = 1024 };

static int destroydomain(struct fake_domctl_call *d)
{
	if (d->domain->domid == 0)
		return -EINVAL;
	fake_domain_destroy(d->fake, d->domain);
	return 0;
}

static int pausedomain(struct fake_domctl_call *d)
{
	if (d->domain->domid == 0)
		return -EINVAL;
	d->domain->pause_count++;
	return 0;
}

static int unpausedomain(struct fake_domctl_call *d)
{
	if (d->domain->domid == 0 || d->domain->pause_count == 0)
		return -EINVAL;
	if (--d->domain->pause_count == 0)
		fake_guest_enter(d->fake, d->domain);
	return 0;
}

/* Up to 4.17 the next higher domain answers for one that is not there. */
static int getdomaininfo(struct fake_domctl_call *d)
{
	struct fake *fake = d->fake;
	uint32_t domid = (uint16_t)fake_get(fake, d->ctl, "xen_domctl", "domain");
	struct fake_domain *domain = fake_domain(fake, domid);

	if (domid == DOMID_SELF && !fake_since(fake, 18))
		return -EINVAL;
	for (uint32_t i = domid; !domain && !fake_since(fake, 18) && i < DOMIDS; i++)
		domain = fake->domains[i];
	if (!domain)
		return -ESRCH;
	fake_domain_info(fake, domain, d->payload);
	fake_set(fake, d->ctl, "xen_domctl", "domain", domain->domid);
	return 0;
}

static int max_mem(struct fake_domctl_call *d)
{
	d->domain->max_pages = fake_get(d->fake, d->payload, "xen_domctl_max_mem", "max_memkb") / 4;
	return 0;
}

static int max_vcpus(struct fake_domctl_call *d)
{
	uint32_t max = (uint32_t)fake_get(d->fake, d->payload, "xen_domctl_max_vcpus", "max");

	if (d->domain->domid == 0 || max < 1 || max > (d->domain->hvm ? HVM_VCPUS : PV_VCPUS))
		return -EINVAL;
	if (fake_has(d->fake, "xen_domctl_createdomain", "max_vcpus") &&
	    max != d->domain->max_vcpus)
		return -EINVAL;
	return fake_domain_add_vcpus(d->fake, d->domain, max);
}

static int set_gnttab_limits(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_set_gnttab_limits";
	uint64_t frames = fake_get(d->fake, d->payload, type, "grant_frames");

	if (frames < 1 || frames > GRANT_FRAMES ||
	    fake_get(d->fake, d->payload, type, "maptrack_frames") > MAPTRACK_FRAMES)
		return -EINVAL;
	d->domain->has_grant_table = true;
	d->domain->max_grant_frames = (uint32_t)frames;
	return 0;
}

static int set_max_evtchn(struct fake_domctl_call *d)
{
	uint64_t most = fake_get(d->fake, d->payload, "xen_domctl_set_max_evtchn", "max_port");

	d->domain->max_evtchn_port = most < OLD_PORTS ? (uint32_t)most : OLD_PORTS - 1;
	return 0;
}

static int setdomainhandle(struct fake_domctl_call *d)
{
	memcpy(d->domain->handle,
	       fake_at(d->fake, d->payload, "xen_domctl_setdomainhandle", "handle"), 16);
	return 0;
}

static int set_address_size(struct fake_domctl_call *d)
{
	uint64_t bits = fake_get(d->fake, d->payload, "xen_domctl_address_size", "size");

	return bits == 64 ? 0 : -EINVAL; /* 32-bit guests are not modelled */
}

static int get_address_size(struct fake_domctl_call *d)
{
	fake_set(d->fake, d->payload, "xen_domctl_address_size", "size", 64);
	return 0;
}

static int disable_migrate(struct fake_domctl_call *d)
{
	(void)d;
	return 0;
}

/* 0: as Xen thinks best, 1: always trapped, 2: never, 3: gone with 4.12. */
static int settscinfo(struct fake_domctl_call *d)
{
	uint64_t mode = fake_get(d->fake, d->payload, "xen_domctl_tsc_info", "tsc_mode");

	if (d->domain->domid == 0 || (mode > 2 && fake_since(d->fake, 12)))
		return -EINVAL;
	d->domain->tsc_mode = (uint32_t)mode;
	return 0;
}

static int gettscinfo(struct fake_domctl_call *d)
{
	if (d->domain->domid == 0)
		return -EINVAL;
	fake_set(d->fake, d->payload, "xen_domctl_tsc_info", "tsc_mode", d->domain->tsc_mode);
	fake_set(d->fake, d->payload, "xen_domctl_tsc_info", "gtsc_khz", 2400000);
	return 0;
}

/* --- memory --- */

/* 128 slots of 32 bytes, each of which loads its number and makes the call. */
static int hypercall_init(struct fake_domctl_call *d)
{
	uint64_t mfn = fake_gmfn(
		d->domain, fake_get(d->fake, d->payload, "xen_domctl_hypercall_init", "gmfn"));
	unsigned char *page;
	int ret;

	ret = fake_type_get(d->fake, d->domain, mfn, TYPE_WRITABLE);
	if (ret < 0)
		return -EINVAL;
	page = fake_frame_bytes(d->fake, mfn);
	for (unsigned int i = 0; i < PAGE_SIZE / 32; i++) {
		static const unsigned char code[] = { 0xb8, 0, 0, 0, 0, 0x0f, 0x05, 0xc3 };

		memset(page + i * 32, 0xcc, 32);
		memcpy(page + i * 32, code, sizeof(code));
		page[i * 32 + 1] = (unsigned char)i;
	}
	fake_type_put(d->fake, d->domain, mfn, TYPE_WRITABLE);
	return 0;
}

static uint64_t page_type(struct fake *fake, const struct fake_domain *domain, uint64_t mfn)
{
	static const char *const names[] = { "NOTAB", "L1TAB", "L2TAB", "L3TAB", "L4TAB", "NOTAB" };
	const struct fake_frame *frame = fake_frame_of(fake, mfn, domain->domid);
	char name[64];
	uint64_t type;

	if (!frame || frame->flags & FRAME_XENHEAP)
		return fake_constant(fake, "XEN_DOMCTL_PFINFO_XTAB");
	snprintf(name, sizeof(name), "XEN_DOMCTL_PFINFO_%s",
		 names[frame->type_count ? frame->type : TYPE_NONE]);
	type = fake_constant(fake, name);
	if (frame->flags & FRAME_PINNED)
		type |= fake_constant(fake, "XEN_DOMCTL_PFINFO_LPINTAB");
	return type;
}

static int getpageframeinfo3(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_getpageframeinfo3";
	uint64_t num = fake_get(d->fake, d->payload, type, "num");
	unaligned_u64 *array;

	if (num > INFO3_MOST)
		return -E2BIG;
	array = fake_reach(d->fake, fake_get(d->fake, d->payload, type, "array"),
			   num * sizeof(*array));
	if (!array)
		return -EFAULT;
	for (uint64_t i = 0; i < num; i++)
		array[i] = page_type(d->fake, d->domain, fake_gmfn(d->domain, array[i]));
	return 0;
}

/* --- the call --- */

static const struct command {
	const char *name;
	int (*run)(struct fake_domctl_call *d);
} commands[] = {
	{ "createdomain", fake_createdomain },
	{ "destroydomain", destroydomain },
	{ "pausedomain", pausedomain },
	{ "unpausedomain", unpausedomain },
	{ "getdomaininfo", getdomaininfo },
	{ "max_mem", max_mem },
	{ "max_vcpus", max_vcpus },
	{ "set_gnttab_limits", set_gnttab_limits },
	{ "set_max_evtchn", set_max_evtchn },
	{ "setdomainhandle", setdomainhandle },
	{ "set_address_size", set_address_size },
	{ "get_address_size", get_address_size },
	{ "disable_migrate", disable_migrate },
	{ "setvcpucontext", fake_setvcpucontext },
	{ "getvcpucontext", fake_getvcpucontext },
	{ "getvcpuinfo", fake_getvcpuinfo },
	{ "hypercall_init", hypercall_init },
	{ "getpageframeinfo3", getpageframeinfo3 },
	{ "setvcpuaffinity", fake_setvcpuaffinity },
	{ "getvcpuaffinity", fake_getvcpuaffinity },
	{ "setnodeaffinity", fake_setnodeaffinity },
	{ "getnodeaffinity", fake_getnodeaffinity },
	{ "scheduler_op", fake_scheduler_op },
	{ "settscinfo", settscinfo },
	{ "gettscinfo", gettscinfo },
	{ "shadow_op", fake_shadow_op },
	{ "get_paging_mempool_size", fake_get_paging_mempool_size },
	{ "set_paging_mempool_size", fake_set_paging_mempool_size },
	{ "sethvmcontext", fake_sethvmcontext },
	{ "gethvmcontext", fake_gethvmcontext },
	{ "gethvmcontext_partial", fake_gethvmcontext_partial },
};

static const struct command *command_of(const struct fake *fake, uint64_t number)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		char name[64];

		snprintf(name, sizeof(name), "XEN_DOMCTL_%s", commands[i].name);
		if (fake_has_constant(fake, name) && fake_constant(fake, name) == number)
			return &commands[i];
	}
	return NULL;
}

/* 4.13 and 4.14 give another code where the domain has no IOMMU. */
static int unknown_command(const struct fake *fake)
{
	return fake_since(fake, 13) && !fake_since(fake, 15) ? -EOPNOTSUPP : -ENOSYS;
}

long fake_domctl(struct fake *fake, const uint64_t arg[5])
{
	unsigned char *caller = fake_reach(fake, arg[0], DOMCTL_SIZE), ctl[DOMCTL_SIZE];
	struct fake_domctl_call d = { .fake = fake, .ctl = ctl };
	const struct command *command;
	bool needs_domain;
	int ret;

	if (!caller)
		return -EFAULT;
	memcpy(ctl, caller, sizeof(ctl));
	if (fake_get(fake, ctl, "xen_domctl", "interface_version") != fake->domctl_version)
		return -EACCES; /* before anything else is looked at */
	if (fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;

	command = command_of(fake, fake_get(fake, ctl, "xen_domctl", "cmd"));
	d.payload = fake_at(fake, ctl, "xen_domctl", "u");
	d.domain = fake_domain(fake, (uint16_t)fake_get(fake, ctl, "xen_domctl", "domain"));
	needs_domain =
		!command || (command->run != fake_createdomain && command->run != getdomaininfo);
	if (needs_domain && !d.domain)
		return -ESRCH;
	if (!command)
		return unknown_command(fake);
	ret = command->run(&d);
	if (ret == 0)
		memcpy(caller, ctl, sizeof(ctl));
	return ret;
}
