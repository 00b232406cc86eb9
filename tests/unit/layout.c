/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of hypercall/abi-*.c, proved against the facts: every field of every release. */
#include "abi.h"
#include "xen-facts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct facts facts;

/* --- our structures: which member stands for which field --- */

/* Names are Xen's; a field that was renamed has several, of which a release has one. */
struct member {
	size_t offset, width;
	const char *names[4];
};

struct structure {
	const char *name; /* Xen's */
	bool sysctl;
	size_t size, padding; /* of ours */
	const struct member *members;
	const size_t *ours; /* ends (offset, width) pairs of members without a field of Xen's */
	const char *const *unused; /* fields that libxen has no member for */
	const struct lx_op *op;
};

#define MEMBER(type, member, ...)                                                  \
	{                                                                          \
		offsetof(struct type, member), sizeof(((struct type *)0)->member), \
		{                                                                  \
			__VA_ARGS__                                                \
		}                                                                  \
	}
#define SAME(type, member) MEMBER(type, member, #member)
#define OURS(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)
#define OURS_END	   SIZE_MAX

static const struct member create_members[] = {
	SAME(lx_hc_create, ssidref),
	SAME(lx_hc_create, handle),
	SAME(lx_hc_create, flags),
	SAME(lx_hc_create, iommu_opts),
	SAME(lx_hc_create, max_vcpus),
	SAME(lx_hc_create, max_evtchn_port),
	SAME(lx_hc_create, max_grant_frames),
	SAME(lx_hc_create, max_maptrack_frames),
	SAME(lx_hc_create, grant_opts),
	MEMBER(lx_hc_create, altp2m_opts, "altp2m_opts", "altp2m.opts"),
	MEMBER(lx_hc_create, altp2m_nr, "altp2m.nr"),
	SAME(lx_hc_create, vmtrace_size),
	SAME(lx_hc_create, cpupool_id),
	MEMBER(lx_hc_create, emulation_flags, "arch.emulation_flags", "config.emulation_flags"),
	MEMBER(lx_hc_create, misc_flags, "arch.misc_flags"),
	{ 0 },
};

static const struct member info_members[] = {
	MEMBER(lx_hc_domain_info, domid, "domain"),
	SAME(lx_hc_domain_info, flags),
	SAME(lx_hc_domain_info, tot_pages),
	SAME(lx_hc_domain_info, max_pages),
	SAME(lx_hc_domain_info, outstanding_pages),
	SAME(lx_hc_domain_info, shr_pages),
	SAME(lx_hc_domain_info, paged_pages),
	SAME(lx_hc_domain_info, shared_info_frame),
	SAME(lx_hc_domain_info, cpu_time),
	SAME(lx_hc_domain_info, nr_online_vcpus),
	SAME(lx_hc_domain_info, max_vcpu_id),
	SAME(lx_hc_domain_info, ssidref),
	SAME(lx_hc_domain_info, handle),
	SAME(lx_hc_domain_info, cpupool),
	SAME(lx_hc_domain_info, gpaddr_bits),
	MEMBER(lx_hc_domain_info, emulation_flags, "arch_config.emulation_flags"),
	{ 0 },
};

static const struct member max_mem_members[] = {
	MEMBER(lx_max_mem, kib, "max_memkb"),
	{ 0 },
};

static const struct member context_members[] = {
	SAME(lx_vcpu_context, vcpu),
	MEMBER(lx_vcpu_context, context, "ctxt"),
	{ 0 },
};

static const struct member max_vcpus_members[] = {
	SAME(lx_max_vcpus, max),
	{ 0 },
};

static const struct member hypercall_init_members[] = {
	SAME(lx_hypercall_init, gmfn),
	{ 0 },
};

static const struct member max_evtchn_members[] = {
	SAME(lx_max_evtchn, max_port),
	{ 0 },
};

static const struct member gnttab_limits_members[] = {
	SAME(lx_gnttab_limits, grant_frames),
	SAME(lx_gnttab_limits, maptrack_frames),
	{ 0 },
};

static const struct member shadow_members[] = {
	SAME(lx_shadow_op, op),
	SAME(lx_shadow_op, mb),
	{ 0 },
};

static const struct member paging_mempool_members[] = {
	SAME(lx_paging_mempool, size),
	{ 0 },
};

static const struct member tsc_members[] = {
	SAME(lx_tsc_info, tsc_mode),
	SAME(lx_tsc_info, gtsc_khz),
	SAME(lx_tsc_info, incarnation),
	SAME(lx_tsc_info, elapsed_nsec),
	{ 0 },
};

static const struct member hvm_context_members[] = {
	SAME(lx_hvm_context, size),
	SAME(lx_hvm_context, buffer),
	{ 0 },
};

static const struct member affinity_members[] = {
	SAME(lx_vcpu_affinity, vcpu),
	SAME(lx_vcpu_affinity, flags),
	MEMBER(lx_vcpu_affinity, hard, "cpumap_hard.bitmap"),
	MEMBER(lx_vcpu_affinity, hard_bits, "cpumap_hard.nr_bits"),
	MEMBER(lx_vcpu_affinity, soft, "cpumap_soft.bitmap"),
	MEMBER(lx_vcpu_affinity, soft_bits, "cpumap_soft.nr_bits"),
	{ 0 },
};

