/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening: the device, the release of Xen, and the interface numbers that it speaks. */
#include "abi.h"
#include "arena.h"

#include <errno.h>
#include <string.h>

static const struct lx_release *oldest(void)
{
	return &lx_releases[0];
}

static const struct lx_release *newest(void)
{
	return &lx_releases[lx_release_count - 1];
}

static int open_privcmd(struct lx_hc *hc)
{
	int ret = hc->os->open(hc->os, "/dev/xen/privcmd");

	if (ret == -ENOENT)
		ret = hc->os->open(hc->os, "/proc/xen/privcmd");
	if (ret >= 0) {
		hc->privcmd = ret;
		return 0;
	}

	if (ret == -ENOENT || ret == -ENODEV || ret == -ENXIO)
		return lx_fail(hc->error, -ENOENT,
			       "no /dev/xen/privcmd: this is not a Xen domain 0, or the module "
			       "xen-privcmd is not loaded");
	if (ret == -EACCES || ret == -EPERM)
		return lx_fail(hc->error, -EACCES,
			       "/dev/xen/privcmd may not be opened: run as root");
	return lx_fail_errno(hc->error, ret, "cannot open /dev/xen/privcmd");
}

/* XENVER_version needs no privilege and never changed (xen-abi, CHANGES, 1). */
static int read_release(struct lx_hc *hc, bool try_newer)
{
	int version = lx_call(hc, LX_CALL_XEN_VERSION, 0, 0, 0, 0);

	if (version < 0)
		return lx_fail_errno(hc->error, version, "Xen does not tell its version");

	hc->release = LX_RELEASE(version >> 16 & 0xff, version & 0xff);
	if (hc->release < oldest()->release)
		return lx_fail(hc->error, -ENOTSUP,
			       "this is Xen %d.%d; libxen works with Xen %u.%u and later",
			       version >> 16, version & 0xffff, oldest()->release >> 8,
			       oldest()->release & 0xff);
	if (hc->release > newest()->release && !try_newer)
		return lx_fail(hc->error, -ENOTSUP,
			       "this is Xen %d.%d; this libxen knows Xen up to %u.%u: update "
			       "libxen, or allow it to try its newest interface",
			       version >> 16, version & 0xffff, newest()->release >> 8,
			       newest()->release & 0xff);
	return 0;
}

/* A harmless op with @number. -EACCES: not the number (before anything else is looked at). */
static int try_domctl(struct lx_hc *hc, uint16_t number)
{
	unsigned char payload[LX_PAYLOAD_SIZE] = { 0 };
	uint32_t domid = 0;

	return lx_domctl_raw(hc, number, lx_domctl_info.number, &domid, payload);
}

static int try_sysctl(struct lx_hc *hc, uint16_t number)
{
	unsigned char payload[LX_PAYLOAD_SIZE] = { 0 };

	return lx_sysctl_raw(hc, number, lx_sysctl_physinfo.number, payload);
}

/*
 * Find the number that @try takes: @expected, which its release should have, or any other one
 * from @low to @high. The probed number, not the release, chooses the rows: a release may carry a
 * neighbour's interface.
 */
static int probe(struct lx_hc *hc, const char *what, int (*try)(struct lx_hc *, uint16_t),
		 uint16_t expected, uint16_t low, uint16_t high, uint16_t *found)
{
	uint16_t number = expected;
	int ret = try(hc, expected);

	for (uint16_t other = high; ret == -EACCES && other >= low; other--) {
		if (other == expected)
			continue;
		number = other;
		ret = try(hc, other);
	}

	*found = number;
	if (ret == -EACCES)
		return lx_fail(hc->error, -ENOTSUP,
			       "this Xen %u.%u speaks no %s interface that libxen knows (or its "
			       "security policy denies all access)",
			       hc->release >> 8, hc->release & 0xff, what);
	if (ret == -EPERM)
		return lx_fail(hc->error, -EPERM,
			       "this domain may not control Xen: libxen works in domain 0");
	/* Domain 0 need not be there; the number was right. */
	if (ret < 0 && ret != -ESRCH)
		return lx_fail_errno(hc->error, ret, "Xen does not answer a %s", what);
	return 0;
}

/* What the release should speak; of two rows (4.10) the later. */
static const struct lx_release *expected_numbers(uint16_t release)
{
	const struct lx_release *row = newest();

	while (row > oldest() && row->release > release)
		row--;
	return row;
}

/* A number beyond the rows comes with a new release, or a known one: 4.10.1 brought 0xf. */
static int probe_numbers(struct lx_hc *hc, bool try_newer)
{
	const struct lx_release *row = expected_numbers(hc->release);
	uint16_t beyond = try_newer ? 16 : 0;
	int ret;

	hc->domctl.release = hc->sysctl.release = hc->release;
	ret = probe(hc, "domctl", try_domctl, row->domctl, oldest()->domctl,
		    newest()->domctl + beyond, &hc->domctl.number);
	if (ret < 0)
		return ret;
	return probe(hc, "sysctl", try_sysctl, row->sysctl, oldest()->sysctl,
		     newest()->sysctl + beyond, &hc->sysctl.number);
}

int lx_hc_open(struct lx_hc *hc, const struct lx_os *os, struct lx_error *error, bool try_newer)
{
	int ret;

	*hc = (struct lx_hc){ .os = os, .error = error, .privcmd = -1, .hypercall = -1 };

	ret = open_privcmd(hc);
	if (ret < 0)
		goto out;
	ret = lx_arena_open(hc);
	if (ret < 0)
		goto out;
	ret = read_release(hc, try_newer);
	if (ret < 0)
		goto out;
	ret = probe_numbers(hc, try_newer);
out:
	if (ret < 0)
		lx_hc_close(hc);
	return ret;
}

void lx_hc_close(struct lx_hc *hc)
{
	if (!hc->os)
		return;
	lx_arena_close(hc);
	if (hc->privcmd >= 0)
		hc->os->close(hc->os, hc->privcmd);
	*hc = (struct lx_hc){ .privcmd = -1, .hypercall = -1 };
}
