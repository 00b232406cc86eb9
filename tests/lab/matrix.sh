#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every kernel of the lab as PV and PVH guest, with 1 and 2 vCPUs, on the Xen that runs here; or those
# whose names have a given WORD: matrix.sh [WORD...]. Runs in dom0; prints TAP, and writes a line for
# each cell to /out/matrix: kernel, packing, type, vCPUs, how.
# shellcheck shell=dash
set -u
. "$(dirname "$0")/guest.sh"

LINUXES_AT_LEAST=3
MEMORY=128
BOOT_SECONDS=300
PROMPT_SECONDS=120
TRIES=3
work=/tmp/matrix
table=/out/matrix
count=0
failed=0

# cell TYPE VCPUS STATUS HOW [DETAIL]: one cell of the table and its line of TAP.
cell()
{
	count=$((count + 1))
	printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$packing" "$1" "$2" "${4% # SKIP*}" >>$table
	if [ "$3" -eq 0 ]; then
		echo "ok $count - matrix: $name ($packing), $1, $2 vCPU: $4"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - matrix: $name ($packing), $1, $2 vCPU: $4"
	echo "${5:-}" | tr -d '\r' | sed 's/^/# /'
}

# A guest is called TYPE-VCPUS; its files in $work begin with that.
write_guest()
{
	cat >"$work/$1.cfg" <<-END
		name = "$1"
		type = "${1%-*}"
		kernel = "$file"
		ramdisk = "$RAMDISK"
		cmdline = "$CMDLINE lab=quiet"
		memory = $MEMORY
		vcpus = ${1#*-}
	END
}

# Start the named guests together, and read their consoles until all have said the words.
run_guests()
{
	words=$1
	shift
	files=
	for guest in "$@"; do
		rm -f "$work/$guest.id" "$work/$guest.out"
		files="$files $work/$guest.cfg"
	done
	# shellcheck disable=SC2086
	xenctl start --paused --jobs 2 $files >$work/started 2>$work/refused
	# A single one is a bare number.
	while read -r domain guest; do
		guest=${guest:-$1}
		echo "$domain" >"$work/$guest.id"
		xenctl console --timeout $BOOT_SECONDS --until "$words" --read-only "$domain" \
			</dev/null >"$work/$guest.out" 2>&1 &
		xenctl resume "$domain"
	done <$work/started
	wait
}

# Has the guest said the words? Else $how and $detail tell what became of it.
judge()
{
	guest=$1
	words=$2
	if [ ! -e "$work/$guest.id" ]; then
		how="does not start"
		detail=$(cat $work/refused)
		return 1
	fi
	if grep -q "$words" "$work/$guest.out"; then
		return 0
	fi
	how="no \"$words\", $(fact "$(cat "$work/$guest.id")" state)"
	detail=$(tail -n 20 "$work/$guest.out")
	return 1
}

# Only a triple fault of a PVH guest allows another try, and the table tells of it.
judge_again()
{
	judge "$1" "$2" && return 0
	tries=1
	while [ $tries -lt $TRIES ] && [ -e "$work/$1.id" ] &&
		emulator_failed "$(cat "$work/$1.id")"; do
		tries=$((tries + 1))
		xenctl stop "$(cat "$work/$1.id")"
		run_guests "$2" "$1"
		if judge "$1" "$2"; then
			how="$3, at try $tries (a triple fault before)"
			return 0
		fi
	done
	return 1
}

stop_guests()
{
	for domain in $(guests); do
		xenctl stop "$domain"
	done
}

# Debian's Linux can be everything, so that nothing but userland will do.
linux_cells()
{
	set -- pv-1 pv-2 pvh-1 pvh-2
	for guest in "$@"; do
		write_guest "$guest"
	done
	# Unpacking takes its time: while the guests boot.
	xenctl image --json "$file" >$work/image 2>&1 &
	# The end of the line that userland writes: then all of it is there.
	run_guests " mem=" "$@"
	packing=$(json_value compression <$work/image)
	for guest in "$@"; do
		how=userland
		detail=
		judge_again "$guest" "GUEST UP: cpus=${guest#*-} mem=" userland
		cell "${guest%-*}" "${guest#*-}" $? "$how" "$detail"
	done
	stop_guests
}

# GRUB, which finds no disk and shows its prompt; it uses one processor. It asks for its disks in a
# xenstore and waits for the answer (a PV one ends if there is none): only "xenctl run" serves one.
grub_cell()
{
	if ! xenctl run --help >/dev/null 2>&1; then
		cell "$1" 1 0 "not tried: it wants a xenstore # SKIP no xenctl run"
		return
	fi
	xenctl run --kernel "$file" --type "$1" --memory ${MEMORY}M --on-crash destroy \
		</dev/null >$work/grub.out 2>$work/refused &
	runner=$!
	left=$PROMPT_SECONDS
	until grep -q "grub>" $work/grub.out || [ $left -eq 0 ] || ! kill -0 $runner 2>/dev/null; do
		left=$((left - 1))
		sleep 1
	done
	grep -q "grub>" $work/grub.out
	shown=$?
	kill -KILL $runner 2>/dev/null
	wait $runner 2>/dev/null
	stop_guests
	if [ $shown -eq 0 ]; then
		cell "$1" 1 0 prompt
	else
		cell "$1" 1 1 "no prompt" "$(cat $work/refused; tail -n 20 $work/grub.out)"
	fi
}

# What a file cannot be is refused with a sentence, before anything is built.
refused_cell()
{
	if xenctl start --kernel "$file" --type "$1" --memory ${MEMORY}M --paused \
		>/dev/null 2>$work/refused; then
		cell "$1" 1 1 "started, which it cannot be"
		stop_guests
		return
	fi
	sentence=$(sed -n 's/^xenctl: //p' $work/refused | head -n 1)
	grep -q "cannot start as" $work/refused
	cell "$1" 1 $? "refused: ${sentence##*: it cannot start as }"
}

# wanted NAME WORD...: no word means every name.
wanted()
{
	wanted_name=$1
	shift
	[ $# -gt 0 ] || return 0
	for word in "$@"; do
		case $wanted_name in
		*"$word"*) return 0 ;;
		esac
	done
	return 1
}

mkdir -p $work
: >$table
linuxes=0
for file in "$LAB"/kernels/*; do
	name=$(basename "$file")
	name=${name#vmlinuz-}
	packing=none
	wanted "$name" "$@" || continue
	case $name in
	grub-x86_64-xen.bin)
		grub_cell pv
		refused_cell pvh
		;;
	grub-i386-xen_pvh.bin)
		refused_cell pv
		grub_cell pvh
		;;
	grub-i386-xen.bin)
		# For 32-bit PV, which is gone from Linux as well.
		continue
		;;
	*)
		linuxes=$((linuxes + 1))
		linux_cells
		;;
	esac
done
if [ $# -eq 0 ] && [ $linuxes -lt $LINUXES_AT_LEAST ]; then
	failed=$((failed + 1))
	echo "not ok $((count + 1)) - matrix: $linuxes kernels of Linux, of $LINUXES_AT_LEAST or more"
fi
[ $failed -eq 0 ]
