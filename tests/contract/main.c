/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs every contract suite over the rig that this program is linked with: contract [pv|pvh]. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

static int all_suites(void)
{
	return start_suite() + domain_suite() + console_suite() + life_suite() +
	       unfinished_suite() + placement_suite();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint32_t type;
	} types[] = { { "pv", LIBXEN_TYPE_PV }, { "pvh", LIBXEN_TYPE_PVH } };
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	failed = host_suite();
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (argc > 1 && strcmp(argv[1], types[i].name) != 0)
			continue;
		rig_type = types[i].type;
		if (rig_can(rig_type))
			failed += all_suites();
		else
			printf("# this host starts no %s guests: not run\n", types[i].name);
	}
	return !!failed;
}