static const struct member nodes_members[] = {
	MEMBER(lx_node_affinity, nodes, "nodemap.bitmap"),
	MEMBER(lx_node_affinity, bits, "nodemap.nr_bits"),
	{ 0 },
};

static const struct member credit_members[] = {
	SAME(lx_scheduler_op, sched_id),
	SAME(lx_scheduler_op, cmd),
	MEMBER(lx_scheduler_op, weight, "u.credit.weight"),
	MEMBER(lx_scheduler_op, cap, "u.credit.cap"),
	{ 0 },
};

static const struct member credit2_members[] = {
	SAME(lx_scheduler_op, sched_id),
	SAME(lx_scheduler_op, cmd),
	MEMBER(lx_scheduler_op, weight, "u.credit2.weight"),
	MEMBER(lx_scheduler_op, cap, "u.credit2.cap"),
	{ 0 },
};

static const struct member cpupool_members[] = {
	SAME(lx_cpupool_op, op),
	MEMBER(lx_cpupool_op, id, "cpupool_id"),
	SAME(lx_cpupool_op, sched_id),
	SAME(lx_cpupool_op, domid),
	MEMBER(lx_cpupool_op, cpus, "cpumap.bitmap"),
	MEMBER(lx_cpupool_op, cpu_bits, "cpumap.nr_bits"),
	{ 0 },
};

static const struct member physinfo_members[] = {
	SAME(lx_hc_physinfo, threads_per_core), SAME(lx_hc_physinfo, cores_per_socket),
	SAME(lx_hc_physinfo, nr_cpus),		SAME(lx_hc_physinfo, max_cpu_id),
	SAME(lx_hc_physinfo, nr_nodes),		SAME(lx_hc_physinfo, max_node_id),
	SAME(lx_hc_physinfo, cpu_khz),		SAME(lx_hc_physinfo, capabilities),
	SAME(lx_hc_physinfo, total_pages),	SAME(lx_hc_physinfo, free_pages),
	SAME(lx_hc_physinfo, scrub_pages),	SAME(lx_hc_physinfo, outstanding_pages),
	SAME(lx_hc_physinfo, max_mfn),		{ 0 },
};

static const struct member readconsole_members[] = {
	SAME(lx_readconsole, clear), SAME(lx_readconsole, incremental), SAME(lx_readconsole, index),
	SAME(lx_readconsole, count), SAME(lx_readconsole, buffer),	{ 0 },
};

static const struct member info_list_members[] = {
	SAME(lx_info_list, first_domain),
	SAME(lx_info_list, max_domains),
	SAME(lx_info_list, num_domains),
	SAME(lx_info_list, buffer),
	{ 0 },
};

/* Found out by libxen itself, rather than read from a field. */
static const size_t info_ours[] = { OURS(lx_hc_domain_info, known),
				    OURS(lx_hc_domain_info, shutdown_code), OURS_END };
static const size_t physinfo_ours[] = { OURS(lx_hc_physinfo, known_capabilities), OURS_END };
static const size_t none_ours[] = { OURS_END };

/* Of no use to libxen so far. */
static const char *const create_unused[] = { "config.dummy", NULL };
static const char *const info_unused[] = { "pad1", "pad2", "arch_config.misc_flags", NULL };
static const char *const physinfo_unused[] = { "arch_capabilities", "pad", "hw_cap", NULL };
static const char *const readconsole_unused[] = { "pad0", "pad1", NULL };
static const char *const shadow_unused[] = {
	"mode", "dirty_bitmap", "pages", "stats.fault_count", "stats.dirty_count", NULL
};
static const char *const tsc_unused[] = { "pad", NULL };
static const char *const credit_unused[] = { "u.credit2.weight", "u.credit2.cap", "u.rtds.period",
					     "u.rtds.budget",	 "u.rtds.flags",  "u.v.vcpus",
					     "u.v.nr_vcpus",	 "u.v.padding",	  NULL };
static const char *const credit2_unused[] = { "u.credit.weight", "u.credit.cap", "u.rtds.period",
					      "u.rtds.budget",	 "u.rtds.flags", "u.v.vcpus",
					      "u.v.nr_vcpus",	 "u.v.padding",	 NULL };
static const char *const cpupool_unused[] = { "cpu", "n_dom", NULL };
static const char *const none_unused[] = { NULL };

