/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* createdomain, the command that changes most: the checks of each release, in its layout. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <string.h>

enum { GNTTAB_VERSION = 2 }; /* the highest that this host has */

static const char create_type[] = "xen_domctl_createdomain";

static uint64_t asked(const struct fake_domctl_call *d, const char *field)
{
	return fake_get_if(d->fake, d->payload, create_type, field);
}

static bool flag(const struct fake_domctl_call *d, const char *name)
{
	uint64_t bit = fake_constant_if(d->fake, name);

	return bit && asked(d, "flags") & bit;
}

static bool is_hvm(const struct fake_domctl_call *d)
{
	return flag(d, "XEN_DOMCTL_CDF_hvm") || flag(d, "XEN_DOMCTL_CDF_hvm_guest");
}

/* Before 4.13 a wish for what the host has not is passed over. */
static bool has_hap(const struct fake_domctl_call *d)
{
	return is_hvm(d) && flag(d, "XEN_DOMCTL_CDF_hap") &&
	       !(d->fake->options.features & FAKE_NO_HAP);
}

/* emulation_flags, whose name changed with the member that holds it */
static uint32_t emulation(const struct fake_domctl_call *d)
{
	return (uint32_t)(asked(d, "config.emulation_flags") | asked(d, "arch.emulation_flags"));
}

static int check_flags(const struct fake_domctl_call *d)
{
	const struct fake *fake = d->fake;
	static const char *const names[] = {
		"hvm_guest", "hvm",	  "hap",   "s3_integrity", "oos_off",
		"pvh_guest", "xs_domain", "iommu", "nested_virt",  "vpmu",
	};
	uint64_t known = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char name[64];

		snprintf(name, sizeof(name), "XEN_DOMCTL_CDF_%s", names[i]);
		known |= fake_constant_if(fake, name);
	}
	if (asked(d, "flags") & ~known)
		return -EINVAL;
	if (flag(d, "XEN_DOMCTL_CDF_pvh_guest"))
		return -EINVAL; /* the first kind of PVH: not modelled */
	if (fake->options.features & (is_hvm(d) ? FAKE_NO_HVM : FAKE_NO_PV))
		return -EINVAL;
	if (fake_since(fake, 13) && flag(d, "XEN_DOMCTL_CDF_hap") && !has_hap(d))
		return -EINVAL;
	if (is_hvm(d) && !has_hap(d) && !fake_has_shadow(fake))
		return fake_since(fake, 22) ? -EINVAL : -EOPNOTSUPP;
	if (flag(d, "XEN_DOMCTL_CDF_iommu") && !(fake->options.features & FAKE_IOMMU))
		return -EINVAL;
	if (asked(d, "iommu_opts") && !flag(d, "XEN_DOMCTL_CDF_iommu"))
		return -EINVAL;
	if (fake_since(fake, 13) && flag(d, "XEN_DOMCTL_CDF_s3_integrity"))
		return -EINVAL;
	if (flag(d, "XEN_DOMCTL_CDF_nested_virt") || flag(d, "XEN_DOMCTL_CDF_vpmu"))
		return -EINVAL;
	return 0;
}

/* A number of frames: negative is the host's choice where the field is signed. */
static int check_frames(const struct fake_domctl_call *d, const char *field, uint32_t host,
			uint32_t least, uint32_t *frames)
{
	int64_t wanted = (int64_t)asked(d, field);

	if (wanted < 0) {
		*frames = host;
		return 0;
	}
	if (wanted < least || (wanted > host && !fake_since(d->fake, 18)))
		return -EINVAL;
	*frames = (uint32_t)wanted;
	return 0;
}

static int check_limits(const struct fake_domctl_call *d, uint32_t *grant_frames)
{
	const struct fake *fake = d->fake;
	uint64_t grants = asked(d, "grant_opts"), vcpus = asked(d, "max_vcpus");
	uint32_t maptrack;
	int ret = 0;

	if (fake_has(fake, create_type, "max_vcpus") &&
	    (vcpus < 1 || vcpus > (is_hvm(d) ? HVM_VCPUS : PV_VCPUS)))
		return -EINVAL;
	if (fake_has(fake, create_type, "max_grant_frames")) {
		ret = check_frames(d, "max_grant_frames", GRANT_FRAMES, 1, grant_frames);
		if (ret == 0)
			ret = check_frames(d, "max_maptrack_frames", MAPTRACK_FRAMES, 0, &maptrack);
	}
	if (ret < 0)
		return ret;
	if (fake_has(fake, create_type, "grant_opts") && (grants < 1 || grants > GNTTAB_VERSION))
		return -EINVAL;
	if (asked(d, "vmtrace_size"))
		return -EINVAL; /* it is not there */
	if (!fake_pool(fake, asked(d, "cpupool_id")))
		return -ESRCH;
	if (asked(d, "altp2m_opts") || asked(d, "altp2m.opts") || asked(d, "altp2m.nr"))
		return -EINVAL;
	if (asked(d, "arch.misc_flags") & ~fake_constant_if(fake, "XEN_X86_MSR_RELAXED"))
		return -EINVAL;
	return 0;
}

