#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Guests with 6 GiB, PV and PVH: userland sees the memory. Runs in dom0 of a machine with 8 GiB or more
# (tests/lab/boot --memory 8192); prints TAP.
# shellcheck shell=dash
set -u
. "$(dirname "$0")/guest.sh"

MEGABYTES=6144
AT_LEAST=$((5888 * 1024)) # KiB that Linux calls MemTotal, with its own tables taken off
BOOT_SECONDS=600
count=0
failed=0

result()
{
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - large: $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - large: $1"
}

large_guest()
{
	domain=$(xenctl start --type "$1" --kernel $UNPACKED --ramdisk $RAMDISK \
		--memory ${MEGABYTES}M --cmdline "$CMDLINE lab=quiet" --paused --timing)
	result "$1: a guest with $MEGABYTES MiB starts" $?
	xenctl resume "$domain"
	xenctl console --timeout $BOOT_SECONDS --until "GUEST UP" --read-only "$domain" \
		</dev/null >/tmp/large.out 2>&1
	told=$(sed -nE 's/.*mem=([0-9]+).*/\1/p' /tmp/large.out | head -n 1)
	[ "${told:-0}" -ge $AT_LEAST ] && [ "$told" -lt $((MEGABYTES * 1024)) ]
	result "$1: its userland sees ${told:-no} KiB" $?
	xenctl stop "$domain"
	result "$1: stop" $?
}

large_guest pv
large_guest pvh
echo "1..$count"
[ $failed -eq 0 ]