static const struct structure structures[] = {
	{ "xen_domctl_createdomain", false, sizeof(struct lx_hc_create), 0, create_members,
	  none_ours, create_unused, &lx_domctl_create },
	{ "xen_domctl_getdomaininfo", false, sizeof(struct lx_hc_domain_info), 4, info_members,
	  info_ours, info_unused, &lx_domctl_info },
	{ "xen_domctl_max_mem", false, sizeof(struct lx_max_mem), 0, max_mem_members, none_ours,
	  none_unused, &lx_domctl_max_mem },
	{ "xen_domctl_vcpucontext", false, sizeof(struct lx_vcpu_context), 4, context_members,
	  none_ours, none_unused, &lx_domctl_set_context },
	{ "xen_domctl_max_vcpus", false, sizeof(struct lx_max_vcpus), 0, max_vcpus_members,
	  none_ours, none_unused, &lx_domctl_max_vcpus },
	{ "xen_domctl_hypercall_init", false, sizeof(struct lx_hypercall_init), 0,
	  hypercall_init_members, none_ours, none_unused, &lx_domctl_hypercall_init },
	{ "xen_domctl_set_max_evtchn", false, sizeof(struct lx_max_evtchn), 0, max_evtchn_members,
	  none_ours, none_unused, &lx_domctl_max_evtchn },
	{ "xen_domctl_set_gnttab_limits", false, sizeof(struct lx_gnttab_limits), 0,
	  gnttab_limits_members, none_ours, none_unused, &lx_domctl_gnttab_limits },
	{ "xen_domctl_shadow_op", false, sizeof(struct lx_shadow_op), 0, shadow_members, none_ours,
	  shadow_unused, &lx_domctl_shadow },
	{ "xen_domctl_paging_mempool", false, sizeof(struct lx_paging_mempool), 0,
	  paging_mempool_members, none_ours, none_unused, &lx_domctl_set_paging_mempool },
	{ "xen_domctl_tsc_info", false, sizeof(struct lx_tsc_info), 4, tsc_members, none_ours,
	  tsc_unused, &lx_domctl_set_tsc },
	{ "xen_domctl_hvmcontext", false, sizeof(struct lx_hvm_context), 4, hvm_context_members,
	  none_ours, none_unused, &lx_domctl_set_hvm_context },
	{ "xen_domctl_tsc_info", false, sizeof(struct lx_tsc_info), 4, tsc_members, none_ours,
	  tsc_unused, &lx_domctl_get_tsc },
	{ "xen_domctl_vcpuaffinity", false, sizeof(struct lx_vcpu_affinity), 0, affinity_members,
	  none_ours, none_unused, &lx_domctl_set_affinity },
	{ "xen_domctl_vcpuaffinity", false, sizeof(struct lx_vcpu_affinity), 0, affinity_members,
	  none_ours, none_unused, &lx_domctl_get_affinity },
	{ "xen_domctl_nodeaffinity", false, sizeof(struct lx_node_affinity), 4, nodes_members,
	  none_ours, none_unused, &lx_domctl_set_nodes },
	{ "xen_domctl_nodeaffinity", false, sizeof(struct lx_node_affinity), 4, nodes_members,
	  none_ours, none_unused, &lx_domctl_get_nodes },
	{ "xen_domctl_scheduler_op", false, sizeof(struct lx_scheduler_op), 0, credit_members,
	  none_ours, credit_unused, &lx_domctl_credit },
	{ "xen_domctl_scheduler_op", false, sizeof(struct lx_scheduler_op), 0, credit2_members,
	  none_ours, credit2_unused, &lx_domctl_credit2 },
	{ "xen_sysctl_cpupool_op", true, sizeof(struct lx_cpupool_op), 4, cpupool_members,
	  none_ours, cpupool_unused, &lx_sysctl_cpupool },
	{ "xen_sysctl_physinfo", true, sizeof(struct lx_hc_physinfo), 4, physinfo_members,
	  physinfo_ours, physinfo_unused, &lx_sysctl_physinfo },
	{ "xen_sysctl_readconsole", true, sizeof(struct lx_readconsole), 0, readconsole_members,
	  none_ours, readconsole_unused, &lx_sysctl_readconsole },
	{ "xen_sysctl_getdomaininfolist", true, sizeof(struct lx_info_list), 4, info_list_members,
	  none_ours, none_unused, &lx_sysctl_info_list },
};

/* --- helpers --- */

static struct lx_abi abi_of(size_t release, bool sysctl)
{
	const struct facts_release *facts_of = &facts.releases[release];

	return (struct lx_abi){ .number = sysctl ? facts_of->sysctl : facts_of->domctl,
				.release = facts_of->number };
}

/* Where a release has a member; NULL: nowhere. Two of its names at once would be a riddle. */
static const struct facts_field *fact_of(const struct structure *structure,
					 const struct member *member, size_t release)
{
	const struct facts_field *found = NULL, *fact;

	for (size_t i = 0; member->names[i]; i++) {
		fact = facts_find(&facts, release, structure->name, member->names[i]);
		assert_true(!fact || !found);
		if (fact)
			found = fact;
	}
	return found;
}

/* Does a sentence name the member, by the last part of one of its names? */
static bool names_it(const char *sentence, const struct member *member)
{
	for (size_t i = 0; member->names[i]; i++) {
		const char *dot = strrchr(member->names[i], '.');

		if (strstr(sentence, dot ? dot + 1 : member->names[i]))
			return true;
	}
	return false;
}

static bool is_named(const struct member *member, const char *name)
{
	for (size_t i = 0; member->names[i]; i++)
		if (!strcmp(member->names[i], name))
			return true;
	return false;
}

