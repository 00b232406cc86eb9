/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All domains, a batch at a time. */
#include "domain-report.h"
#include "internal.h"

#include <errno.h>
#include <string.h>

struct array {
	unsigned char *next;
	size_t stride;
};

static void add(const struct lx_hc_domain_info *info, void *data)
{
	struct array *array = data;

	memcpy(array->next, &array->stride, sizeof(array->stride)); /* each element's size */
	lx_domain_report(info, (struct libxen_domain_info *)array->next);
	array->next += array->stride;
}

static int fill(struct libxen *xen, uint32_t first, struct array *array, size_t count)
{
	size_t filled = 0;

	while (filled < count && first < LX_DOMID_END) {
		uint32_t max = count - filled < LX_LIST_BATCH ? count - filled : LX_LIST_BATCH;
		const struct libxen_domain_info *last;
		int ret;

		ret = lx_hc_domain_list(&xen->hc, first, max, add, array);
		if (ret < 0)
			return ret;
		filled += ret;
		if ((uint32_t)ret < max)
			break;
		last = (const void *)(array->next - array->stride);
		first = last->domid + 1;
	}
	return (int)filled;
}

int libxen_list(struct libxen *xen, uint32_t first, struct libxen_domain_info *infos, size_t count)
{
	struct array array = { .next = (unsigned char *)infos };
	int ret;

	ret = lx_need_open(xen);
	if (ret < 0)
		return ret;
	if (!count)
		return lx_fail(&xen->error, -EINVAL, "there is no room to list domains in");
	array.stride = infos[0].size;
	if (!lx_domain_info_fits(array.stride))
		return lx_fail(&xen->error, -EINVAL, "struct libxen_domain_info has a wrong size");
	return fill(xen, first, &array, count);
}

struct search {
	const uint8_t *uuid;
	uint32_t found, last;
};

static void compare(const struct lx_hc_domain_info *info, void *data)
{
	struct search *search = data;

	search->last = info->domid;
	if (search->found == LX_DOMID_END && !memcmp(info->handle, search->uuid, 16))
		search->found = info->domid;
}

int lx_domain_find(struct libxen *xen, const uint8_t uuid[16], uint32_t *domid)
{
	struct search search = { .uuid = uuid, .found = LX_DOMID_END };
	uint32_t first = 0;
	int ret;

	do {
		ret = lx_hc_domain_list(&xen->hc, first, LX_LIST_BATCH, compare, &search);
		if (ret < 0)
			return ret;
		first = search.last + 1;
	} while ((uint32_t)ret == LX_LIST_BATCH && search.found == LX_DOMID_END);

	*domid = search.found;
	return search.found == LX_DOMID_END ? -ESRCH : 0;
}
