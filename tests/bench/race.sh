#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In dom0: xl, libxl, libxc and libxen start the same guest in turn: race.sh TYPE KERNEL ROUNDS GUESTS.
# shellcheck shell=dash
#
# TYPE is pv or pvh; KERNEL is the name of one in /lab; GUESTS is how many guests each makes at a
# time. All racers lie in memory, in one root with one libc: nobody waits for the host's files.
set -u
# shellcheck source=tests/lab/guest.sh
. "$(dirname "$0")/guest.sh"
# shellcheck source=tests/lab/services.sh
. "$(dirname "$0")/services.sh"

TESTS=/usr/libexec/libxen-tests
LIB=usr/lib/x86_64-linux-gnu
TO=/tmp/race
MEGABYTES=128
type=$1
kernel=/tmp/$2
rounds=$3
guests_each=$4
CONFIG=/tmp/race.cfg
# With a packed kernel most of the time goes into unpacking, on all sides alike.
case $2 in
vmlinux)	bound_xl=0.2 ;;
*)		bound_xl=1 ;;
esac
tsc_mode= # QEMU's SVM cannot emulate the TSC for a PVH guest; libxen's have it native
[ "$type" = pv ] || tsc_mode='tsc_mode = "native"'
RACE_CMDLINE="console=hvc0 quiet lab=poweroff"

fail()
{
	echo "not ok 1 - race: $*"
	exit 1
}

# Libraries that a program of xen-utils is linked with.
libraries_of()
{
	peers /lib64/ld-linux-x86-64.so.2 --list "$1" | sed -nE 's,.*=> (/[^ ]+) \(.*,\1,p'
}

# The root: a libc, all libraries of both sides, the programs.
make_root()
{
	[ ! -e $TO/proc ] || return 0
	mkdir -p $TO/$LIB $TO/usr/lib64 $TO/usr/bin $TO/tmp $TO/proc $TO/sys $TO/dev $TO/run \
		$TO/etc/xen $TO/var/log/xen $TO/var/lib/xen
	for race_name in lib lib64 bin; do
		ln -s usr/$race_name $TO/$race_name
	done
	ln -s /run $TO/var/run
	ln -s /run/lock $TO/var/lock
	cp "$PEERS/etc/xen/xl.conf" $TO/etc/xen/
	cp -P /$LIB/*.so* $TO/$LIB/
	# With xen-utils' own cp: absolute links mean something in its root only.
	# shellcheck disable=SC2046
	peers cp -L $(libraries_of "$PEERS_BIN/xl") $(libraries_of /usr/bin/strace) $TO/$LIB/
	peers cp -L /lib64/ld-linux-x86-64.so.2 $TO/usr/lib64/
	peers cp "$PEERS_BIN/xl" /usr/bin/strace $TO/usr/bin/
	cp /usr/bin/xenctl $TESTS/bench-race $TESTS/peer-libxl $TESTS/peer-libxc \
		$TESTS/peer-libxen $TO/usr/bin/
	for race_name in proc sys dev; do
		mount -o rbind /$race_name $TO/$race_name
	done
	for race_name in run tmp; do
		mount -o bind /$race_name $TO/$race_name
	done
}

in_root()
{
	chroot $TO "$@"
}

write_config()
{
	cat >$CONFIG <<-END
		name = "race"
		type = "$type"
		kernel = "$kernel"
		ramdisk = "/tmp/guest.cpio.gz"
		cmdline = "$RACE_CMDLINE"
		memory = $MEGABYTES
		vcpus = 1
		$tsc_mode
	END
}

peer_words()
{
	echo "peer-$1 $type $kernel /tmp/guest.cpio.gz $MEGABYTES \"$RACE_CMDLINE\" $guests_each"
}

# How each racer is called, to be read by bench-race. Commands start one guest, programs several.
racers()
{
	if [ "$guests_each" -eq 1 ]; then
		echo "racer xl \"xl destroy\" xl create -q -e -p $CONFIG"
		echo "racer xenctl libxen xenctl start --type $type --kernel $kernel --ramdisk" \
			"/tmp/guest.cpio.gz --memory ${MEGABYTES}M --cmdline \"$RACE_CMDLINE\" --paused"
		echo "bound xenctl xl $bound_xl"
	fi
	echo "racer libxl \"xl destroy\" $(peer_words libxl)"
	echo "racer libxc libxen $(peer_words libxc)"
	echo "racer libxen libxen $(peer_words libxen)"
	echo "bound libxen libxc 1"
}

racer_names()
{
	sed -n 's/^racer \([a-z]*\) .*/\1/p' /tmp/racers
}

