/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs every contract suite over the rig that this program is linked with. */
#include "rig.h"

#include <stdio.h>

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	return !!(host_suite() + start_suite() + domain_suite() + console_suite() + life_suite());
}