static bool is_listed(const char *const *names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

/* Bytes of which no two are the same, and none is 0 or what memory is filled with elsewhere. */
static void fill(unsigned char *bytes, size_t count, unsigned int start)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = 1 + (start * 37 + i) % 0x6f;
}

#define BLANK	0xee /* where nothing was written */
#define OVERLAP 64   /* bytes behind a payload that nobody may touch */

typedef void (*member_check)(const struct structure *structure, const struct member *member,
			     size_t release);

static void for_each_member(member_check check)
{
	for (size_t release = facts_first(&facts); release < facts.release_count; release++)
		for (size_t i = 0; i < COUNT(structures); i++)
			for (const struct member *member = structures[i].members; member->width;
			     member++)
				check(&structures[i], member, release);
}

/* --- encode --- */

/*
 * What encode must leave in a payload full of BLANK if only @set has a value: that value, zeroes
 * where the other members lie, and BLANK in all the rest.
 */
static void expect_payload(const struct structure *structure, const struct member *set,
			   size_t release, const unsigned char *value, unsigned char *payload)
{
	const struct facts_field *fact;

	memset(payload, BLANK, LX_PAYLOAD_SIZE + OVERLAP);
	for (const struct member *member = structure->members; member->width; member++) {
		fact = fact_of(structure, member, release);
		if (fact && member != set)
			memset(payload + fact->offset, 0, fact->size);
	}
	fact = fact_of(structure, set, release);
	memcpy(payload + fact->offset, value, fact->size);
}

/* Fails with the name of the field that the first differing byte is of. */
static void fail_at_difference(const struct structure *structure, size_t release,
			       const unsigned char *payload, const unsigned char *expected)
{
	const char *whose = "of no field that libxen uses";
	size_t at = 0;

	while (payload[at] == expected[at])
		at++;
	for (const struct member *member = structure->members; member->width; member++) {
		const struct facts_field *fact = fact_of(structure, member, release);

		if (fact && at >= fact->offset && at < fact->offset + fact->size)
			whose = fact->field;
	}
	fail_msg("%s in %s: byte %zu, %s, is not what Xen has there", structure->name,
		 facts.releases[release].name, at, whose);
}

static void check_encode(const struct structure *structure, const struct member *member,
			 size_t release)
{
	const struct facts_field *fact = fact_of(structure, member, release);
	struct lx_abi abi = abi_of(release, structure->sysctl);
	unsigned char payload[LX_PAYLOAD_SIZE + OVERLAP], expected[LX_PAYLOAD_SIZE + OVERLAP];
	unsigned char ours[256] = { 0 }, value[64] = { 0 };
	struct lx_error error = { "" };
	int ret;

	if (!fact)
		return;
	fill(value, fact->size < member->width ? fact->size : member->width, member->offset);
	memcpy(ours + member->offset, value, member->width);
	memset(payload, BLANK, sizeof(payload));

	ret = lx_layout_encode(structure->op->fields, &abi, ours, payload, &error);

	if (ret != 0)
		fail_msg("%s.%s in %s: %s", structure->name, fact->field,
			 facts.releases[release].name, error.text);
	expect_payload(structure, member, release, value, expected);
	if (memcmp(payload, expected, sizeof(payload)) != 0)
		fail_at_difference(structure, release, payload, expected);
}

static void given_any_member_when_it_is_encoded_then_it_lands_where_that_xen_has_it(void **state)
{
	(void)state;

	for_each_member(check_encode);
}

static void check_missing(const struct structure *structure, const struct member *member,
			  size_t release)
{
	struct lx_abi abi = abi_of(release, structure->sysctl);
	unsigned char payload[LX_PAYLOAD_SIZE] = { 0 }, ours[256] = { 0 };
	bool there = fact_of(structure, member, release);
	struct lx_error error = { "" };

	fill(ours + member->offset, 1, release);

	assert_int_equal(lx_layout_has(structure->op->fields, &abi, member->offset), there);
	if (there)
		return;
	assert_int_equal(lx_layout_encode(structure->op->fields, &abi, ours, payload, &error),
			 -ENOTSUP);
	if (!names_it(error.text, member))
		fail_msg("%s.%s: \"%s\"", structure->name, member->names[0], error.text);
}

static void given_a_member_that_a_xen_has_not_when_it_is_set_then_the_sentence_names_it(
	void **state)
{
	(void)state;

	for_each_member(check_missing);
}

static void check_too_large(const struct structure *structure, const struct member *member,
			    size_t release)
{
	const struct facts_field *fact = fact_of(structure, member, release);
	struct lx_abi abi = abi_of(release, structure->sysctl);
	unsigned char payload[LX_PAYLOAD_SIZE] = { 0 };
	unsigned char ours[256] = { 0 };
	struct lx_error error = { "" };

	if (!fact || fact->size >= member->width)
		return;
	ours[member->offset + fact->size] = 1;

	assert_int_equal(lx_layout_encode(structure->op->fields, &abi, ours, payload, &error),
			 -ERANGE);
	assert_true(names_it(error.text, member));
}

