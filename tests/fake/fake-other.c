/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other tools of dom0 do meanwhile: domains come and go, pages stay in use, memory shrinks. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHEAP_PAGES = 16384 };

/* A domain that is nothing but what getdomaininfo tells of it. */
static void make_cheap(struct fake *fake, uint32_t domid)
{
	struct fake_domain *domain = fake_domain_new(fake, domid);

	domain->background = true;
	domain->entered = true;
	domain->pause_count = 0;
	domain->tot_pages = domain->max_pages = CHEAP_PAGES;
	domain->max_evtchn_port = 1023;
	domain->max_vcpus = 1;
	memset(domain->handle, 0xfa, sizeof(domain->handle));
	memcpy(domain->handle, &domid, sizeof(domid));
	fake_domain_add_vcpus(fake, domain, 1);
	domain->vcpus[0].online = true;
}

uint32_t fake_add_domains(struct fake *fake, unsigned int count)
{
	uint32_t first = 0;

	fake_lock(fake);
	for (unsigned int i = 0; i < count; i++) {
		uint32_t domid = fake_domid_free(fake);

		if (!domid)
			fake_die("no room for %u domains", count);
		make_cheap(fake, domid);
		if (i == 0)
			first = domid;
	}
	fake_unlock(fake);
	return first;
}

int fake_replace_domain(struct fake *fake, uint32_t domid, const uint8_t handle[16])
{
	int ret = -EINVAL;

	fake_lock(fake);
	if (domid == 0 || domid >= DOMIDS)
		goto out;
	if (fake->domains[domid])
		fake_domain_destroy(fake, fake->domains[domid]);
	ret = -EEXIST; /* a dying domain keeps its number */
	if (fake->domains[domid])
		goto out;
	make_cheap(fake, domid);
	memcpy(fake->domains[domid]->handle, handle, 16);
	ret = 0;
out:
	fake_unlock(fake);
	return ret;
}

int fake_other_destroy(struct fake *fake, uint32_t domid)
{
	struct fake_domain *domain;

	fake_lock(fake);
	domain = domid ? fake_domain(fake, domid) : NULL;
	if (domain)
		fake_domain_destroy(fake, domain);
	fake_unlock(fake);
	return domain ? 0 : -ESRCH;
}

int fake_other_pause(struct fake *fake, uint32_t domid)
{
	struct fake_domain *domain;

	fake_lock(fake);
	domain = domid ? fake_domain(fake, domid) : NULL;
	if (domain)
		domain->pause_count++;
	fake_unlock(fake);
	return domain ? 0 : -ESRCH;
}

int fake_other_unpause(struct fake *fake, uint32_t domid)
{
	struct fake_domain *domain;
	int ret = -ESRCH;

	fake_lock(fake);
	domain = domid ? fake_domain(fake, domid) : NULL;
	if (domain) {
		ret = domain->pause_count ? 0 : -EINVAL;
		if (ret == 0 && --domain->pause_count == 0)
			fake_guest_enter(fake, domain);
	}
	fake_unlock(fake);
	return ret;
}

int fake_other_hold(struct fake *fake, uint32_t domid, uint64_t pfn)
{
	struct fake_domain *domain;
	uint64_t mfn;
	int ret = -EINVAL;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	mfn = domain ? fake_p2m(domain, pfn) : NO_MFN;
	if (mfn == NO_MFN)
		goto out;
	ret = fake_frame_hold(fake, mfn, false);
	if (ret < 0)
		goto out;
	domain->held = fake_realloc(domain->held, (domain->nr_held + 1) * sizeof(*domain->held));
	domain->held[domain->nr_held++] = mfn;
out:
	fake_unlock(fake);
	return ret;
}

void fake_other_release(struct fake *fake, uint32_t domid)
{
	struct fake_domain *domain;
	uint64_t *held = NULL;
	size_t count = 0;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain) { /* it may be gone with the last one */
		held = domain->held;
		count = domain->nr_held;
		domain->held = NULL;
		domain->nr_held = 0;
	}
	for (size_t i = 0; i < count; i++)
		fake_frame_drop(fake, held[i], false);
	free(held);
	fake_unlock(fake);
}

int fake_other_take_pages(struct fake *fake, int64_t pages)
{
	int ret = -ENOMEM;

	fake_lock(fake);
	if ((pages >= 0 &&
	     (uint64_t)pages + fake->taken_frames + fake->claimed <= fake->free_frames) ||
	    (pages < 0 && (uint64_t)-pages <= fake->taken_frames)) {
		fake->taken_frames += (uint64_t)pages;
		ret = 0;
	}
	fake_unlock(fake);
	return ret;
}

void fake_other_log(struct fake *fake, const char *text)
{
	fake_lock(fake);
	fake_log(fake, "%s", text);
	fake_unlock(fake);
}
