/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What others do at the wrong moment, and what Xen refuses then: only a fake can be made to. */
#include "../unit/elf-maker.h"
#include "fake.h"
#include <errno.h>
#include <libxen/libxen.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB (1ull << 20)

#define DOMCTL		 36
#define CREATEDOMAIN	 1
#define DESTROYDOMAIN	 2
#define UNPAUSEDOMAIN	 4
#define MAX_VCPUS	 15
#define BIND_INTERDOMAIN 0x084501

struct fixture {
	struct fake *fake;
	struct made kernel;
	struct libxen *xen;
	struct libxen_image *image;
	const char *step; /* at which the domain is destroyed by somebody else */
};

static int set_up(void **state)
{
	struct fake_options options = { .release = "4.17", .seed = 1 };
	struct elf_recipe recipe = { 0 };
	struct fixture *f = calloc(1, sizeof(*f));
	struct libxen_source source = { .size = sizeof(source), .kind = LIBXEN_SOURCE_MEMORY };

	assert_non_null(f);
	f->fake = fake_new(&options);
	fake_set_default(f->fake);
	f->kernel = make_elf(&recipe);
	source.data = f->kernel.data;
	source.data_bytes = f->kernel.size;
	f->xen = libxen_new();
	assert_int_equal(libxen_open(f->xen, NULL), 0);
	assert_int_equal(libxen_image_open(f->xen, &source, &f->image), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	libxen_image_close(f->image);
	libxen_free(f->xen);
	fake_set_default(NULL);
	fake_free(f->fake);
	made_free(&f->kernel);
	free(f);
	return 0;
}

static int start(struct fixture *f, struct libxen_domain **domain)
{
	struct libxen_guest guest = {
		.size = sizeof(guest),
		.kernel = f->image,
		.memory_bytes = 64 * MIB,
		.type = LIBXEN_TYPE_PV, /* faults are put into the calls of its builder */
		.uuid = { 7 },
	};

	return libxen_start(f->xen, &guest, domain);
}

static struct libxen_domain *started(struct fixture *f)
{
	struct libxen_domain *domain = NULL;

	if (start(f, &domain) < 0)
		fail_msg("%s", libxen_error(f->xen));
	return domain;
}

static void assert_says(struct fixture *f, const char *word)
{
	if (!strstr(libxen_error(f->xen), word))
		fail_msg("\"%s\" is not in: %s", word, libxen_error(f->xen));
}

static void assert_does_not_say(struct fixture *f, const char *word)
{
	if (strstr(libxen_error(f->xen), word))
		fail_msg("\"%s\" is in: %s", word, libxen_error(f->xen));
}

static void given_a_refusal_when_a_domain_is_created_then_no_number_is_made_up(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	fake_fail_call(f->fake, FAKE_CALL_HYPERCALL, DOMCTL, CREATEDOMAIN, 1, EBUSY);

	assert_int_equal(start(f, &domain), -EBUSY);

	assert_says(f, "createdomain");
	assert_does_not_say(f, "domain 3");
}

/* -EEXIST is promised to mean the UUID. */
static void given_no_free_number_when_a_domain_is_created_then_no_uuid_is_blamed(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	fake_fail_call(f->fake, FAKE_CALL_HYPERCALL, DOMCTL, CREATEDOMAIN, 1, EEXIST);

	assert_int_equal(start(f, &domain), -ENOMEM);

	assert_says(f, "number");
}

static void given_a_domain_that_cannot_be_undone_when_creating_fails_then_both_are_told(
	void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	fake_fail_call(f->fake, FAKE_CALL_HYPERCALL, DOMCTL, MAX_VCPUS, 1, EINVAL);
	fake_fail_call(f->fake, FAKE_CALL_HYPERCALL, DOMCTL, DESTROYDOMAIN, 1, EPERM);

	assert_int_equal(start(f, &domain), -EINVAL);

	assert_says(f, "max_vcpus");
	assert_says(f, "domain 1 remains");
}

static void given_a_domain_that_cannot_be_undone_when_it_does_not_run_then_both_are_told(
	void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	fake_fail_call(f->fake, FAKE_CALL_HYPERCALL, DOMCTL, UNPAUSEDOMAIN, 1, EINVAL);
	fake_fail_call(f->fake, FAKE_CALL_HYPERCALL, DOMCTL, DESTROYDOMAIN, 1, EPERM);

	assert_int_equal(start(f, &domain), -EINVAL);

	assert_says(f, "unpausedomain");
	assert_says(f, "domain 1 remains");
}

static int destroy_at(const struct libxen_progress *progress, void *data)
{
	struct fixture *f = data;

	if (strcmp(progress->step, f->step) == 0)
		fake_other_destroy(f->fake, 1);
	return 0;
}

static void given_another_who_destroys_it_when_building_then_nothing_is_said_to_remain(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	f->step = "set up vCPU";
	libxen_set_progress(f->xen, destroy_at, f);

	assert_int_equal(start(f, &domain), -ESRCH);

	assert_does_not_say(f, "remain");
}

static void given_another_who_destroys_it_when_it_is_to_run_then_nothing_is_said_to_remain(
	void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = NULL;

	f->step = "let it run";
	libxen_set_progress(f->xen, destroy_at, f);

	assert_int_equal(start(f, &domain), -ESRCH);

	assert_does_not_say(f, "remain");
	assert_says(f, "there is no domain 1");
}

static void given_another_who_is_faster_when_a_console_is_opened_then_it_is_busy(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = started(f);
	struct libxen_console *console = NULL;

	fake_fail_call(f->fake, FAKE_CALL_IOCTL, BIND_INTERDOMAIN, FAKE_ALL, 1, EINVAL);

	assert_int_equal(libxen_console_open(domain, &console), -EBUSY);

	assert_null(console);
	libxen_domain_close(domain);
}

/* The guest says which frame it is; a page table of its, for example. */
static void given_a_frame_that_cannot_be_mapped_when_a_console_is_opened_then_there_is_none(
	void **state)
{
	static const int refusals[] = { EINVAL, EBUSY, EPERM };
	struct fixture *f = *state;
	struct libxen_domain *domain = started(f);
	struct libxen_console *console = NULL;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		fake_fail_frame(f->fake, 1, 0, refusals[i]);

		assert_int_equal(libxen_console_open(domain, &console), -ENODEV);

		assert_says(f, "no page for a console");
	}
	libxen_domain_close(domain);
}