static void given_a_member_that_is_wider_than_xens_when_it_is_too_large_then_it_is_refused(
	void **state)
{
	(void)state;

	for_each_member(check_too_large);
}

/* --- decode --- */

/* Put each member's own pattern where a release has it, and what decode must make of it. */
static void make_answer(const struct structure *structure, size_t release, unsigned char *payload,
			unsigned char *expected)
{
	memset(payload, BLANK, LX_PAYLOAD_SIZE);
	for (const struct member *member = structure->members; member->width; member++) {
		const struct facts_field *fact = fact_of(structure, member, release);

		memset(expected + member->offset, 0, member->width);
		if (!fact)
			continue;
		fill(payload + fact->offset, fact->size, member->offset);
		memcpy(expected + member->offset, payload + fact->offset,
		       fact->size < member->width ? fact->size : member->width);
	}
}

static void given_any_xens_answer_when_it_is_decoded_then_each_member_has_its_own(void **state)
{
	(void)state;

	for (size_t release = facts_first(&facts); release < facts.release_count; release++) {
		for (size_t i = 0; i < COUNT(structures); i++) {
			struct lx_abi abi = abi_of(release, structures[i].sysctl);
			unsigned char payload[LX_PAYLOAD_SIZE], ours[256], expected[256];

			memset(ours, BLANK, sizeof(ours));
			memset(expected, BLANK, sizeof(expected));
			make_answer(&structures[i], release, payload, expected);

			lx_layout_decode(structures[i].op->fields, &abi, payload, ours);

			assert_memory_equal(ours, expected, sizeof(ours));
		}
	}
}

/* --- nothing is left out --- */

/* Does the test know the member that a row is about? */
static bool is_proved(const struct structure *structure, const struct lx_field *row)
{
	const struct member *member = structure->members;

	while (member->width && (member->offset != row->offset || member->width != row->width))
		member++;
	return member->width;
}

/* Bytes that are no member's; the compiler aligns the next member, or the whole, to 8. */
static size_t padding_of(const struct structure *structure)
{
	unsigned char taken[256] = { 0 };
	size_t padding = 0;

	assert_in_range(structure->size, 1, sizeof(taken));
	for (const struct member *member = structure->members; member->width; member++)
		memset(taken + member->offset, 1, member->width);
	for (const size_t *ours = structure->ours; *ours != OURS_END; ours += 2)
		memset(taken + ours[0], 1, ours[1]);
	for (size_t i = 0; i < structure->size; i++)
		padding += !taken[i];
	return padding;
}

static void given_our_structures_when_they_are_looked_through_then_each_member_is_known(
	void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(structures); i++) {
		const struct structure *structure = &structures[i];

		for (const struct lx_field *row = structure->op->fields; row->name; row++)
			if (!is_proved(structure, row))
				fail_msg("this test does not know %s.%s", structure->name,
					 row->name);
		assert_in_range(padding_of(structure), 0, structure->padding);
	}
}

static bool is_known(const struct structure *structure, const char *field)
{
	for (const struct member *member = structure->members; member->width; member++)
		if (is_named(member, field))
			return true;
	return is_listed(structure->unused, field) || !strcmp(field, "(size)");
}

/* "arch" of "arch.emulation_flags": it has no bytes beside its parts. */
static bool has_parts(const struct structure *structure, const char *field)
{
	size_t length = strlen(field);

	for (size_t i = 0; i < facts.field_count; i++) {
		const struct facts_field *fact = &facts.fields[i];

		if (!strcmp(fact->structure, structure->name) &&
		    !strncmp(fact->field, field, length) && fact->field[length] == '.')
			return true;
	}
	return false;
}

static void given_all_that_xen_has_when_it_is_looked_through_then_nothing_is_forgotten(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(structures); i++) {
		size_t seen = 0;

		for (size_t f = 0; f < facts.field_count; f++) {
			const struct facts_field *fact = &facts.fields[f];

			if (strcmp(fact->structure, structures[i].name) != 0 ||
			    !(fact->releases >> facts_first(&facts)))
				continue;
			seen++;
			if (!is_known(&structures[i], fact->field) &&
			    !has_parts(&structures[i], fact->field))
				fail_msg("libxen knows nothing of %s.%s", fact->structure,
					 fact->field);
		}
		assert_true(seen > 1);
	}
}

static void given_the_names_in_this_test_when_they_are_looked_up_then_some_xen_has_each(
	void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(structures); i++) {
		const struct structure *structure = &structures[i];
		uint32_t releases = 0;

		for (const char *const *unused = structure->unused; *unused; unused++) {
			releases = 0;
			for (size_t r = facts_first(&facts); r < facts.release_count; r++)
				releases |= facts_find(&facts, r, structure->name, *unused) != NULL;
			assert_true(releases);
		}
		for (const struct member *member = structure->members; member->width; member++) {
			releases = 0;
			for (size_t r = facts_first(&facts); r < facts.release_count; r++)
				releases |= fact_of(structure, member, r) != NULL;
			if (!releases)
				fail_msg("no Xen has %s.%s", structure->name, member->names[0]);
		}
	}
}

