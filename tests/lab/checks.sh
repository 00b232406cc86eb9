#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What xenctl promises, tried on the Xen that runs here. Runs in dom0; prints TAP.
# shellcheck shell=dash
set -u
. "$(dirname "$0")/guest.sh"

count=0
failed=0
work=/tmp/checks

# result NAME STATUS [DETAIL]: one line of TAP, the detail only with a failure.
result()
{
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $1"
	echo "${3:-}" | sed 's/^/# /'
}

# check NAME COMMAND...: the command must succeed; its output is the detail.
check()
{
	check_name=$1
	shift
	if "$@" >$work/check.out 2>&1; then
		result "$check_name" 0
	else
		result "$check_name" 1 "$*: $(tail -n 5 $work/check.out)"
	fi
}

same()
{
	echo "$1, expected $2"
	[ -n "$1" ] && [ "$1" = "$2" ]
}

# exits STATUS WORD COMMAND...: the command ends with that status, and its message has the word.
exits()
{
	wanted=$1
	word=$2
	shift 2
	"$@" >$work/exits.out 2>&1
	got=$?
	echo "status $got, expected $wanted; said: $(tail -n 3 $work/exits.out)"
	[ $got -eq "$wanted" ] && grep -qi "$word" $work/exits.out
}

# Of which type the guests are that start() starts.
type=pv

# Start a guest with the given options; its number in $domain.
start()
{
	domain=$(xenctl start --type $type --ramdisk $RAMDISK "$@" 2>$work/start.err)
	started=$?
	[ $started -eq 0 ] || sed 's/^/# /' $work/start.err
	return $started
}

console()
{
	xenctl console "$@" </dev/null
}

# boot TEXT OUTPUT OPTION...: start a guest and read its console until TEXT comes. If the emulator
# killed it on the way, and only then, another one is started.
boot()
{
	boot_text=$1
	boot_output=$2
	shift 2
	for try in 1 2 3 4; do
		start "$@" || return 1
		console --timeout 120 --until "$boot_text" "$domain" >"$boot_output" 2>&1
		if grep -q "$boot_text" "$boot_output" || ! emulator_failed "$domain"; then
			return 0
		fi
		echo "# try $try: the guest ended by a triple fault"
		xenctl stop "$domain"
	done
}

stop_all()
{
	for guest in $(guests); do
		xenctl stop "$guest" >/dev/null 2>&1
	done
}

check_memory()
{
	check "$1: free memory is exactly as before" same "$(free_memory)" "$before"
}

# Linux keeps some memory for itself: what it calls MemTotal is less than the guest has.
plausible_memory()
{
	told=$(sed -nE 's/.*mem=([0-9]+).*/\1/p' "$1" | head -n 1)
	echo "guest says ${told:-nothing} kB of $2 MB"
	[ -n "$told" ] && [ "$told" -lt $(($2 * 1024)) ] && [ "$told" -gt $(($2 * 512)) ]
}

guest_boots()
{
	image=$1
	vcpus=$2
	megabytes=$3
	title="$type, $(basename "$image"), $vcpus vCPU, $megabytes MB"

	if ! boot "tick 1" $work/boot.out --kernel "$image" --memory "${megabytes}M" \
		--vcpus "$vcpus" --cmdline "$CMDLINE"; then
		result "$title: starts" 1 "$(cat $work/start.err)"
		return
	fi
	check "$title: it is one" same "$(fact "$domain" type)" "$type"
	check "$title: userland on the console" grep -q "GUEST UP: cpus=$vcpus " $work/boot.out
	check "$title: the guest sees its memory" plausible_memory $work/boot.out "$megabytes"
	check "$title: vCPUs online" same "$(fact "$domain" vcpus_online)" "$vcpus"
	check "$title: stop" xenctl stop "$domain"
	check_memory "$title"
}

check_boots()
{
	for vcpus in 1 2; do
		for megabytes in 128 512; do
			guest_boots $KERNEL "$vcpus" "$megabytes"
		done
	done
	guest_boots $UNPACKED 1 128
	guest_boots $UNPACKED 2 512
}

