/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains of the fake: made, dying and gone, and what getdomaininfo tells of them. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fake_domain *fake_domain(const struct fake *fake, uint32_t domid)
{
	return domid < DOMIDS ? fake->domains[domid] : NULL;
}

struct fake_domain *fake_domain_new(struct fake *fake, uint32_t domid)
{
	struct fake_domain *domain = fake_calloc(1, sizeof(*domain));

	domain->domid = domid;
	domain->pause_count = 1; /* by the toolstack */
	domain->shared_info = NO_MFN;
	domain->weight = 256;
	domain->nodes = (2ull << (fake->options.nodes - 1)) - 1;
	fake->domains[domid] = domain;
	return domain;
}

/* Numbers go upwards from the last automatic one, and wrap at the first reserved one. */
uint32_t fake_domid_free(struct fake *fake)
{
	for (uint32_t i = 1; i < DOMIDS; i++) {
		uint32_t domid = (fake->domain_counter + i) % DOMIDS;

		if (domid == 0 || fake->domains[domid])
			continue;
		fake->domain_counter = domid;
		return domid;
	}
	return 0;
}

int fake_domain_add_vcpus(struct fake *fake, struct fake_domain *domain, uint32_t count)
{
	if (domain->nr_vcpus)
		return domain->nr_vcpus == count ? 0 : -EBUSY;
	domain->vcpus = fake_calloc(count, sizeof(*domain->vcpus));
	domain->nr_vcpus = count;
	for (uint32_t i = 0; i < count; i++)
		domain->vcpus[i].hard = domain->vcpus[i].soft = fake_all_cpus(fake);
	return 0;
}

unsigned int fake_domain_online(const struct fake_domain *domain)
{
	unsigned int online = 0;

	for (uint32_t i = 0; i < domain->nr_vcpus; i++)
		online += domain->vcpus[i].online;
	return online;
}

static void remember_extent(struct fake_domain *domain, uint64_t mfn, unsigned int order)
{
	if (domain->nr_extents == domain->room_extents) {
		domain->room_extents = domain->room_extents ? domain->room_extents * 2 : 64;
		domain->extents = fake_realloc(domain->extents,
					       domain->room_extents * sizeof(*domain->extents));
	}
	domain->extents[domain->nr_extents++] = (struct fake_extent){ mfn, order };
}

int fake_domain_add_extent(struct fake *fake, struct fake_domain *domain, uint64_t pfn,
			   uint64_t mfn, unsigned int order)
{
	int ret = fake_p2m_set(domain, pfn, mfn, order);

	if (ret < 0)
		return ret;
	remember_extent(domain, mfn, order);
	for (uint64_t i = 0; i < 1ull << order; i++)
		fake->frames[mfn + i].pfn = (uint32_t)(pfn + i);
	domain->tot_pages += 1ull << order;
	return 0;
}

void fake_domain_drop_page(struct fake *fake, struct fake_domain *domain, uint64_t mfn)
{
	size_t i = 0;
	struct fake_extent extent;

	while (i < domain->nr_extents &&
	       mfn - domain->extents[i].mfn >= 1ull << domain->extents[i].order)
		i++;
	if (i == domain->nr_extents || fake->frames[mfn].refs)
		return;
	extent = domain->extents[i];
	domain->extents[i] = domain->extents[--domain->nr_extents];

	/* what is left of it, in halves */
	while (extent.order > 0) {
		uint64_t half = extent.mfn + (1ull << --extent.order);
		bool upper = mfn >= half;

		remember_extent(domain, upper ? extent.mfn : half, extent.order);
		if (upper)
			extent.mfn = half;
	}
	fake_frames_give(fake, mfn, 0);
	domain->tot_pages--;
}

/* A dead domain whose last frame went is forgotten; its number is free again. */
bool fake_domain_buried(struct fake *fake, struct fake_domain *domain)
{
	if (!domain->dying || domain->tot_pages ||
	    fake_frame_of(fake, domain->shared_info, domain->domid))
		return false;
	for (uint32_t i = 0; i < domain->nr_grants; i++) {
		if (fake_frame_of(fake, domain->grants[i], domain->domid))
			return false;
	}
	fake_domain_delete(fake, domain);
	fake_virq(fake);
	return true;
}

/* Page tables and pins of a dead domain mean nothing any more, in frames that stay mapped too. */
static void release_frames(struct fake *fake, struct fake_domain *domain)
{
	for (size_t i = 0; i < domain->nr_extents; i++) {
		const struct fake_extent *extent = &domain->extents[i];
		uint64_t end = extent->mfn + (1ull << extent->order);

		for (uint64_t mfn = extent->mfn; mfn < end; mfn++) {
			struct fake_frame *frame = &fake->frames[mfn];

			if (frame->owner != domain->domid + 1)
				continue;
			frame->flags &= (uint8_t)~FRAME_PINNED;
			if (frame->type != TYPE_WRITABLE)
				frame->type_count = 0;
			if (!frame->refs)
				domain->tot_pages--;
		}
		fake_frames_give(fake, extent->mfn, extent->order);
	}
}

