/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The typed calls as the kernel gets them: each byte that goes down, against the facts. */
#include "abi.h"
#include "arena.h"
#include "xen-facts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOMID	  7u
#define CALLS	  8
#define STRUCTURE 144 /* the largest: struct xen_domctl */
#define HYPERCALL 0x305000ul

static struct facts facts;

struct call {
	uint64_t op, arg[5];
	unsigned char bytes[STRUCTURE]; /* of the structure that an argument points to */
};

/* A kernel that keeps what it is given and answers what the test says. */
struct fixture {
	struct lx_os os; /* first, so that the kernel finds the rest */
	struct lx_hc hc;
	struct lx_error error;
	const char *structure; /* Xen's name of what goes down; its size is copied */
	unsigned int argument; /* which of the arguments points to it */
	int (*answer)(struct fixture *f, unsigned char *structure);
	int returns; /* if there is no answer() */
	size_t release;

	struct call calls[CALLS];
	size_t count;
	unsigned long request; /* the last ioctl that is no hypercall */
	unsigned char ioctl_bytes[64];
	unsigned char expected[STRUCTURE];
	uint64_t pages[2][512]; /* what map() gives out */
	unsigned char *arena;
};

static size_t structure_size(const struct fixture *f)
{
	return facts_find(&facts, f->release, f->structure, "(size)")->size;
}

static int hypercall(struct fixture *f, const uint64_t *arg)
{
	struct call *call = &f->calls[f->count % CALLS];
	unsigned char *structure;

	f->count++;
	memcpy(call, arg, sizeof(call->op) + sizeof(call->arg));
	structure = (unsigned char *)(uintptr_t)call->arg[f->argument];
	memset(call->bytes, 0, sizeof(call->bytes));
	memcpy(call->bytes, structure, structure_size(f));
	return f->answer ? f->answer(f, structure) : f->returns;
}

static int keep_ioctl(const struct lx_os *os, int fd, unsigned long request, void *arg)
{
	struct fixture *f = (struct fixture *)os;
	size_t size = request >> 16;

	(void)fd;
	if (request == HYPERCALL)
		return hypercall(f, arg);
	assert_in_range(size, 1, sizeof(f->ioctl_bytes));
	f->request = request;
	memcpy(f->ioctl_bytes, arg, size);
	return f->returns;
}

static int give_pages(const struct lx_os *os, int fd, size_t size, int prot, off_t offset,
		      void **addr)
{
	(void)fd;
	(void)prot;
	(void)offset;
	assert_in_range(size, 1, sizeof(((struct fixture *)os)->pages));
	*addr = ((struct fixture *)os)->pages;
	return 0;
}

static void take_pages(const struct lx_os *os, void *addr, size_t size)
{
	(void)os;
	(void)addr;
	(void)size;
}

static int give_fd(const struct lx_os *os, const char *path)
{
	(void)os;
	(void)path;
	return 5;
}

static void take_fd(const struct lx_os *os, int fd)
{
	(void)os;
	assert_int_equal(fd, 5);
}

static void use_release(struct fixture *f, size_t release)
{
	const struct facts_release *of = &facts.releases[release];

	f->release = release;
	f->hc.release = of->number;
	f->hc.domctl = (struct lx_abi){ .number = of->domctl, .release = of->number };
	f->hc.sysctl = (struct lx_abi){ .number = of->sysctl, .release = of->number };
	f->count = 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->arena = calloc(1, LX_ARENA_SIZE);
	if (!f->arena)
		return -1;
	f->os = (struct lx_os){ .open = give_fd,
				.close = take_fd,
				.ioctl = keep_ioctl,
				.map = give_pages,
				.unmap = take_pages };
	f->hc = (struct lx_hc){ .os = &f->os, .error = &f->error, .arena = f->arena };
	use_release(f, facts.release_count - 1);
	*state = f;
	return 0;
}

/* Whatever a call does, it gives back what it took of the memory for arguments. */
static int tear_down(void **state)
{
	struct fixture *f = *state;
	size_t left = f->hc.arena_used;

	free(f->arena);
	free(f);
	return left ? -1 : 0;
}

/* --- what is expected of a structure, field by field --- */

static void expect(struct fixture *f, const char *field, uint64_t value)
{
	const struct facts_field *fact = facts_find(&facts, f->release, f->structure, field);

	if (!fact)
		fail_msg("%s has no %s", f->structure, field);
	memcpy(f->expected + fact->offset, &value, fact->size);
}

/* A pointer may have any value; it is handed out, for a look at what is there. */
static void *expect_pointer(struct fixture *f, const struct call *call, const char *field)
{
	const struct facts_field *fact = facts_find(&facts, f->release, f->structure, field);
	uint64_t value;

	assert_non_null(fact);
	assert_int_equal(fact->size, sizeof(value));
	memcpy(&value, call->bytes + fact->offset, sizeof(value));
	expect(f, field, value);
	return (void *)(uintptr_t)value;
}

static void check_structure(struct fixture *f, const struct call *call)
{
	assert_memory_equal(call->bytes, f->expected, STRUCTURE);
	memset(f->expected, 0, sizeof(f->expected));
}

static void goes_by(struct fixture *f, const char *structure, unsigned int argument)
{
	f->structure = structure;
	f->argument = argument;
}

static uint64_t number(const char *name)
{
	return facts_constant_always(&facts, name);
}

/* --- memory --- */

static int give_three(struct fixture *f, unsigned char *structure)
{
	uint64_t *list;

	(void)f;
	memcpy(&list, structure, sizeof(list));
	for (unsigned int i = 0; i < 3; i++)
		list[i] = 0x1000 + i;
	return 3;
}

static void given_extents_when_memory_is_given_then_the_structure_is_as_xen_has_it(void **state)
{
	uint64_t extents[4] = { 10, 11, 12, 13 };
	struct fixture *f = *state;
	uint64_t *list;

	goes_by(f, "xen_memory_reservation", 1);
	f->answer = give_three;

	assert_int_equal(lx_hc_populate(&f->hc, DOMID, extents, 4, 9), 3);

	assert_int_equal(f->count, 1);
	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_memory_op"));
	assert_int_equal(f->calls[0].arg[0], number("XENMEM_populate_physmap"));
	list = expect_pointer(f, &f->calls[0], "extent_start");
	expect(f, "nr_extents", 4);
	expect(f, "extent_order", 9);
	expect(f, "domid", DOMID);
	check_structure(f, &f->calls[0]);
	assert_int_equal(list[3], 13);
	assert_int_equal(extents[0], 0x1000);
	assert_int_equal(extents[2], 0x1002);
	assert_int_equal(extents[3], 13); /* not given: as it was */
}

/* All of the first call, 100 of the second. */
static int give_some(struct fixture *f, unsigned char *structure)
{
	uint64_t count;

	memcpy(&count, structure + 8, sizeof(count));
	return f->count == 1 ? (int)count : 100;
}

static void given_more_extents_than_one_call_takes_when_memory_ends_then_the_count_is_right(
	void **state)
{
	enum { COUNT = 50000 };
	uint64_t *extents = calloc(COUNT, sizeof(*extents));
	struct fixture *f = *state;
	uint64_t first;
	int ret;

	assert_non_null(extents);
	goes_by(f, "xen_memory_reservation", 1);
	f->answer = give_some;

	ret = lx_hc_populate(&f->hc, DOMID, extents, COUNT, 0);

	memcpy(&first, f->calls[0].bytes + 8, sizeof(first));
	assert_int_equal(f->count, 2);
	assert_int_equal(ret, first + 100);
	free(extents);
}

static int give_too_many(struct fixture *f, unsigned char *structure)
{
	(void)f;
	(void)structure;
	return 0x7fffffff;
}