/* With just the local APIC it is PVH; everything else goes together. */
static bool hvm_may_emulate(const struct fake *fake, uint32_t flags)
{
	enum { CLASSIC = 0x1ff, WITH_PIRQ = 0x3ff };
	bool lapic = flags == fake_constant_if(fake, "XEN_X86_EMU_LAPIC");

	if (!fake_has_constant(fake, "XEN_X86_EMU_LAPIC"))
		return true; /* 4.6 does not ask */
	if (!fake_since(fake, 8))
		return flags == 0 || flags == CLASSIC;
	if (!fake_since(fake, 9))
		return lapic || flags == CLASSIC;
	return lapic || flags == WITH_PIRQ || (flags == CLASSIC && fake_since(fake, 19));
}

/* PV takes none of the emulated devices, but for the timer. */
static bool pv_may_emulate(const struct fake *fake, uint32_t flags)
{
	return flags == 0 || flags == fake_constant_if(fake, "XEN_X86_EMU_PIT");
}

static int check_emulation(const struct fake_domctl_call *d, uint32_t domid)
{
	const struct fake *fake = d->fake;
	uint32_t flags = emulation(d);

	if (flags & ~fake_constant_if(fake, "XEN_X86_EMU_ALL"))
		return -EINVAL;
	if (is_hvm(d) ? hvm_may_emulate(fake, flags) : pv_may_emulate(fake, flags))
		return 0;
	fake_log(d->fake,
		 "(XEN) d%u: Xen does not allow %s domain creation with the current selection of "
		 "emulators: %#x\n",
		 domid, is_hvm(d) ? "HVM" : "PV", flags);
	return -EOPNOTSUPP;
}

/* Which number the new domain gets. */
static int choose_domid(const struct fake_domctl_call *d, uint32_t *domid)
{
	const struct fake *fake = d->fake;
	uint32_t wanted = (uint16_t)fake_get(fake, d->ctl, "xen_domctl", "domain");
	bool automatic = wanted == DOMID_ANY;

	if (!fake_since(fake, 22))
		automatic |= wanted == 0 || wanted >= DOMID_SELF;
	if (automatic) {
		*domid = fake_domid_free(d->fake);
		return *domid ? 0 : fake_since(fake, 21) ? -EEXIST : -ENOMEM;
	}
	if (wanted >= DOMIDS || fake_domain(fake, wanted))
		return fake_since(fake, 14) ? -EEXIST : -EINVAL;
	*domid = wanted;
	return 0;
}

/* Xen's own pages for it */
static int take_memory(struct fake *fake, struct fake_domain *domain)
{
	int ret;

	domain->shared_info = fake_xenheap_take(fake, domain->domid);
	if (domain->shared_info == NO_MFN)
		return -ENOMEM;
	ret = domain->hvm ? fake_pool_create(fake, domain) : 0;
	if (ret < 0)
		fake_frames_give(fake, domain->shared_info, 0);
	return ret;
}

int fake_createdomain(struct fake_domctl_call *d)
{
	struct fake *fake = d->fake;
	struct fake_domain *domain;
	uint32_t domid, grant_frames = GRANT_FRAMES;
	int ret;

	ret = choose_domid(d, &domid); /* used up even if the rest fails */
	if (ret == 0)
		ret = check_flags(d);
	if (ret == 0)
		ret = check_limits(d, &grant_frames);
	if (ret == 0)
		ret = check_emulation(d, domid);
	if (ret < 0)
		return ret;

	domain = fake_domain_new(fake, domid);
	domain->hvm = is_hvm(d);
	domain->hap = has_hap(d);
	ret = take_memory(fake, domain);
	if (ret < 0) {
		fake_domain_delete(fake, domain);
		return ret;
	}
	domain->params[PARAM_TRIPLE_FAULT_REASON] = domain->hvm;
	memcpy(domain->handle, fake_at(fake, d->payload, create_type, "handle"), 16);
	domain->ssidref = (uint32_t)asked(d, "ssidref");
	domain->create_flags = (uint32_t)asked(d, "flags");
	domain->emulation_flags = emulation(d);
	domain->cpupool = (uint32_t)asked(d, "cpupool_id");
	domain->misc_flags = (uint32_t)asked(d, "arch.misc_flags");
	domain->grant_opts = (uint32_t)asked(d, "grant_opts");
	domain->max_vcpus = (uint32_t)asked(d, "max_vcpus");
	domain->max_evtchn_port = OLD_PORTS - 1;
	if (fake_has(fake, create_type, "max_evtchn_port"))
		domain->max_evtchn_port = (uint32_t)asked(d, "max_evtchn_port");
	if (domain->max_evtchn_port >= OLD_PORTS)
		domain->max_evtchn_port = OLD_PORTS - 1;
	domain->max_grant_frames = grant_frames;
	domain->asked_grant_frames = (int64_t)asked(d, "max_grant_frames");
	/* 4.10 and 4.11 want its limits first, by a call of their own */
	domain->has_grant_table = !fake_has_constant(fake, "XEN_DOMCTL_set_gnttab_limits");
	fake_set(fake, d->ctl, "xen_domctl", "domain", domid);
	return 0;
}