# The command of a racer, as words for "eval".
command_of()
{
	sed -n "s/^racer $1 \(\"[^\"]*\"\|[^ ]*\) //p" /tmp/racers
}

end_all()
{
	for race_domain in $(guests); do
		xl destroy "$race_domain" 2>/dev/null || xenctl stop "$race_domain" >/dev/null 2>&1
	done
}

# Entries into the kernel that are counted, not timed: a traced run of each.
count_calls()
{
	for racer in $(racer_names); do
		eval "in_root strace -f -o /tmp/trace $(command_of "$racer")" >/dev/null 2>&1 ||
			echo "# $racer: cannot be traced"
		echo "calls $racer $(grep -c '_IOC(_IOC_NONE, 0x50, 0,' /tmp/trace)" \
			"$(grep -c '_IOC(_IOC_NONE, 0x50, ' /tmp/trace)" \
			"$(grep -cE '^[0-9]+ +[a-z0-9_]+\(' /tmp/trace)" \
			"$(cut -d' ' -f1 /tmp/trace | sort -u | wc -l)"
		end_all
	done
}

# Bytes of the shared libraries that each program is linked with.
count_libraries()
{
	for racer in $(racer_names); do
		race_program=$(command_of "$racer" | cut -d' ' -f1)
		race_bytes=0
		for race_library in $(in_root /lib64/ld-linux-x86-64.so.2 --list \
			"/usr/bin/$race_program" | sed -nE 's/.* (\/[^ ]+) \(.*/\1/p'); do
			race_bytes=$((race_bytes + $(stat -L -c %s "$TO$race_library")))
		done
		echo "libraries $racer $race_bytes"
	done
}

# A start that leaves out something necessary is no start: each one's guest must reach userland.
check_userland()
{
	race_case=100
	for racer in $(racer_names); do
		race_case=$((race_case + 1))
		eval "in_root $(command_of "$racer")" >/dev/null 2>&1
		race_domain=$(guests | head -n 1)
		race_left=120
		xenctl resume "$race_domain" >/dev/null || race_left=0
		while [ $race_left -gt 0 ]; do
			case $(fact "$race_domain" state) in
			shutdown | crashed | "")	break ;;
			esac
			race_left=$((race_left - 1))
			sleep 1
		done
		if [ "$(fact "$race_domain" shutdown_reason)" = poweroff ]; then
			echo "ok $race_case - race: $racer's guest reaches userland"
		else
			echo "not ok $race_case - race: $racer's guest reaches userland"
			xenctl info "$race_domain" | sed 's/^/# /'
			race_failed=1
		fi
		end_all
	done
}

race_failed=0
services_there || fail "no xen-utils here: tests/lab/fetch --peers"
[ -x $TESTS/peer-libxl ] || fail "built without libxl: install libxen-dev"
services_start oxenstored || fail "no store"
make_root
cp "/lab/$2" "$RAMDISK" /tmp/ || fail "no room for the images"
write_config
racers >/tmp/racers
count_libraries
in_root bench-race "$rounds" "$guests_each" /tmp/racers || race_failed=$?
[ $race_failed -lt 2 ] || fail "it ended early"
count_calls
[ "$guests_each" -ne 1 ] || check_userland
services_stop
exit $race_failed
