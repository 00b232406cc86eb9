/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysctl and xen_version: the host, the list of domains, Xen's log, and which Xen this is. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_RING = 16384 };

void fake_log(struct fake *fake, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return;
	fake->log = fake_realloc(fake->log, fake->log_size + (size_t)length + 1);
	va_start(args, format);
	vsnprintf(fake->log + fake->log_size, (size_t)length + 1, format, args);
	va_end(args);
	fake->log_size += (size_t)length;
}

/* --- sysctl --- */

/* 4.17 is the first in which it is a matter of how Xen was built. */
bool fake_has_shadow(const struct fake *fake)
{
	return !fake_since(fake, 17) || fake->options.features & FAKE_SHADOW;
}

static uint64_t capabilities(const struct fake *fake)
{
	uint32_t features = fake->options.features;
	uint64_t bits = 0;

	if (!(features & FAKE_NO_HVM))
		bits |= fake_constant(fake, "XEN_SYSCTL_PHYSCAP_hvm");
	if (!(features & FAKE_NO_PV))
		bits |= fake_constant_if(fake, "XEN_SYSCTL_PHYSCAP_pv");
	if (features & FAKE_IOMMU)
		bits |= fake_constant_if(fake, fake_since(fake, 12)
						       ? "XEN_SYSCTL_PHYSCAP_directio"
						       : "XEN_SYSCTL_PHYSCAP_hvm_directio");
	if (!(features & (FAKE_NO_HVM | FAKE_NO_HAP)))
		bits |= fake_constant_if(fake, "XEN_SYSCTL_PHYSCAP_hap");
	if (fake_has_shadow(fake))
		bits |= fake_constant_if(fake, "XEN_SYSCTL_PHYSCAP_shadow");
	return bits | fake_constant_if(fake, "XEN_SYSCTL_PHYSCAP_gnttab_v1") |
	       fake_constant_if(fake, "XEN_SYSCTL_PHYSCAP_gnttab_v2");
}

static int physinfo(struct fake *fake, void *payload)
{
	static const char type[] = "xen_sysctl_physinfo";

	memset(payload, 0, fake_sizeof(fake, type));
	fake_set(fake, payload, type, "threads_per_core", 1);
	fake_set(fake, payload, type, "cores_per_socket", fake->options.cpus);
	fake_set(fake, payload, type, "nr_cpus", fake->options.cpus);
	fake_set(fake, payload, type, "max_cpu_id", fake->options.cpus - 1);
	fake_set(fake, payload, type, "nr_nodes", fake->options.nodes);
	fake_set(fake, payload, type, "max_node_id", 63); /* as seen, on a host with one */
	fake_set(fake, payload, type, "cpu_khz", 2400000);
	fake_set(fake, payload, type, "capabilities", capabilities(fake));
	fake_set(fake, payload, type, "total_pages", fake->nr_frames);
	fake_set(fake, payload, type, "free_pages", fake->free_frames - fake->taken_frames);
	fake_set(fake, payload, type, "scrub_pages", 0);
	fake_set(fake, payload, type, "outstanding_pages", fake->claimed);
	fake_set_if(fake, payload, type, "max_mfn", fake->nr_frames - 1);
	return 0;
}

/* Elements as large as this release's getdomaininfo, from the first number on. */
static int getdomaininfolist(struct fake *fake, void *payload)
{
	static const char type[] = "xen_sysctl_getdomaininfolist";
	size_t stride = fake_sizeof(fake, "xen_domctl_getdomaininfo");
	uint64_t max = fake_get(fake, payload, type, "max_domains"), count = 0;
	uint64_t buffer = fake_get(fake, payload, type, "buffer");

	for (uint64_t i = fake_get(fake, payload, type, "first_domain"); i < DOMIDS && count < max;
	     i++) {
		void *element;

		if (!fake->domains[i])
			continue;
		element = fake_reach(fake, buffer + count * stride, stride);
		if (!element)
			return -EFAULT;
		fake_domain_info(fake, fake->domains[i], element);
		count++;
	}
	fake_set(fake, payload, type, "num_domains", count);
	return 0;
}

