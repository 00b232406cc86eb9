#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# All of the lab's tests, in dom0: names the binaries, then contract tests, checks, benches and
# kernels. Prints TAP.
# shellcheck shell=dash
tests=$(dirname "$0")
status=0
. "$tests/guest.sh"

echo "# Xen $(cat /sys/hypervisor/version/major).$(cat /sys/hypervisor/version/minor)$(cat \
	/sys/hypervisor/version/extra), Linux $(uname -r)"
echo "# the same binaries on every Xen:"
sha256sum "$(readlink -f /usr/lib/x86_64-linux-gnu/libxen.so)" /usr/bin/xenctl \
	"$tests/contract-lab" "$tests/bench-lab" "$tests/bench-many" | sed 's/^/# /'

# A heading, with the seconds since dom0 came up.
part()
{
	echo "# --- $1 (at $(cut -d. -f1 /proc/uptime) s) ---"
}

settle || status=1
part "contract tests"
CMOCKA_MESSAGE_OUTPUT=tap "$tests/contract-lab" || status=1
part "checks of xenctl"
sh "$tests/checks.sh" || status=1
part "what a start costs"
"$tests/bench-lab" || status=1
part "many guests"
"$tests/bench-many" || status=1
part "every kernel"
sh "$tests/matrix.sh" || status=1
part "end"
exit $status
