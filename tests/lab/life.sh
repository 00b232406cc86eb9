#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest's life, told: each step says what it is about, shows the command and proves its claim.
# shellcheck shell=dash
set -u
. "$(dirname "$0")/guest.sh"

output=/tmp/output

tell()
{
	printf '\n'
	printf '%s\n' "$@"
}

# Show a command as it is typed, run it, show its output, which also stays in $output.
run()
{
	echo "# $*"
	sh -c "$*" >$output 2>&1
	status=$?
	tr -d '\r' <$output
	# A console is left in the middle of a line.
	[ -z "$(tail -c 1 $output)" ] || echo
	return $status
}

# The claim of a step; if it does not hold, the story ends here.
claim()
{
	sentence=$1
	shift
	if ! "$@" >/dev/null; then
		echo "!! NOT TRUE: $sentence"
		exit 1
	fi
	echo "=> $sentence"
}

said()
{
	grep -q "$1" $output
}

tell "This is domain 0 of a real Xen. No xenstored, no xenconsoled, no library of Xen's is here."
claim "none of Xen's own programs runs" sh -c "! pidof xenstored oxenstored xenconsoled"
claim "none of Xen's own libraries is installed" \
	sh -c "! ls /usr/lib/x86_64-linux-gnu | grep -E 'libxen[a-z]|libxl'"
run xenctl version
claim "libxen found its hypervisor" said "Xen"
run xenctl host
claim "the host answers" said "memory free"

tell "The first guests of all make Xen set a few pages aside for itself, for good. They come and" \
	"go before the story begins, so that memory can be compared to the last byte."
claim "they came and went" settle
before=$(free_memory)

tell "The kernel is Debian's own, as it is installed on any Debian 12. What is it?"
run xenctl image $KERNEL
claim "it can start as a PV guest" said "[pP][vV]"

tell "Start it, and see how long each step takes."
run "xenctl start --kernel $KERNEL --ramdisk $RAMDISK --memory 128M --vcpus 2 --cmdline '$CMDLINE' --timing"
claim "it has started" [ $? -eq 0 ]
domain=$(guests)
claim "there is one guest, number $domain" [ "$(echo "$domain" | wc -w)" -eq 1 ]
run xenctl list
claim "the list has it" said "^ *$domain "

tell "Its console, from the first word until userland counts the seconds."
run "xenctl console --timeout 120 --until 'tick 3' $domain"
claim "userland is up, with two processors" said "GUEST UP: cpus=2"
run xenctl info "$domain"

tell "Suspend it: it freezes where it stands. Its CPU time is read twice, three seconds apart."
run xenctl suspend "$domain"
xenctl console --timeout 1 "$domain" </dev/null >/tmp/rest 2>/dev/null
then=$(fact "$domain" cpu_time_ns)
echo "CPU time: $then ns"
sleep 3
now=$(fact "$domain" cpu_time_ns)
echo "CPU time: $now ns"
claim "the CPU time stands still" [ -n "$now" -a "$now" = "$then" ]
run xenctl list
claim "the list says so" said suspended

tell "Resume it, and it goes on counting."
run xenctl resume "$domain"
run "xenctl console --timeout 60 --until 'tick 6' $domain"
claim "it ticks again" said "^tick 6"

tell "What did Xen itself have to say?"
run "xenctl log | tail -n 5"
claim "Xen's own log can be read" said "."

tell "Stop it. Nothing of it is left, and the memory is back to the last byte."
run xenctl stop "$domain"
claim "it has stopped" [ -z "$(guests)" ]
run xenctl list
echo "free memory before: $before bytes"
echo "free memory now:    $(free_memory) bytes"
claim "free memory is what it was" [ "$(free_memory)" = "$before" ]