static void given_every_structure_when_its_size_is_asked_for_then_it_fits_a_payload(void **state)
{
	(void)state;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		for (size_t i = 0; i < COUNT(structures); i++) {
			const struct facts_field *size =
				facts_find(&facts, r, structures[i].name, "(size)");

			if (size)
				assert_in_range(size->size, 1, LX_PAYLOAD_SIZE);
		}
	}
}

/* --- ops, sizes, releases --- */

static const struct {
	const struct lx_op *op;
	bool sysctl;
} ops[] = {
	{ &lx_domctl_create, false },
	{ &lx_domctl_destroy, false },
	{ &lx_domctl_pause, false },
	{ &lx_domctl_unpause, false },
	{ &lx_domctl_info, false },
	{ &lx_domctl_max_mem, false },
	{ &lx_domctl_set_context, false },
	{ &lx_domctl_max_vcpus, false },
	{ &lx_domctl_hypercall_init, false },
	{ &lx_domctl_max_evtchn, false },
	{ &lx_domctl_gnttab_limits, false },
	{ &lx_domctl_shadow, false },
	{ &lx_domctl_set_tsc, false },
	{ &lx_domctl_set_paging_mempool, false },
	{ &lx_domctl_set_hvm_context, false },
	{ &lx_domctl_get_tsc, false },
	{ &lx_domctl_set_affinity, false },
	{ &lx_domctl_get_affinity, false },
	{ &lx_domctl_set_nodes, false },
	{ &lx_domctl_get_nodes, false },
	{ &lx_domctl_credit, false },
	{ &lx_domctl_credit2, false },
	{ &lx_sysctl_cpupool, true },
	{ &lx_sysctl_readconsole, true },
	{ &lx_sysctl_physinfo, true },
	{ &lx_sysctl_info_list, true },
};

static void given_any_op_when_a_xen_is_asked_then_number_and_presence_are_as_in_its_headers(
	void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(ops); i++) {
		for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
			struct lx_abi abi = abi_of(r, ops[i].sysctl);
			uint64_t number = 0;
			char name[64];
			bool there;

			snprintf(name, sizeof(name), "XEN_%s_%s",
				 ops[i].sysctl ? "SYSCTL" : "DOMCTL", ops[i].op->name);
			there = facts_constant(&facts, r, name, &number);

			assert_int_equal(lx_range_has(&ops[i].op->range, &abi), there);
			if (there)
				assert_int_equal(ops[i].op->number, number);
		}
	}
}

static void given_any_op_with_fields_when_it_is_looked_for_then_its_structure_is_proved(
	void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(ops); i++) {
		size_t s = 0;

		if (!ops[i].op->fields)
			continue;
		while (s < COUNT(structures) && structures[s].op != ops[i].op)
			s++;
		if (s == COUNT(structures))
			fail_msg("no structure of this test is that of %s", ops[i].op->name);
	}
}

static void given_any_xen_when_domains_are_listed_then_the_stride_is_its_own(void **state)
{
	(void)state;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		const struct facts_field *size =
			facts_find(&facts, r, "xen_domctl_getdomaininfo", "(size)");
		struct lx_abi abi = abi_of(r, false);

		assert_int_equal(lx_domain_info_size(&abi), size->size);
	}
}

static void given_the_known_releases_when_they_are_compared_then_all_are_there_in_order(
	void **state)
{
	size_t first = facts_first(&facts);

	(void)state;

	assert_int_equal(lx_release_count, facts.release_count - first);
	for (size_t i = 0; i < lx_release_count; i++) {
		assert_int_equal(lx_releases[i].release, facts.releases[first + i].number);
		assert_int_equal(lx_releases[i].domctl, facts.releases[first + i].domctl);
		assert_int_equal(lx_releases[i].sysctl, facts.releases[first + i].sysctl);
	}
}

/* --- what is the same in every release that has it --- */

static const struct {
	const char *name;
	uint64_t ours;
} constants[] = {
	{ "HVM_PARAM_STORE_PFN", LX_PARAM_STORE_PFN },
	{ "HVM_PARAM_STORE_EVTCHN", LX_PARAM_STORE_EVTCHN },
	{ "HVM_PARAM_IDENT_PT", LX_PARAM_IDENT_PT },
	{ "HVM_PARAM_CONSOLE_PFN", LX_PARAM_CONSOLE_PFN },
	{ "HVM_PARAM_CONSOLE_EVTCHN", LX_PARAM_CONSOLE_EVTCHN },
	{ "HVM_PARAM_TRIPLE_FAULT_REASON", LX_PARAM_TRIPLE_FAULT_REASON },
	{ "XEN_X86_EMU_LAPIC", LX_EMULATION_PVH },
	{ "XEN_X86_MSR_RELAXED", LX_MISC_MSR_RELAXED },
	{ "XEN_SCHEDULER_CREDIT", LX_SCHEDULER_CREDIT },
	{ "XEN_SCHEDULER_CREDIT2", LX_SCHEDULER_CREDIT2 },
	{ "XEN_SCHEDULER_ARINC653", LX_SCHEDULER_ARINC653 },
	{ "XEN_SCHEDULER_RTDS", LX_SCHEDULER_RTDS },
	{ "XEN_SCHEDULER_NULL", LX_SCHEDULER_NULL },
	{ "XEN_HVM_MEMMAP_TYPE_RAM", LX_MAP_RAM },
	{ "XEN_HVM_MEMMAP_TYPE_RESERVED", LX_MAP_RESERVED },
	{ "XEN_HVM_MEMMAP_TYPE_ACPI", LX_MAP_ACPI },
	/* The headers name the modes of domctl's where they tell the guest of them. */
	{ "XEN_CPUID_TSC_MODE_DEFAULT", LX_TSC_DEFAULT },
	{ "XEN_CPUID_TSC_MODE_ALWAYS_EMULATE", LX_TSC_EMULATED },
	{ "XEN_CPUID_TSC_MODE_NEVER_EMULATE", LX_TSC_NATIVE },
};