/* The log is a ring: what is older than its size is lost, and indices only grow. */
static int readconsole(struct fake *fake, void *payload)
{
	static const char type[] = "xen_sysctl_readconsole";
	uint64_t count = fake_get(fake, payload, type, "count");
	uint64_t oldest = fake->log_size > LOG_RING ? fake->log_size - LOG_RING : 0;
	uint64_t from;
	void *buffer = NULL;

	if (oldest < fake->log_start)
		oldest = fake->log_start;
	from = oldest;
	if (fake_get(fake, payload, type, "incremental")) {
		uint64_t index = fake_get(fake, payload, type, "index");

		if (index >= oldest && index <= fake->log_size)
			from = index;
	}
	if (count > fake->log_size - from)
		count = fake->log_size - from;
	if (count) {
		buffer = fake_reach(fake, fake_get(fake, payload, type, "buffer"), count);
		if (!buffer)
			return -EFAULT;
		memcpy(buffer, fake->log + from, count);
	}
	if (fake_get(fake, payload, type, "clear"))
		fake->log_start = fake->log_size;
	fake_set(fake, payload, type, "index", from + count);
	fake_set(fake, payload, type, "count", count);
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(struct fake *fake, void *payload);
} commands[] = {
	{ "XEN_SYSCTL_physinfo", physinfo },
	{ "XEN_SYSCTL_getdomaininfolist", getdomaininfolist },
	{ "XEN_SYSCTL_readconsole", readconsole },
	{ "XEN_SYSCTL_cpupool_op", fake_cpupool_op },
};

long fake_sysctl(struct fake *fake, const uint64_t arg[5])
{
	unsigned char *caller = fake_reach(fake, arg[0], SYSCTL_SIZE), ctl[SYSCTL_SIZE];
	int ret = -ENOSYS;

	if (!caller)
		return -EFAULT;
	memcpy(ctl, caller, sizeof(ctl));
	if (fake_get(fake, ctl, "xen_sysctl", "interface_version") != fake->sysctl_version)
		return -EACCES;
	if (fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (fake_constant(fake, commands[i].name) ==
		    fake_get(fake, ctl, "xen_sysctl", "cmd"))
			ret = commands[i].run(fake, fake_at(fake, ctl, "xen_sysctl", "u"));
	}
	if (ret == 0)
		memcpy(caller, ctl, sizeof(ctl));
	return ret;
}

/* --- xen_version --- */

static long give_text(struct fake *fake, uint64_t address, const char *text, size_t size)
{
	char *buffer = fake_reach(fake, address, size);

	if (!buffer)
		return -EFAULT;
	memset(buffer, 0, size);
	snprintf(buffer, size, "%s", text);
	return 0;
}

static long get_features(struct fake *fake, uint64_t address)
{
	static const char type[] = "xen_feature_info";
	void *info = fake_reach(fake, address, fake_sizeof(fake, type));
	uint64_t bits = 0;

	if (!info)
		return -EFAULT;
	if (fake_get(fake, info, type, "submap_idx") >= fake_constant(fake, "XENFEAT_NR_SUBMAPS"))
		return -EINVAL;
	bits |= 1u << fake_constant(fake, "XENFEAT_mmu_pt_update_preserve_ad");
	bits |= 1u << fake_constant(fake, "XENFEAT_dom0");
	if (fake->options.features & FAKE_DOM0_PVH)
		bits |= 1u << fake_constant(fake, "XENFEAT_auto_translated_physmap");
	fake_set(fake, info, type, "submap", bits);
	return 0;
}

/* The texts' sizes are those of their types in the facts. */
long fake_version_op(struct fake *fake, const uint64_t arg[5])
{
	bool pv = !(fake->options.features & FAKE_NO_PV);
	bool hvm = !(fake->options.features & FAKE_NO_HVM);
	uint32_t version = fake->options.version;
	char text[128];

	if (!version)
		version = 4u << 16 | fake_abi_minor(fake->abi);
	if (arg[0] == fake_constant(fake, "XENVER_version"))
		return version;
	if (arg[0] == fake_constant(fake, "XENVER_extraversion"))
		return give_text(fake, arg[1], fake->extraversion, 16);
	if (arg[0] == fake_constant(fake, "XENVER_capabilities")) {
		snprintf(text, sizeof(text), "%s%s", pv ? "xen-3.0-x86_64 " : "",
			 hvm ? "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 " : "");
		return give_text(fake, arg[1], text, 1024);
	}
	if (arg[0] == fake_constant(fake, "XENVER_changeset"))
		return give_text(fake, arg[1], "fake", 64);
	if (arg[0] == fake_constant(fake, "XENVER_get_features"))
		return get_features(fake, arg[1]);
	if (arg[0] == fake_constant(fake, "XENVER_pagesize"))
		return PAGE_SIZE;
	if (arg[0] == fake_constant(fake, "XENVER_commandline") &&
	    fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;
	if (arg[0] == fake_constant(fake, "XENVER_commandline"))
		return give_text(fake, arg[1], "placeholder loglvl=all", 1024);
	return -ENOSYS;
}
