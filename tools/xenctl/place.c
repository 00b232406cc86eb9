/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest that is asked for shall run: keys of xl.cfg, and what the library is told. */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VCPUS_MAX = 128, WEIGHT_MAX = 65535, CAP_MAX = 12800 };

/* A key, where what it says goes, and room for a sentence. */
struct taking {
	struct ctl_place *place;
	const struct ctl_place *said;
	const struct ctl_xlcfg *cfg;
	const struct ctl_xlcfg_key *key;
	const struct ctl_xlcfg_value *value;
	char *sentence;
	size_t size;
};

static int wrong(struct taking *t, const char *what)
{
	snprintf(t->sentence, t->size, "%s %s", t->key->name, what);
	return -EINVAL;
}

/* --- sets --- */

/* One set: a text, or the number of the only CPU. */
static int take_set(struct taking *t, const struct ctl_xlcfg_value *value, struct ctl_set *set)
{
	char number[24];
	const char *text = value->text;
	int ret;

	if (value->kind == CTL_XLCFG_NUMBER && !value->negative) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)value->number);
		text = number;
	} else if (value->kind != CTL_XLCFG_STRING) {
		return wrong(t, "takes a string such as \"0-3,^1\"");
	}
	ret = ctl_parse_set(text, set);
	if (ret == -ENOTSUP)
		snprintf(t->sentence, t->size,
			 "%s: nodes are not supported here: write the numbers of their CPUs",
			 t->key->name);
	else if (ret < 0)
		snprintf(t->sentence, t->size, "%s: '%.40s' is no set of CPUs such as \"0-3,^1\"",
			 t->key->name, text);
	return ret == -ENOTSUP ? ret : ret < 0 ? -EINVAL : 0;
}

/* A list has a set for each vCPU, from the first on. */
static int take_list(struct taking *t, struct ctl_set **sets, uint32_t *count)
{
	const struct ctl_xlcfg_value *values = t->cfg->values;
	uint32_t at;
	int ret = 0;

	free(*sets);
	*count = 0;
	*sets = calloc(VCPUS_MAX, sizeof(**sets));
	if (!*sets)
		return -ENOMEM;
	for (at = t->value->first; at && ret == 0; at = values[at].next) {
		if (*count == VCPUS_MAX)
			return wrong(t, "has more members than a guest can have vCPUs");
		ret = take_set(t, &values[at], &(*sets)[(*count)++]);
	}
	return ret;
}

static int take_cpus(struct taking *t)
{
	if (t->said->cpus.said)
		return 0;
	if (t->value->kind == CTL_XLCFG_LIST)
		return take_list(t, &t->place->cpus_of, &t->place->cpus_of_count);
	return take_set(t, t->value, &t->place->cpus);
}

static int take_cpus_soft(struct taking *t)
{
	if (t->said->cpus_soft.said)
		return 0;
	if (t->value->kind == CTL_XLCFG_LIST)
		return take_list(t, &t->place->soft_of, &t->place->soft_of_count);
	return take_set(t, t->value, &t->place->cpus_soft);
}

/* --- numbers and words --- */

static int take_weight(struct taking *t)
{
	uint64_t number;

	if (ctl_xlcfg_number(t->value, &number) < 0 || number < 1 || number > WEIGHT_MAX)
		return wrong(t, "can be 1 to 65535");
	if (!t->said->weight)
		t->place->weight = (uint32_t)number;
	return 0;
}

static int take_cap(struct taking *t)
{
	uint64_t number;

	if (ctl_xlcfg_number(t->value, &number) < 0 || number > CAP_MAX)
		return wrong(t, "can be 0 (no limit) to 12800, in percent of one CPU");
	if (t->said->cap == CTL_PLACE_UNSAID)
		t->place->cap = (int64_t)number;
	return 0;
}

/* Xen knows pools by number; other names than that of the first are xl's, and in xenstore. */
static int take_pool(struct taking *t)
{
	uint64_t number = 0;

	if (t->value->kind != CTL_XLCFG_STRING || strcmp(t->value->text, "Pool-0") != 0) {
		if (ctl_xlcfg_number(t->value, &number) < 0 || number >= UINT32_MAX)
			return wrong(t, "takes the number of a CPU pool, or \"Pool-0\": libxen "
					"does not read the names of others from xenstore");
	}
	if (t->said->pool == CTL_PLACE_UNSAID)
		t->place->pool = (int64_t)number;
	return 0;
}

static const struct {
	const char *name, *xl_name;
	uint32_t mode;
} clocks[] = {
	{ "default", "default", LIBXEN_TSC_DEFAULT },
	{ "emulated", "always_emulate", LIBXEN_TSC_EMULATED },
	{ "native", "native", LIBXEN_TSC_NATIVE },
};

enum { CLOCKS = sizeof(clocks) / sizeof(clocks[0]) };