# Nothing of Xen's is loaded, and libxen is: seen in the running process.
check_libraries()
{
	xenctl console "$domain" </dev/null >$work/console.out 2>&1 &
	reader=$!
	sleep 1
	grep -o '/[^ ]*\.so[^ ]*$' /proc/$reader/maps | sort -u >$work/maps
	kill $reader
	wait $reader 2>/dev/null
	check "libraries: libxen.so is loaded" grep -q '/libxen\.so' $work/maps
	check "libraries: none of Xen's is" \
		sh -c "! grep -E '/libxen[a-z]|/libxl' $work/maps"
}

check_suspend()
{
	title="$type, suspend"
	boot "tick 2" $work/ticks --kernel $UNPACKED --memory 128M --cmdline "$CMDLINE"
	result "$title: a guest starts" $?
	check "$title: succeeds" xenctl suspend "$domain"
	console --timeout 1 "$domain" >>$work/ticks 2>&1

	time_then=$(fact "$domain" cpu_time_ns)
	console --timeout 4 "$domain" >$work/silence 2>$work/silence.err
	check "$title: the state says so" same "$(fact "$domain" state)" suspended
	check "$title: its CPU time stands still" same "$(fact "$domain" cpu_time_ns)" "$time_then"
	check "$title: its console is silent" same "$(wc -c <$work/silence | tr -d ' ')" 0

	tick_then=$(last_tick $work/ticks)
	check "$title, resume: succeeds" xenctl resume "$domain"
	console --timeout 60 --until "tick $((tick_then + 2))" "$domain" >$work/on 2>&1
	check "$title, resume: the ticks go on" grep -q "tick $((tick_then + 2))" $work/on
	check "$title, resume: CPU time goes on" \
		test "$(fact "$domain" cpu_time_ns)" -gt "$time_then"
	check_libraries
	check "$title: stop" xenctl stop "$domain"
	check "$title: the number is gone" exits 3 "domain" xenctl info "$domain"
	check_memory "$title"
}

check_typing()
{
	start --kernel $UNPACKED --memory 128M --cmdline "$CMDLINE lab=shell"
	result "typing: a guest with a shell starts" $?
	console --timeout 120 --until "GUEST UP" "$domain" >/dev/null 2>&1
	# shellcheck disable=SC2016
	check "typing: the guest's shell answers" sh -c \
		"echo 'echo answer \$((6 * 7))' | xenctl console --timeout 60 --until 'answer 42' $domain"
	check "typing: stop" xenctl stop "$domain"
}

# guest_ends WORD STATE: the last words can be read, and the list tells how it ended.
guest_ends()
{
	title="$type, $1"
	boot "GUEST UP" $work/words --kernel $UNPACKED --memory 128M --cmdline "$CMDLINE lab=$1"
	result "$title: a guest starts" $?
	check "$title: its words were read" grep -q "GUEST UP" $work/words
	console --timeout 120 "$domain" >$work/words 2>&1
	check "$title: the console ends with the guest" same $? 0
	check "$title: its state tells why" sh -c "xenctl list --json | grep -q '$2'"
	check "$title: stop" xenctl stop "$domain"
	check_memory "$title"
}

check_flood()
{
	start --kernel $UNPACKED --memory 128M --cmdline "$CMDLINE lab=flood"
	result "flood: a guest starts" $?
	console --timeout 60 --until "GUEST UP" "$domain" >/dev/null 2>&1
	console --timeout 5 "$domain" >$work/flood 2>/dev/null
	check "flood: much was read ($(wc -c <$work/flood) bytes in 5 s)" \
		test "$(wc -c <$work/flood)" -gt 10000
	tr -d '\r' <$work/flood | sed '1d;$d' |
		grep -vx "a line of the flood, to see who loses what when the reader is slow" \
			>$work/damaged
	check "flood: no line is damaged" same "$(wc -l <$work/damaged)" 0
	check "flood: stop while it writes" xenctl stop "$domain"
	check_memory "flood"
}

