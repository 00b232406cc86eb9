/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left over when a test ends, and how much of each thing there is. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <stdarg.h>

struct report {
	char *text;
	size_t size;
	unsigned int count;
};

__attribute__((format(printf, 2, 3))) static void leak(struct report *report, const char *format,
						       ...)
{
	va_list args;
	int length;

	report->count++;
	if (!report->size)
		return;
	va_start(args, format);
	length = vsnprintf(report->text, report->size, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= report->size)
		length = (int)report->size - 1;
	report->text += length;
	report->size -= (size_t)length;
}

static void leaks_of_domains(struct fake *fake, struct report *report)
{
	for (uint32_t i = 1; i < DOMIDS; i++) {
		const struct fake_domain *domain = fake->domains[i];

		if (domain && !domain->background)
			leak(report, "domain %u %s, %llu pages\n", i,
			     domain->dying ? "is dying" : "is alive",
			     (unsigned long long)domain->tot_pages);
	}
	for (uint32_t i = 1; i < fake->domains[0]->nr_ports; i++) {
		const struct fake_port *port = &fake->domains[0]->ports[i];

		if (port->state)
			leak(report, "port %u is bound to domain %u\n", i, port->remote);
	}
}

unsigned int fake_leaks(struct fake *fake, char *report, size_t size)
{
	static const char *const kinds[] = { "a guest", "a grant", "/dev/xen/hypercall", "locked" };
	static const char *const devices[] = { "privcmd", "hypercall", "evtchn", "gntdev" };
	struct report all = { report, size, 0 };

	if (size)
		*report = '\0';
	fake_lock(fake);
	for (const struct fake_file *file = fake->files; file; file = file->next)
		leak(&all, "descriptor %d of %s is open\n", file->fd, devices[file->device]);
	for (const struct fake_mapping *map = fake->mappings; map; map = map->next)
		leak(&all, "mapping of %s: %zu pages at %p\n", kinds[map->kind],
		     map->size / PAGE_SIZE, (void *)map->addr);
	leaks_of_domains(fake, &all);
	fake_unlock(fake);
	return all.count;
}

uint64_t fake_free_pages(struct fake *fake)
{
	uint64_t pages;

	fake_lock(fake);
	pages = fake->free_frames - fake->taken_frames;
	fake_unlock(fake);
	return pages;
}

uint64_t fake_claimed_pages(struct fake *fake)
{
	uint64_t pages;

	fake_lock(fake);
	pages = fake->claimed;
	fake_unlock(fake);
	return pages;
}

unsigned int fake_open_files(struct fake *fake)
{
	unsigned int count = 0;

	fake_lock(fake);
	for (const struct fake_file *file = fake->files; file; file = file->next)
		count++;
	fake_unlock(fake);
	return count;
}

unsigned int fake_mappings(struct fake *fake)
{
	unsigned int count = 0;

	fake_lock(fake);
	for (const struct fake_mapping *map = fake->mappings; map; map = map->next)
		count++;
	fake_unlock(fake);
	return count;
}

unsigned int fake_domains(struct fake *fake)
{
	unsigned int count = 0;

	fake_lock(fake);
	for (uint32_t i = 1; i < DOMIDS; i++)
		count += fake->domains[i] != NULL;
	fake_unlock(fake);
	return count;
}
