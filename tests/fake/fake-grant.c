/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grants: a domain's table of version 1 entries, and the device that maps what they name. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

uint64_t fake_grant_frame(struct fake *fake, struct fake_domain *domain, uint32_t index)
{
	if (!domain->has_grant_table || index >= domain->max_grant_frames)
		return NO_MFN;
	while (domain->nr_grants <= index) {
		uint64_t mfn = fake_xenheap_take(fake, domain->domid);

		if (mfn == NO_MFN)
			return NO_MFN;
		domain->grants = fake_realloc(domain->grants,
					      (domain->nr_grants + 1) * sizeof(*domain->grants));
		domain->grants[domain->nr_grants++] = mfn;
	}
	return domain->grants[index];
}

/* --- the hypercall --- */

static int16_t setup_table(struct fake *fake, void *op)
{
	static const char type[] = "gnttab_setup_table";
	uint32_t domid = (uint16_t)fake_get(fake, op, type, "dom");
	uint64_t count = fake_get(fake, op, type, "nr_frames");
	uint64_t list = fake_get(fake, op, type, "frame_list");
	struct fake_domain *domain = fake_domain(fake, domid == DOMID_SELF ? 0 : domid);

	if (!domain || domain->dying)
		return (int16_t)fake_constant(fake, "GNTST_bad_domain");
	if (domain->hvm) /* its list would be of the guest's frames */
		return (int16_t)fake_constant(fake, "GNTST_general_error");
	for (uint32_t i = 0; i < count; i++) {
		uint64_t mfn = fake_grant_frame(fake, domain, i);
		unaligned_u64 *told = fake_reach(fake, list + i * sizeof(*told), sizeof(*told));

		if (mfn == NO_MFN)
			return (int16_t)fake_constant(fake, "GNTST_general_error");
		if (!told)
			return (int16_t)fake_constant(fake, "GNTST_bad_virt_addr");
		*told = mfn;
	}
	return (int16_t)fake_constant(fake, "GNTST_okay");
}

/* (command, operations, count) */
long fake_grant_op(struct fake *fake, const uint64_t arg[5])
{
	static const char type[] = "gnttab_setup_table";
	struct fake_domain *domain;
	void *op;

	if (arg[0] != fake_constant(fake, "GNTTABOP_setup_table"))
		return -ENOSYS;
	if (arg[2] != 1)
		return -EINVAL;
	op = fake_reach(fake, arg[1], fake_sizeof(fake, type));
	if (!op)
		return -EFAULT;
	domain = fake_domain(fake, (uint16_t)fake_get(fake, op, type, "dom"));
	if (domain && !domain->has_grant_table)
		return -ENODEV; /* 4.10 and 4.11: its limits were not set */
	fake_set(fake, op, type, "status", (uint16_t)setup_table(fake, op));
	return 0;
}

/* --- the device --- */

static int map_grant_ref(struct fake_file *file, struct gntdev_map_grant_ref *map)
{
	struct fake_grant_range *range;
	size_t most = sizeof(range->refs) / sizeof(*range->refs);

	if (map->count == 0 || map->count > most)
		return -EINVAL;
	file->ranges = fake_realloc(file->ranges, (file->nr_ranges + 1) * sizeof(*file->ranges));
	range = &file->ranges[file->nr_ranges++];
	*range = (struct fake_grant_range){ .index = file->next_index, .count = map->count };
	memcpy(range->refs, map->refs, map->count * sizeof(*range->refs));
	file->next_index += map->count * PAGE_SIZE;
	map->index = range->index;
	return 0;
}

static int unmap_grant_ref(struct fake_file *file, const struct gntdev_unmap_grant_ref *unmap)
{
	for (size_t i = 0; i < file->nr_ranges; i++) {
		if (file->ranges[i].index != unmap->index || file->ranges[i].count != unmap->count)
			continue;
		file->ranges[i] = file->ranges[--file->nr_ranges];
		return 0;
	}
	return -ENOENT;
}