static void given_a_xen_that_claims_too_much_when_memory_is_given_then_it_is_not_believed(
	void **state)
{
	struct fixture *f = *state;
	uint64_t extents[2] = { 0, 1 };

	goes_by(f, "xen_memory_reservation", 1);
	f->answer = give_too_many;

	assert_int_equal(lx_hc_populate(&f->hc, DOMID, extents, 2, 0), 2);
}

static void given_a_claim_when_it_is_staked_then_the_structure_is_as_xen_has_it(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_memory_reservation", 1);

	assert_int_equal(lx_hc_claim(&f->hc, DOMID, 32768), 0);

	assert_int_equal(f->calls[0].arg[0], number("XENMEM_claim_pages"));
	expect(f, "nr_extents", 32768);
	expect(f, "domid", DOMID);
	check_structure(f, &f->calls[0]);
}

static void given_a_host_that_is_full_when_a_claim_is_staked_then_the_sentence_says_how_much(
	void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_memory_reservation", 1);
	f->returns = -ENOMEM;

	assert_int_equal(lx_hc_claim(&f->hc, DOMID, 32768), -ENOMEM);

	assert_non_null(strstr(f->error.text, "128 MiB"));
	assert_non_null(strstr(f->error.text, "domain 7"));
}

static void given_ram_when_the_memory_map_is_set_then_its_entry_is_as_xen_has_it(void **state)
{
	static const unsigned char entry[20] = { [8 + 3] = 0x08, [16] = 1 }; /* 0x8000000 of RAM */
	struct lx_hc_map_entry ram = { .bytes = 0x8000000, .type = LX_MAP_RAM };
	struct fixture *f = *state;
	void *list;

	goes_by(f, "xen_foreign_memory_map", 1);

	assert_int_equal(lx_hc_set_memory_map(&f->hc, DOMID, &ram, 1), 0);

	assert_int_equal(f->calls[0].arg[0], number("XENMEM_set_memory_map"));
	list = expect_pointer(f, &f->calls[0], "map.buffer");
	expect(f, "domid", DOMID);
	expect(f, "map.nr_entries", 1);
	check_structure(f, &f->calls[0]);
	assert_memory_equal(list, entry, sizeof(entry));
}

static void given_tables_when_they_are_pinned_then_the_structure_is_as_xen_has_it(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "mmuext_op", 0);

	assert_int_equal(lx_hc_pin_l4(&f->hc, DOMID, 0x123456), 0);

	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_mmuext_op"));
	assert_int_equal(f->calls[0].arg[1], 1); /* one op */
	assert_int_equal(f->calls[0].arg[2], 0);
	assert_int_equal(f->calls[0].arg[3], DOMID);
	expect(f, "cmd", number("MMUEXT_PIN_L4_TABLE"));
	expect(f, "arg1.mfn", 0x123456);
	check_structure(f, &f->calls[0]);
}

/* --- event channels --- */

static int give_port(struct fixture *f, unsigned char *structure)
{
	uint32_t port = 42;

	memcpy(structure + facts_always(&facts, f->structure, "port")->offset, &port, sizeof(port));
	return 0;
}

static void given_a_domain_when_a_port_is_allocated_then_xens_number_comes_back(void **state)
{
	struct fixture *f = *state;
	uint32_t port = 0;

	goes_by(f, "evtchn_alloc_unbound", 1);
	f->answer = give_port;

	assert_int_equal(lx_hc_port_alloc(&f->hc, DOMID, 3, &port), 0);

	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_event_channel_op"));
	assert_int_equal(f->calls[0].arg[0], number("EVTCHNOP_alloc_unbound"));
	expect(f, "dom", DOMID);
	expect(f, "remote_dom", 3);
	check_structure(f, &f->calls[0]);
	assert_int_equal(port, 42);
}

static uint32_t status_to_give;

static int give_status(struct fixture *f, unsigned char *structure)
{
	uint16_t remote = 9;

	memcpy(structure + facts_always(&facts, f->structure, "status")->offset, &status_to_give,
	       sizeof(status_to_give));
	/* The same place for both kinds that have a remote. */
	memcpy(structure + facts_always(&facts, f->structure, "u.unbound.dom")->offset, &remote,
	       sizeof(remote));
	memcpy(structure + facts_always(&facts, f->structure, "u.interdomain.dom")->offset, &remote,
	       sizeof(remote));
	return 0;
}

static void given_each_kind_of_port_when_it_is_looked_at_then_it_is_told(void **state)
{
	static const struct {
		const char *status;
		uint32_t state;
	} table[] = {
		{ "EVTCHNSTAT_closed", LX_PORT_FREE },
		{ "EVTCHNSTAT_unbound", LX_PORT_UNBOUND },
		{ "EVTCHNSTAT_interdomain", LX_PORT_INTERDOMAIN },
		{ "EVTCHNSTAT_pirq", LX_PORT_OTHER },
		{ "EVTCHNSTAT_virq", LX_PORT_OTHER },
		{ "EVTCHNSTAT_ipi", LX_PORT_OTHER },
	};
	struct fixture *f = *state;
	uint32_t port_state, remote;

	goes_by(f, "evtchn_status", 1);
	f->answer = give_status;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		status_to_give = (uint32_t)number(table[i].status);
		f->count = 0;

		assert_int_equal(lx_hc_port_status(&f->hc, DOMID, 2, &port_state, &remote), 0);

		assert_int_equal(f->calls[0].arg[0], number("EVTCHNOP_status"));
		expect(f, "dom", DOMID);
		expect(f, "port", 2);
		check_structure(f, &f->calls[0]);
		assert_int_equal(port_state, table[i].state);
		assert_int_equal(remote, 9);
	}
}

/* --- domctl and sysctl frames --- */

static void given_any_xen_when_a_domain_is_paused_then_the_frame_has_its_number(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		use_release(f, r);

		assert_int_equal(lx_hc_domain_pause(&f->hc, DOMID), 0);

		assert_int_equal(f->calls[0].op, number("__HYPERVISOR_domctl"));
		expect(f, "cmd", number("XEN_DOMCTL_pausedomain"));
		expect(f, "interface_version", facts.releases[r].domctl);
		expect(f, "domain", DOMID);
		check_structure(f, &f->calls[0]);
	}
}

static void given_a_context_when_it_is_set_then_xen_finds_all_of_it(void **state)
{
	size_t payload = facts_always(&facts, "xen_domctl", "u")->offset;
	unsigned char context[LX_VCPU_CONTEXT_SIZE];
	struct fixture *f = *state;
	uint64_t pointer;

	goes_by(f, "xen_domctl", 0);
	for (size_t i = 0; i < sizeof(context); i++)
		context[i] = (unsigned char)(i * 7);

	assert_int_equal(lx_hc_vcpu_set_context(&f->hc, DOMID, 1, context), 0);

	memcpy(&pointer,
	       f->calls[0].bytes + payload +
		       facts_always(&facts, "xen_domctl_vcpucontext", "ctxt")->offset,
	       sizeof(pointer));
	assert_int_equal(f->calls[0].bytes[payload], 1); /* the vCPU's number comes first */
	assert_memory_equal((void *)(uintptr_t)pointer, context, sizeof(context));
}

static void given_no_such_domain_when_it_is_paused_then_the_sentence_says_so(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->returns = -ESRCH;

	assert_int_equal(lx_hc_domain_pause(&f->hc, DOMID), -ESRCH);

	assert_string_equal(f->error.text, "there is no domain 7");
}

static void given_a_refusal_when_a_domain_is_paused_then_op_and_domain_are_named(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->returns = -EINVAL;

	assert_int_equal(lx_hc_domain_pause(&f->hc, DOMID), -EINVAL);

	assert_string_equal(f->error.text,
			    "Xen refuses pausedomain for domain 7: Invalid argument");
}

