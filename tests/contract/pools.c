/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts with several CPU pools and nodes, and with other schedulers: no lab has one. */
#include "../unit/elf-maker.h"
#include "fake.h"
#include <errno.h>
#include <libxen/libxen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ull << 20)

enum { CREDIT = 5, CREDIT2 = 6, RTDS = 8, NULL_SCHEDULER = 9 };

struct host {
	struct fake *fake;
	struct made kernel;
	struct libxen *xen;
	struct libxen_image *image;
};

static struct host begin(const struct fake_options *options)
{
	struct elf_recipe recipe = { 0 };
	struct host host = { .fake = fake_new(options), .kernel = make_elf(&recipe) };
	struct libxen_source source = { .size = sizeof(source),
					.kind = LIBXEN_SOURCE_MEMORY,
					.data = host.kernel.data,
					.data_bytes = host.kernel.size };

	assert_non_null(host.fake);
	fake_set_default(host.fake);
	host.xen = libxen_new();
	assert_int_equal(libxen_open(host.xen, NULL), 0);
	assert_int_equal(libxen_image_open(host.xen, &source, &host.image), 0);
	return host;
}

static void end(struct host *host)
{
	char report[1024];

	libxen_image_close(host->image);
	libxen_free(host->xen);
	if (fake_leaks(host->fake, report, sizeof(report)))
		fail_msg("%s", report);
	fake_set_default(NULL);
	fake_free(host->fake);
	made_free(&host->kernel);
}

static struct libxen_domain *start(struct host *host, uint32_t type,
				   const struct libxen_placement *placement)
{
	struct libxen_guest guest = { .size = sizeof(guest),
				      .kernel = host->image,
				      .memory_bytes = 64 * MIB,
				      .type = type,
				      .flags = LIBXEN_GUEST_PAUSED,
				      .placement = placement };
	struct libxen_domain *domain = NULL;

	if (libxen_start(host->xen, &guest, &domain) < 0)
		fail_msg("%s", libxen_error(host->xen));
	return domain;
}

static void stop(struct libxen_domain *domain)
{
	assert_int_equal(libxen_domain_destroy(domain, NULL), 0);
	libxen_domain_close(domain);
}

static struct libxen_placement placed(struct libxen_domain *domain)
{
	struct libxen_placement placement = { .size = sizeof(placement) };

	assert_int_equal(libxen_domain_placement(domain, &placement), 0);
	return placement;
}

static void assert_fails(struct host *host, int ret, int code, const char *word)
{
	assert_int_equal(ret, code);
	if (!strstr(libxen_error(host->xen), word))
		fail_msg("\"%s\" is not in: %s", word, libxen_error(host->xen));
}

/* By createdomain's field, or by a move before there is anything to lose. */
static void given_a_second_pool_when_a_guest_is_started_there_then_every_xen_has_it_there(
	void **state)
{
	const struct libxen_placement wish = { .size = sizeof(wish),
					       .valid = LIBXEN_PLACEMENT_CPUPOOL |
							LIBXEN_PLACEMENT_WEIGHT |
							LIBXEN_PLACEMENT_CAP,
					       .cpupool = 1,
					       .weight = 100,
					       .cap = 30 };

	(void)state;
	for (const char *const *release = fake_releases(); *release; release++) {
		struct host host = begin(&(struct fake_options){
			.release = *release, .pool_cpus = 0xc, .pool_scheduler = CREDIT });
		bool has_pvh = atoi(*release + 2) >= 9;

		for (uint32_t type = LIBXEN_TYPE_PV; type <= (has_pvh ? 2u : 1u); type++) {
			struct libxen_domain *domain = start(&host, type, &wish);
			struct libxen_placement is = placed(domain);

			assert_int_equal(is.cpupool, 1);
			assert_int_equal(is.scheduler, LIBXEN_SCHEDULER_CREDIT);
			assert_int_equal(is.weight, 100);
			assert_int_equal(is.cap, 30);
			stop(domain);
		}
		end(&host);
	}
}

static void given_a_domain_when_it_is_moved_then_it_begins_anew_in_its_pool(void **state)
{
	struct host host = begin(&(struct fake_options){ .pool_cpus = 0xc });
	struct libxen_placement wish = { .size = sizeof(wish),
					 .valid = LIBXEN_PLACEMENT_WEIGHT,
					 .weight = 1000 };
	struct libxen_domain *domain = start(&host, LIBXEN_TYPE_PV, &wish), *dom0;
	uint64_t cpus = 1;
	struct libxen_affinity affinity = { .size = sizeof(affinity), .hard = &cpus, .words = 1 };

	(void)state;
	assert_int_equal(libxen_domain_set_affinity(domain, &affinity), 0);
	wish.valid = LIBXEN_PLACEMENT_CPUPOOL | LIBXEN_PLACEMENT_CAP;
	wish.cpupool = 1;
	wish.cap = 20;
	assert_int_equal(libxen_domain_place(domain, &wish), 0);

	assert_int_equal(placed(domain).cpupool, 1);
	assert_int_equal(placed(domain).weight, 256);
	assert_int_equal(placed(domain).cap, 20);
	assert_int_equal(libxen_domain_affinity(domain, &affinity), 0);
	assert_int_equal(cpus, 0xf);
	cpus = 1;
	assert_fails(&host, libxen_domain_set_affinity(domain, &affinity), -EINVAL,
		     "CPU pool 1, which has 2-3");
	stop(domain);

	assert_int_equal(libxen_domain_open(host.xen, 0, &dom0), 0);
	assert_fails(&host, libxen_domain_place(dom0, &wish), -EINVAL, "domain 0 cannot be moved");
	libxen_domain_close(dom0);
	end(&host);
}

