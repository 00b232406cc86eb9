/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page types as Xen keeps them for PV: a frame is a table of one level, or writable, or neither. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>

enum {
	PTE_PRESENT = 1u << 0,
	PTE_WRITE = 1u << 1,
	PTE_LARGE = 1u << 7,
	ENTRIES = 512,
	XEN_FIRST = 256, /* entries of an L4 that are Xen's own */
	XEN_LAST = 271,
};

static uint64_t mfn_of(uint64_t entry)
{
	return entry << 12 >> 24;
}

static bool is_used(unsigned int level, unsigned int index, uint64_t entry)
{
	if (level == TYPE_L4 && index >= XEN_FIRST && index <= XEN_LAST)
		return false;
	return entry & PTE_PRESENT;
}

static int entry_get(struct fake *fake, struct fake_domain *domain, unsigned int level,
		     uint64_t entry)
{
	uint64_t mfn = mfn_of(entry);

	if (level > TYPE_L1) {
		if (entry & PTE_LARGE)
			return -EINVAL;
		return fake_type_get(fake, domain, mfn, level - 1);
	}
	if (entry & PTE_WRITE)
		return fake_type_get(fake, domain, mfn, TYPE_WRITABLE);
	return fake_frame_of(fake, mfn, domain->domid) ? 0 : -EINVAL;
}

static void entries_put(struct fake *fake, struct fake_domain *domain, uint64_t table,
			unsigned int level, unsigned int count)
{
	const uint64_t *entries = (const void *)fake_frame_bytes(fake, table);

	for (unsigned int i = 0; i < count; i++) {
		uint64_t mfn = mfn_of(entries[i]);

		if (!is_used(level, i, entries[i]))
			continue;
		if (level > TYPE_L1)
			fake_type_put(fake, domain, mfn, level - 1);
		else if (entries[i] & PTE_WRITE)
			fake_type_put(fake, domain, mfn, TYPE_WRITABLE);
	}
}

/* A frame becomes a table if all that it names may be named so. */
static int validate(struct fake *fake, struct fake_domain *domain, uint64_t table,
		    unsigned int level)
{
	const uint64_t *entries = (const void *)fake_frame_bytes(fake, table);

	for (unsigned int i = 0; i < ENTRIES; i++) {
		int ret;

		if (!is_used(level, i, entries[i]))
			continue;
		ret = entry_get(fake, domain, level, entries[i]);
		if (ret < 0) {
			entries_put(fake, domain, table, level, i);
			return ret;
		}
	}
	return 0;
}

int fake_type_get(struct fake *fake, struct fake_domain *domain, uint64_t mfn, unsigned int type)
{
	struct fake_frame *frame = fake_frame_of(fake, mfn, domain->domid);
	int ret;

	if (!frame) {
		fake_log(fake, "(XEN) d0v0 Error mfn %05llx: rd=d%u od=d%d\n",
			 (unsigned long long)mfn, domain->domid, fake_owner(fake, mfn));
		return -EINVAL;
	}
	if (frame->type_count) {
		if (frame->type != type)
			return type == TYPE_WRITABLE ? -EBUSY : -EINVAL;
		frame->type_count++;
		return 0;
	}
	if (type != TYPE_WRITABLE && frame->flags & FRAME_XENHEAP)
		return -EINVAL;

	frame->type = (uint8_t)type;
	frame->type_count = 1;
	ret = type == TYPE_WRITABLE ? 0 : validate(fake, domain, mfn, type);
	if (ret < 0) {
		frame->type_count = 0;
		frame->type = TYPE_NONE;
	}
	return ret;
}

void fake_type_put(struct fake *fake, struct fake_domain *domain, uint64_t mfn, unsigned int type)
{
	struct fake_frame *frame = fake_frame_of(fake, mfn, domain->domid);

	/* a test may have scribbled over a table: what does not fit is left alone */
	if (!frame || !frame->type_count || frame->type != type)
		return;
	if (frame->type_count > 1) {
		frame->type_count--;
		return;
	}
	if (type != TYPE_WRITABLE)
		entries_put(fake, domain, mfn, type, ENTRIES);
	frame->type_count = 0;
	frame->type = TYPE_NONE;
}

