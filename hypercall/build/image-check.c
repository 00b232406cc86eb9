/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Can a kernel start as a PV or PVH guest? What its notes must say for that. */
#include "image-parts.h"

#include <errno.h>
#include <string.h>

#define PAGE_BYTES 4096

/* The addresses that a 64-bit PV guest leaves to Xen (public/arch-x86/xen-x86_64.h). */
#define XEN_LOW	 0xffff800000000000ull
#define XEN_HIGH 0xffff880000000000ull
#define USER_END 0x0000800000000000ull /* here the lower canonical half ends */

#define LOW_MEMORY 0x100000ull	  /* a PVH guest's first MiB is for tables */
#define PHYS32_END 0x100000000ull /* PVH starts in 32-bit mode */

/* What a kernel may demand of PV by "!name" (public/features.h without the prefix). */
static const char *const pv_provides[] = {
	"writable_page_tables", "pae_pgdir_above_4gb",	 "mmu_pt_update_preserve_ad",
	"highmem_assist",	"gnttab_map_avail_bits", "memory_op_vnode_supported",
};

static int cannot(struct lx_error *error, const char *as, const char *why)
{
	return lx_fail(error, -ENOEXEC, "it cannot start as %s: %s", as, why);
}

bool lx_pv_may_map(uint64_t address, uint64_t size)
{
	if (address < USER_END)
		return size <= USER_END - address;
	return address >= XEN_HIGH && size - 1 <= UINT64_MAX - address;
}

static bool provided(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(pv_provides) / sizeof(pv_provides[0]); i++)
		if (strlen(pv_provides[i]) == length && memcmp(pv_provides[i], name, length) == 0)
			return true;
	return false;
}

static int check_features(const char *features, struct lx_error *error)
{
	size_t length;

	for (; *features != '\0'; features += length + (features[length] == '|')) {
		length = strcspn(features, "|");
		if (features[0] != '!' || provided(features + 1, length - 1))
			continue;
		return lx_fail(
			error, -ENOEXEC,
			"it cannot start as PV: it demands the feature \"%.*s\", which PV does not have",
			(int)(length - 1), features + 1);
	}
	return 0;
}

/* Are all the notes there that PV cannot do without, and do they mean this kind of PV? */
static int check_pv_notes(const struct lx_notes *notes, struct lx_error *error)
{
	if (!lx_notes_have(notes, LX_NOTE_ENTRY))
		return cannot(error, "PV", "it has no ENTRY note");

	/* Without it frame 0 is at 0, which is not what a kernel meant that is made for PVH. */
	if (!lx_notes_have(notes, LX_NOTE_VIRT_BASE) && lx_notes_have(notes, LX_NOTE_PHYS32_ENTRY))
		return cannot(error, "PV", "it has no VIRT_BASE note");
	if (!lx_notes_have(notes, LX_NOTE_XEN_VERSION))
		return cannot(error, "PV", "it has no XEN_VERSION note");
	if (!strstr(notes->xen_version, "xen-3.0"))
		return lx_fail(error, -ENOEXEC,
			       "it cannot start as PV: it is for \"%s\", not for \"xen-3.0\"",
			       notes->xen_version);
	if (lx_notes_have(notes, LX_NOTE_HV_START_LOW) && notes->hv_start_low > XEN_LOW)
		return cannot(error, "PV", "its HV_START_LOW note leaves Xen too little room");
	return check_features(notes->features, error);
}

static int check_pv_addresses(const struct lx_image *image, struct lx_error *error)
{
	const struct lx_notes *notes = &image->notes;
	uint64_t low, high, start;

	lx_image_span(image, &low, &high);
	start = notes->virt_base + low;
	if (notes->virt_base % PAGE_BYTES != 0)
		return cannot(error, "PV", "its VIRT_BASE note is not the address of a page");
	if (start < low || !lx_pv_may_map(start, high - low))
		return cannot(error, "PV", "its VIRT_BASE note puts it where a guest cannot be");

	/* Differences wrap for what lies below the start, and are then too large as well. */
	if (notes->entry - start >= high - low)
		return cannot(error, "PV", "its ENTRY note points outside of it");
	if (lx_notes_have(notes, LX_NOTE_HYPERCALL_PAGE) &&
	    (notes->hypercall_page % PAGE_BYTES != 0 ||
	     notes->hypercall_page - start >= high - low))
		return cannot(error, "PV", "its HYPERCALL_PAGE note is not a page of it");
	/* An INIT_P2M note that cannot be followed is not: the list has a place without it. */
	return 0;
}

int lx_image_pv_check(const struct lx_image *image, struct lx_error *error)
{
	int ret;

	if (image->narrow)
		return cannot(error, "PV", "it is a 32-bit kernel, which only PVH starts");
	ret = check_pv_notes(&image->notes, error);
	return ret < 0 ? ret : check_pv_addresses(image, error);
}

/* The list of features speaks of PV's; PVH has what Linux demands there without being asked. */
int lx_image_pvh_check(const struct lx_image *image, struct lx_error *error)
{
	uint64_t low, high;

	lx_image_span(image, &low, &high);
	if (!lx_notes_have(&image->notes, LX_NOTE_PHYS32_ENTRY))
		return cannot(error, "PVH", "it has no PVH entry: built without CONFIG_PVH");
	if (low < LOW_MEMORY || high > PHYS32_END)
		return cannot(error, "PVH", "it does not lie between 1 MiB and 4 GiB");
	if (image->notes.phys32_entry < low || image->notes.phys32_entry >= high)
		return cannot(error, "PVH", "its PHYS32_ENTRY note points outside of it");
	return 0;
}
