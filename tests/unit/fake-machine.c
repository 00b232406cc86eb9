/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a domain by hand: every number is written out here, none is libxen's. */
#include "fake-machine.h"
#include <string.h>

const struct release releases[RELEASES] = {
	{ "4.6", 0xb, 0xc, -1, -1, -1, -1, -1, 96, 40 },
	{ "4.14", 0x12, 0x13, 28, 32, 36, -1, 44, 104, 40 },
	{ "4.17", 0x15, 0x15, 28, 32, 36, 44, 56, 112, 48 },
	{ "4.20", 0x17, 0x15, 28, 32, 36, 44, 60, 112, 48 },
};

struct hypercall {
	uint64_t op, arg[5];
};

int call(struct machine *m, uint64_t op, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct hypercall hypercall = { op, { a, b, c, d } };

	return m->os->ioctl(m->os, m->privcmd, HYPERCALL, &hypercall);
}

void put(void *base, int offset, uint64_t value, size_t size)
{
	if (offset >= 0)
		memcpy((char *)base + offset, &value, size);
}

uint64_t get(const void *base, int offset, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, (const char *)base + offset, size);
	return value;
}

void boot(struct machine *m, const struct release *release, struct fake_options options)
{
	void *buffer;

	*m = (struct machine){ .release = release };
	options.release = release->name;
	if (!options.memory_pages)
		options.memory_pages = 16384;
	if (!options.dom0_pages)
		options.dom0_pages = 512;
	m->fake = fake_new(&options);
	assert_non_null(m->fake);
	m->os = fake_os(m->fake);
	m->privcmd = m->os->open(m->os, "/dev/xen/privcmd");
	assert_true(m->privcmd >= 0);
	m->hypercall = m->os->open(m->os, "/dev/xen/hypercall");
	assert_true(m->hypercall >= 0);
	assert_int_equal(
		m->os->map(m->os, m->hypercall, BUFFER_SIZE, PROT_READ | PROT_WRITE, 0, &buffer),
		0);
	m->buffer = buffer;
}

void halt(struct machine *m)
{
	char report[1024];

	m->os->unmap(m->os, m->buffer, BUFFER_SIZE);
	m->os->close(m->os, m->hypercall);
	m->os->close(m->os, m->privcmd);
	if (fake_leaks(m->fake, report, sizeof(report)))
		fail_msg("left over on %s: %s", m->release->name, report);
	fake_free(m->fake);
}

unsigned char *domctl(struct machine *m, uint32_t cmd)
{
	memset(m->buffer, 0, 144);
	put(m->buffer, 0, cmd, 4);
	put(m->buffer, 4, m->release->domctl, 4);
	put(m->buffer, 8, m->domid, 2);
	return m->buffer + 16;
}

int run(struct machine *m)
{
	return call(m, 36, (uintptr_t)m->buffer, 0, 0, 0);
}

int simple(struct machine *m, uint32_t cmd, uint64_t value, size_t size)
{
	put(domctl(m, cmd), 0, value, size);
	return run(m);
}

unsigned char *good_create(struct machine *m)
{
	const struct release *r = m->release;
	unsigned char *payload;

	m->domid = ANY_DOMID;
	payload = domctl(m, CREATE);
	memset(payload + 4, 0x11, 16);
	put(payload, r->max_vcpus, 1, 4);
	put(payload, r->max_evtchn_port, 1023, 4);
	put(payload, r->max_grant_frames, UINT32_MAX, 4);
	put(payload, r->max_grant_frames < 0 ? -1 : r->max_grant_frames + 4, UINT32_MAX, 4);
	put(payload, r->grant_opts, 1, 4);
	return payload;
}

void create(struct machine *m)
{
	good_create(m);
	assert_int_equal(run(m), 0);
	m->domid = (uint16_t)get(m->buffer, 8, 2);
}

int populate(struct machine *m, uint64_t *extents, uint64_t count, unsigned int order)
{
	unsigned char *reservation = m->buffer;
	int ret;

	memset(reservation, 0, 32);
	memcpy(m->buffer + 4096, extents, count * sizeof(*extents));
	put(reservation, 0, (uintptr_t)(m->buffer + 4096), 8);
	put(reservation, 8, count, 8);
	put(reservation, 16, order, 4);
	put(reservation, 24, m->domid, 2);
	ret = call(m, 12, 6, (uintptr_t)reservation, 0, 0);
	memcpy(extents, m->buffer + 4096, count * sizeof(*extents));
	return ret;
}

void give_memory(struct machine *m)
{
	assert_int_equal(simple(m, MAX_VCPUS, 1, 4), 0);
	assert_int_equal(simple(m, MAX_MEM, PAGES * 4, 8), 0);
	for (uint64_t i = 0; i < PAGES; i++)
		m->mfn[i] = i;
	assert_int_equal(populate(m, m->mfn, PAGES, 0), PAGES);
}

