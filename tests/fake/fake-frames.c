/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's memory: a sparse memfd, who owns which frame, and where free ones are taken. */
#include "fake-internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCK_ORDER = 9, BLOCK = 1 << BLOCK_ORDER };

int fake_frames_init(struct fake *fake)
{
	uint64_t frames = fake->options.memory_pages;

	fake->nr_frames = frames;
	fake->first_frame = (fake->options.dom0_pages + BLOCK - 1) / BLOCK * BLOCK;
	if (frames <= fake->first_frame || frames > UINT32_MAX)
		fake_die("memory of %llu pages cannot be modelled", (unsigned long long)frames);
	fake->free_frames = frames - fake->first_frame;
	fake->nr_blocks = (frames + BLOCK - 1) / BLOCK;
	fake->blocks = fake_calloc(fake->nr_blocks, sizeof(*fake->blocks));
	fake->frames = fake_calloc(frames, sizeof(*fake->frames));
	for (uint64_t i = 0; i < fake->first_frame / BLOCK; i++)
		fake->blocks[i] = BLOCK;
	if (frames % BLOCK)
		fake->blocks[fake->nr_blocks - 1] = BLOCK; /* a broken block is nobody's */
	fake->free_frames -= frames % BLOCK;
	fake->current_block = UINT64_MAX;

	fake->nothing = memfd_create("fake-nothing", MFD_CLOEXEC);
	fake->memory = memfd_create("fake-memory", MFD_CLOEXEC);
	if (fake->nothing < 0 || fake->memory < 0 ||
	    ftruncate(fake->memory, (off_t)(frames * PAGE_SIZE)) < 0)
		return -errno;
	fake->base = mmap(NULL, frames * PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_NORESERVE, fake->memory, 0);
	if (fake->base == MAP_FAILED) {
		fake->base = NULL;
		return -errno;
	}
	return 0;
}

void fake_frames_free(struct fake *fake)
{
	if (fake->base)
		munmap(fake->base, fake->nr_frames * PAGE_SIZE);
	if (fake->memory >= 0)
		close(fake->memory);
	if (fake->nothing >= 0)
		close(fake->nothing);
	free(fake->frames);
	free(fake->blocks);
}

static uint64_t draw(struct fake *fake)
{
	fake->random ^= fake->random << 13;
	fake->random ^= fake->random >> 7;
	fake->random ^= fake->random << 17;
	return fake->random;
}

/* A free aligned run inside one block, looked for in shuffled order; NO_MFN: none. */
static uint64_t run_in_block(struct fake *fake, uint64_t block, unsigned int order)
{
	unsigned int size = 1u << order, runs = BLOCK >> order;

	for (unsigned int i = 0; i < runs; i++) {
		unsigned int run = fake->cursor++ * 167u % runs;
		const struct fake_frame *frame = &fake->frames[block * BLOCK + run * size];
		unsigned int free = 0;

		while (free < size && frame[free].owner == 0)
			free++;
		if (free == size)
			return block * BLOCK + run * size;
	}
	return NO_MFN;
}

static uint64_t small_run(struct fake *fake, unsigned int order)
{
	uint64_t start = draw(fake) % fake->nr_blocks;
	unsigned int most = BLOCK - (1u << order);
	uint64_t mfn;

	if (fake->current_block < fake->nr_blocks && fake->blocks[fake->current_block] <= most) {
		mfn = run_in_block(fake, fake->current_block, order);
		if (mfn != NO_MFN)
			return mfn;
	}

	/* blocks in use first, so that whole ones last longer */
	for (int pass = 0; pass < 2; pass++) {
		for (uint64_t i = 0; i < fake->nr_blocks; i++) {
			uint64_t block = (start + i) % fake->nr_blocks;

			if (fake->blocks[block] > most || (pass == 0 && !fake->blocks[block]))
				continue;
			mfn = run_in_block(fake, block, order);
			if (mfn == NO_MFN)
				continue;
			fake->current_block = block;
			return mfn;
		}
	}
	return NO_MFN;
}

static uint64_t large_run(struct fake *fake, unsigned int order)
{
	uint64_t size = 1ull << (order - BLOCK_ORDER), runs = fake->nr_blocks / size, start;

	if (!runs)
		return NO_MFN;
	start = draw(fake) % runs;
	for (uint64_t i = 0; i < runs; i++) {
		uint64_t first = (start + i) % runs * size, block = first;

		while (block < first + size && fake->blocks[block] == 0)
			block++;
		if (block == first + size)
			return first * BLOCK;
	}
	return NO_MFN;
}

