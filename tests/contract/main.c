/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs every contract suite over the rig that this program is linked with. */
#include "rig.h"

#include <stdio.h>

static int all_suites(void)
{
	return start_suite() + domain_suite() + console_suite() + life_suite();
}

int main(void)
{
	static const uint32_t types[] = { LIBXEN_TYPE_PV, LIBXEN_TYPE_PVH };
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	failed = host_suite();
	rig_can_pvh = rig_can(LIBXEN_TYPE_PVH);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		rig_type = types[i];
		if (rig_can(rig_type))
			failed += all_suites();
		else
			printf("# this host starts no guests of type %u: not run\n", rig_type);
	}
	return !!failed;
}