static int pin(struct fake *fake, struct fake_domain *domain, uint64_t mfn, unsigned int level)
{
	struct fake_frame *frame = fake_frame_of(fake, mfn, domain->domid);
	int ret;

	if (frame && frame->flags & FRAME_PINNED)
		return -EINVAL;
	ret = fake_type_get(fake, domain, mfn, level);
	if (ret == 0)
		frame->flags |= FRAME_PINNED;
	return ret;
}

static int unpin(struct fake *fake, struct fake_domain *domain, uint64_t mfn)
{
	struct fake_frame *frame = fake_frame_of(fake, mfn, domain->domid);

	if (!frame || !(frame->flags & FRAME_PINNED))
		return -EINVAL;
	frame->flags &= (uint8_t)~FRAME_PINNED;
	fake_type_put(fake, domain, mfn, frame->type);
	return 0;
}

static int mmuext_one(struct fake *fake, struct fake_domain *domain, const void *op)
{
	static const char *const pins[] = { "MMUEXT_PIN_L1_TABLE", "MMUEXT_PIN_L2_TABLE",
					    "MMUEXT_PIN_L3_TABLE", "MMUEXT_PIN_L4_TABLE" };
	uint64_t cmd = fake_get(fake, op, "mmuext_op", "cmd");
	uint64_t mfn = fake_get(fake, op, "mmuext_op", "arg1.mfn");

	for (unsigned int i = 0; i < 4; i++) {
		if (cmd == fake_constant(fake, pins[i]))
			return pin(fake, domain, mfn, TYPE_L1 + i);
	}
	if (cmd == fake_constant(fake, "MMUEXT_UNPIN_TABLE"))
		return unpin(fake, domain, mfn);
	return -ENOSYS;
}

/* (operations, count, where to tell how many were done, domain) */
long fake_mmuext_op(struct fake *fake, const uint64_t arg[5])
{
	size_t size = fake_sizeof(fake, "mmuext_op");
	struct fake_domain *domain = fake_domain(fake, (uint16_t)arg[3]);
	unaligned_u32 *told = arg[2] ? fake_reach(fake, arg[2], sizeof(*told)) : NULL;
	uint32_t done = 0;
	int ret = 0;

	if (arg[2] && !told)
		return -EFAULT;
	if (!domain)
		return -ESRCH;
	if (fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;
	if (domain->hvm)
		return -EINVAL; /* its page tables are not Xen's concern */
	while (ret == 0 && done < (uint32_t)arg[1]) {
		const void *op = fake_reach(fake, arg[0] + done * size, size);

		ret = op ? mmuext_one(fake, domain, op) : -EFAULT;
		done += ret == 0;
	}
	if (told)
		*told = done;
	return ret;
}

/* Of mmu_update just what a builder may do: tell the machine-to-physical table. */
long fake_mmu_update(struct fake *fake, const uint64_t arg[5])
{
	struct fake_domain *domain = fake_domain(fake, (uint16_t)arg[3]);

	if (fake->options.features & FAKE_DOM0_PVH)
		return -ENOSYS;
	if (!domain)
		return -ESRCH;
	if (domain->hvm)
		return -EINVAL;
	for (uint64_t i = 0; i < arg[1]; i++) {
		const unaligned_u64 *update =
			fake_reach(fake, arg[0] + i * 2 * sizeof(*update), 2 * sizeof(*update));
		struct fake_frame *frame;

		if (!update)
			return -EFAULT;
		frame = fake_frame_of(fake, update[0] >> 12, domain->domid);
		if ((update[0] & 3) != 1 || !frame)
			return -EINVAL;
		frame->pfn = (uint32_t)update[1];
	}
	return 0;
}