check_two_guests()
{
	start --kernel $UNPACKED --memory 128M --cmdline "$CMDLINE" && first=$domain
	start --kernel $UNPACKED --memory 128M --cmdline "$CMDLINE" && second=$domain
	console --timeout 120 --until "tick 1" "$first" >$work/first 2>&1 &
	console --timeout 120 --until "tick 1" "$second" >$work/second 2>&1
	wait
	check "two guests: the first is up" grep -q "GUEST UP" $work/first
	check "two guests: the second is up" grep -q "GUEST UP" $work/second
	check "two guests: the list has both" same "$(guests | wc -l)" 2
	check "two guests: one command stops both" xenctl stop "$first" "$second"
	check_memory "two guests"
}

# Run a start in the foreground (so that SIGINT is not ignored) and send it a signal as soon as
# its domain is there, that is, in the middle of building it.
interrupt_start()
{
	(
		tries=0
		while [ -z "$(guests)" ] && [ $tries -lt 300 ]; do
			tries=$((tries + 1))
		done
		kill "-$1" "$(cat $work/pid)"
	) &
	# shellcheck disable=SC2016
	sh -c 'echo $$ >'$work'/pid; exec "$@"' sh xenctl start --type $type --kernel $UNPACKED \
		--ramdisk $RAMDISK --memory 1G --cmdline "$CMDLINE" >$work/interrupted 2>&1
	interrupted=$?
	wait
}

# What kill -9 left: a start that was cut off is unfinished. One that was killed when the guest had
# been let go (a PVH guest's memory is unmapped after that) has left a guest, and it runs.
check_killed()
{
	if [ "$(fact "$domain" state)" = unfinished ]; then
		check "$type, kill -9: before the guest ran: it never did" \
			same "$(fact "$domain" cpu_time_ns)" 0
	else
		console --timeout 120 --until "GUEST UP" "$domain" >$work/killed 2>&1
		check "$type, kill -9: after the guest had begun to run: it runs" \
			grep -q "GUEST UP" $work/killed
	fi
}

check_interrupts()
{
	interrupt_start INT
	check "$type, Ctrl-C: start ends with 130" same $interrupted 130
	check "$type, Ctrl-C: no domain is left" same "$(guests | wc -l)" 0
	check_memory "$type, Ctrl-C"

	interrupt_start KILL
	domain=$(guests)
	check "$type, kill -9: start was killed" same $interrupted 137
	check "$type, kill -9: one domain is left" same "$(guests | wc -l)" 1
	check_killed
	check "$type, kill -9: stop removes it" xenctl stop "$domain"
	check_memory "$type, kill -9"
}

# What 'xenctl info' says behind these words, and two blanks at least: info_line DOMAIN WORDS.
info_line()
{
	xenctl info "$1" | sed -n "s/^$2   *//p"
}

# placed TYPE CMDLINE: a guest with every wish there is, each read back, and one vCPU of two up.
placed()
{
	start --type "$1" --kernel $UNPACKED --memory 128M --maxmem 160M --vcpus 1 --maxvcpus 2 \
		--cpus 1 --cpus-soft 0,1 --pool 0 --nodes 0 --weight 512 --cap 90 \
		--tsc-mode native --paused --cmdline "$2" || return 1
	told="$(info_line "$domain" "cpu pool") $(info_line "$domain" weight)"
	told="$told $(info_line "$domain" cap), $(info_line "$domain" cpus) of"
	told="$told $(info_line "$domain" "cpus preferred"), $(info_line "$domain" nodes),"
	told="$told $(info_line "$domain" "tsc mode"), $(fact "$domain" vcpus) vCPUs,"
	told="$told $(fact "$domain" memory_bytes) of $(fact "$domain" memory_max_bytes)"
	xenctl resume "$domain" &&
		console --timeout 120 --until "GUEST UP: cpus=1 " --read-only "$domain" \
			>$work/placed.out 2>&1 && xenctl stop "$domain"
}