/* 4.13 and 4.14 say so otherwise than the others; callers are promised one code. */
static void given_an_op_that_xen_was_built_without_when_it_is_made_then_it_is_enotsup(void **state)
{
	struct fixture *f = *state;
	struct lx_hc_physinfo host;

	f->returns = -ENOSYS;

	goes_by(f, "xen_domctl", 0);
	assert_int_equal(lx_hc_domain_pause(&f->hc, DOMID), -ENOTSUP);
	goes_by(f, "xen_sysctl", 0);
	assert_int_equal(lx_hc_physinfo(&f->hc, &host), -ENOTSUP);
}

/* --- hardware-virtualised guests --- */

/* A field of the payload of a domctl. */
static void expect_payload(struct fixture *f, const char *payload, const char *field,
			   uint64_t value)
{
	size_t at = facts_always(&facts, "xen_domctl", "u")->offset;
	const struct facts_field *fact = facts_find(&facts, f->release, payload, field);

	if (!fact)
		fail_msg("%s has no %s", payload, field);
	memcpy(f->expected + at + fact->offset, &value, fact->size);
}

static void expect_domctl(struct fixture *f, const char *command)
{
	uint64_t cmd;

	assert_int_equal(f->count, 1);
	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_domctl"));
	assert_true(facts_constant(&facts, f->release, command, &cmd));
	expect(f, "cmd", cmd);
	expect(f, "interface_version", facts.releases[f->release].domctl);
	expect(f, "domain", DOMID);
}

static void given_a_parameter_when_it_is_set_then_the_structure_is_as_xen_has_it(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_hvm_param", 1);

	assert_int_equal(lx_hc_hvm_param(&f->hc, DOMID, LX_PARAM_IDENT_PT, 0x123456789a000), 0);

	assert_int_equal(f->count, 1);
	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_hvm_op"));
	assert_int_equal(f->calls[0].arg[0], number("HVMOP_set_param"));
	expect(f, "domid", DOMID);
	expect(f, "index", number("HVM_PARAM_IDENT_PT"));
	expect(f, "value", 0x123456789a000);
	check_structure(f, &f->calls[0]);
}

static int give_param(struct fixture *f, unsigned char *structure)
{
	uint64_t value = 0xfedcba9876543210;

	memcpy(structure + facts_always(&facts, f->structure, "value")->offset, &value,
	       sizeof(value));
	return 0;
}

static void given_a_parameter_when_it_is_read_then_xens_value_comes_back(void **state)
{
	struct fixture *f = *state;
	uint64_t value = 5; /* does not go down */

	goes_by(f, "xen_hvm_param", 1);
	f->answer = give_param;

	assert_int_equal(lx_hc_hvm_param_get(&f->hc, DOMID, LX_PARAM_CONSOLE_PFN, &value), 0);

	assert_int_equal(f->count, 1);
	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_hvm_op"));
	assert_int_equal(f->calls[0].arg[0], number("HVMOP_get_param"));
	expect(f, "domid", DOMID);
	expect(f, "index", number("HVM_PARAM_CONSOLE_PFN"));
	check_structure(f, &f->calls[0]);
	assert_int_equal(value, 0xfedcba9876543210);
}

static void given_a_refusal_when_a_parameter_is_set_or_read_then_it_is_named(void **state)
{
	struct fixture *f = *state;
	uint64_t value = 5;

	goes_by(f, "xen_hvm_param", 1);
	f->returns = -EINVAL;

	assert_int_equal(lx_hc_hvm_param(&f->hc, DOMID, 17, 1), -EINVAL);
	assert_string_equal(f->error.text,
			    "Xen refuses parameter 17 of domain 7: Invalid argument");

	assert_int_equal(lx_hc_hvm_param_get(&f->hc, DOMID, 18, &value), -EINVAL);
	assert_string_equal(f->error.text,
			    "Xen refuses parameter 18 of domain 7: Invalid argument");
	assert_int_equal(value, 0);
}

/* Xen reads the records from where the payload points to: all of them must be there. */
static void check_records(struct fixture *f, const unsigned char *records, size_t size)
{
	size_t payload = facts_always(&facts, "xen_domctl", "u")->offset;
	uint64_t pointer;

	assert_int_equal(lx_hc_hvm_set_context(&f->hc, DOMID, records, size), 0);

	memcpy(&pointer,
	       f->calls[0].bytes + payload +
		       facts_always(&facts, "xen_domctl_hvmcontext", "buffer")->offset,
	       sizeof(pointer));
	expect_domctl(f, "XEN_DOMCTL_sethvmcontext");
	expect_payload(f, "xen_domctl_hvmcontext", "size", size);
	expect_payload(f, "xen_domctl_hvmcontext", "buffer", pointer);
	check_structure(f, &f->calls[0]);
	assert_memory_equal((void *)(uintptr_t)pointer, records, size);
}

static void given_records_when_they_are_set_then_any_xen_finds_all_of_them(void **state)
{
	static const size_t sizes[] = { 1, 1328, LX_HVM_CONTEXT_MAX };
	unsigned char *records = malloc(LX_HVM_CONTEXT_MAX);
	struct fixture *f = *state;

	assert_non_null(records);
	for (size_t i = 0; i < LX_HVM_CONTEXT_MAX; i++)
		records[i] = (unsigned char)(i * 7 + (i >> 8));
	goes_by(f, "xen_domctl", 0);

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			use_release(f, r);
			check_records(f, records, sizes[i]);
		}
	}
	free(records);
}

static void given_too_many_records_when_they_are_set_then_xen_is_not_called(void **state)
{
	static const unsigned char records[LX_HVM_CONTEXT_MAX + 1];
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);

	assert_int_equal(lx_hc_hvm_set_context(&f->hc, DOMID, records, sizeof(records)), -E2BIG);

	assert_int_equal(f->count, 0);
	assert_non_null(strstr(f->error.text, "131073 bytes"));
}

/* In bytes from 4.17 on; before, in MiB, of which there must be enough. */
static void given_any_xen_when_a_paging_pool_is_set_then_it_is_told_in_its_own_way(void **state)
{
	static const struct {
		uint64_t bytes, mib;
	} table[] = {
		{ 0x1000, 1 },	       { 0xfffff, 1 },	      { 0x100000, 1 },
		{ 0x100001, 2 },       { 0x200000, 2 },	      { 0x5ff000, 6 },
		{ 0x100000000, 4096 }, { 0x100001000, 4097 }, { 0x2000000000, 0x20000 },
	};
	struct fixture *f = *state;
	size_t in_bytes = 0, in_mib = 0;

	goes_by(f, "xen_domctl", 0);

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
			uint64_t cmd;

			use_release(f, r);

			assert_int_equal(lx_hc_paging_pool(&f->hc, DOMID, table[i].bytes), 0);

			if (facts_constant(&facts, r, "XEN_DOMCTL_set_paging_mempool_size", &cmd)) {
				in_bytes++;
				expect_domctl(f, "XEN_DOMCTL_set_paging_mempool_size");
				expect_payload(f, "xen_domctl_paging_mempool", "size",
					       table[i].bytes);
			} else {
				in_mib++;
				expect_domctl(f, "XEN_DOMCTL_shadow_op");
				expect_payload(f, "xen_domctl_shadow_op", "op",
					       number("XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION"));
				expect_payload(f, "xen_domctl_shadow_op", "mb", table[i].mib);
			}
			check_structure(f, &f->calls[0]);
		}
	}
	assert_true(in_bytes && in_mib);
}