/* A guest may give any byte as its reason. */
static void given_a_guest_with_a_reason_of_its_own_when_it_ends_then_it_has_shut_down(void **state)
{
	struct fixture *f = *state;
	struct libxen_domain *domain = started(f);
	struct libxen_domain_info info = { .size = sizeof(info) };

	fake_guest_shutdown(f->fake, libxen_domain_id(domain), 255);

	assert_int_equal(libxen_domain_info(domain, &info), 0);
	assert_int_equal(info.state, LIBXEN_STATE_SHUTDOWN);
	assert_int_equal(info.shutdown_reason, 255);
	assert_int_not_equal(info.shutdown_reason, LIBXEN_SHUTDOWN_NONE);
	libxen_domain_close(domain);
}

static void given_elements_of_a_wild_size_when_listed_then_none_is_passed_over(void **state)
{
	enum { WILD = 1 << 20 };
	struct fixture *f = *state;
	struct libxen_domain_info *infos = calloc(2, WILD);

	assert_non_null(infos);
	infos->size = WILD;

	assert_int_equal(libxen_list(f->xen, 0, infos, 2), -EINVAL);

	assert_says(f, "size");
	free(infos);
}

/* As 4.10.1 did, and as what is known of 4.23 before its release may come to do. */
static void given_a_known_release_with_a_new_number_when_opened_then_it_can_be_tried(void **state)
{
	struct fake_options options = { .release = "4.23u", .domctl_version = 0x19 };
	struct libxen_open_options try = { .size = sizeof(try), .flags = LIBXEN_OPEN_TRY_NEWER };
	struct fake *newer = fake_new(&options);
	struct fixture *f = *state;
	struct libxen *xen = libxen_new();

	fake_set_default(newer);

	assert_int_equal(libxen_open(xen, NULL), -ENOTSUP);
	assert_int_equal(libxen_open(xen, &try), 0);

	libxen_free(xen);
	fake_set_default(f->fake);
	fake_free(newer);
}