static unsigned char *entry_of(struct fake *fake, uint32_t domid, uint32_t ref)
{
	size_t size = fake_sizeof(fake, "grant_entry_v1");
	struct fake_domain *domain = fake_domain(fake, domid);
	uint32_t frame = (uint32_t)(ref / (PAGE_SIZE / size));

	if (!domain || frame >= domain->nr_grants)
		return NULL;
	return fake_frame_bytes(fake, domain->grants[frame]) + ref % (PAGE_SIZE / size) * size;
}

/* The frame that a domain lets dom0 map; NO_MFN: it does not. */
static uint64_t granted(struct fake *fake, uint32_t domid, uint32_t ref, bool write)
{
	static const char type[] = "grant_entry_v1";
	const unsigned char *entry = entry_of(fake, domid, ref);
	uint64_t flags, mfn;

	if (!entry)
		return NO_MFN;
	flags = fake_get(fake, entry, type, "flags");
	mfn = fake_gmfn(fake_domain(fake, domid), fake_get(fake, entry, type, "frame"));
	if ((flags & fake_constant(fake, "GTF_type_mask")) !=
		    fake_constant(fake, "GTF_permit_access") ||
	    fake_get(fake, entry, type, "domid") != 0 ||
	    (write && flags & fake_constant(fake, "GTF_readonly")) ||
	    !fake_frame_of(fake, mfn, domid))
		return NO_MFN;
	return mfn;
}

/* What Xen answers to one copy. Through the kernel, so that memory which is not there is EFAULT. */
static int copy_one(struct fake *fake, struct gntdev_grant_copy_segment *segment)
{
	uint64_t mfn;

	if (segment->flags != GNTCOPY_DEST_GREF)
		return -EINVAL; /* Linux takes the other ways; nobody here needs them */
	segment->status = (int16_t)fake_constant(fake, "GNTST_bad_copy_arg");
	if ((uint32_t)segment->offset + segment->len > PAGE_SIZE)
		return 0;
	segment->status = (int16_t)fake_constant(fake, "GNTST_bad_gntref");
	mfn = granted(fake, segment->domid, segment->ref, true);
	if (mfn == NO_MFN)
		return 0;
	segment->status = (int16_t)fake_constant(fake, "GNTST_general_error");
	if (fake_frame_hold(fake, mfn, true) < 0) /* a page table, for example */
		return 0;
	fake_frame_bytes(fake, mfn);
	segment->status = (int16_t)fake_constant(fake, "GNTST_okay");
	fake->frames_copied++;
	if (pwrite(fake->memory, (const void *)(uintptr_t)segment->source, segment->len,
		   (off_t)(mfn * PAGE_SIZE + segment->offset)) != segment->len)
		segment->status = INT16_MIN;
	fake_frame_drop(fake, mfn, true);
	return segment->status == INT16_MIN ? -EFAULT : 0;
}

static int grant_copy(struct fake *fake, const struct gntdev_grant_copy *copy)
{
	struct gntdev_grant_copy_segment *segments = (void *)(uintptr_t)copy->segments;
	int ret = 0;

	for (uint32_t i = 0; i < copy->count && ret == 0; i++)
		ret = copy_one(fake, &segments[i]);
	return ret;
}

int fake_gntdev_ioctl(struct fake *fake, struct fake_file *file, unsigned long request, void *arg)
{
	switch (request) {
	case GNTDEV_MAP_GRANT_REF:
		return map_grant_ref(file, arg);
	case GNTDEV_UNMAP_GRANT_REF:
		return unmap_grant_ref(file, arg);
	case GNTDEV_GRANT_COPY:
		return grant_copy(fake, arg);
	default:
		return -ENOTTY;
	}
}

