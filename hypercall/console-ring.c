/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes the console ring (public/io/console.h, struct xencons_interface). */
#include "console-ring.h"

#include <errno.h>

enum { IN_SIZE = 1024, OUT_SIZE = 2048 };

struct page {
	char in[IN_SIZE];   /* to the guest */
	char out[OUT_SIZE]; /* from the guest */
	uint32_t in_cons;   /* the guest's */
	uint32_t in_prod;   /* ours */
	uint32_t out_cons;  /* ours */
	uint32_t out_prod;  /* the guest's */
};

_Static_assert(offsetof(struct page, out_prod) == 3084, "xencons_interface");

/* The guest runs meanwhile: each index of its is loaded once, each of ours stored once. */
static uint32_t load(const uint32_t *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *index, uint32_t value)
{
	__atomic_store_n(index, value, __ATOMIC_RELEASE);
}

void lx_console_ring_attach(struct lx_console_ring *ring, void *page)
{
	struct page *shared = page;

	ring->page = page;
	ring->out_cons = load(&shared->out_cons);
	ring->in_prod = load(&shared->in_prod);
}

size_t lx_console_ring_pending(const struct lx_console_ring *ring)
{
	struct page *shared = ring->page;

	return load(&shared->out_prod) - ring->out_cons;
}

int lx_console_ring_read(struct lx_console_ring *ring, char *buffer, size_t size)
{
	struct page *shared = ring->page;
	uint32_t prod = load(&shared->out_prod);
	uint32_t used = prod - ring->out_cons;

	if (used > OUT_SIZE) {
		ring->out_cons = prod;
		store(&shared->out_cons, prod);
		return -EPROTO;
	}
	if (used > size)
		used = (uint32_t)size;
	for (uint32_t i = 0; i < used; i++)
		buffer[i] = __atomic_load_n(&shared->out[(ring->out_cons + i) % OUT_SIZE],
					    __ATOMIC_RELAXED);
	ring->out_cons += used;
	store(&shared->out_cons, ring->out_cons);
	return (int)used;
}

int lx_console_ring_write(struct lx_console_ring *ring, const char *data, size_t size)
{
	struct page *shared = ring->page;
	uint32_t cons = load(&shared->in_cons);
	uint32_t room = IN_SIZE - (ring->in_prod - cons);

	if (room > IN_SIZE) {
		ring->in_prod = cons;
		store(&shared->in_prod, cons);
		return -EPROTO;
	}
	if (room > size)
		room = (uint32_t)size;
	for (uint32_t i = 0; i < room; i++)
		__atomic_store_n(&shared->in[(ring->in_prod + i) % IN_SIZE], data[i],
				 __ATOMIC_RELAXED);
	ring->in_prod += room;
	store(&shared->in_prod, ring->in_prod);
	return (int)room;
}
