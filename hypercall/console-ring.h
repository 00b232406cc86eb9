/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ring of a guest's console: our side of it. The guest may write anything anywhere in it. */
#ifndef LX_CONSOLE_RING_H
#define LX_CONSOLE_RING_H

#include <stddef.h>
#include <stdint.h>

/* Our own indices are kept here and never read back from the page. */
struct lx_console_ring {
	void *page;
	uint32_t out_cons; /* the guest's output that we have read */
	uint32_t in_prod;  /* its input that we have written */
};

/* Go on where the page says that the last reader was. */
void lx_console_ring_attach(struct lx_console_ring *ring, void *page);

/*
 * Take up to @size bytes that the guest wrote. Returns their number, 0 if there are none. -EPROTO:
 * the guest's index cannot be; what it stood for is skipped, and the next call goes on.
 */
int lx_console_ring_read(struct lx_console_ring *ring, char *buffer, size_t size);

/* Bytes that the guest wrote and we have not taken; what cannot be counts as some. */
size_t lx_console_ring_pending(const struct lx_console_ring *ring);

/* Give the guest up to @size bytes. Returns how many there was room for; -EPROTO as above. */
int lx_console_ring_write(struct lx_console_ring *ring, const char *data, size_t size);

#endif
