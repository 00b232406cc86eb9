/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the console ring, as a guest that writes anything anywhere in it at any time. */
#include "console-ring.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, INDICES = 3072 };

/* The page ends where the allocation does, so that a read or write beyond it is seen. */
static unsigned char *make_page(const uint8_t *data, size_t size)
{
	unsigned char *page = malloc(PAGE);

	if (!page)
		abort();
	for (size_t i = 0; i < PAGE; i++)
		page[i] = size ? data[i % size] : 0;
	return page;
}

static void expect(int condition)
{
	if (!condition)
		abort();
}

static void read_some(struct lx_console_ring *ring, size_t size)
{
	char buffer[256];
	int ret = lx_console_ring_read(ring, buffer, size);

	expect(ret == -EPROTO || (ret >= 0 && (size_t)ret <= size));
}

static void write_some(struct lx_console_ring *ring, size_t size)
{
	char buffer[256] = { 0 };
	int ret = lx_console_ring_write(ring, buffer, size);

	expect(ret == -EPROTO || (ret >= 0 && (size_t)ret <= size));
}

/* Each byte of the second half is a step: the guest moves an index, or we read or write. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *page = make_page(data, size / 2);
	struct lx_console_ring ring;

	lx_console_ring_attach(&ring, page);
	for (size_t i = size / 2; i + 1 < size; i += 2) {
		uint8_t what = data[i], amount = data[i + 1];

		if (what < 64)
			page[INDICES + what % 16] = amount;
		else if (what < 160)
			read_some(&ring, amount);
		else
			write_some(&ring, amount);
	}

	/* Whatever it did, we come to rest: two passes are enough after its last move. */
	read_some(&ring, 1);
	expect(lx_console_ring_pending(&ring) <= 2048);
	free(page);
	return 0;
}
