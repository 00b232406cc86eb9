# SPDX-License-Identifier: LGPL-2.1-or-later
# In dom0: the daemons and the tools of Debian's xen-utils, when a test asks for them. To be sourced.
# shellcheck shell=dash
#
#   services_there                        whether tests/lab/fetch --peers was run for this Xen
#   services_start oxenstored|xenstored   that store daemon and xenconsoled; then "xl" works
#   services_stop                         ends both
#   store_start, store_stop               the store daemon alone: to kill it in the middle
#   peers COMMAND...                      runs a command in xen-utils' own root
#
# After services_start, xl and the xenstore-* commands are found in the PATH. xen-utils has a root
# of its own, PEERS, as it may be from an older or newer Debian than anything else here. /run, /tmp,
# /dev, /proc, /sys, /lab and /out are the same inside and outside.

PEERS_VERSION=$(cat /sys/hypervisor/version/major).$(cat /sys/hypervisor/version/minor)
PEERS=/lab/xen-utils-$PEERS_VERSION
PEERS_BIN=/usr/lib/xen-$PEERS_VERSION/bin
SERVICES_RUN=/run/services # where the numbers of the processes are noted
STORE_SECONDS=60

services_there()
{
	[ -d "$PEERS" ]
}

services_fail()
{
	echo "services: $*" >&2
	tail -n 20 "$PEERS"/var/log/xen/*.log $SERVICES_RUN/*.log >&2 2>/dev/null
	return 1
}

peers()
{
	chroot "$PEERS" /usr/bin/env PATH="$PEERS_BIN:/usr/sbin:/usr/bin" "$@"
}

# The root of xen-utils is read-only; what it writes goes to memory.
peers_mount()
{
	[ ! -e "$PEERS/proc/self" ] || return 0
	for peers_dir in proc sys dev; do
		mount -o rbind "/$peers_dir" "$PEERS/$peers_dir" || return 1
	done
	for peers_dir in run tmp lab out; do
		mount -o bind "/$peers_dir" "$PEERS/$peers_dir" || return 1
	done
	for peers_dir in var/log var/lib; do
		mount -t tmpfs tmpfs "$PEERS/$peers_dir" || return 1
	done
	mkdir -p "$PEERS/var/log/xen" "$PEERS/var/lib/xen" "$PEERS/var/lib/xenstored" \
		/run/xen /run/xenstored /run/lock $SERVICES_RUN
	[ -e /var/run ] || { mkdir -p /var && ln -s /run /var/run; }
}

# Small scripts in /bin, so that "xl" is a word like any other.
peers_commands()
{
	for peers_name in xl xenstore-ls xenstore-read xenstore-write xenstore-rm xenstore-list \
		xenstore-chmod xenstore-exists xenstore-watch; do
		printf '#!/bin/sh\nexec chroot %s /usr/bin/env PATH=%s:/usr/sbin:/usr/bin %s "$@"\n' \
			"$PEERS" "$PEERS_BIN" "$peers_name" >/bin/$peers_name
		chmod 755 /bin/$peers_name
	done
}

# Start a daemon in the background and note which process it is: services_run NAME ARGUMENTS...
services_run()
{
	services_name=$1
	# Not through peers(): the number would be that of a shell around it.
	chroot "$PEERS" /usr/bin/env PATH="$PEERS_BIN:/usr/sbin:/usr/bin" "$@" </dev/null >$SERVICES_RUN/"$services_name".log 2>&1 &
	echo $! >$SERVICES_RUN/"$services_name".pid
}

# End what services_run started, and wait until it is gone: services_end NAME [SIGNAL].
services_end()
{
	services_pid=$(cat $SERVICES_RUN/"$1".pid 2>/dev/null) || return 0
	kill "-${2:-TERM}" "$services_pid" 2>/dev/null
	wait "$services_pid" 2>/dev/null
	while kill -0 "$services_pid" 2>/dev/null; do
		sleep 1
	done
	rm -f $SERVICES_RUN/"$1".pid
}

# The store answers as soon as the daemon has set up dom0's ring and its socket.
store_answers()
{
	store_left=$STORE_SECONDS
	until [ -S /run/xenstored/socket ] && peers xenstore-list / >/dev/null 2>&1; do
		store_left=$((store_left - 1))
		[ $store_left -gt 0 ] || return 1
		kill -0 "$(cat $SERVICES_RUN/store.pid)" 2>/dev/null || return 1
		sleep 1
	done
}

# store_start oxenstored|xenstored: the daemon, and dom0's own nodes.
store_start()
{
	services_there || services_fail "no xen-utils for this Xen: tests/lab/fetch --peers" || return 1
	peers_mount || services_fail "cannot mount xen-utils' root" || return 1
	case $1 in
	oxenstored)	set -- oxenstored --no-fork ;;
	xenstored)	set -- xenstored --no-fork ;;
	*)		services_fail "no such store daemon: $1"; return 1 ;;
	esac
	services_run "$@"
	mv $SERVICES_RUN/"$1".pid $SERVICES_RUN/store.pid
	store_answers || services_fail "$1 does not answer" || return 1
	peers xen-init-dom0 >$SERVICES_RUN/init.log 2>&1 || services_fail "xen-init-dom0 failed"
}

# store_stop [SIGNAL]
store_stop()
{
	services_end store "${1:-TERM}"
	rm -f /run/xenstored/socket /run/xenstored/socket_ro
}

services_start()
{
	store_start "$1" || return 1
	peers_commands
	services_run xenconsoled --interactive --log=none
	peers xl list >$SERVICES_RUN/xl.log 2>&1 || services_fail "xl does not work"
}

services_stop()
{
	services_end xenconsoled
	store_stop TERM
}