static void given_any_xen_when_a_clock_is_chosen_then_the_structure_is_as_it_has_it(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		use_release(f, r);

		assert_int_equal(lx_hc_tsc_mode(&f->hc, DOMID, LX_TSC_NATIVE), 0);

		expect_domctl(f, "XEN_DOMCTL_settscinfo");
		expect_payload(f, "xen_domctl_tsc_info", "tsc_mode", 2);
		check_structure(f, &f->calls[0]);
	}
}

static void given_a_refusal_when_a_guest_is_set_up_then_the_op_is_named(void **state)
{
	static const unsigned char records[8];
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->returns = -ENOMEM;

	assert_int_equal(lx_hc_paging_pool(&f->hc, DOMID, 4096), -ENOMEM);
	assert_non_null(strstr(f->error.text, "set_paging_mempool_size for domain 7"));

	assert_int_equal(lx_hc_tsc_mode(&f->hc, DOMID, LX_TSC_NATIVE), -ENOMEM);
	assert_non_null(strstr(f->error.text, "settscinfo for domain 7"));

	assert_int_equal(lx_hc_hvm_set_context(&f->hc, DOMID, records, sizeof(records)), -ENOMEM);
	assert_non_null(strstr(f->error.text, "sethvmcontext for domain 7"));
}

/* --- what answers are made of --- */

static void put(struct fixture *f, unsigned char *structure, const char *field, uint64_t value)
{
	const struct facts_field *fact = facts_find(&facts, f->release, f->structure, field);

	if (fact)
		memcpy(structure + fact->offset, &value, fact->size);
}

static int give_physinfo(struct fixture *f, unsigned char *structure)
{
	unsigned char *payload = structure + facts_always(&facts, "xen_sysctl", "u")->offset;

	f->structure = "xen_sysctl_physinfo";
	put(f, payload, "nr_cpus", 16);
	put(f, payload, "total_pages", 0x123456789);
	put(f, payload, "free_pages", 0x23456789);
	put(f, payload, "outstanding_pages", 0x3456789);
	put(f, payload, "max_mfn", 0x1456789ab);
	put(f, payload, "capabilities", 0xffffffff);
	f->structure = "xen_sysctl";
	return 0;
}

static void given_any_xen_when_the_host_is_asked_for_then_its_figures_come_back(void **state)
{
	struct fixture *f = *state;
	struct lx_hc_physinfo info;

	goes_by(f, "xen_sysctl", 0);
	f->answer = give_physinfo;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		bool has_max_mfn = facts_find(&facts, r, "xen_sysctl_physinfo", "max_mfn");

		use_release(f, r);

		assert_int_equal(lx_hc_physinfo(&f->hc, &info), 0);

		expect(f, "cmd", number("XEN_SYSCTL_physinfo"));
		expect(f, "interface_version", facts.releases[r].sysctl);
		check_structure(f, &f->calls[0]);
		assert_int_equal(info.nr_cpus, 16);
		assert_int_equal(info.total_pages, 0x123456789);
		assert_int_equal(info.free_pages, 0x23456789);
		assert_int_equal(info.outstanding_pages, 0x3456789);
		assert_int_equal(info.max_mfn, has_max_mfn ? 0x1456789ab : 0);
		assert_int_equal(info.capabilities, info.known_capabilities);
	}
}

static uint32_t domains_to_give;

/* Fill the list with domains 100, 101 ...; room is for as many as were asked for. */
static int give_domains(struct fixture *f, unsigned char *structure)
{
	size_t stride = facts_find(&facts, f->release, "xen_domctl_getdomaininfo", "(size)")->size;
	unsigned char *payload = structure + facts_always(&facts, "xen_sysctl", "u")->offset;
	unsigned char *list;
	uint32_t room;

	memcpy(&list, payload + 8, sizeof(list));
	memcpy(&room, payload + 4, sizeof(room));
	f->structure = "xen_domctl_getdomaininfo";
	for (uint32_t i = 0; i < domains_to_give && i < room; i++) {
		memset(list + i * stride, 0xee, stride);
		put(f, list + i * stride, "domain", 100 + i);
		put(f, list + i * stride, "flags", 0xffff0008);
		put(f, list + i * stride, "cpupool", i);
	}
	f->structure = "xen_sysctl_getdomaininfolist";
	put(f, payload, "num_domains", domains_to_give);
	f->structure = "xen_sysctl";
	return 0;
}

static void check_domain(const struct lx_hc_domain_info *info, void *data)
{
	uint32_t *seen = data;

	assert_int_equal(info->domid, 100 + *seen);
	assert_int_equal(info->flags, LX_DOMAIN_PAUSED);
	assert_int_equal(info->cpupool, *seen);
	++*seen;
}

static void given_any_xen_when_domains_are_listed_then_each_is_read_at_its_place(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_sysctl", 0);
	f->answer = give_domains;
	domains_to_give = 5;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		uint32_t seen = 0;

		use_release(f, r);

		assert_int_equal(lx_hc_domain_list(&f->hc, 100, 50, check_domain, &seen), 5);

		assert_int_equal(seen, 5);
		assert_int_equal(f->count, 1);
	}
}

static void given_a_xen_that_claims_too_many_when_domains_are_listed_then_the_room_counts(
	void **state)
{
	struct fixture *f = *state;
	uint32_t seen = 0;

	goes_by(f, "xen_sysctl", 0);
	f->answer = give_domains;
	domains_to_give = 0xffffffff;

	assert_int_equal(lx_hc_domain_list(&f->hc, 0, 3, check_domain, &seen), 3);

	assert_int_equal(seen, 3);
}

/* --- creating a domain: which calls, in which order --- */

static int give_domid(struct fixture *f, unsigned char *structure)
{
	uint64_t cmd = 0;

	memcpy(&cmd, structure, 4);
	if (cmd == number("XEN_DOMCTL_createdomain"))
		put(f, structure, "domain", DOMID);
	return cmd == (uint64_t)f->returns ? -EINVAL : 0;
}

/* The commands that creating a domain takes in a release. */
static size_t commands_of(size_t release, uint64_t commands[CALLS])
{
	static const char *const names[] = { "XEN_DOMCTL_createdomain", "XEN_DOMCTL_max_vcpus",
					     "XEN_DOMCTL_set_max_evtchn",
					     "XEN_DOMCTL_set_gnttab_limits" };
	size_t count = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (facts_constant(&facts, release, names[i], &commands[count]))
			count++;
	return count;
}

static uint32_t command(const struct call *call)
{
	uint32_t cmd;

	memcpy(&cmd, call->bytes, sizeof(cmd));
	return cmd;
}

static const struct lx_hc_create wish = {
	.handle = { 1, 2, 3, 4 },
	.max_vcpus = 3,
	.max_evtchn_port = 1023,
	.max_grant_frames = -1,
	.max_maptrack_frames = -1,
};

static void given_any_xen_when_a_domain_is_created_then_all_its_limits_are_set(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_domid;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		uint64_t commands[CALLS];
		size_t count = commands_of(r, commands);
		struct lx_hc_create create = wish;
		uint32_t domid = 0;

		use_release(f, r);
		create.grant_opts = lx_hc_create_has_grant_opts(&f->hc);

		assert_int_equal(lx_hc_domain_create(&f->hc, &create, &domid), 0);

		assert_int_equal(domid, DOMID);
		assert_int_equal(f->count, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(command(&f->calls[i]), commands[i]);
	}
}

/* A field of createdomain as it went down; -2: this Xen has no such field there. */
static int64_t sent(const struct fixture *f, const char *field)
{
	const struct facts_field *fact =
		facts_find(&facts, f->release, "xen_domctl_createdomain", field);
	int32_t value;

	if (!fact)
		return -2;
	memcpy(&value,
	       f->calls[0].bytes + facts_always(&facts, "xen_domctl", "u")->offset + fact->offset,
	       sizeof(value));
	return value;
}