/* Nothing was changed: what is asked for is looked at first. */
static void given_a_pool_without_weights_when_moved_there_with_one_then_it_stays(void **state)
{
	static const struct {
		uint32_t scheduler, told;
		const char *word;
	} table[] = {
		{ NULL_SCHEDULER, LIBXEN_SCHEDULER_NULL, "CPU pool 1 is null" },
		{ RTDS, LIBXEN_SCHEDULER_RTDS, "CPU pool 1 is rtds" },
		{ 7, LIBXEN_SCHEDULER_ARINC653, "CPU pool 1 is arinc653" },
		{ 99, LIBXEN_SCHEDULER_UNKNOWN, "CPU pool 1 is an unknown one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct host host = begin(&(struct fake_options){
			.pool_cpus = 0xc, .pool_scheduler = table[i].scheduler });
		struct libxen_placement wish = { .size = sizeof(wish),
						 .valid = LIBXEN_PLACEMENT_CPUPOOL |
							  LIBXEN_PLACEMENT_WEIGHT,
						 .cpupool = 1,
						 .weight = 512 };
		struct libxen_domain *domain = start(&host, LIBXEN_TYPE_PV, NULL);
		struct libxen_placement is;

		assert_fails(&host, libxen_domain_place(domain, &wish), -ENOTSUP, table[i].word);
		assert_int_equal(placed(domain).cpupool, 0);

		wish.valid = LIBXEN_PLACEMENT_CPUPOOL;
		assert_int_equal(libxen_domain_place(domain, &wish), 0);
		is = placed(domain);
		assert_int_equal(is.cpupool, 1);
		assert_int_equal(is.scheduler, table[i].told);
		assert_false(is.valid & (LIBXEN_PLACEMENT_WEIGHT | LIBXEN_PLACEMENT_CAP));
		stop(domain);
		end(&host);
	}
}

static void given_credit2_without_caps_when_read_then_zero_does_not_mean_unlimited(void **state)
{
	struct host host = begin(&(struct fake_options){ .release = "4.9", .scheduler = CREDIT2 });
	struct libxen_placement wish = { .size = sizeof(wish),
					 .valid = LIBXEN_PLACEMENT_WEIGHT,
					 .weight = 700 };
	struct libxen_domain *domain = start(&host, LIBXEN_TYPE_PV, &wish);
	struct libxen_placement is = placed(domain);

	(void)state;
	assert_int_equal(is.weight, 700);
	assert_true(is.valid & LIBXEN_PLACEMENT_WEIGHT);
	assert_false(is.valid & LIBXEN_PLACEMENT_CAP);
	stop(domain);
	end(&host);
}

static void given_two_nodes_when_one_is_chosen_then_it_is_before_there_is_memory(void **state)
{
	struct host host = begin(&(struct fake_options){ .nodes = 2 });
	uint64_t nodes = 2;
	const struct libxen_placement wish = { .size = sizeof(wish),
					       .valid = LIBXEN_PLACEMENT_NODES,
					       .nodes = &nodes,
					       .node_words = 1 };
	struct libxen_domain *domain = start(&host, LIBXEN_TYPE_PV, &wish);
	struct fake_domain_view view;

	(void)state;
	assert_true(fake_domain_look(host.fake, libxen_domain_id(domain), &view));
	assert_int_equal(view.nodes, 2);
	assert_int_equal(view.pages_elsewhere, 0);
	stop(domain);
	end(&host);
}

int main(void)
{
	const struct CMUnitTest pools[] = {
		cmocka_unit_test(
			given_a_second_pool_when_a_guest_is_started_there_then_every_xen_has_it_there),
		cmocka_unit_test(given_a_domain_when_it_is_moved_then_it_begins_anew_in_its_pool),
		cmocka_unit_test(
			given_a_pool_without_weights_when_moved_there_with_one_then_it_stays),
		cmocka_unit_test(
			given_credit2_without_caps_when_read_then_zero_does_not_mean_unlimited),
		cmocka_unit_test(
			given_two_nodes_when_one_is_chosen_then_it_is_before_there_is_memory),
	};

	return cmocka_run_group_tests(pools, NULL, NULL);
}