int ctl_parse_tsc(const char *text, uint32_t *tsc_mode)
{
	for (size_t i = 0; i < CLOCKS; i++) {
		if (strcmp(text, clocks[i].name) == 0 || strcmp(text, clocks[i].xl_name) == 0) {
			*tsc_mode = clocks[i].mode;
			return 0;
		}
	}
	return -EINVAL;
}

/* By name, or by the number that xl's first versions had. */
static int take_tsc(struct taking *t)
{
	uint32_t mode = 0;
	uint64_t number;

	if (ctl_xlcfg_number(t->value, &number) == 0 && number < CLOCKS) {
		mode = clocks[number].mode;
	} else if ((ctl_xlcfg_number(t->value, &number) == 0 && number == CLOCKS) ||
		   (t->value->kind == CTL_XLCFG_STRING &&
		    strcmp(t->value->text, "native_paravirt") == 0)) {
		snprintf(t->sentence, t->size,
			 "tsc_mode=\"native_paravirt\" is not supported: Xen has had no such mode "
			 "since 4.12");
		return -ENOTSUP;
	} else if (t->value->kind != CTL_XLCFG_STRING || ctl_parse_tsc(t->value->text, &mode) < 0) {
		return wrong(t, "can be \"default\", \"always_emulate\" or \"native\"");
	}
	if (!t->said->tsc_mode)
		t->place->tsc_mode = mode;
	return 0;
}

static const struct {
	const char *name;
	int (*take)(struct taking *t);
} keys[] = {
	{ "cpus", take_cpus }, { "cpus_soft", take_cpus_soft }, { "cpu_weight", take_weight },
	{ "cap", take_cap },   { "pool", take_pool },		{ "tsc_mode", take_tsc },
};

int ctl_place_take(struct ctl_place *place, const struct ctl_place *said,
		   const struct ctl_xlcfg *cfg, const struct ctl_xlcfg_key *key, char *sentence,
		   size_t size)
{
	struct taking t = { place, said, cfg, key, &cfg->values[key->value], sentence, size };
	size_t i = 0;

	while (strcmp(keys[i].name, key->name) != 0)
		i++;
	return keys[i].take(&t);
}

void ctl_place_free(struct ctl_place *place)
{
	free(place->cpus_of);
	free(place->soft_of);
	place->cpus_of = place->soft_of = NULL;
}

/* --- for the library --- */

static void add_affinity(struct ctl_place_room *room, struct libxen_guest *guest, uint32_t vcpu,
			 uint32_t count, const struct ctl_set *hard, const struct ctl_set *soft)
{
	if (!hard && !soft)
		return;
	room->affinities[guest->affinity_count++] = (struct libxen_affinity){
		.size = sizeof(room->affinities[0]),
		.hard = hard ? (uint64_t *)hard->words : NULL,
		.soft = soft ? (uint64_t *)soft->words : NULL,
		.words = CTL_SET_WORDS,
		.vcpu = vcpu,
		.vcpu_count = count,
	};
}

/* What a list says beyond the last vCPU is for a guest with more of them. */
static void add_affinities(const struct ctl_place *place, struct ctl_place_room *room,
			   struct libxen_guest *guest)
{
	uint32_t vcpus = guest->vcpus_max ? guest->vcpus_max : guest->vcpus, i;

	add_affinity(room, guest, 0, 0, place->cpus.said ? &place->cpus : NULL,
		     place->cpus_soft.said ? &place->cpus_soft : NULL);
	for (i = 0; i < place->cpus_of_count && i < (vcpus ? vcpus : 1); i++)
		add_affinity(room, guest, i, 1, &place->cpus_of[i], NULL);
	for (i = 0; i < place->soft_of_count && i < (vcpus ? vcpus : 1); i++)
		add_affinity(room, guest, i, 1, NULL, &place->soft_of[i]);
	guest->affinities = room->affinities;
}

void ctl_place_guest(const struct ctl_place *place, struct ctl_place_room *room,
		     struct libxen_guest *guest)
{
	struct libxen_placement *placement = &room->placement;

	*placement = (struct libxen_placement){ .size = sizeof(*placement) };
	if (place->nodes.said) {
		placement->valid |= LIBXEN_PLACEMENT_NODES;
		placement->nodes = (uint64_t *)place->nodes.words;
		placement->node_words = CTL_SET_WORDS;
	}
	if (place->pool != CTL_PLACE_UNSAID) {
		placement->valid |= LIBXEN_PLACEMENT_CPUPOOL;
		placement->cpupool = (uint32_t)place->pool;
	}
	if (place->weight) {
		placement->valid |= LIBXEN_PLACEMENT_WEIGHT;
		placement->weight = place->weight;
	}
	if (place->cap != CTL_PLACE_UNSAID) {
		placement->valid |= LIBXEN_PLACEMENT_CAP;
		placement->cap = (uint32_t)place->cap;
	}
	guest->placement = placement;
	guest->tsc_mode = place->tsc_mode;
	add_affinities(place, room, guest);
}
