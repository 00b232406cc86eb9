/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rig on the fake Xen: a made kernel, and guests that act when time is passed. */
#include "rig.h"

#include "../unit/elf-maker.h"
#include "fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOMAINS = 64 };

static struct {
	struct fake *fake;
	struct made kernel;
	struct made ramdisk;
	unsigned int ticks[DOMAINS]; /* 0: has not said that it is up */
} rig;

/* Which release the fake speaks; all of them are gone through by the tests' own runner. */
static const char *release(void)
{
	const char *wish = getenv("FAKE_RELEASE");

	return wish ? wish : "4.17";
}

void rig_begin(void)
{
	struct fake_options options = { .release = release(), .seed = 1 };
	struct elf_recipe recipe = { 0 };

	memset(&rig, 0, sizeof(rig));
	rig.fake = fake_new(&options);
	assert_non_null(rig.fake);
	fake_set_default(rig.fake);
	rig.kernel = make_elf(&recipe);
	rig.ramdisk = make_elf(&recipe); /* any bytes will do */
}

void rig_end(void)
{
	char report[1024];

	if (fake_leaks(rig.fake, report, sizeof(report)))
		fail_msg("%s", report);
	fake_set_default(NULL);
	fake_free(rig.fake);
	made_free(&rig.kernel);
	made_free(&rig.ramdisk);
}

static struct libxen_source memory(const struct made *made)
{
	return (struct libxen_source){
		.size = sizeof(struct libxen_source),
		.kind = LIBXEN_SOURCE_MEMORY,
		.data = made->data,
		.data_bytes = made->size,
	};
}

struct libxen_source rig_kernel(void)
{
	return memory(&rig.kernel);
}

struct libxen_source rig_ramdisk(void)
{
	return memory(&rig.ramdisk);
}

/* What the guest of the lab does, as far as the tests look at it. */
static void act(uint32_t domid, const struct fake_domain_view *view)
{
	char text[64], typed[64];
	int length;

	if (!rig.ticks[domid])
		snprintf(text, sizeof(text), "GUEST UP: cpus=%u mem=%u\r\n", view->max_vcpus,
			 (unsigned int)(view->tot_pages * 4));
	else
		snprintf(text, sizeof(text), "tick %u\r\n", rig.ticks[domid]);
	rig.ticks[domid]++;
	fake_guest_console_write(rig.fake, domid, text, strlen(text));

	/* A terminal's echo. */
	length = fake_guest_console_read(rig.fake, domid, typed, sizeof(typed));
	if (length > 0)
		fake_guest_console_write(rig.fake, domid, typed, length);
}

void rig_pass_time(unsigned int ms)
{
	struct fake_domain_view view;

	fake_tick(rig.fake, (ms + 1) * 1000000ull);
	for (uint32_t domid = 1; domid < DOMAINS; domid++)
		if (fake_domain_look(rig.fake, domid, &view) && view.entered && !view.paused &&
		    !view.dying && !view.shutdown)
			act(domid, &view);
}

bool rig_xen_may_keep(uint64_t bytes)
{
	(void)bytes;
	return false;
}

bool rig_replace_domain(uint32_t domid)
{
	static const uint8_t other[16] = { 0x0e };

	assert_int_equal(fake_replace_domain(rig.fake, domid, other), 0);
	return true;
}

bool rig_other_suspends(uint32_t domid)
{
	assert_int_equal(fake_other_pause(rig.fake, domid), 0);
	return true;
}

bool rig_survives_fork(void)
{
	return false;
}

bool rig_emulator_failed(struct libxen *xen, uint32_t position, uint32_t domid)
{
	(void)xen;
	(void)position;
	(void)domid;
	return false;
}