/* 4.12.0 takes no -1 for "default"; from 4.13 on it is the host's own choice. */
static void given_any_xen_when_a_domain_is_created_then_its_limits_are_in_the_fields_it_has(
	void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_domid;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		bool has_fields = facts.releases[r].number >= 0x040c;
		bool has_default = facts.releases[r].number >= 0x040d;
		uint16_t any;
		uint32_t domid;

		use_release(f, r);

		assert_int_equal(lx_hc_domain_create(&f->hc, &wish, &domid), 0);

		memcpy(&any, f->calls[0].bytes + 8, sizeof(any));
		assert_int_equal(any, 0x7ff5); /* DOMID_ANY: a free number */
		assert_int_equal(sent(f, "max_vcpus"), has_fields ? 3 : -2);
		assert_int_equal(sent(f, "max_evtchn_port"), has_fields ? 1023 : -2);
		assert_int_equal(sent(f, "max_grant_frames"), has_default  ? -1
							      : has_fields ? 64
									   : -2);
		assert_int_equal(sent(f, "max_maptrack_frames"), has_default  ? -1
								 : has_fields ? 1024
									      : -2);
	}
}

static void given_a_step_that_fails_when_a_domain_is_created_then_it_is_destroyed(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_domid;
	f->returns = (int)number("XEN_DOMCTL_max_vcpus"); /* the command that fails */

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		uint32_t domid = 99;

		use_release(f, r);

		assert_int_equal(lx_hc_domain_create(&f->hc, &wish, &domid), -EINVAL);

		assert_int_equal(f->count, 3);
		assert_int_equal(command(&f->calls[2]), number("XEN_DOMCTL_destroydomain"));
		assert_int_equal(f->calls[2].bytes[8], DOMID);
		assert_int_equal(domid, 99);
		assert_non_null(strstr(f->error.text, "max_vcpus"));
	}
}

static void given_a_field_that_xen_lacks_when_a_domain_is_created_then_it_is_named(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		struct lx_hc_create create = wish;
		uint32_t domid = 99;

		use_release(f, r);
		if (facts_find(&facts, r, "xen_domctl_createdomain", "arch.misc_flags"))
			continue;
		assert_false(lx_hc_create_has_misc_flags(&f->hc));
		create.misc_flags = LX_MISC_MSR_RELAXED;

		assert_int_equal(lx_hc_domain_create(&f->hc, &create, &domid), -ENOTSUP);

		assert_int_equal(f->count, 0);
		assert_non_null(strstr(f->error.text, "misc_flags"));
	}
}

/* From 4.17 on it is a field of createdomain; before, the domain is moved when it is there. */
static void given_a_pool_when_a_domain_is_created_then_each_xen_gets_it_in_there(void **state)
{
	struct fixture *f = *state;
	size_t by_field = 0, by_move = 0;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_domid;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		struct lx_hc_create create = wish;
		uint64_t commands[CALLS];
		size_t count = commands_of(r, commands);
		uint32_t domid, moved[4];

		use_release(f, r);
		create.cpupool_id = 3;

		assert_int_equal(lx_hc_domain_create(&f->hc, &create, &domid), 0);

		if (sent(f, "cpupool_id") != -2) {
			by_field++;
			assert_int_equal(sent(f, "cpupool_id"), 3);
			assert_int_equal(f->count, count);
			continue;
		}
		by_move++;
		assert_int_equal(f->count, count + 1);
		assert_int_equal(f->calls[2].op, number("__HYPERVISOR_sysctl"));
		assert_int_equal(command(&f->calls[2]), number("XEN_SYSCTL_cpupool_op"));
		memcpy(moved, f->calls[2].bytes + facts_always(&facts, "xen_sysctl", "u")->offset,
		       sizeof(moved));
		assert_int_equal(moved[0], number("XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN"));
		assert_int_equal(moved[1], 3);
		assert_int_equal(moved[3], DOMID);
	}
	assert_true(by_field && by_move);
}

/* --- placement --- */

/* A set of CPUs or nodes where the payload's field points to, and how many bits it has. */
static const uint64_t *expect_set(struct fixture *f, const char *payload, const char *field,
				  const char *bits)
{
	size_t at = facts_always(&facts, "xen_domctl", "u")->offset +
		    facts_always(&facts, payload, field)->offset;
	uint64_t pointer;

	memcpy(&pointer, f->calls[0].bytes + at, sizeof(pointer));
	expect_payload(f, payload, field, pointer);
	expect_payload(f, payload, bits, LX_SET_WORDS * 64);
	return (const uint64_t *)(uintptr_t)pointer;
}

static void given_any_xen_when_affinity_is_set_then_it_finds_both_sets(void **state)
{
	static const char type[] = "xen_domctl_vcpuaffinity";
	uint64_t hard[2] = { 0x5, 0x8000000000000000 }, soft[2] = { 0x4, 0 };
	const struct lx_hc_affinity both = { hard, soft, 2 }, one = { NULL, soft, 2 };
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		const uint64_t *at;

		use_release(f, r);
		assert_int_equal(lx_hc_affinity_set(&f->hc, DOMID, 3, &both), 0);

		expect_domctl(f, "XEN_DOMCTL_setvcpuaffinity");
		expect_payload(f, type, "vcpu", 3);
		expect_payload(f, type, "flags",
			       number("XEN_VCPUAFFINITY_HARD") | number("XEN_VCPUAFFINITY_SOFT"));
		at = expect_set(f, type, "cpumap_hard.bitmap", "cpumap_hard.nr_bits");
		assert_memory_equal(at, hard, sizeof(hard));
		assert_int_equal(at[2], 0);
		at = expect_set(f, type, "cpumap_soft.bitmap", "cpumap_soft.nr_bits");
		assert_memory_equal(at, soft, sizeof(soft));
		check_structure(f, &f->calls[0]);

		use_release(f, r);
		assert_int_equal(lx_hc_affinity_set(&f->hc, DOMID, 0, &one), 0);

		expect_domctl(f, "XEN_DOMCTL_setvcpuaffinity");
		expect_payload(f, type, "flags", number("XEN_VCPUAFFINITY_SOFT"));
		expect_set(f, type, "cpumap_soft.bitmap", "cpumap_soft.nr_bits");
		check_structure(f, &f->calls[0]);
	}
}

static void given_no_set_or_too_large_a_one_when_affinity_is_set_then_xen_is_not_called(
	void **state)
{
	static uint64_t set[LX_SET_WORDS + 1];
	const struct lx_hc_affinity none = { NULL, NULL, 1 },
				    large = { set, NULL, LX_SET_WORDS + 1 };
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);

	assert_int_equal(lx_hc_affinity_set(&f->hc, DOMID, 0, &none), 0);
	assert_int_equal(lx_hc_affinity_set(&f->hc, DOMID, 0, &large), -E2BIG);
	assert_int_equal(lx_hc_nodes_set(&f->hc, DOMID, set, LX_SET_WORDS + 1), -E2BIG);
	assert_int_equal(f->count, 0);
}

/* Every set that the payload points to: bit 1, and the last one. */
static int give_sets(struct fixture *f, unsigned char *structure)
{
	static const char *const fields[][2] = {
		{ "xen_domctl_vcpuaffinity", "cpumap_hard.bitmap" },
		{ "xen_domctl_vcpuaffinity", "cpumap_soft.bitmap" },
		{ "xen_domctl_nodeaffinity", "nodemap.bitmap" },
	};
	bool nodes = command(&f->calls[0]) == number("XEN_DOMCTL_getnodeaffinity");

	for (size_t i = nodes ? 2 : 0; i < (nodes ? 3 : 2); i++) {
		uint64_t *set;

		memcpy(&set,
		       structure + facts_always(&facts, "xen_domctl", "u")->offset +
			       facts_always(&facts, fields[i][0], fields[i][1])->offset,
		       sizeof(set));
		set[0] = 2 + i;
		set[LX_SET_WORDS - 1] = 0x8000000000000000;
	}
	return 0;
}