void fake_domain_destroy(struct fake *fake, struct fake_domain *domain)
{
	if (domain->dying)
		return;
	domain->dying = true;
	fake->claimed -= domain->claimed;
	domain->claimed = 0;
	fake_ports_close(fake, domain);
	if (!domain->extents)
		domain->tot_pages = 0; /* a cheap one: there was nothing behind the figure */
	release_frames(fake, domain);
	if (domain->shared_info != NO_MFN)
		fake_frames_give(fake, domain->shared_info, 0);
	for (uint32_t i = 0; i < domain->nr_grants; i++)
		fake_frames_give(fake, domain->grants[i], 0);
	fake_pool_resize(fake, domain, 0);
	if (!fake_domain_buried(fake, domain))
		fake_virq(fake);
}

void fake_domain_delete(struct fake *fake, struct fake_domain *domain)
{
	for (uint32_t i = 0; i < domain->nr_vcpus; i++) {
		free(domain->vcpus[i].context);
		free(domain->vcpus[i].mtrr);
	}
	fake->domains[domain->domid] = NULL;
	free(domain->vcpus);
	free(domain->grants);
	free(domain->extents);
	fake_p2m_free(domain);
	free(domain->map);
	free(domain->ports);
	free(domain->held);
	free(domain);
}

void fake_domain_shutdown(struct fake *fake, struct fake_domain *domain, unsigned int reason)
{
	if (domain->shutdown || domain->dying)
		return;
	domain->shutdown = true;
	domain->reason = reason;
	fake_virq(fake);
}

static uint32_t flags_of(const struct fake *fake, const struct fake_domain *domain)
{
	/* the reason is in bits 16 to 23, all ones up to the top while there is none */
	uint32_t flags = 0xffff0000u;

	if (domain->shutdown)
		flags = (uint32_t)fake_constant(fake, "XEN_DOMINF_shutdown") |
			domain->reason << fake_constant(fake, "XEN_DOMINF_shutdownshift");
	if (domain->dying)
		flags |= (uint32_t)fake_constant(fake, "XEN_DOMINF_dying");
	if (domain->hvm)
		flags |= (uint32_t)fake_constant(fake, "XEN_DOMINF_hvm_guest");
	if (domain->hap)
		flags |= (uint32_t)fake_constant_if(fake, "XEN_DOMINF_hap");
	if (domain->pause_count)
		flags |= (uint32_t)fake_constant(fake, "XEN_DOMINF_paused");
	if (domain->domid == 0)
		flags |= (uint32_t)fake_constant(fake, "XEN_DOMINF_running");
	else if (!domain->shutdown)
		flags |= (uint32_t)fake_constant(fake, "XEN_DOMINF_blocked");
	return flags;
}

void fake_domain_info(struct fake *fake, const struct fake_domain *domain, void *info)
{
	static const char type[] = "xen_domctl_getdomaininfo";
	uint64_t frame = domain->shared_info == NO_MFN ? 0 : domain->shared_info;

	if (domain->hvm)
		frame = domain->shared_info_placed ? (uint64_t)SHARED_INFO_GFN : UINT64_MAX;

	memset(info, 0, fake_sizeof(fake, type));
	fake_set(fake, info, type, "domain", domain->domid);
	fake_set(fake, info, type, "flags", flags_of(fake, domain));
	fake_set(fake, info, type, "tot_pages", domain->tot_pages);
	fake_set(fake, info, type, "max_pages", domain->max_pages);
	fake_set(fake, info, type, "outstanding_pages", domain->claimed);
	fake_set(fake, info, type, "shared_info_frame", frame);
	fake_set(fake, info, type, "cpu_time", domain->cpu_time);
	fake_set(fake, info, type, "nr_online_vcpus", fake_domain_online(domain));
	fake_set(fake, info, type, "max_vcpu_id",
		 domain->nr_vcpus ? domain->nr_vcpus - 1 : UINT32_MAX);
	fake_set(fake, info, type, "ssidref", domain->ssidref);
	memcpy(fake_at(fake, info, type, "handle"), domain->handle, 16);
	fake_set(fake, info, type, "cpupool", domain->cpupool);
	fake_set_if(fake, info, type, "gpaddr_bits", GPADDR_BITS);
	fake_set_if(fake, info, type, "arch_config.emulation_flags", domain->emulation_flags);
	fake_set_if(fake, info, type, "arch_config.misc_flags", domain->misc_flags);
}
