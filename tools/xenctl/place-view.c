/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the placement of a domain is shown. */
#include "place-view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static int look_at_vcpus(struct libxen_domain *domain, struct ctl_place_view *view)
{
	struct libxen_affinity affinity = { .size = sizeof(affinity), .words = CTL_SET_WORDS };
	int ret = 0;

	view->vcpus = calloc(view->vcpu_count, sizeof(*view->vcpus));
	if (!view->vcpus)
		return -ENOMEM;
	for (uint32_t i = 0; i < view->vcpu_count && ret == 0; i++) {
		affinity.vcpu = i;
		affinity.hard = view->vcpus[i].hard;
		affinity.soft = view->vcpus[i].soft;
		ret = libxen_domain_affinity(domain, &affinity);
	}
	return ret;
}

int ctl_place_look(struct libxen *xen, struct libxen_domain *domain,
		   const struct libxen_domain_info *info, struct ctl_place_view *view)
{
	struct libxen_host_info host = { .size = sizeof(host) };
	int ret;

	*view = (struct ctl_place_view){ .vcpu_count = info->vcpus };
	view->placement = (struct libxen_placement){ .size = sizeof(view->placement),
						     .nodes = view->nodes,
						     .node_words = CTL_SET_WORDS };
	ret = libxen_host_info(xen, &host);
	if (ret < 0)
		return ret;
	view->host_cpus = host.cpus;
	view->host_nodes = host.nodes;
	ret = libxen_domain_placement(domain, &view->placement);
	if (ret < 0 || !view->vcpu_count)
		return ret;
	return look_at_vcpus(domain, view);
}

void ctl_place_forget(struct ctl_place_view *view)
{
	free(view->vcpus);
	view->vcpus = NULL;
}

static const char *nodes_text(const struct ctl_place_view *view, char text[CTL_SET_TEXT])
{
	return ctl_format_set(view->nodes, CTL_SET_WORDS, view->host_nodes, text);
}

static const char *cpus_text(const struct ctl_place_view *view, const uint64_t *cpus,
			     char text[CTL_SET_TEXT])
{
	return ctl_format_set(cpus, CTL_SET_WORDS, view->host_cpus, text);
}

static bool all_alike(const struct ctl_place_view *view)
{
	for (uint32_t i = 1; i < view->vcpu_count; i++)
		if (memcmp(&view->vcpus[i], &view->vcpus[0], sizeof(view->vcpus[0])) != 0)
			return false;
	return true;
}

/* One line for all vCPUs if they are placed alike. */
static void print_cpus(const struct ctl_place_view *view)
{
	char hard[CTL_SET_TEXT], soft[CTL_SET_TEXT];

	for (uint32_t i = 0; i < view->vcpu_count; i++) {
		cpus_text(view, view->vcpus[i].hard, hard);
		cpus_text(view, view->vcpus[i].soft, soft);
		if (all_alike(view)) {
			printf("cpus            %s\n", hard);
			printf("cpus preferred  %s\n", soft);
			return;
		}
		printf("vcpu %-10" PRIu32 " cpus %s, preferred %s\n", i, hard, soft);
	}
}

void ctl_place_print(const struct ctl_place_view *view)
{
	const struct libxen_placement *placement = &view->placement;
	char text[CTL_SET_TEXT];

	if (placement->valid & LIBXEN_PLACEMENT_CPUPOOL)
		printf("cpu pool        %" PRIu32 "\n", placement->cpupool);
	if (placement->valid & LIBXEN_PLACEMENT_SCHEDULER)
		printf("scheduler       %s\n", ctl_scheduler_word(placement->scheduler));
	if (placement->valid & LIBXEN_PLACEMENT_WEIGHT)
		printf("weight          %" PRIu32 "\n", placement->weight);
	if (placement->valid & LIBXEN_PLACEMENT_CAP && placement->cap)
		printf("cap             %" PRIu32 " %%\n", placement->cap);
	else if (placement->valid & LIBXEN_PLACEMENT_CAP)
		printf("cap             none\n");
	print_cpus(view);
	if (placement->valid & LIBXEN_PLACEMENT_NODES)
		printf("nodes           %s\n", nodes_text(view, text));
	if (placement->valid & LIBXEN_PLACEMENT_TSC)
		printf("tsc mode        %s\n", ctl_tsc_word(placement->tsc_mode));
}

