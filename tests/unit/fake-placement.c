/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake's affinity, nodes, CPU pools and schedulers: as Xen 4.17 was seen to do it. */
#include "fake-machine.h"
#include <string.h>

enum {
	SET_AFFINITY = 9,
	SCHEDULER_OP = 16,
	GET_AFFINITY = 25,
	GET_TSC = 59,
	SET_NODES = 68,
	GET_NODES = 69,
	CPUPOOL_OP = 18,
	POOL_INFO = 3,
	MOVE_DOMAIN = 6,
	HARD = 1,
	SOFT = 2,
	BITS = 128,
	HARD_AT = 4096, /* in the buffer */
	SOFT_AT = 4096 + 64,
};

/* Four CPUs, of which the last two are pool 1; a domain with two vCPUs in pool 0. */
static void begin(struct machine *m, const struct release *release)
{
	boot(m, release, (struct fake_options){ .pool_cpus = 0xc, .nodes = 2 });
	put(good_create(m), release->max_vcpus, 2, 4);
	assert_int_equal(run(m), 0);
	m->domid = (uint16_t)get(m->buffer, 8, 2);
	assert_int_equal(simple(m, MAX_VCPUS, 2, 4), 0);
}

static void end(struct machine *m)
{
	destroy(m);
	halt(m);
}

static int affinity(struct machine *m, uint32_t cmd, uint32_t vcpu, uint32_t flags)
{
	unsigned char *payload = domctl(m, cmd);

	put(payload, 0, vcpu, 4);
	put(payload, 4, flags, 4);
	put(payload, 8, (uintptr_t)m->buffer + HARD_AT, 8);
	put(payload, 16, BITS, 4);
	put(payload, 24, (uintptr_t)m->buffer + SOFT_AT, 8);
	put(payload, 32, BITS, 4);
	return run(m);
}

static int set_affinity(struct machine *m, uint32_t vcpu, uint32_t flags, uint64_t hard,
			uint64_t soft)
{
	memset(m->buffer + HARD_AT, 0, 128);
	put(m->buffer, HARD_AT, hard, 8);
	put(m->buffer, SOFT_AT, soft, 8);
	return affinity(m, SET_AFFINITY, vcpu, flags);
}

static void assert_affinity(struct machine *m, uint32_t vcpu, uint64_t hard, uint64_t soft)
{
	memset(m->buffer + HARD_AT, 0xee, 128);
	assert_int_equal(affinity(m, GET_AFFINITY, vcpu, HARD | SOFT), 0);
	assert_int_equal(get(m->buffer, HARD_AT, 8), hard);
	assert_int_equal(get(m->buffer, HARD_AT + 8, 8), 0);
	assert_int_equal(get(m->buffer, SOFT_AT, 8), soft);
}

static void affinity_is_kept_for_the_cpus_that_there_are(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		begin(&m, r);
		assert_affinity(&m, 1, 0xf, 0xf);

		assert_int_equal(set_affinity(&m, 1, HARD | SOFT, ~0ull << 1, 5), 0);
		/* what has an effect comes back */
		assert_int_equal(get(m.buffer, HARD_AT, 8), 2);
		assert_int_equal(get(m.buffer, SOFT_AT, 8), 0);
		assert_affinity(&m, 1, 0xe, 5);
		assert_affinity(&m, 0, 0xf, 0xf);

		assert_int_equal(set_affinity(&m, 1, SOFT, 0, 0), 0);
		assert_affinity(&m, 1, 0xe, 0);
		end(&m);
	}
}

static void affinity_without_a_cpu_of_the_pool_is_refused(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		begin(&m, r);
		assert_int_equal(set_affinity(&m, 0, HARD, 0, 0), -EINVAL);
		assert_int_equal(set_affinity(&m, 0, HARD, 0xc, 0), -EINVAL);
		assert_int_equal(set_affinity(&m, 0, HARD, 1ull << 40, 0), -EINVAL);
		assert_int_equal(set_affinity(&m, 0, 0, 1, 1), -EINVAL);
		assert_int_equal(set_affinity(&m, 2, HARD, 1, 0), -EINVAL);
		assert_int_equal(affinity(&m, GET_AFFINITY, 2, HARD), -EINVAL);
		assert_affinity(&m, 0, 0xf, 0xf);
		end(&m);
	}
}

static int nodes(struct machine *m, uint32_t cmd)
{
	unsigned char *payload = domctl(m, cmd);

	put(payload, 0, (uintptr_t)m->buffer + HARD_AT, 8);
	put(payload, 8, BITS, 4);
	return run(m);
}

static void nodes_must_be_there(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		begin(&m, r);
		assert_int_equal(nodes(&m, GET_NODES), 0);
		assert_int_equal(get(m.buffer, HARD_AT, 8), 3);
		put(m.buffer, HARD_AT, 2, 8);
		assert_int_equal(nodes(&m, SET_NODES), 0);
		put(m.buffer, HARD_AT, 4, 8);
		assert_int_equal(nodes(&m, SET_NODES), -EINVAL);
		put(m.buffer, HARD_AT, 0, 8);
		assert_int_equal(nodes(&m, SET_NODES), -EINVAL);
		assert_int_equal(look(&m).nodes, 2);
		end(&m);
	}
}