uint64_t fake_frames_take(struct fake *fake, uint32_t domid, unsigned int order)
{
	uint64_t size = 1ull << order;
	uint64_t mfn = order < BLOCK_ORDER ? small_run(fake, order) : large_run(fake, order);

	if (mfn == NO_MFN)
		return NO_MFN;
	for (uint64_t i = mfn; i < mfn + size; i++) {
		uint8_t used = fake->frames[i].flags & FRAME_USED;

		fake->frames[i] =
			(struct fake_frame){ .owner = (uint16_t)(domid + 1), .flags = used };
		fake->blocks[i / BLOCK]++;
	}
	fake->free_frames -= size;
	return mfn;
}

/* Let the memory of a whole free run go from the memfd; it reads as zero then. */
static void punch(struct fake *fake, uint64_t mfn, uint64_t count)
{
	if (fallocate(fake->memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      (off_t)(mfn * PAGE_SIZE), (off_t)(count * PAGE_SIZE)) < 0)
		return;
	for (uint64_t i = mfn; i < mfn + count; i++)
		fake->frames[i].flags = 0;
}

/* Give frames back, but for those that somebody still maps: they go when he lets go. */
void fake_frames_give(struct fake *fake, uint64_t mfn, unsigned int order)
{
	uint64_t count = 1ull << order, given = 0;
	bool used = false;

	for (uint64_t i = mfn; i < mfn + count; i++) {
		struct fake_frame *frame = &fake->frames[i];

		if (!frame->owner || frame->refs)
			continue;
		used |= frame->flags & FRAME_FILLED;
		*frame = (struct fake_frame){ .flags = frame->flags & FRAME_USED };
		fake->blocks[i / BLOCK]--;
		given++;
	}
	fake->free_frames += given;
	if (used && given == count && order >= BLOCK_ORDER)
		punch(fake, mfn, count);
}

unsigned char *fake_frame_bytes(struct fake *fake, uint64_t mfn)
{
	struct fake_frame *frame = &fake->frames[mfn];
	unsigned char *bytes = fake->base + mfn * PAGE_SIZE;
	bool poison =
		!(frame->flags & FRAME_XENHEAP) && !(fake->options.features & FAKE_CLEAN_MEMORY);

	if (frame->flags & FRAME_FILLED)
		return bytes;
	if (poison)
		memset(bytes, FAKE_POISON, PAGE_SIZE);
	else if (frame->flags & FRAME_USED)
		memset(bytes, 0, PAGE_SIZE);
	frame->flags |= FRAME_FILLED | FRAME_USED;
	return bytes;
}

uint64_t fake_xenheap_take(struct fake *fake, uint32_t domid)
{
	uint64_t mfn = NO_MFN;

	if (fake->free_frames > fake->claimed + fake->taken_frames)
		mfn = fake_frames_take(fake, domid, 0);
	if (mfn != NO_MFN)
		fake->frames[mfn].flags |= FRAME_XENHEAP;
	return mfn;
}

int fake_owner(const struct fake *fake, uint64_t mfn)
{
	if (mfn >= fake->nr_frames)
		return -1;
	if (mfn < fake->first_frame)
		return 0;
	return fake->frames[mfn].owner - 1;
}

struct fake_frame *fake_frame_of(struct fake *fake, uint64_t mfn, uint32_t domid)
{
	return fake_owner(fake, mfn) == (int)domid ? &fake->frames[mfn] : NULL;
}

int fake_frame_hold(struct fake *fake, uint64_t mfn, bool write)
{
	struct fake_frame *frame = &fake->frames[mfn];

	if (write) {
		/* a page table must not become writable */
		if (frame->type_count && frame->type != TYPE_WRITABLE)
			return -EBUSY;
		frame->type = TYPE_WRITABLE;
		frame->type_count++;
	}
	frame->refs++;
	return 0;
}

void fake_frame_drop(struct fake *fake, uint64_t mfn, bool write)
{
	struct fake_frame *frame = &fake->frames[mfn];
	struct fake_domain *domain = fake_domain(fake, (uint32_t)(frame->owner - 1));

	if (write && frame->type == TYPE_WRITABLE && frame->type_count && --frame->type_count == 0)
		frame->type = TYPE_NONE;
	if (--frame->refs == 0 && domain && domain->dying) {
		if (!(frame->flags & FRAME_XENHEAP))
			domain->tot_pages--;
		fake_frames_give(fake, mfn, 0);
		fake_domain_buried(fake, domain);
	}
}