int map(struct machine *m, const uint64_t *frames, uint32_t count, int prot, void **addr)
{
	int errors[PAGES], ret;
	struct batch batch = { count, m->domid, 0, frames, errors };

	assert_int_equal(m->os->map(m->os, m->privcmd, count * 4096ul, prot, 0, addr), 0);
	batch.addr = (uintptr_t)*addr;
	ret = m->os->ioctl(m->os, m->privcmd, BATCH, &batch);
	for (uint32_t i = 0; ret == 0 && i < count; i++)
		ret = errors[i];
	return ret;
}

void unmap(struct machine *m, void *addr, uint32_t count)
{
	m->os->unmap(m->os, addr, count * 4096ul);
}

unsigned char *page(void *base, int index)
{
	return (unsigned char *)base + index * 4096;
}

uint64_t entry(const struct machine *m, int target, bool write)
{
	return m->mfn[target] << 12 | (write ? 0x67 : 0x65);
}

uint64_t shared_info(struct machine *m)
{
	unsigned char *payload = domctl(m, INFO);

	assert_int_equal(run(m), 0);
	return get(payload, 48, 8);
}

void alloc_port(struct machine *m)
{
	memset(m->buffer, 0, 8);
	put(m->buffer, 0, m->domid, 2);
	assert_int_equal(call(m, 32, 6, (uintptr_t)m->buffer, 0, 0), 0);
	m->port = (uint32_t)get(m->buffer, 4, 4);
}

void load(struct machine *m, void (*spoil)(struct machine *m, void *pages))
{
	uint64_t info;
	void *pages;

	alloc_port(m);
	info = shared_info(m);
	assert_int_equal(map(m, m->mfn, END, PROT_READ | PROT_WRITE, &pages), 0);
	memset(pages, 0, END * 4096);
	put(page(pages, START_INFO), 32, PAGES, 8);
	put(page(pages, START_INFO), 40, info << 12, 8);
	put(page(pages, START_INFO), 72, m->mfn[CONSOLE], 8);
	put(page(pages, START_INFO), 80, m->port, 4);
	put(page(pages, L4), 511 * 8, entry(m, L3, true), 8);
	put(page(pages, L3), 510 * 8, entry(m, L2, true), 8);
	put(page(pages, L2), 0, entry(m, L1, true), 8);
	for (int i = 0; i < END; i++)
		put(page(pages, L1), i * 8, entry(m, i, i < L4 || i > L1), 8);
	if (spoil)
		spoil(m, pages);
	unmap(m, pages, END);
	assert_int_equal(map(m, &info, 1, PROT_READ | PROT_WRITE, &pages), 0);
	put(pages, 1, 1, 1); /* evtchn_upcall_mask */
	unmap(m, pages, 1);
}

int pin(struct machine *m, uint64_t mfn)
{
	memset(m->buffer, 0, 24);
	put(m->buffer, 0, 3, 4);
	put(m->buffer, 8, mfn, 8);
	return call(m, 26, (uintptr_t)m->buffer, 1, 0, m->domid);
}

unsigned char *good_context(struct machine *m)
{
	unsigned char *context = m->buffer + 4096;

	memset(context, 0, 5168);
	put(context, 512, 0x24, 8);
	put(context, 624, BASE + START_INFO * 4096, 8);
	put(context, 648, BASE + CODE * 4096, 8);
	put(context, 656, 0xe033, 2);
	put(context, 664, 0x200, 8);
	put(context, 672, BASE + (STACK + 1) * 4096, 8);
	put(context, 680, 0xe02b, 2);
	put(context, 4968, 0xe02b, 8);
	put(context, 4976, BASE + (STACK + 1) * 4096, 8);
	put(context, 4984 + 3 * 8, m->mfn[L4] << 12, 8);
	return context;
}

int set_context(struct machine *m, uint32_t vcpu)
{
	unsigned char *payload = domctl(m, SET_CONTEXT);

	put(payload, 0, vcpu, 4);
	put(payload, 8, (uintptr_t)(m->buffer + 4096), 8);
	return run(m);
}

void destroy(struct machine *m)
{
	domctl(m, DESTROY);
	assert_int_equal(run(m), 0);
}

void build(struct machine *m, const struct release *release)
{
	boot(m, release, (struct fake_options){ 0 });
	create(m);
	give_memory(m);
}

void start(struct machine *m, const struct release *release)
{
	build(m, release);
	load(m, NULL);
	assert_int_equal(pin(m, m->mfn[L4]), 0);
	good_context(m);
	assert_int_equal(set_context(m, 0), 0);
}

struct fake_domain_view look(struct machine *m)
{
	struct fake_domain_view view = { 0 };

	assert_true(fake_domain_look(m->fake, m->domid, &view));
	return view;
}
