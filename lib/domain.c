/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One domain: opened, looked at, suspended and resumed. */
#include "domain-report.h"
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct libxen_domain *lx_domain_new(struct libxen *xen, uint32_t domid, const uint8_t uuid[16])
{
	struct libxen_domain *domain = calloc(1, sizeof(*domain));

	if (!domain) {
		lx_fail_errno(&xen->error, -ENOMEM, "cannot open domain %u", domid);
		return NULL;
	}
	domain->xen = xen;
	domain->domid = domid;
	memcpy(domain->uuid, uuid, sizeof(domain->uuid));
	return domain;
}

int libxen_domain_open(struct libxen *xen, uint32_t domid, struct libxen_domain **domain)
{
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_need_open(xen);
	if (ret < 0)
		return ret;
	if (domid >= LX_DOMID_END)
		return lx_fail(&xen->error, -EINVAL, "%u is not a domain's number: they go to %u",
			       domid, LX_DOMID_END - 1);
	ret = lx_hc_domain_info(&xen->hc, domid, &info);
	if (ret < 0)
		return ret;

	*domain = lx_domain_new(xen, domid, info.handle);
	return *domain ? 0 : -ENOMEM;
}

int libxen_domain_open_uuid(struct libxen *xen, const uint8_t uuid[16],
			    struct libxen_domain **domain)
{
	uint32_t domid;
	int ret;

	ret = lx_need_open(xen);
	if (ret < 0)
		return ret;
	ret = lx_domain_find(xen, uuid, &domid);
	if (ret == -ESRCH)
		return lx_fail(&xen->error, ret, "there is no domain with this UUID");
	if (ret < 0)
		return ret;

	*domain = lx_domain_new(xen, domid, uuid);
	return *domain ? 0 : -ENOMEM;
}

void libxen_domain_close(struct libxen_domain *domain)
{
	free(domain);
}

uint32_t libxen_domain_id(const struct libxen_domain *domain)
{
	return domain->domid;
}

int lx_domain_look(struct libxen_domain *domain, struct lx_hc_domain_info *info)
{
	struct libxen *xen = domain->xen;
	int ret;

	ret = lx_hc_domain_info(&xen->hc, domain->domid, info);
	if (ret == -ESRCH)
		return lx_fail(&xen->error, ret, "domain %u is gone", domain->domid);
	if (ret < 0)
		return ret;
	if (memcmp(info->handle, domain->uuid, sizeof(domain->uuid)) != 0)
		return lx_fail(&xen->error, -ESTALE,
			       "domain %u is gone, and another one has its number now; nothing was "
			       "done to that one",
			       domain->domid);
	return 0;
}

int libxen_domain_info(struct libxen_domain *domain, struct libxen_domain_info *info)
{
	struct lx_hc_domain_info now;
	int ret;

	ret = lx_domain_look(domain, &now);
	if (ret < 0)
		return ret;
	ret = lx_domain_report(&now, info);
	if (ret < 0)
		return lx_fail(&domain->xen->error, ret,
			       "struct libxen_domain_info has a wrong size");
	return 0;
}

/* What cannot be suspended or resumed in any case. */
static int check_alive(struct libxen_domain *domain, const struct lx_hc_domain_info *info,
		       const char *verb)
{
	struct lx_error *error = &domain->xen->error;

	if (info->flags & LX_DOMAIN_DYING)
		return lx_fail(error, -EINVAL, "domain %u cannot be %s: it is dying", domain->domid,
			       verb);
	if (info->flags & LX_DOMAIN_SHUTDOWN)
		return lx_fail(error, -EINVAL, "domain %u cannot be %s: it has shut down",
			       domain->domid, verb);
	return 0;
}

int libxen_domain_suspend(struct libxen_domain *domain)
{
	struct libxen *xen = domain->xen;
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	ret = check_alive(domain, &info, "suspended");
	if (ret < 0)
		return ret;
	if (domain->domid == 0)
		return lx_fail(&xen->error, -EINVAL,
			       "domain 0 cannot be suspended: it is the one that we run in");
	if (info.flags & LX_DOMAIN_PAUSED)
		return lx_fail(&xen->error, -EALREADY, "domain %u is suspended already",
			       domain->domid);
	return lx_hc_domain_pause(&xen->hc, domain->domid);
}

int libxen_domain_resume(struct libxen_domain *domain)
{
	struct libxen *xen = domain->xen;
	struct lx_hc_domain_info info;
	int ret;

	ret = lx_domain_look(domain, &info);
	if (ret < 0)
		return ret;
	ret = check_alive(domain, &info, "resumed");
	if (ret < 0)
		return ret;
	if (lx_domain_state(&info) == LIBXEN_STATE_UNFINISHED)
		return lx_fail(&xen->error, -EINVAL,
			       "domain %u cannot be resumed: it is being started, or its start was "
			       "cut off; if nobody is at it, stop it",
			       domain->domid);
	if (!(info.flags & LX_DOMAIN_PAUSED))
		return lx_fail(&xen->error, -EALREADY, "domain %u is not suspended", domain->domid);

	ret = lx_hc_domain_unpause(&xen->hc, domain->domid);
	if (ret < 0)
		return ret;
	/* Pauses are counted: another tool may have one of its own. */
	ret = lx_domain_look(domain, &info);
	if (ret == 0 && info.flags & LX_DOMAIN_PAUSED)
		return lx_fail(&xen->error, -EBUSY,
			       "domain %u stays suspended: another program suspended it too",
			       domain->domid);
	return 0;
}
