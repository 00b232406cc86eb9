/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contract: a start that goes on, or was cut off, shows as one; it ends with the guest's run. */
#include "rig.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t uuid[16] = { 0x11, 0x22, 0x33, [15] = 0x44 };

/* The last step only lets go of a guest that is complete: to others it is a suspended one. */
static uint32_t state_in(const char *step)
{
	return strcmp(step, "let it run") == 0 ? LIBXEN_STATE_SUSPENDED : LIBXEN_STATE_UNFINISHED;
}

/* What somebody else sees while the guest is being started. */
struct onlooker {
	struct libxen *xen;
	unsigned int steps; /* in which there was a domain to be seen */
};

static int look(const struct libxen_progress *progress, void *data)
{
	struct libxen_domain_info info = { .size = sizeof(info) };
	struct libxen_domain *domain = NULL;
	struct onlooker *onlooker = data;

	if (libxen_domain_open_uuid(onlooker->xen, uuid, &domain) < 0)
		return 0;
	onlooker->steps++;
	assert_int_equal(libxen_domain_info(domain, &info), 0);
	if (info.state != state_in(progress->step))
		fail_msg("in \"%s\" it has the state %u", progress->step, info.state);
	libxen_domain_close(domain);
	return 0;
}

static void given_a_start_when_looked_at_in_each_step_then_it_shows_as_unfinished(void **state)
{
	struct fixture *f = *state;
	struct onlooker onlooker = { .xen = libxen_new() };
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *domain;

	assert_int_equal(libxen_open(onlooker.xen, NULL), 0);
	memcpy(guest.uuid, uuid, sizeof(uuid));
	libxen_set_progress(f->xen, look, &onlooker);
	domain = rig_start(f, &guest);

	libxen_set_progress(f->xen, NULL, NULL);
	assert_true(onlooker.steps >= 8);
	libxen_free(onlooker.xen);
	rig_stop(f, domain);
}

static int die_in(const struct libxen_progress *progress, void *data)
{
	if (strcmp(progress->step, data) == 0)
		raise(SIGKILL);
	return 0;
}

/* In a process of its own, with a connection of its own, which is killed in a step. */
static void start_and_die(const struct libxen_guest *guest, const char *step)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		struct libxen *xen = libxen_new();
		struct libxen_domain *domain;

		if (libxen_open(xen, NULL) == 0) {
			libxen_set_progress(xen, die_in, (void *)step);
			libxen_start(xen, guest, &domain);
		}
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void given_a_start_when_killed_in_a_step_then_it_stays_unfinished_until_destroyed(
	void **state)
{
	static const char *const steps[] = { "give memory", "write kernel", "let it run" };
	struct fixture *f = *state;
	struct libxen_guest guest = rig_guest(f);
	struct libxen_domain *domain;

	if (!rig_survives_fork())
		skip();
	memcpy(guest.uuid, uuid, sizeof(uuid));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		start_and_die(&guest, steps[i]);

		assert_int_equal(libxen_domain_open_uuid(f->xen, uuid, &domain), 0);
		assert_int_equal(rig_info(f, domain).state, state_in(steps[i]));
		rig_stop(f, domain);
	}
}

int unfinished_suite(void)
{
	const struct CMUnitTest unfinished[] = {
		TEST(given_a_start_when_looked_at_in_each_step_then_it_shows_as_unfinished),
		TEST(given_a_start_when_killed_in_a_step_then_it_stays_unfinished_until_destroyed),
	};

	return SUITE(unfinished);
}