static void given_a_constant_when_any_xen_has_it_then_its_value_is_ours(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(constants); i++) {
		size_t seen = 0;

		for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
			uint64_t value;

			if (!facts_constant(&facts, r, constants[i].name, &value))
				continue;
			seen++;
			assert_int_equal(value, constants[i].ours);
		}
		assert_true(seen);
	}
}

/* --- flags --- */

struct flag {
	uint32_t ours;
	const char *names[3]; /* constants; a release has one at most */
};

static const struct flag create_flags[] = {
	{ LX_CREATE_HVM, { "XEN_DOMCTL_CDF_hvm", "XEN_DOMCTL_CDF_hvm_guest" } },
	{ LX_CREATE_HAP, { "XEN_DOMCTL_CDF_hap" } },
	{ 0 },
};

static const struct flag domain_flags[] = {
	{ LX_DOMAIN_DYING, { "XEN_DOMINF_dying" } },
	{ LX_DOMAIN_HVM, { "XEN_DOMINF_hvm_guest" } },
	{ LX_DOMAIN_SHUTDOWN, { "XEN_DOMINF_shutdown" } },
	{ LX_DOMAIN_PAUSED, { "XEN_DOMINF_paused" } },
	{ LX_DOMAIN_BLOCKED, { "XEN_DOMINF_blocked" } },
	{ LX_DOMAIN_RUNNING, { "XEN_DOMINF_running" } },
	{ LX_DOMAIN_DEBUGGED, { "XEN_DOMINF_debugged" } },
	{ LX_DOMAIN_XENSTORE, { "XEN_DOMINF_xs_domain" } },
	{ LX_DOMAIN_HAP, { "XEN_DOMINF_hap" } },
	{ 0 },
};

static const struct flag host_flags[] = {
	{ LX_HOST_HVM, { "XEN_SYSCTL_PHYSCAP_hvm" } },
	{ LX_HOST_PV, { "XEN_SYSCTL_PHYSCAP_pv" } },
	{ LX_HOST_IOMMU, { "XEN_SYSCTL_PHYSCAP_directio", "XEN_SYSCTL_PHYSCAP_hvm_directio" } },
	{ LX_HOST_HAP, { "XEN_SYSCTL_PHYSCAP_hap" } },
	{ LX_HOST_SHADOW, { "XEN_SYSCTL_PHYSCAP_shadow" } },
	{ 0 },
};

static const struct {
	const struct lx_flag *rows;
	const struct flag *flags;
	bool sysctl;
	uint32_t all; /* of ours: the next one is nobody's */
} flag_tables[] = {
	{ lx_create_flags, create_flags, false, LX_CREATE_HVM | LX_CREATE_HAP },
	{ lx_domain_flags, domain_flags, false, LX_DOMAIN_HAP * 2 - 1 },
	{ lx_host_flags, host_flags, true, LX_HOST_SHADOW * 2 - 1 },
};

/* A flag's bit in a release; 0: it has none. */
static uint32_t bit_of(const struct flag *flag, size_t release)
{
	uint64_t value = 0;

	for (size_t i = 0; i < COUNT(flag->names) && flag->names[i]; i++)
		if (facts_constant(&facts, release, flag->names[i], &value))
			break;
	return (uint32_t)value;
}

static void given_any_flag_when_it_is_translated_then_it_is_that_xens_bit(void **state)
{
	(void)state;

	for (size_t t = 0; t < COUNT(flag_tables); t++) {
		for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
			struct lx_abi abi = abi_of(r, flag_tables[t].sysctl);
			const struct flag *flag;

			for (flag = flag_tables[t].flags; flag->ours; flag++) {
				uint32_t bit = bit_of(flag, r), theirs = ~0u;
				int ret = lx_flags_encode(flag_tables[t].rows, &abi, flag->ours,
							  &theirs, NULL);

				assert_int_equal(ret, bit ? 0 : -ENOTSUP);
				if (bit)
					assert_int_equal(theirs, bit);
			}
		}
	}
}