/* cmd 0 puts, 1 gets */
static int share(struct machine *m, uint32_t scheduler, uint32_t cmd, uint32_t weight, uint32_t cap)
{
	unsigned char *payload = domctl(m, SCHEDULER_OP);

	put(payload, 0, scheduler, 4);
	put(payload, 4, cmd, 4);
	put(payload, 8, weight, 2);
	put(payload, 10, cap, 2);
	return run(m);
}

static void only_the_scheduler_of_the_pool_answers(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		uint32_t usual = strcmp(r->name, "4.6") == 0 ? 5 : 6; /* credit, credit2 */
		struct machine m;

		begin(&m, r);
		for (uint32_t scheduler = 4; scheduler < 11; scheduler++)
			assert_int_equal(share(&m, scheduler, 1, 0, 0),
					 scheduler == usual ? 0 : -EINVAL);
		assert_int_equal(share(&m, usual, 1, 0, 0), 0);
		assert_int_equal(get(m.buffer, 16 + 8, 2), 256);
		assert_int_equal(get(m.buffer, 16 + 10, 2), 0);

		assert_int_equal(share(&m, usual, 0, 300, 50), 0);
		assert_int_equal(look(&m).weight, 300);
		assert_int_equal(look(&m).cap, 50);
		/* a weight of 0 leaves it; a cap of 0 is none */
		assert_int_equal(share(&m, usual, 0, 0, 0), 0);
		assert_int_equal(look(&m).weight, 300);
		assert_int_equal(look(&m).cap, 0);
		/* the weight is set when the cap is refused */
		assert_int_equal(share(&m, usual, 0, 400, 201), -EINVAL);
		assert_int_equal(look(&m).weight, 400);
		assert_int_equal(share(&m, usual, 7, 0, 0), -EINVAL);
		end(&m);
	}
}

static int pool(struct machine *m, uint32_t op, uint32_t id, uint32_t domid)
{
	memset(m->buffer, 0, 136);
	put(m->buffer, 0, CPUPOOL_OP, 4);
	put(m->buffer, 4, m->release->sysctl, 4);
	put(m->buffer, 8, op, 4);
	put(m->buffer, 12, id, 4);
	put(m->buffer, 20, domid, 4);
	put(m->buffer, 32, (uintptr_t)m->buffer + HARD_AT, 8);
	put(m->buffer, 40, BITS, 4);
	return call(m, 35, (uintptr_t)m->buffer, 0, 0, 0);
}

static void a_domain_begins_anew_in_another_pool(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		uint32_t usual = strcmp(r->name, "4.6") == 0 ? 5 : 6;
		struct machine m;

		begin(&m, r);
		assert_int_equal(pool(&m, POOL_INFO, 1, 0), 0);
		assert_int_equal(get(m.buffer, 12, 4), 1);
		assert_int_equal(get(m.buffer, 16, 4), usual);
		assert_int_equal(get(m.buffer, HARD_AT, 8), 0xc);
		assert_int_equal(pool(&m, POOL_INFO, 2, 0), -ENOENT);

		assert_int_equal(share(&m, usual, 0, 300, 50), 0);
		assert_int_equal(set_affinity(&m, 0, HARD, 1, 0), 0);
		assert_int_equal(pool(&m, MOVE_DOMAIN, 0, m.domid), 0); /* it is there */
		assert_int_equal(look(&m).weight, 300);
		assert_int_equal(pool(&m, MOVE_DOMAIN, 1, m.domid), 0);
		assert_int_equal(look(&m).cpupool, 1);
		assert_int_equal(look(&m).weight, 256);
		assert_int_equal(look(&m).cap, 0);
		assert_affinity(&m, 0, 0xf, 0xf);

		assert_int_equal(pool(&m, MOVE_DOMAIN, 2, m.domid), -ENOENT);
		assert_int_equal(pool(&m, MOVE_DOMAIN, 1, 77), -ESRCH);
		assert_int_equal(pool(&m, MOVE_DOMAIN, 1, 0), -EPERM);
		end(&m);
	}
}

/* The one that we run in. */
static void the_clock_of_domain_0_is_not_told(void **state)
{
	(void)state;
	EACH_RELEASE(r)
	{
		struct machine m;

		begin(&m, r);
		assert_int_equal(simple(&m, GET_TSC, 0, 4), 0);
		domctl(&m, GET_TSC);
		put(m.buffer, 8, 0, 2);
		assert_int_equal(run(&m), -EINVAL);
		end(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(affinity_is_kept_for_the_cpus_that_there_are),
		cmocka_unit_test(affinity_without_a_cpu_of_the_pool_is_refused),
		cmocka_unit_test(nodes_must_be_there),
		cmocka_unit_test(only_the_scheduler_of_the_pool_answers),
		cmocka_unit_test(a_domain_begins_anew_in_another_pool),
		cmocka_unit_test(the_clock_of_domain_0_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
