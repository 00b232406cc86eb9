/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Features that a start switches by name: what there is to switch, and why the rest is not. */
#include "internal.h"

#include <errno.h>
#include <string.h>

#define AGREED "kernel and Xen agree on it by themselves"
#define OLD    "it is for 32-bit guests, and libxen starts 64-bit ones"
#define KIND   "the type of the guest decides on it"
#define DOM0   "it is for domain 0"

/* The names that kernels know are those of public/features.h, without the prefix. */
static const struct {
	const char *name;
	uint32_t misc_flag;  /* LX_MISC_*; 0: it cannot be switched */
	const char *because; /* then: of that */
} features[] = {
	{ "msr_relaxed", LX_MISC_MSR_RELAXED, NULL },
	{ "writable_page_tables", 0, KIND },
	{ "writable_descriptor_tables", 0, KIND },
	{ "auto_translated_physmap", 0, KIND },
	{ "supervisor_mode_kernel", 0, KIND },
	{ "pae_pgdir_above_4gb", 0, OLD },
	{ "mmu_pt_update_preserve_ad", 0, AGREED },
	{ "highmem_assist", 0, AGREED },
	{ "gnttab_map_avail_bits", 0, AGREED },
	{ "hvm_callback_vector", 0, AGREED },
	{ "hvm_safe_pvclock", 0, AGREED },
	{ "hvm_pirqs", 0, KIND },
	{ "dom0", 0, DOM0 },
	{ "memory_op_vnode_supported", 0, AGREED },
	{ "linux_rsdp_unrestricted", 0, AGREED },
};

/* One of the list: "name", "name=on" or "name=off". */
static int take_feature(struct lx_error *error, const char *text, size_t length,
			uint32_t *misc_flags)
{
	const char *equals = memchr(text, '=', length);
	size_t name = equals ? (size_t)(equals - text) : length;
	size_t value = equals ? length - name - 1 : 0;
	bool off = value == 3 && memcmp(equals + 1, "off", 3) == 0;
	size_t i = 0;

	if (equals && !off && (value != 2 || memcmp(equals + 1, "on", 2) != 0))
		return lx_fail(error, -EINVAL, "a feature can be on or off, not \"%.*s\"",
			       (int)(value < 40 ? value : 40), equals + 1);
	while (i < sizeof(features) / sizeof(features[0]) &&
	       (strlen(features[i].name) != name || memcmp(features[i].name, text, name) != 0))
		i++;
	if (i == sizeof(features) / sizeof(features[0]))
		return lx_fail(error, -EINVAL, "there is no feature \"%.*s\" to switch",
			       (int)(name < 40 ? name : 40), text);
	if (!features[i].misc_flag)
		return lx_fail(error, -ENOTSUP, "the feature %s cannot be switched: %s",
			       features[i].name, features[i].because);
	if (off)
		*misc_flags &= ~features[i].misc_flag;
	else
		*misc_flags |= features[i].misc_flag;
	return 0;
}

int lx_features_take(struct libxen *xen, const char *list, uint32_t *misc_flags)
{
	int ret = 0;

	*misc_flags = 0;
	for (const char *at = list ? list : ""; *at && ret == 0;) {
		size_t length = strcspn(at, ",");

		ret = take_feature(&xen->error, at, length, misc_flags);
		at += length + (at[length] == ',');
	}
	if (ret == 0 && *misc_flags && !lx_hc_create_has_misc_flags(&xen->hc))
		return lx_fail(
			&xen->error, -ENOTSUP,
			"this Xen (%u.%u) has no feature msr_relaxed: 4.15 and later have it",
			xen->hc.release >> 8, xen->hc.release & 0xff);
	return ret;
}