static void given_any_xen_when_affinity_is_read_then_both_sets_come_back(void **state)
{
	static uint64_t hard[LX_SET_WORDS + 2], soft[LX_SET_WORDS + 2];
	const struct lx_hc_affinity all = { hard, soft, LX_SET_WORDS + 2 }, few = { NULL, soft, 1 };
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_sets;
	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		use_release(f, r);
		memset(hard, 0xee, sizeof(hard));

		assert_int_equal(lx_hc_affinity_get(&f->hc, DOMID, 1, &all), 0);

		assert_int_equal(command(&f->calls[0]), number("XEN_DOMCTL_getvcpuaffinity"));
		assert_int_equal(hard[0], 2);
		assert_int_equal(soft[0], 3);
		assert_int_equal(hard[LX_SET_WORDS - 1], 0x8000000000000000);
		assert_int_equal(hard[LX_SET_WORDS], 0); /* beyond what was asked for */
		soft[1] = 0x11;
		assert_int_equal(lx_hc_affinity_get(&f->hc, DOMID, 1, &few), 0);
		assert_int_equal(soft[1], 0x11);
	}
}

static void given_any_xen_when_nodes_are_set_and_read_then_it_finds_the_set(void **state)
{
	uint64_t nodes[1] = { 0x2 };
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		const uint64_t *at;

		use_release(f, r);
		f->answer = NULL;
		assert_int_equal(lx_hc_nodes_set(&f->hc, DOMID, nodes, 1), 0);

		expect_domctl(f, "XEN_DOMCTL_setnodeaffinity");
		at = expect_set(f, "xen_domctl_nodeaffinity", "nodemap.bitmap", "nodemap.nr_bits");
		assert_int_equal(at[0], 2);
		check_structure(f, &f->calls[0]);

		use_release(f, r);
		f->answer = give_sets;
		assert_int_equal(lx_hc_nodes_get(&f->hc, DOMID, nodes, 1), 0);
		assert_int_equal(nodes[0], 4);
		nodes[0] = 2;
	}
}

/* Under the name that each scheduler's fields have. */
static void given_any_xen_when_a_share_is_set_then_it_is_in_its_schedulers_fields(void **state)
{
	static const char type[] = "xen_domctl_scheduler_op";
	struct fixture *f = *state;
	size_t without_cap = 0;

	goes_by(f, "xen_domctl", 0);
	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		struct lx_hc_share share = { LX_SCHEDULER_CREDIT, 512, 150 };

		use_release(f, r);
		assert_int_equal(lx_hc_share_set(&f->hc, DOMID, &share), 0);

		expect_domctl(f, "XEN_DOMCTL_scheduler_op");
		expect_payload(f, type, "sched_id", number("XEN_SCHEDULER_CREDIT"));
		expect_payload(f, type, "cmd", number("XEN_DOMCTL_SCHEDOP_putinfo"));
		expect_payload(f, type, "u.credit.weight", 512);
		expect_payload(f, type, "u.credit.cap", 150);
		check_structure(f, &f->calls[0]);

		use_release(f, r);
		share.scheduler = LX_SCHEDULER_CREDIT2;
		if (!facts_find(&facts, r, type, "u.credit2.cap")) {
			without_cap++;
			assert_false(lx_hc_scheduler_has_cap(&f->hc, LX_SCHEDULER_CREDIT2));
			assert_int_equal(lx_hc_share_set(&f->hc, DOMID, &share), -ENOTSUP);
			continue;
		}
		assert_true(lx_hc_scheduler_has_cap(&f->hc, LX_SCHEDULER_CREDIT2));
		assert_int_equal(lx_hc_share_set(&f->hc, DOMID, &share), 0);
		expect_domctl(f, "XEN_DOMCTL_scheduler_op");
		expect_payload(f, type, "sched_id", number("XEN_SCHEDULER_CREDIT2"));
		expect_payload(f, type, "cmd", number("XEN_DOMCTL_SCHEDOP_putinfo"));
		expect_payload(f, type, "u.credit2.weight", 512);
		expect_payload(f, type, "u.credit2.cap", 150);
		check_structure(f, &f->calls[0]);
	}
	assert_true(without_cap);
}

static int give_share(struct fixture *f, unsigned char *structure)
{
	unsigned char *payload = structure + facts_always(&facts, "xen_domctl", "u")->offset;

	assert_int_equal(command(&f->calls[0]), number("XEN_DOMCTL_scheduler_op"));
	assert_int_equal(payload[4], number("XEN_DOMCTL_SCHEDOP_getinfo"));
	f->structure = "xen_domctl_scheduler_op";
	put(f, payload, "u.credit.weight", 0xfedc);
	put(f, payload, "u.credit.cap", 99);
	f->structure = "xen_domctl";
	return 0;
}

static void given_a_share_when_it_is_read_then_weight_and_cap_come_back(void **state)
{
	struct lx_hc_share share = { .scheduler = LX_SCHEDULER_CREDIT };
	struct fixture *f = *state;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_share;

	assert_int_equal(lx_hc_share_get(&f->hc, DOMID, &share), 0);

	assert_int_equal(share.scheduler, LX_SCHEDULER_CREDIT);
	assert_int_equal(share.weight, 0xfedc);
	assert_int_equal(share.cap, 99);
}

static uint32_t pool_to_give;

static int give_pool(struct fixture *f, unsigned char *structure)
{
	unsigned char *payload = structure + facts_always(&facts, "xen_sysctl", "u")->offset;
	uint64_t *cpus;

	if (f->returns)
		return f->returns;
	memcpy(&cpus,
	       payload + facts_always(&facts, "xen_sysctl_cpupool_op", "cpumap.bitmap")->offset,
	       sizeof(cpus));
	cpus[0] = 0xf0;
	f->structure = "xen_sysctl_cpupool_op";
	put(f, payload, "cpupool_id", pool_to_give);
	put(f, payload, "sched_id", number("XEN_SCHEDULER_RTDS"));
	f->structure = "xen_sysctl";
	return 0;
}

static void given_a_pool_when_it_is_asked_for_then_no_other_ones_answer_is_taken(void **state)
{
	struct fixture *f = *state;
	struct lx_hc_pool pool;

	goes_by(f, "xen_sysctl", 0);
	f->answer = give_pool;
	pool_to_give = 2;

	assert_int_equal(lx_hc_pool_info(&f->hc, 2, &pool), 0);
	assert_int_equal(pool.scheduler, LX_SCHEDULER_RTDS);
	assert_int_equal(pool.cpus[0], 0xf0);

	assert_int_equal(lx_hc_pool_info(&f->hc, 1, &pool), -ENOENT);
	assert_string_equal(f->error.text, "there is no CPU pool 1");

	f->returns = -ENOENT;
	assert_int_equal(lx_hc_pool_info(&f->hc, 7, &pool), -ENOENT);
	assert_string_equal(f->error.text, "there is no CPU pool 7");
	assert_int_equal(lx_hc_pool_move(&f->hc, DOMID, 7), -ENOENT);
	assert_string_equal(f->error.text, "there is no CPU pool 7");
}

static int give_clock(struct fixture *f, unsigned char *structure)
{
	f->structure = "xen_domctl_tsc_info";
	put(f, structure + facts_always(&facts, "xen_domctl", "u")->offset, "tsc_mode", 1);
	f->structure = "xen_domctl";
	return 0;
}

