/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What contract tests need besides the API; one rig is a fake Xen, the other a real one. */
#ifndef RIG_H
#define RIG_H

#include <libxen/libxen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB (1ull << 20)

/* What every test begins with. The teardown fails a test that leaves anything behind. */
struct fixture {
	struct libxen *xen;
	struct libxen_image *kernel;
	struct libxen_source ramdisk;
	uint64_t free_bytes; /* of the host, at the beginning */
	unsigned int files;  /* descriptors of this process, at the beginning */
	unsigned int maps;   /* mappings of this process onto Xen's devices, at the beginning */
};

/* The type of guest that the suites are run with: LIBXEN_TYPE_*. main() goes through all. */
extern uint32_t rig_type;

/* --- what the rigs differ in (rig-fake.c, rig-lab.c) --- */

void rig_begin(void); /* before a test */
void rig_end(void);   /* after it; fails if the rig itself knows of something left */

struct libxen_source rig_kernel(void);
struct libxen_source rig_ramdisk(void);

/* Let guests do something for about @ms: they write "tick N", and CPU time passes. */
void rig_pass_time(unsigned int ms);

/*
 * Whether Xen itself may have kept so much for its own heap. The fake never does. A real one takes
 * a page now and then, at first sight of a guest with more vCPUs for example; over all tests this
 * must stay far below one page for each guest.
 */
bool rig_xen_may_keep(uint64_t bytes);

/* Put another domain in the place of @domid. False: this rig cannot. */
bool rig_replace_domain(uint32_t domid);

/* Let another program suspend the domain. False: this rig cannot. */
bool rig_other_suspends(uint32_t domid);

/*
 * Whether a guest that died since @position in Xen's log was killed by the emulator below Xen, as
 * the log shows it: see rig-lab.c. On the fake, never.
 */
bool rig_emulator_failed(struct libxen *xen, uint32_t position, uint32_t domid);

/* Whether a child process sees the same Xen. False: this rig's Xen is memory of this process. */
bool rig_survives_fork(void);

/* --- what they share (rig.c) --- */

int rig_setup(void **state);
int rig_teardown(void **state);

/* Whether this host starts guests of a type at all: asked before any test, and within one. */
bool rig_can(uint32_t type);
bool rig_host_can(const struct libxen_host_info *host, uint32_t type);

/* A guest of rig_type with 128 MiB and one vCPU, ready to be changed and started. */
struct libxen_guest rig_guest(struct fixture *f);

/* Start it; fails the test with libxen's sentence if that does not work. */
struct libxen_domain *rig_start(struct fixture *f, const struct libxen_guest *guest);

/* Start it suspended, attach its console, let it run. */
struct libxen_domain *rig_start_with_console(struct fixture *f, struct libxen_guest *guest,
					     struct libxen_console **console);

/*
 * The same, and wait until its console says @text, which comes early in its life. If the emulator
 * killed it on the way, and only then, another one is started, and the output tells so.
 */
struct libxen_domain *rig_boot(struct fixture *f, struct libxen_guest *guest, const char *text,
			       struct libxen_console **console);

/* Stop it, and close the handle. */
void rig_stop(struct fixture *f, struct libxen_domain *domain);

/* Whether a domain that was stopped is gone, or will be in a moment. */
bool rig_is_gone(struct fixture *f, struct libxen_domain *domain);

/* Read until @text comes, for a minute at most; fails the test if it does not. */
void rig_expect(struct fixture *f, struct libxen_console *console, const char *text);

/* How many bytes come within about @ms. */
size_t rig_console_bytes(struct fixture *f, struct libxen_console *console, unsigned int ms);

struct libxen_domain_info rig_info(struct fixture *f, struct libxen_domain *domain);
struct libxen_host_info rig_host(struct fixture *f);

/* Assert that @ret is @code and that the sentence has @word in it. */
void rig_assert_fails(struct fixture *f, int ret, int code, const char *word);

/* --- the suites --- */

int life_suite(void);
int start_suite(void);
int domain_suite(void);
int console_suite(void);
int host_suite(void);
int placement_suite(void);
int unfinished_suite(void);

#define SUITE(tests)                                                                            \
	cmocka_run_group_tests_name(rig_type == LIBXEN_TYPE_PVH ? "pvh " #tests : "pv " #tests, \
				    tests, NULL, NULL)
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

#endif
