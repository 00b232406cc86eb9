/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rig on a real Xen: kernels are files, and time passes by itself. */
#include "rig.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void rig_begin(void)
{
}

void rig_end(void)
{
}

struct libxen_source rig_kernel(void)
{
	return (struct libxen_source){
		.size = sizeof(struct libxen_source),
		.kind = LIBXEN_SOURCE_PATH,
		.path = "/lab/vmlinux",
	};
}

struct libxen_source rig_ramdisk(void)
{
	return (struct libxen_source){
		.size = sizeof(struct libxen_source),
		.kind = LIBXEN_SOURCE_PATH,
		.path = "/lab/guest.cpio.gz",
	};
}

void rig_pass_time(unsigned int ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	nanosleep(&time, NULL);
}

bool rig_xen_may_keep(uint64_t bytes)
{
	enum { PAGE = 4096, PAGES_IN_ALL = 6 };
	static uint64_t kept;

	kept += bytes;
	print_message("Xen kept %llu bytes for itself, %llu so far\n", (unsigned long long)bytes,
		      (unsigned long long)kept);
	return kept <= PAGES_IN_ALL * PAGE;
}

bool rig_replace_domain(uint32_t domid)
{
	(void)domid;
	return false;
}

bool rig_other_suspends(uint32_t domid)
{
	(void)domid;
	return false;
}

bool rig_survives_fork(void)
{
	return true;
}

/*
 * On Xen 4.17 under QEMU a PVH guest triple-faults now and then, one of ten to forty: once with
 * Xen's own registers in the dump (code segment 0xe008), once in Linux' loop that times the TSC by
 * 100,000 port reads. It looks like QEMU's emulation of exits to Xen; that is not proven. Whoever
 * retries does so a few times only: a fault of the builder's would come each time.
 */
bool rig_emulator_failed(struct libxen *xen, uint32_t position, uint32_t domid)
{
	static char log[64 << 10];
	char fault[32], *dump;
	size_t used = 0;
	int ret;

	while (used < sizeof(log) - 1 &&
	       (ret = libxen_log_read(xen, &position, log + used, sizeof(log) - 1 - used)) > 0)
		used += (size_t)ret;
	log[used] = '\0';
	snprintf(fault, sizeof(fault), "d%uv", domid);
	for (dump = log; (dump = strstr(dump, fault)); dump++)
		if (strstr(dump, "Triple fault") == strchr(dump, ' ') + 1)
			break;
	if (dump && strstr(dump, "RIP:"))
		printf("# triple fault of domain %u at %.40s\n", domid, strstr(dump, "RIP:"));
	return dump;
}
