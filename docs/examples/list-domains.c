/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* List all domains: their number, state, memory and CPU time. */
#include <inttypes.h>
#include <libxen/libxen.h>
#include <stdio.h>

enum { BATCH = 64 };

static const char *state_name(uint32_t state)
{
	switch (state) {
	case LIBXEN_STATE_DYING:
		return "dying";
	case LIBXEN_STATE_CRASHED:
		return "crashed";
	case LIBXEN_STATE_SHUTDOWN:
		return "shutdown";
	case LIBXEN_STATE_UNFINISHED:
		return "unfinished";
	case LIBXEN_STATE_SUSPENDED:
		return "suspended";
	case LIBXEN_STATE_RUNNING:
		return "running";
	case LIBXEN_STATE_IDLE:
		return "idle";
	case LIBXEN_STATE_RUNNABLE:
		return "runnable";
	default: /* a later libxen may know more */
		return "?";
	}
}

static void show(const struct libxen_domain_info *info)
{
	printf("%6" PRIu32 "  %-10s %8" PRIu64 " MiB %8" PRIu64 ".%03" PRIu64 " s\n", info->domid,
	       state_name(info->state), info->memory_bytes >> 20, info->cpu_time_ns / 1000000000,
	       info->cpu_time_ns / 1000000 % 1000);
}

/* Go on behind the last domain of each batch until one comes back that is not full. */
static int list(struct libxen *xen)
{
	struct libxen_domain_info infos[BATCH];
	uint32_t first = 0;
	int count;

	do {
		infos[0].size = sizeof(infos[0]);
		count = libxen_list(xen, first, infos, BATCH);
		for (int i = 0; i < count; i++)
			show(&infos[i]);
		if (count > 0)
			first = infos[count - 1].domid + 1;
	} while (count == BATCH);
	return count < 0 ? count : 0;
}

int main(void)
{
	struct libxen *xen = libxen_new();
	int ret;

	if (!xen) {
		fprintf(stderr, "list-domains: out of memory\n");
		return 1;
	}
	ret = libxen_open(xen, NULL);
	if (ret == 0)
		ret = list(xen);
	if (ret < 0)
		fprintf(stderr, "list-domains: %s\n", libxen_error(xen));
	libxen_free(xen);
	return ret < 0;
}
