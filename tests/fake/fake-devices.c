/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linux' side: descriptors, the memory that Xen can reach, and mappings of guests' frames. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- descriptors --- */

static const struct {
	const char *path;
	uint32_t bit;
	enum fake_device device;
} devices[] = {
	{ "/dev/xen/privcmd", FAKE_PRIVCMD, DEVICE_PRIVCMD },
	{ "/proc/xen/privcmd", FAKE_PROC_PRIVCMD, DEVICE_PRIVCMD },
	{ "/dev/xen/hypercall", FAKE_HYPERCALL, DEVICE_HYPERCALL },
	{ "/dev/xen/evtchn", FAKE_EVTCHN, DEVICE_EVTCHN },
	{ "/dev/xen/gntdev", FAKE_GNTDEV, DEVICE_GNTDEV },
};

int fake_device_open(struct fake *fake, const char *path)
{
	struct fake_file *file;
	size_t i = 0, count = sizeof(devices) / sizeof(*devices);
	int fd;

	while (i < count && strcmp(path, devices[i].path) != 0)
		i++;
	if (i == count || fake->options.absent & devices[i].bit)
		return -ENOENT;
	if (fake->options.denied & devices[i].bit)
		return -EACCES;

	/* a descriptor that poll(2) takes; only evtchn ever makes it readable */
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	file = fake_calloc(1, sizeof(*file));
	file->fd = fd;
	file->device = devices[i].device;
	file->restricted = -1;
	file->next = fake->files;
	fake->files = file;
	return fd;
}

struct fake_file *fake_file(struct fake *fake, int fd)
{
	struct fake_file *file = fake->files;

	while (file && file->fd != fd)
		file = file->next;
	if (!file)
		fake_die("descriptor %d is not open", fd);
	return file;
}

void fake_device_close(struct fake *fake, int fd)
{
	struct fake_file *file = fake_file(fake, fd), **at = &fake->files;

	if (file->device == DEVICE_EVTCHN)
		fake_evtchn_close(fake, file);
	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	close(fd);
	free(file->queue);
	free(file->ranges);
	free(file);
}

/* --- memory that Xen can reach --- */

void *fake_reach(struct fake *fake, uint64_t address, size_t size)
{
	for (const struct fake_mapping *map = fake->mappings; map; map = map->next) {
		uint64_t start = (uintptr_t)map->addr;

		if (map->kind != MAP_HYPERCALL && map->kind != MAP_OWN)
			continue;
		if (address >= start && size <= map->size && address - start <= map->size - size)
			return map->addr + (address - start);
	}
	return NULL;
}

struct fake_mapping *fake_mapping_add(struct fake *fake, enum fake_map_kind kind, void *addr,
				      size_t size, int prot)
{
	struct fake_mapping *map = fake_calloc(1, sizeof(*map));
	size_t pages = size / PAGE_SIZE;

	map->kind = kind;
	map->addr = addr;
	map->size = size;
	map->prot = prot;
	if (kind == MAP_FOREIGN || kind == MAP_GRANT) {
		map->mfns = fake_calloc(pages, sizeof(*map->mfns));
		memset(map->mfns, 0xff, pages * sizeof(*map->mfns));
	}
	map->next = fake->mappings;
	fake->mappings = map;
	return map;
}

static int map_anonymous(struct fake *fake, enum fake_map_kind kind, size_t size, int flags,
			 void **addr)
{
	void *place;

	if (size == 0 || size % PAGE_SIZE)
		return -EINVAL;
	place = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	if (place == MAP_FAILED)
		return -errno;
	fake_mapping_add(fake, kind, place, size, PROT_READ | PROT_WRITE);
	*addr = place;
	return 0;
}

int fake_map_locked(struct fake *fake, size_t size, void **addr)
{
	return map_anonymous(fake, MAP_OWN, size, MAP_PRIVATE, addr);
}

int fake_device_map(struct fake *fake, int fd, size_t size, int prot, off_t offset, void **addr)
{
	struct fake_file *file = fake_file(fake, fd);
	void *place;

	if (size == 0 || size % PAGE_SIZE)
		return -EINVAL;
	switch (file->device) {
	case DEVICE_HYPERCALL:
		if (size / PAGE_SIZE > fake->options.hypercall_limit)
			return -ENOMEM;
		return map_anonymous(fake, MAP_HYPERCALL, size, MAP_SHARED, addr);
	case DEVICE_GNTDEV:
		return fake_gntdev_map(fake, file, size, prot, offset, addr);
	case DEVICE_PRIVCMD: /* nothing there: SIGBUS until a batch fills it */
		place = mmap(NULL, size, prot, MAP_SHARED, fake->nothing, 0);
		if (place == MAP_FAILED)
			return -errno;
		fake_mapping_add(fake, MAP_FOREIGN, place, size, prot);
		*addr = place;
		return 0;
	default:
		return -ENODEV;
	}
}

