/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest's memory lies in the machine's, and the paging pool that HVM pays for the table. */
#include "fake-internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_ORDER = 9, /* one entry of 2 MiB */
	BLOCK = 1 << BLOCK_ORDER,
	GIANT_ORDER = 18, /* one entry of 1 GiB */
	GIANT_BLOCKS = 1 << (GIANT_ORDER - BLOCK_ORDER),
	POOL_FIXED = 13, /* so that 1 MiB holds 123,904 pages of 4 KiB */
};

/* The first block that is @index or later. */
static size_t position(const struct fake_domain *domain, uint64_t index)
{
	size_t low = 0, high = domain->nr_p2m;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (domain->p2m[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct fake_block *fake_p2m_block(const struct fake_domain *domain, uint64_t index)
{
	size_t at = position(domain, index);

	return at < domain->nr_p2m && domain->p2m[at].index == index ? &domain->p2m[at] : NULL;
}

uint64_t fake_p2m(const struct fake_domain *domain, uint64_t pfn)
{
	const struct fake_block *block = fake_p2m_block(domain, pfn >> BLOCK_ORDER);

	if (!block)
		return NO_MFN;
	if (block->small)
		return block->small[pfn % BLOCK];
	return block->mfn == NO_MFN ? NO_MFN : block->mfn + pfn % BLOCK;
}

/* What a caller of Xen's calls a frame: for PV the machine's, for HVM the guest's. */
uint64_t fake_gmfn(const struct fake_domain *domain, uint64_t frame)
{
	return domain->hvm ? fake_p2m(domain, frame) : frame;
}

/* Is there a table of 2 MiB entries for this GiB? */
static bool has_middle_table(const struct fake_domain *domain, uint64_t giant)
{
	size_t at = position(domain, giant * GIANT_BLOCKS);

	return at < domain->nr_p2m && domain->p2m[at].index / GIANT_BLOCKS == giant &&
	       !domain->p2m[at].giant;
}

static struct fake_block *insert(struct fake_domain *domain, uint64_t index)
{
	size_t at = position(domain, index);

	if (domain->nr_p2m == domain->room_p2m) {
		domain->room_p2m = domain->room_p2m ? domain->room_p2m * 2 : 64;
		domain->p2m = fake_realloc(domain->p2m, domain->room_p2m * sizeof(*domain->p2m));
	}
	memmove(domain->p2m + at + 1, domain->p2m + at,
		(domain->nr_p2m - at) * sizeof(*domain->p2m));
	domain->nr_p2m++;
	domain->p2m[at] = (struct fake_block){ .index = index, .mfn = NO_MFN };
	return &domain->p2m[at];
}

static bool is_giant(uint64_t pfn, unsigned int order)
{
	return order == GIANT_ORDER && pfn % (1u << GIANT_ORDER) == 0;
}

/* How many pages of the pool it takes to enter 2^@order pages at @pfn. */
static uint64_t tables_needed(const struct fake_domain *domain, uint64_t pfn, unsigned int order)
{
	uint64_t end = pfn + (1ull << order), needed = 0, giant = UINT64_MAX;

	if (is_giant(pfn, order))
		return 0;
	while (pfn < end) {
		uint64_t index = pfn >> BLOCK_ORDER, next = (index + 1) << BLOCK_ORDER;
		const struct fake_block *block = fake_p2m_block(domain, index);
		bool whole = pfn % BLOCK == 0 && next <= end;

		if (giant != index / GIANT_BLOCKS) {
			giant = index / GIANT_BLOCKS;
			needed += !has_middle_table(domain, giant);
		}
		needed += !whole && (!block || !block->small);
		pfn = next;
	}
	return needed;
}

static void drop_small(struct fake_domain *domain, struct fake_block *block)
{
	domain->pool_used -= block->small != NULL;
	free(block->small);
	block->small = NULL;
}

static void make_small(struct fake_domain *domain, struct fake_block *block)
{
	if (block->small)
		return;
	block->small = fake_calloc(BLOCK, sizeof(*block->small));
	for (unsigned int i = 0; i < BLOCK; i++)
		block->small[i] = block->mfn == NO_MFN ? NO_MFN : block->mfn + i;
	domain->pool_used++;
}

/* The GiB gets a table of 2 MiB entries, if it had none. */
static void make_middle_table(struct fake_domain *domain, uint64_t giant)
{
	if (has_middle_table(domain, giant))
		return;
	domain->pool_used++;
	for (size_t at = position(domain, giant * GIANT_BLOCKS);
	     at < domain->nr_p2m && domain->p2m[at].index / GIANT_BLOCKS == giant; at++)
		domain->p2m[at].giant = false;
}

static void set_giant(struct fake_domain *domain, uint64_t giant, uint64_t mfn)
{
	domain->pool_used -= has_middle_table(domain, giant);
	for (uint64_t i = 0; i < GIANT_BLOCKS; i++) {
		struct fake_block *block = fake_p2m_block(domain, giant * GIANT_BLOCKS + i);

		if (!block)
			block = insert(domain, giant * GIANT_BLOCKS + i);
		drop_small(domain, block);
		block->mfn = mfn + i * BLOCK;
		block->giant = true;
	}
}

static void set_in_block(struct fake_domain *domain, uint64_t pfn, uint64_t mfn, uint64_t count)
{
	uint64_t index = pfn >> BLOCK_ORDER;
	struct fake_block *block;

	make_middle_table(domain, index / GIANT_BLOCKS);
	block = fake_p2m_block(domain, index);
	if (!block)
		block = insert(domain, index);
	if (count == BLOCK) {
		drop_small(domain, block);
		block->mfn = mfn;
		return;
	}
	make_small(domain, block);
	for (uint64_t i = 0; i < count; i++)
		block->small[pfn % BLOCK + i] = mfn + i;
}

int fake_p2m_set(struct fake_domain *domain, uint64_t pfn, uint64_t mfn, unsigned int order)
{
	uint64_t end = pfn + (1ull << order);

	if (domain->hvm && domain->pool_used + tables_needed(domain, pfn, order) > domain->nr_pool)
		return -ENOMEM;
	if (is_giant(pfn, order)) {
		set_giant(domain, pfn >> GIANT_ORDER, mfn);
		return 0;
	}
	while (pfn < end) {
		uint64_t count = BLOCK - pfn % BLOCK;

		if (count > end - pfn)
			count = end - pfn;
		set_in_block(domain, pfn, mfn, count);
		pfn += count;
		mfn += count;
	}
	return 0;
}

void fake_p2m_free(struct fake_domain *domain)
{
	for (size_t i = 0; i < domain->nr_p2m; i++)
		free(domain->p2m[i].small);
	free(domain->p2m);
	free(domain->pool);
}

/* --- the pool --- */

/* Goes as far as the host's memory allows; it never gives up a page in use. */
int fake_pool_resize(struct fake *fake, struct fake_domain *domain, uint64_t pages)
{
	if (pages > domain->nr_pool && pages <= fake->nr_frames)
		domain->pool = fake_realloc(domain->pool, pages * sizeof(*domain->pool));
	while (domain->nr_pool < pages) {
		uint64_t mfn = NO_MFN;

		if (pages <= fake->nr_frames)
			mfn = fake_xenheap_take(fake, domain->domid);
		if (mfn == NO_MFN)
			return -ENOMEM;
		domain->pool[domain->nr_pool++] = mfn;
	}
	while (domain->nr_pool > pages) {
		if (domain->nr_pool == domain->pool_used && !domain->dying)
			return -ENOMEM;
		fake_frames_give(fake, domain->pool[--domain->nr_pool], 0);
	}
	return 0;
}

int fake_pool_create(struct fake *fake, struct fake_domain *domain)
{
	int ret = fake_pool_resize(fake, domain, POOL_PAGES);

	if (ret < 0)
		fake_pool_resize(fake, domain, 0);
	else
		domain->pool_used = POOL_FIXED;
	return ret;
}

/* In MiB. Of the rest, what the facts tell of PV without shadow paging; the others are for later. */
int fake_shadow_op(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_shadow_op";
	struct fake *fake = d->fake;
	uint64_t op = fake_get(fake, d->payload, type, "op");
	bool set = op == fake_constant(fake, "XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION");
	uint64_t mb = fake_get(fake, d->payload, type, "mb");
	int ret = 0;

	if (d->domain->domid == 0)
		return -EINVAL;
	if (d->domain->dying)
		return fake_since(fake, 18) ? -EINVAL : 0;
	if (!d->domain->nr_vcpus)
		return -EINVAL;
	if (op == fake_constant(fake, "XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY"))
		return -EOPNOTSUPP;
	if (!d->domain->hvm ||
	    (!set && op != fake_constant(fake, "XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION")))
		return -EINVAL;
	if (set)
		ret = fake_pool_resize(fake, d->domain, mb * POOL_PAGES);
	fake_set(fake, d->payload, type, "mb", (d->domain->nr_pool + POOL_PAGES - 1) / POOL_PAGES);
	return ret;
}

/* In bytes, and without a vCPU. */
int fake_get_paging_mempool_size(struct fake_domctl_call *d)
{
	if (!d->domain->hvm)
		return -EOPNOTSUPP;
	fake_set(d->fake, d->payload, "xen_domctl_paging_mempool", "size",
		 (uint64_t)d->domain->nr_pool * PAGE_SIZE);
	return 0;
}

int fake_set_paging_mempool_size(struct fake_domctl_call *d)
{
	uint64_t size = fake_get(d->fake, d->payload, "xen_domctl_paging_mempool", "size");

	if (!d->domain->hvm)
		return -EOPNOTSUPP;
	if (size % PAGE_SIZE)
		return -EINVAL;
	return fake_pool_resize(d->fake, d->domain, size / PAGE_SIZE);
}