static void json_cpus(struct ctl_json *json, const struct ctl_place_view *view)
{
	char text[CTL_SET_TEXT];

	ctl_json_open_array(json, "affinity");
	for (uint32_t i = 0; i < view->vcpu_count; i++) {
		ctl_json_open_object(json, NULL);
		ctl_json_number(json, "vcpu", i);
		ctl_json_text(json, "cpus", cpus_text(view, view->vcpus[i].hard, text));
		ctl_json_text(json, "cpus_soft", cpus_text(view, view->vcpus[i].soft, text));
		ctl_json_close(json);
	}
	ctl_json_close(json);
}

void ctl_place_json(struct ctl_json *json, const struct ctl_place_view *view)
{
	const struct libxen_placement *placement = &view->placement;
	char text[CTL_SET_TEXT];

	if (placement->valid & LIBXEN_PLACEMENT_SCHEDULER)
		ctl_json_text(json, "scheduler", ctl_scheduler_word(placement->scheduler));
	if (placement->valid & LIBXEN_PLACEMENT_WEIGHT)
		ctl_json_number(json, "weight", placement->weight);
	if (placement->valid & LIBXEN_PLACEMENT_CAP)
		ctl_json_number(json, "cap", placement->cap);
	if (placement->valid & LIBXEN_PLACEMENT_NODES)
		ctl_json_text(json, "nodes", nodes_text(view, text));
	if (placement->valid & LIBXEN_PLACEMENT_TSC)
		ctl_json_text(json, "tsc_mode", ctl_tsc_word(placement->tsc_mode));
	json_cpus(json, view);
}

/* --- what is asked for --- */

#define ALL_NUMBERS (CTL_SET_WORDS * 64)

/* Each set with the name of its key: told to @tell one by one. */
static void each_set(const struct ctl_place *place, struct ctl_json *json,
		     void (*tell)(struct ctl_json *json, const char *key, const char *text))
{
	const struct {
		const char *key;
		const struct ctl_set *set;
	} sets[] = { { "cpus", &place->cpus },
		     { "cpus_soft", &place->cpus_soft },
		     { "nodes", &place->nodes } };
	char text[CTL_SET_TEXT], key[32];

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (sets[i].set->said)
			tell(json, sets[i].key,
			     ctl_format_set(sets[i].set->words, CTL_SET_WORDS, ALL_NUMBERS, text));
	for (uint32_t i = 0; i < place->cpus_of_count; i++) {
		snprintf(key, sizeof(key), "cpus[%" PRIu32 "]", i);
		tell(json, key,
		     ctl_format_set(place->cpus_of[i].words, CTL_SET_WORDS, ALL_NUMBERS, text));
	}
	for (uint32_t i = 0; i < place->soft_of_count; i++) {
		snprintf(key, sizeof(key), "cpus_soft[%" PRIu32 "]", i);
		tell(json, key,
		     ctl_format_set(place->soft_of[i].words, CTL_SET_WORDS, ALL_NUMBERS, text));
	}
}

static void print_key(struct ctl_json *json, const char *key, const char *text)
{
	(void)json;
	printf("%-9s %s\n", key, text);
}

void ctl_place_print_wish(const struct ctl_place *place)
{
	each_set(place, NULL, print_key);
	if (place->pool >= 0)
		printf("pool      %" PRId64 "\n", place->pool);
	if (place->weight)
		printf("weight    %" PRIu32 "\n", place->weight);
	if (place->cap >= 0)
		printf("cap       %" PRId64 "\n", place->cap);
	if (place->tsc_mode)
		printf("tsc mode  %s\n", ctl_tsc_word(place->tsc_mode));
}

void ctl_place_json_wish(struct ctl_json *json, const struct ctl_place *place)
{
	each_set(place, json, ctl_json_text);
	if (place->pool >= 0)
		ctl_json_number(json, "cpupool", (uint64_t)place->pool);
	if (place->weight)
		ctl_json_number(json, "weight", place->weight);
	if (place->cap >= 0)
		ctl_json_number(json, "cap", (uint64_t)place->cap);
	if (place->tsc_mode)
		ctl_json_text(json, "tsc_mode", ctl_tsc_word(place->tsc_mode));
}