# A pvh guest takes its vCPUs from the ACPI tables; a pv Linux would take both.
check_placement()
{
	for type in pv pvh; do
		options="$CMDLINE"
		[ $type = pvh ] || options="$CMDLINE maxcpus=1"
		for try in 1 2 3; do
			told=nothing
			placed $type "$options"
			lived=$?
			if [ $lived -eq 0 ] || ! emulator_failed "$domain"; then
				break
			fi
			echo "# placement, $type: a triple fault, try $try"
			stop_all
		done
		result "placement: a $type guest with every wish comes up with one vCPU" $lived
		check "placement: of a $type guest, all wishes are read back" same "$told" \
			"0 512 90 %, 1 of all, all, native, 2 vCPUs, 134217728 of 168820736"
	done
	check "placement: CPUs that there are not" exits 1 "pool 0, which has 0-1" \
		xenctl start --kernel $UNPACKED --memory 128M --cpus 2-3
	check "placement: a pool that there is not" exits 1 "no CPU pool 9" \
		xenctl start --kernel $UNPACKED --memory 128M --pool 9
	check "placement: a cap that is too large" exits 1 "to 100 percent" \
		xenctl start --kernel $UNPACKED --memory 128M --cap 101
}

# Hypercalls of a PVH guest's start with so many MB, as --timing counts them; in $calls.
count_calls()
{
	xenctl start --type pvh --kernel $UNPACKED --memory "$1M" --paused --timing --json \
		>$work/timing.json 2>$work/start.err
	calls=$(json_value hypercalls <$work/timing.json)
	check "hypercalls: stop" xenctl stop "$(json_value domid <$work/timing.json)"
}

# None for each page: superpages, and one call for many of them.
check_hypercalls()
{
	count_calls 128
	few=$calls
	count_calls 512
	check "hypercalls: ${few:-none} for 128 MB of PVH, ${calls:-none} for 512 MB" \
		[ "$few" -gt 0 -a "$((calls * 5))" -le $((few * 6 + (512 - 128) / 2 * 5)) ]
}

check_refusals()
{
	uuid=01234567-89ab-cdef-0123-456789abcdef
	start --kernel $UNPACKED --memory 128M --uuid $uuid --paused --cmdline "$CMDLINE"
	result "refusals: a guest with a UUID starts" $?
	check "refusals: UUID in use" exits 1 "uuid" \
		xenctl start --kernel $UNPACKED --memory 128M --uuid $uuid
	check "refusals: stop by UUID" xenctl stop $uuid
	check "refusals: more memory than there is" exits 6 "memory" \
		xenctl start --kernel $UNPACKED --memory 64G
	check "refusals: less memory than the kernel needs" exits 1 "memory" \
		xenctl start --kernel $UNPACKED --memory 16M
	check "refusals: a domain that never was" exits 3 "domain" xenctl info 4711
	check "refusals: no kernel" exits 1 "no-such-file" xenctl start --kernel $LAB/no-such-file
	echo "this is no kernel" >$work/text
	check "refusals: a text file as kernel" exits 1 "kernel" \
		xenctl start --kernel $work/text --memory 128M
	check_memory "refusals"
}

# It stops every guest that it finds: never on a real host.
if [ ! -e /out/command ] && [ ! -e /out/shell ]; then
	echo "Bail out! this is not a dom0 of the lab"
	exit 1
fi
mkdir -p $work

check "host: xenctl reads this Xen" xenctl host
check "log: xenctl reads Xen's own log" sh -c "xenctl log | grep -q ."
check "dom0 has none of the toolstack's" sh -c "! pidof xenstored oxenstored xenconsoled"

check "first guests: start, run, stop" settle
before=$(free_memory)

check_boots
check_suspend
check_typing
guest_ends poweroff shutdown
guest_ends reboot shutdown
guest_ends crash crashed
check_flood
check_two_guests
check_interrupts
check_refusals
check_placement
check_hypercalls

# What a guest's life is made of, again as PVH.
if host_runs_pvh; then
	type=pvh
	guest_boots $KERNEL 1 128
	guest_boots $UNPACKED 2 512
	check_suspend
	guest_ends poweroff shutdown
	guest_ends crash crashed
	check_interrupts
else
	echo "# this host starts no PVH guests: not tried"
fi

check "end: no guest is left" same "$(guests | wc -l)" 0
stop_all
echo "1..$count"
[ $failed -eq 0 ]