void fake_device_unmap(struct fake *fake, void *addr, size_t size)
{
	struct fake_mapping **at = &fake->mappings, *map;

	while (*at && (*at)->addr != addr)
		at = &(*at)->next;
	map = *at;
	if (!map || map->size != size)
		fake_die("%p of %zu bytes is not a mapping", addr, size);
	*at = map->next;
	if (munmap(addr, size) < 0)
		fake_die("munmap: %s", strerror(errno));
	if (map->kind == MAP_GRANT)
		fake_grant_unmapped(fake, map);
	for (size_t i = 0; map->mfns && i < size / PAGE_SIZE; i++) {
		if (map->mfns[i] != NO_MFN)
			fake_frame_drop(fake, map->mfns[i], map->prot & PROT_WRITE);
	}
	free(map->mfns);
	free(map->refs);
	free(map);
}

/* --- mapping guests' frames --- */

static int check_frame(struct fake *fake, const struct fake_mapping *map,
		       const struct fake_domain *domain, uint64_t frame, uint64_t *mfn)
{
	if (!domain)
		return -ESRCH;
	if ((frame == 0 && !domain->hvm) || fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;
	*mfn = fake_gmfn(domain, frame);
	if (!fake_frame_of(fake, *mfn, domain->domid)) {
		if (domain->hvm)
			return -EINVAL;
		fake_log(fake, "(XEN) d0v0 Error mfn %05llx: rd=d%u od=d%d\n",
			 (unsigned long long)frame, domain->domid, fake_owner(fake, frame));
		return -EINVAL;
	}
	return fake_frame_hold(fake, *mfn, map->prot & PROT_WRITE);
}

/* Runs of frames that follow each other become one mapping of the machine's memory. */
static void place_frames(struct fake *fake, const struct fake_mapping *map)
{
	size_t pages = map->size / PAGE_SIZE, run;

	for (size_t i = 0; i < pages; i += run) {
		run = 1;
		if (map->mfns[i] == NO_MFN)
			continue;
		while (i + run < pages && map->mfns[i + run] == map->mfns[i] + run)
			run++;
		if (mmap(map->addr + i * PAGE_SIZE, run * PAGE_SIZE, map->prot,
			 MAP_SHARED | MAP_FIXED, fake->memory,
			 (off_t)(map->mfns[i] * PAGE_SIZE)) == MAP_FAILED)
			fake_die("cannot map %zu frames: %s", run, strerror(errno));
		for (size_t j = 0; j < run; j++)
			fake_frame_bytes(fake, map->mfns[i + j]);
		fake->frames_mapped += run;
	}
	madvise(map->addr, map->size, MADV_DONTFORK);
}

/* A PVH dom0 reads ones where nothing is; a PV one gets SIGBUS. */
static void place_hole(struct fake *fake, const struct fake_mapping *map, size_t index)
{
	unsigned char *at = map->addr + index * PAGE_SIZE;

	if (!(fake->options.features & FAKE_DOM0_PVH))
		return;
	if (mmap(at, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		fake_die("cannot map a hole");
	memset(at, 0xff, PAGE_SIZE);
}

static struct fake_mapping *whole_mapping(struct fake *fake, uint64_t addr, uint64_t pages)
{
	struct fake_mapping *map = fake->mappings;

	while (map && (map->kind != MAP_FOREIGN || (uintptr_t)map->addr != addr))
		map = map->next;
	if (!map || map->filled || pages == 0 || map->size != pages * PAGE_SIZE)
		return NULL;
	return map;
}

/* Fails as a whole only for what is wrong with the call: frames have their own errors. */
static int mmap_batch(struct fake *fake, struct fake_file *file,
		      const struct privcmd_mmapbatch_v2 *batch)
{
	struct fake_mapping *map = whole_mapping(fake, batch->addr, batch->num);
	const struct fake_domain *domain = fake_domain(fake, batch->dom);

	if (file->restricted >= 0 && file->restricted != batch->dom)
		return -EPERM;
	if (!map)
		return -EINVAL;
	for (uint32_t i = 0; i < batch->num; i++) {
		int ret = fake_fault_frame(fake, i);
		uint64_t mfn;

		if (ret == 0)
			ret = check_frame(fake, map, domain, batch->arr[i], &mfn);
		batch->err[i] = ret;
		if (ret == 0)
			map->mfns[i] = mfn;
		else
			place_hole(fake, map, i);
	}
	map->filled = true;
	map->domid = batch->dom;
	place_frames(fake, map);
	return 0;
}

/* Just the grant table, for which newer Xens have it; others' codes are a guess. */
static int mmap_resource(struct fake *fake, const struct privcmd_mmap_resource *resource)
{
	struct fake_mapping *map = whole_mapping(fake, resource->addr, resource->num);
	struct fake_domain *domain = fake_domain(fake, resource->dom);

	if (fake->options.features & FAKE_NO_RESOURCE)
		return -ENOTTY;
	if (!map)
		return -EINVAL;
	if (!fake_has_constant(fake, "XENMEM_acquire_resource"))
		return -ENOSYS;
	if (!fake_has_constant(fake, "XENMEM_resource_grant_table") ||
	    resource->type != fake_constant(fake, "XENMEM_resource_grant_table") ||
	    resource->id != fake_constant(fake, "XENMEM_resource_grant_table_id_shared"))
		return -EOPNOTSUPP;
	if (!domain || domain->dying)
		return -ESRCH;
	for (uint64_t i = 0; i < resource->num; i++) {
		if (fake_grant_frame(fake, domain, resource->idx + (uint32_t)i) == NO_MFN)
			return -EINVAL;
	}
	for (uint64_t i = 0; i < resource->num; i++) {
		map->mfns[i] = domain->grants[resource->idx + i];
		fake_frame_hold(fake, map->mfns[i], map->prot & PROT_WRITE);
	}
	map->filled = true;
	map->domid = resource->dom;
	place_frames(fake, map);
	return 0;
}

/* --- ioctls --- */

static int hypercall(struct fake *fake, const struct fake_file *file,
		     const struct privcmd_hypercall *call)
{
	static const struct {
		uint64_t op;
		long (*run)(struct fake *fake, const uint64_t arg[5]);
	} calls[] = {
		{ HYPERCALL_MMU_UPDATE, fake_mmu_update },
		{ HYPERCALL_MEMORY_OP, fake_memory_op },
		{ HYPERCALL_XEN_VERSION, fake_version_op },
		{ HYPERCALL_GRANT_TABLE_OP, fake_grant_op },
		{ HYPERCALL_MMUEXT_OP, fake_mmuext_op },
		{ HYPERCALL_EVENT_CHANNEL_OP, fake_evtchn_op },
		{ HYPERCALL_HVM_OP, fake_hvm_op },
		{ HYPERCALL_SYSCTL, fake_sysctl },
		{ HYPERCALL_DOMCTL, fake_domctl },
	};

	if (file->restricted >= 0)
		return -EPERM;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (calls[i].op == call->op)
			return (int)calls[i].run(fake, call->arg);
	}
	return -ENOSYS;
}

static int privcmd_ioctl(struct fake *fake, struct fake_file *file, unsigned long request,
			 void *arg)
{
	switch (request) {
	case PRIVCMD_HYPERCALL:
		return hypercall(fake, file, arg);
	case PRIVCMD_MMAPBATCH_V2:
		return mmap_batch(fake, file, arg);
	case PRIVCMD_MMAP_RESOURCE:
		return mmap_resource(fake, arg);
	case PRIVCMD_RESTRICT:
		file->restricted = *(const uint16_t *)arg;
		return 0;
	default:
		return -ENOTTY;
	}
}

int fake_device_ioctl(struct fake *fake, int fd, unsigned long request, void *arg)
{
	struct fake_file *file = fake_file(fake, fd);

	switch (file->device) {
	case DEVICE_PRIVCMD:
		return privcmd_ioctl(fake, file, request, arg);
	case DEVICE_EVTCHN:
		return fake_evtchn_ioctl(fake, file, request, arg);
	case DEVICE_GNTDEV:
		return fake_gntdev_ioctl(fake, file, request, arg);
	default:
		return -ENOTTY;
	}
}
