# SPDX-License-Identifier: LGPL-2.1-or-later
# What the scripts that run in dom0 share: ask xenctl for a fact, wait for a line of a guest.
# shellcheck shell=dash disable=SC2034

LAB=/lab
KERNEL=$LAB/vmlinuz
UNPACKED=$LAB/vmlinux
RAMDISK=$LAB/guest.cpio.gz
CMDLINE="console=hvc0 quiet"

# One value of a flat JSON text on standard input.
json_value()
{
	tr -d '\n' | sed -nE "s/.*\"$1\": *\"?([^\",}]*)\"?.*/\1/p" | sed 's/ *$//'
}

free_memory()
{
	xenctl host --json | json_value memory_free_bytes
}

# A fact about a domain: fact DOMAIN KEY.
fact()
{
	xenctl info --json "$1" 2>/dev/null | json_value "$2"
}

# The numbers of all guests, one a line.
guests()
{
	xenctl list --json | tr ',{' '\n' | sed -nE 's/.*"domid": *([0-9]+).*/\1/p' | grep -vx 0
}

# Whether a guest ended by a triple fault, as PVH guests on Xen 4.17 under QEMU do now and then:
# see rig-lab.c. Prints where. Whoever tries again does so a few times only: a fault of the
# builder's would come each time.
emulator_failed()
{
	xenctl log | awk -v fault="d$1v[0-9]+ Triple fault" '
		$0 ~ fault { seen = 1; print "# " $0 }
		seen && /RIP:/ { print "# " $0; exit }
		END { exit !seen }'
}

# The last tick that a console's text shows.
last_tick()
{
	tr -d '\r' <"$1" | sed -nE 's/^tick ([0-9]+)$/\1/p' | tail -n 1
}

# Xen keeps some pages for good the first time that it needs them: one for each of dom0's CPUs
# that maps a grant, and one now and then while more guest vCPUs are up than ever before (seen
# on all three; once a guest with 8 has been up, those with 1 and 2 cost none). Let it have them
# at the start, so that from here on free memory must be the same to the byte.
settle()
{
	[ ! -e /tmp/settled ] || return 0
	settle_cpu=0
	while [ $settle_cpu -lt "$(nproc)" ]; do
		domain=$(xenctl start --kernel $UNPACKED --memory 128M --paused 2>/dev/null) || return 1
		taskset $((1 << settle_cpu)) xenctl console --timeout 1 "$domain" \
			</dev/null >/dev/null 2>&1
		xenctl stop "$domain" || return 1
		settle_cpu=$((settle_cpu + 1))
	done
	for settle_round in 1 2; do
		domain=$(xenctl start --kernel $UNPACKED --ramdisk $RAMDISK --memory 128M \
			--vcpus 8 --cmdline "console=hvc0" 2>/dev/null) || return 1
		xenctl console --timeout 120 --until "Brought up 1 node, 8 CPUs" "$domain" \
			</dev/null >/dev/null || return 1
		xenctl stop "$domain" || return 1
	done
	! host_runs_pvh || settle_pvh || return 1
	: >/tmp/settled
}

host_runs_pvh()
{
	xenctl host --json | grep -q '"hvm": *true'
}

# The same for PVH guests, which need not run for that: 12 pages in the first four on 4.17. Until one
# costs none.
settle_pvh()
{
	for settle_round in 1 2 3 4 5 6 7 8 9 10 11 12; do
		settle_free=$(free_memory)
		domain=$(xenctl start --type pvh --kernel $UNPACKED --memory 128M --vcpus 8 \
			--paused 2>/dev/null) || return 1
		xenctl stop "$domain" || return 1
		[ "$(free_memory)" != "$settle_free" ] || return 0
	done
}