static void given_any_bit_of_xens_when_it_is_translated_then_it_is_the_right_flag_or_none(
	void **state)
{
	(void)state;

	for (size_t t = 0; t < COUNT(flag_tables); t++) {
		for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
			struct lx_abi abi = abi_of(r, flag_tables[t].sysctl);
			uint32_t known = 0;

			for (uint32_t bit = 1; bit; bit <<= 1) {
				uint32_t expected = 0;

				for (const struct flag *flag = flag_tables[t].flags; flag->ours;
				     flag++)
					if (bit_of(flag, r) == bit)
						expected |= flag->ours;
				known |= expected;
				assert_int_equal(lx_flags_decode(flag_tables[t].rows, &abi, bit),
						 expected);
			}
			assert_int_equal(lx_flags_known(flag_tables[t].rows, &abi), known);
		}
	}
}

static void given_all_flags_when_the_test_is_looked_through_then_each_is_proved(void **state)
{
	(void)state;

	for (size_t t = 0; t < COUNT(flag_tables); t++) {
		uint32_t proved = 0;

		for (const struct flag *flag = flag_tables[t].flags; flag->ours; flag++)
			proved |= flag->ours;
		for (const struct lx_flag *row = flag_tables[t].rows; row->name; row++)
			assert_true(proved & row->ours);
		assert_int_equal(proved, flag_tables[t].all);
	}
}

static void given_any_xen_when_the_shutdown_code_is_looked_for_then_it_is_in_bits_16_to_23(
	void **state)
{
	struct lx_hc_domain_info info = { 0 };
	struct lx_hc hc = { .domctl = abi_of(facts_first(&facts), false) };

	(void)state;
	assert_int_equal(facts_constant_always(&facts, "XEN_DOMINF_shutdownshift"), 16);
	assert_int_equal(facts_constant_always(&facts, "XEN_DOMINF_shutdownmask"), 0xff);
	info.flags = 0xff030004;

	lx_domain_info_polish(&hc, &info);

	assert_int_equal(info.shutdown_code, 3);
	assert_int_equal(info.flags, LX_DOMAIN_SHUTDOWN);
}

static void given_any_xen_when_an_answer_is_polished_then_it_tells_what_could_be_known(void **state)
{
	(void)state;

	for (size_t r = facts_first(&facts); r < facts.release_count; r++) {
		struct lx_hc hc = { .domctl = abi_of(r, false) };
		struct lx_hc_domain_info info = { .known = ~0u };
		uint32_t expected = 0;

		if (facts_find(&facts, r, "xen_domctl_getdomaininfo", "gpaddr_bits"))
			expected |= LX_DOMAIN_KNOWN_GPADDR_BITS;
		if (facts_find(&facts, r, "xen_domctl_getdomaininfo",
			       "arch_config.emulation_flags"))
			expected |= LX_DOMAIN_KNOWN_EMULATION;

		lx_domain_info_polish(&hc, &info);

		assert_int_equal(info.known, expected);
	}
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_any_member_when_it_is_encoded_then_it_lands_where_that_xen_has_it),
		cmocka_unit_test(
			given_a_member_that_a_xen_has_not_when_it_is_set_then_the_sentence_names_it),
		cmocka_unit_test(
			given_a_member_that_is_wider_than_xens_when_it_is_too_large_then_it_is_refused),
		cmocka_unit_test(
			given_any_xens_answer_when_it_is_decoded_then_each_member_has_its_own),
		cmocka_unit_test(
			given_our_structures_when_they_are_looked_through_then_each_member_is_known),
		cmocka_unit_test(
			given_all_that_xen_has_when_it_is_looked_through_then_nothing_is_forgotten),
		cmocka_unit_test(
			given_the_names_in_this_test_when_they_are_looked_up_then_some_xen_has_each),
		cmocka_unit_test(
			given_every_structure_when_its_size_is_asked_for_then_it_fits_a_payload),
		cmocka_unit_test(
			given_any_op_when_a_xen_is_asked_then_number_and_presence_are_as_in_its_headers),
		cmocka_unit_test(
			given_any_op_with_fields_when_it_is_looked_for_then_its_structure_is_proved),
		cmocka_unit_test(given_any_xen_when_domains_are_listed_then_the_stride_is_its_own),
		cmocka_unit_test(
			given_the_known_releases_when_they_are_compared_then_all_are_there_in_order),
		cmocka_unit_test(given_a_constant_when_any_xen_has_it_then_its_value_is_ours),
		cmocka_unit_test(given_any_flag_when_it_is_translated_then_it_is_that_xens_bit),
		cmocka_unit_test(
			given_any_bit_of_xens_when_it_is_translated_then_it_is_the_right_flag_or_none),
		cmocka_unit_test(
			given_all_flags_when_the_test_is_looked_through_then_each_is_proved),
		cmocka_unit_test(
			given_any_xen_when_the_shutdown_code_is_looked_for_then_it_is_in_bits_16_to_23),
		cmocka_unit_test(
			given_any_xen_when_an_answer_is_polished_then_it_tells_what_could_be_known),
	};

	return cmocka_run_group_tests(tests, read_facts, free_facts);
}