static void mark(struct fake *fake, uint32_t domid, uint32_t ref, bool write, bool in_use)
{
	static const char type[] = "grant_entry_v1";
	unsigned char *entry = entry_of(fake, domid, ref);
	uint64_t bits = fake_constant(fake, "GTF_reading");
	uint64_t flags;

	if (!entry)
		return;
	if (write)
		bits |= fake_constant(fake, "GTF_writing");
	flags = fake_get(fake, entry, type, "flags");
	fake_set(fake, entry, type, "flags", in_use ? flags | bits : flags & ~bits);
}

static int map_one(struct fake *fake, struct fake_mapping *map, size_t i, uint32_t domid,
		   uint32_t ref)
{
	bool write = map->prot & PROT_WRITE;
	uint64_t mfn = granted(fake, domid, ref, write);

	if (mfn == NO_MFN || fake_frame_hold(fake, mfn, write) < 0)
		return -EINVAL;
	fake_frame_bytes(fake, mfn);
	map->mfns[i] = mfn;
	map->refs[i] = ref;
	map->domid = domid;
	mark(fake, domid, ref, write, true);
	if (mmap(map->addr + i * PAGE_SIZE, PAGE_SIZE, map->prot, MAP_SHARED | MAP_FIXED,
		 fake->memory, (off_t)(mfn * PAGE_SIZE)) == MAP_FAILED)
		fake_die("cannot map a grant");
	madvise(map->addr + i * PAGE_SIZE, PAGE_SIZE, MADV_DONTFORK);
	return 0;
}

int fake_gntdev_map(struct fake *fake, struct fake_file *file, size_t size, int prot, off_t offset,
		    void **addr)
{
	const struct fake_grant_range *range = file->ranges;
	const struct fake_grant_range *end = range + file->nr_ranges;
	struct fake_mapping *map;
	void *place;
	int ret = 0;

	while (range < end && range->index != (uint64_t)offset)
		range++;
	if (range == end || size != range->count * (size_t)PAGE_SIZE)
		return -EINVAL;
	place = mmap(NULL, size, prot, MAP_SHARED, fake->nothing, 0);
	if (place == MAP_FAILED)
		return -errno;
	map = fake_mapping_add(fake, MAP_GRANT, place, size, prot);
	map->refs = fake_calloc(range->count, sizeof(*map->refs));
	for (size_t i = 0; ret == 0 && i < range->count; i++)
		ret = map_one(fake, map, i, range->refs[i].domid, range->refs[i].ref);
	if (ret < 0) {
		fake_device_unmap(fake, place, size);
		return ret;
	}
	*addr = place;
	return 0;
}

void fake_grant_unmapped(struct fake *fake, struct fake_mapping *map)
{
	for (size_t i = 0; i < map->size / PAGE_SIZE; i++) {
		if (map->mfns[i] != NO_MFN)
			mark(fake, map->domid, map->refs[i], map->prot & PROT_WRITE, false);
	}
}

int fake_guest_grant(struct fake *fake, uint32_t domid, uint32_t ref, uint64_t pfn, bool readonly)
{
	static const char type[] = "grant_entry_v1";
	struct fake_domain *domain;
	uint64_t flags, mfn;
	unsigned char *entry;
	int ret = -EINVAL;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	mfn = domain ? fake_p2m(domain, pfn) : NO_MFN;
	if (mfn == NO_MFN)
		goto out;
	fake_grant_frame(fake, domain, (uint32_t)(ref / (PAGE_SIZE / fake_sizeof(fake, type))));
	entry = entry_of(fake, domid, ref);
	if (!entry)
		goto out;
	flags = fake_constant(fake, "GTF_permit_access");
	if (readonly)
		flags |= fake_constant(fake, "GTF_readonly");
	fake_set(fake, entry, type, "frame", domain->hvm ? pfn : mfn);
	fake_set(fake, entry, type, "domid", 0);
	fake_set(fake, entry, type, "flags", flags);
	ret = 0;
out:
	fake_unlock(fake);
	return ret;
}
