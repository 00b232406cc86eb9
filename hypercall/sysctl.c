/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed sysctls: the host, its list of domains, its log. */
#include "abi.h"
#include "arena.h"

#include <string.h>

int lx_hc_physinfo(struct lx_hc *hc, struct lx_hc_physinfo *info)
{
	int ret;

	*info = (struct lx_hc_physinfo){ 0 };
	ret = lx_sysctl(hc, &lx_sysctl_physinfo, info);
	if (ret < 0)
		return ret;

	info->capabilities = lx_flags_decode(lx_host_flags, &hc->sysctl, info->capabilities);
	info->known_capabilities = lx_flags_known(lx_host_flags, &hc->sysctl);
	return 0;
}

int lx_hc_domain_list(struct lx_hc *hc, uint32_t first, uint32_t max,
		      void (*each)(const struct lx_hc_domain_info *info, void *data), void *data)
{
	size_t stride = lx_domain_info_size(&hc->domctl);
	size_t mark = hc->arena_used;
	struct lx_info_list list = { .first_domain = first };
	struct lx_hc_domain_info info;
	unsigned char *answers;
	int ret;

	list.max_domains = max < LX_LIST_BATCH ? max : LX_LIST_BATCH;
	answers = lx_arena_take(hc, list.max_domains * stride);
	list.buffer = lx_pointer(answers);

	ret = lx_sysctl(hc, &lx_sysctl_info_list, &list);
	if (ret < 0)
		goto out;

	ret = (int)(list.num_domains < list.max_domains ? list.num_domains : list.max_domains);
	for (int i = 0; i < ret; i++) {
		lx_layout_decode(lx_domctl_info.fields, &hc->domctl, answers + i * stride, &info);
		lx_domain_info_polish(hc, &info);
		each(&info, data);
	}
out:
	hc->arena_used = mark;
	return ret;
}

int lx_hc_log_read(struct lx_hc *hc, uint32_t *index, char *buffer, size_t size)
{
	enum { PIECE = 16 * LX_PAGE_SIZE };
	size_t mark = hc->arena_used;
	struct lx_readconsole log = { .incremental = 1, .index = *index };
	char *piece;
	int ret;

	log.count = size < PIECE ? size : PIECE;
	piece = lx_arena_take(hc, log.count);
	log.buffer = lx_pointer(piece);
	size = log.count;

	ret = lx_sysctl(hc, &lx_sysctl_readconsole, &log);
	if (ret < 0)
		goto out;

	ret = (int)(log.count < size ? log.count : size);
	memcpy(buffer, piece, ret);
	*index = log.index;
out:
	hc->arena_used = mark;
	return ret;
}