static void *start_in_thread(void *data)
{
	struct fixture *f = data;
	struct libxen_domain *domain = started(f);

	libxen_domain_close(domain);
	return NULL;
}

/* Threads of other languages' runtimes and of small C libraries have no more. */
static void given_a_thread_with_a_small_stack_when_started_there_then_it_is_enough(void **state)
{
	struct fixture *f = *state;
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	assert_int_equal(pthread_attr_setstacksize(&attributes, 64 << 10), 0);

	assert_int_equal(pthread_create(&thread, &attributes, start_in_thread, f), 0);

	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(fake_domains(f->fake), 1);
	pthread_attr_destroy(&attributes);
}

/* Also from the kernel's file every byte is read when it is needed, and may be gone then. */
static void given_a_kernel_that_shrinks_when_started_then_it_is_told_and_nothing_is_left(
	void **state)
{
	struct fixture *f = *state;
	struct libxen_source source = { .size = sizeof(source), .kind = LIBXEN_SOURCE_FD };
	char path[] = "/tmp/libxen-shrinks-XXXXXX", report[1024];
	struct libxen_domain *domain = NULL;

	source.fd = mkstemp(path);
	assert_true(source.fd >= 0);
	assert_int_equal(write(source.fd, f->kernel.data, f->kernel.size), f->kernel.size);
	libxen_image_close(f->image);
	assert_int_equal(libxen_image_open(f->xen, &source, &f->image), 0);
	assert_int_equal(ftruncate(source.fd, 4096), 0);

	assert_int_equal(start(f, &domain), -EBADMSG);

	assert_says(f, "write kernel: its file became shorter");
	assert_null(domain);
	unlink(path);
	close(source.fd);
	libxen_image_close(f->image);
	f->image = NULL;
	libxen_free(f->xen);
	f->xen = NULL;
	if (fake_leaks(f->fake, report, sizeof(report)))
		fail_msg("%s", report);
}

int main(void)
{
	const struct CMUnitTest trouble[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(given_a_refusal_when_a_domain_is_created_then_no_number_is_made_up),
		TEST(given_no_free_number_when_a_domain_is_created_then_no_uuid_is_blamed),
		TEST(given_a_domain_that_cannot_be_undone_when_creating_fails_then_both_are_told),
		TEST(given_a_domain_that_cannot_be_undone_when_it_does_not_run_then_both_are_told),
		TEST(given_another_who_destroys_it_when_building_then_nothing_is_said_to_remain),
		TEST(given_another_who_destroys_it_when_it_is_to_run_then_nothing_is_said_to_remain),
		TEST(given_another_who_is_faster_when_a_console_is_opened_then_it_is_busy),
		TEST(given_a_frame_that_cannot_be_mapped_when_a_console_is_opened_then_there_is_none),
		TEST(given_a_guest_with_a_reason_of_its_own_when_it_ends_then_it_has_shut_down),
		TEST(given_a_known_release_with_a_new_number_when_opened_then_it_can_be_tried),
		TEST(given_a_thread_with_a_small_stack_when_started_there_then_it_is_enough),
		TEST(given_a_kernel_that_shrinks_when_started_then_it_is_told_and_nothing_is_left),
		TEST(given_elements_of_a_wild_size_when_listed_then_none_is_passed_over),
	};

	return cmocka_run_group_tests(trouble, NULL, NULL);
}