static void given_any_xen_when_the_clock_is_asked_for_then_its_mode_comes_back(void **state)
{
	struct fixture *f = *state;
	uint32_t mode;

	goes_by(f, "xen_domctl", 0);
	f->answer = give_clock;
	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		use_release(f, r);
		mode = 99;

		assert_int_equal(lx_hc_tsc_mode_get(&f->hc, DOMID, &mode), 0);

		expect_domctl(f, "XEN_DOMCTL_gettscinfo");
		check_structure(f, &f->calls[0]);
		assert_int_equal(mode, LX_TSC_EMULATED);
	}
}

/* --- Linux' ioctls (their structures: include/uapi/xen of Linux) --- */

static uint64_t ioctl_value(const struct fixture *f, size_t offset, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, f->ioctl_bytes + offset, size);
	return value;
}

static void given_frames_when_they_are_mapped_then_the_batch_is_as_linux_has_it(void **state)
{
	uint64_t frames[2] = { 0x111, 0x222 };
	struct lx_hc_mapping mapping = { 0 };
	struct fixture *f = *state;

	assert_int_equal(lx_hc_map(&f->hc, DOMID, frames, 2, 0, &mapping), 0);

	assert_int_equal(f->request, 0x205004);
	assert_int_equal(ioctl_value(f, 0, 4), 2);
	assert_int_equal(ioctl_value(f, 4, 2), DOMID);
	assert_ptr_equal(ioctl_value(f, 8, 8), f->pages);
	assert_ptr_equal(ioctl_value(f, 16, 8), frames);
	assert_true(ioctl_value(f, 24, 8));
	assert_ptr_equal(mapping.addr, f->pages);
	assert_int_equal(mapping.pages, 2);
	lx_hc_unmap(&f->hc, &mapping);
	assert_null(mapping.addr);
}

static void given_a_grant_table_when_it_is_mapped_then_the_resource_is_as_linux_has_it(void **state)
{
	struct lx_hc_mapping mapping = { 0 };
	struct fixture *f = *state;

	assert_int_equal(lx_hc_map_grant_table(&f->hc, DOMID, &mapping), 0);

	assert_int_equal(f->request, 0x205007);
	assert_int_equal(ioctl_value(f, 0, 2), DOMID);
	assert_int_equal(ioctl_value(f, 4, 4), 1); /* a grant table */
	assert_int_equal(ioctl_value(f, 8, 4), 0); /* the shared entries */
	assert_int_equal(ioctl_value(f, 12, 4), 0);
	assert_int_equal(ioctl_value(f, 16, 8), 1);
	assert_ptr_equal(ioctl_value(f, 24, 8), f->pages);
	lx_hc_unmap(&f->hc, &mapping);
}

static int old_kernel_ioctl(const struct lx_os *os, int fd, unsigned long request, void *arg)
{
	if (request == 0x205007)
		return -ENOTTY;
	return keep_ioctl(os, fd, request, arg);
}

static int give_frame(struct fixture *f, unsigned char *structure)
{
	uint64_t *list;

	memcpy(&list, structure + facts_always(&facts, f->structure, "frame_list")->offset,
	       sizeof(list));
	list[0] = 0x333;
	return 0;
}

static void given_a_kernel_without_resources_when_the_table_is_mapped_then_by_its_frame(
	void **state)
{
	struct lx_hc_mapping mapping = { 0 };
	struct fixture *f = *state;

	goes_by(f, "gnttab_setup_table", 1);
	f->os.ioctl = old_kernel_ioctl;
	f->answer = give_frame;

	assert_int_equal(lx_hc_map_grant_table(&f->hc, DOMID, &mapping), 0);

	assert_int_equal(f->calls[0].op, number("__HYPERVISOR_grant_table_op"));
	assert_int_equal(f->calls[0].arg[0], number("GNTTABOP_setup_table"));
	assert_int_equal(f->calls[0].arg[2], 1);
	expect_pointer(f, &f->calls[0], "frame_list");
	expect(f, "dom", DOMID);
	expect(f, "nr_frames", 1);
	check_structure(f, &f->calls[0]);
	assert_int_equal(f->request, 0x205004);
	assert_int_equal(ioctl_value(f, 0, 4), 1);
	lx_hc_unmap(&f->hc, &mapping);
}

static void given_a_port_when_it_is_bound_then_the_structures_are_as_linux_has_them(void **state)
{
	struct lx_hc_channel channel = { .fd = -1 };
	struct fixture *f = *state;

	f->returns = 77;

	assert_int_equal(lx_hc_channel_open(&f->hc, DOMID, 2, &channel), 0);
	assert_int_equal(f->request, 0x084501);
	assert_int_equal(ioctl_value(f, 0, 4), DOMID);
	assert_int_equal(ioctl_value(f, 4, 4), 2);
	assert_int_equal(channel.port, 77);

	f->returns = 0;
	assert_int_equal(lx_hc_channel_notify(&f->hc, &channel), 0);
	assert_int_equal(f->request, 0x044504);
	assert_int_equal(ioctl_value(f, 0, 4), 77);
	lx_hc_channel_close(&f->hc, &channel);
	assert_int_equal(channel.fd, -1);
}

/* --- grants: what the guest finds in its table, and what it may do to it --- */

static void given_a_frame_when_it_is_granted_then_the_guest_finds_the_entry(void **state)
{
	struct fixture *f = *state;

	goes_by(f, "grant_entry_v1", 1);

	assert_int_equal(lx_hc_grant_seed(&f->hc, DOMID, 1, 0xfedcba98, 3), 0);

	expect(f, "flags", number("GTF_permit_access"));
	expect(f, "domid", 3);
	expect(f, "frame", 0xfedcba98);
	assert_int_equal(structure_size(f), sizeof(f->pages[0][0]));
	assert_int_equal(f->pages[0][0], 0);
	assert_memory_equal(&f->pages[0][1], f->expected, sizeof(f->pages[0][1]));
}

static void given_a_granted_frame_when_it_is_looked_for_then_it_is_found(void **state)
{
	struct fixture *f = *state;
	uint64_t frame = 0;

	assert_int_equal(lx_hc_grant_seed(&f->hc, DOMID, 1, 0xfedcba98, 3), 0);

	assert_int_equal(lx_hc_grant_find(&f->hc, DOMID, 1, 3, &frame), 0);

	assert_int_equal(frame, 0xfedcba98);
}

static void given_no_grant_for_us_when_it_is_looked_for_then_there_is_none(void **state)
{
	struct fixture *f = *state;
	uint64_t frame = 5;

	assert_int_equal(lx_hc_grant_find(&f->hc, DOMID, 0, 3, &frame), -ENODEV);
	assert_int_equal(lx_hc_grant_seed(&f->hc, DOMID, 0, 1, 4), 0);
	assert_int_equal(lx_hc_grant_find(&f->hc, DOMID, 0, 3, &frame), -ENODEV);

	assert_non_null(strstr(f->error.text, "domain 7"));
	assert_int_equal(frame, 5);
}

/* --- copies by grants --- */

/* One segment as Linux has it (include/uapi/xen/gntdev.h): 24 bytes. */
static uint64_t segment_value(const struct fixture *f, size_t i, size_t offset, size_t size)
{
	const unsigned char *segments = (void *)(uintptr_t)ioctl_value(f, 8, 8);
	uint64_t value = 0;

	memcpy(&value, segments + i * 24 + offset, size);
	return value;
}

static void given_pieces_when_copied_then_the_grants_and_segments_are_as_they_should_be(
	void **state)
{
	struct fixture *f = *state;
	struct lx_hc_copier copier;

	goes_by(f, "grant_entry_v1", 1);
	assert_int_equal(lx_hc_copier_open(&f->hc, DOMID, 3, &copier), 0);
	assert_int_equal(lx_hc_copier_add(&f->hc, &copier, 0xfedcba98, 0, "one", 4), 0);
	assert_int_equal(lx_hc_copier_add(&f->hc, &copier, 0x77, 4093, "two", 3), 0);

	/* What the guest's table says before the copy: entries 8 and 9. */
	assert_int_equal(f->pages[0][8], 0xfedcba98ull << 32 | 3 << 16 | 1);
	assert_int_equal(f->pages[0][9], 0x77ull << 32 | 3 << 16 | 1);
	assert_int_equal(lx_hc_copier_flush(&f->hc, &copier), 0);

	assert_int_equal(f->request, 0x104708);
	assert_int_equal(ioctl_value(f, 0, 4), 2);
	assert_string_equal((const char *)segment_value(f, 0, 0, 8), "one");
	assert_int_equal(segment_value(f, 0, 8, 4), 8); /* the grant */
	assert_int_equal(segment_value(f, 1, 8, 4), 9);
	assert_int_equal(segment_value(f, 1, 12, 2), 4093);
	assert_int_equal(segment_value(f, 1, 14, 2), DOMID);
	assert_int_equal(segment_value(f, 1, 16, 2), 3); /* bytes */
	assert_int_equal(segment_value(f, 1, 18, 2), 2); /* to a grant */
	assert_int_equal(f->pages[0][8], 0);
	assert_int_equal(f->pages[0][9], 0);
	lx_hc_copier_close(&f->hc, &copier);
}

static int no_such_ioctl(const struct lx_os *os, int fd, unsigned long request, void *arg)
{
	(void)os;
	(void)fd;
	(void)arg;
	return request == 0x104708 ? -ENOTTY : 0;
}

static void given_a_linux_that_cannot_copy_when_a_copier_is_opened_then_it_is_no_failure(
	void **state)
{
	struct fixture *f = *state;
	struct lx_hc_copier copier;

	f->os.ioctl = no_such_ioctl;

	assert_int_equal(lx_hc_copier_open(&f->hc, DOMID, 3, &copier), -EOPNOTSUPP);
}

static void given_a_frame_beyond_an_entry_when_copied_to_then_it_is_refused(void **state)
{
	struct fixture *f = *state;
	struct lx_hc_copier copier;

	assert_int_equal(lx_hc_copier_open(&f->hc, DOMID, 3, &copier), 0);

	assert_int_equal(lx_hc_copier_add(&f->hc, &copier, 1ull << 32, 0, "", 1), -ERANGE);

	assert_int_equal(f->pages[0][8], 0);
	lx_hc_copier_close(&f->hc, &copier);
}

static void given_a_frame_beyond_an_entry_when_it_is_granted_then_it_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(lx_hc_grant_seed(&f->hc, DOMID, 1, 1ull << 32, 3), -ERANGE);

	assert_int_equal(f->pages[0][1], 0);
}

static int read_facts(void **state)
{
	(void)state;
	facts_read(&facts, XEN_ABI);
	return 0;
}

static int free_facts(void **state)
{
	(void)state;
	facts_free(&facts);
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(given_extents_when_memory_is_given_then_the_structure_is_as_xen_has_it),
		TEST(given_more_extents_than_one_call_takes_when_memory_ends_then_the_count_is_right),
		TEST(given_a_xen_that_claims_too_much_when_memory_is_given_then_it_is_not_believed),
		TEST(given_a_claim_when_it_is_staked_then_the_structure_is_as_xen_has_it),
		TEST(given_a_host_that_is_full_when_a_claim_is_staked_then_the_sentence_says_how_much),
		TEST(given_ram_when_the_memory_map_is_set_then_its_entry_is_as_xen_has_it),
		TEST(given_tables_when_they_are_pinned_then_the_structure_is_as_xen_has_it),
		TEST(given_a_domain_when_a_port_is_allocated_then_xens_number_comes_back),
		TEST(given_each_kind_of_port_when_it_is_looked_at_then_it_is_told),
		TEST(given_any_xen_when_a_domain_is_paused_then_the_frame_has_its_number),
		TEST(given_a_context_when_it_is_set_then_xen_finds_all_of_it),
		TEST(given_no_such_domain_when_it_is_paused_then_the_sentence_says_so),
		TEST(given_a_refusal_when_a_domain_is_paused_then_op_and_domain_are_named),
		TEST(given_an_op_that_xen_was_built_without_when_it_is_made_then_it_is_enotsup),

		TEST(given_a_parameter_when_it_is_set_then_the_structure_is_as_xen_has_it),
		TEST(given_a_parameter_when_it_is_read_then_xens_value_comes_back),
		TEST(given_a_refusal_when_a_parameter_is_set_or_read_then_it_is_named),
		TEST(given_records_when_they_are_set_then_any_xen_finds_all_of_them),
		TEST(given_too_many_records_when_they_are_set_then_xen_is_not_called),
		TEST(given_any_xen_when_a_paging_pool_is_set_then_it_is_told_in_its_own_way),
		TEST(given_any_xen_when_a_clock_is_chosen_then_the_structure_is_as_it_has_it),
		TEST(given_a_refusal_when_a_guest_is_set_up_then_the_op_is_named),
		TEST(given_any_xen_when_the_host_is_asked_for_then_its_figures_come_back),
		TEST(given_any_xen_when_domains_are_listed_then_each_is_read_at_its_place),
		TEST(given_a_xen_that_claims_too_many_when_domains_are_listed_then_the_room_counts),
		TEST(given_any_xen_when_a_domain_is_created_then_all_its_limits_are_set),
		TEST(given_any_xen_when_a_domain_is_created_then_its_limits_are_in_the_fields_it_has),
		TEST(given_a_step_that_fails_when_a_domain_is_created_then_it_is_destroyed),
		TEST(given_a_field_that_xen_lacks_when_a_domain_is_created_then_it_is_named),
		TEST(given_a_pool_when_a_domain_is_created_then_each_xen_gets_it_in_there),
		TEST(given_any_xen_when_affinity_is_set_then_it_finds_both_sets),
		TEST(given_no_set_or_too_large_a_one_when_affinity_is_set_then_xen_is_not_called),
		TEST(given_any_xen_when_affinity_is_read_then_both_sets_come_back),
		TEST(given_any_xen_when_nodes_are_set_and_read_then_it_finds_the_set),
		TEST(given_any_xen_when_a_share_is_set_then_it_is_in_its_schedulers_fields),
		TEST(given_a_share_when_it_is_read_then_weight_and_cap_come_back),
		TEST(given_a_pool_when_it_is_asked_for_then_no_other_ones_answer_is_taken),
		TEST(given_any_xen_when_the_clock_is_asked_for_then_its_mode_comes_back),
		TEST(given_frames_when_they_are_mapped_then_the_batch_is_as_linux_has_it),
		TEST(given_a_grant_table_when_it_is_mapped_then_the_resource_is_as_linux_has_it),
		TEST(given_a_kernel_without_resources_when_the_table_is_mapped_then_by_its_frame),
		TEST(given_a_port_when_it_is_bound_then_the_structures_are_as_linux_has_them),
		TEST(given_a_frame_when_it_is_granted_then_the_guest_finds_the_entry),
		TEST(given_a_granted_frame_when_it_is_looked_for_then_it_is_found),
		TEST(given_no_grant_for_us_when_it_is_looked_for_then_there_is_none),
		TEST(given_a_frame_beyond_an_entry_when_it_is_granted_then_it_is_refused),
		TEST(given_pieces_when_copied_then_the_grants_and_segments_are_as_they_should_be),
		TEST(given_a_linux_that_cannot_copy_when_a_copier_is_opened_then_it_is_no_failure),
		TEST(given_a_frame_beyond_an_entry_when_copied_to_then_it_is_refused),
	};

	return cmocka_run_group_tests(tests, read_facts, free_facts);
}
