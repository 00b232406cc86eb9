# SPDX-License-Identifier: LGPL-2.1-or-later
# What the scripts of this folder share; sourced by them.
# shellcheck shell=bash
set -euo pipefail

ABI=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# A folder of our own, gone when the script ends.
TEMPORARY=$(mktemp -d)
trap 'rm -rf "$TEMPORARY"' EXIT

# Run a command quietly: show what it said only if it fails.
quietly()
{
	"$@" >"$TEMPORARY/log" 2>&1 || { cat "$TEMPORARY/log" >&2; return 1; }
}

# configure SOURCE BUILD: one compiler and one kind of debug information, so that dumps are the same
# everywhere. What a kernel may be packed with is no part of the ABI.
configure()
{
	CC=gcc CFLAGS='' LDFLAGS='' quietly meson setup "$2" "$1" -Dbuildtype=plain -Dc_args='-g -Og' \
		-Dauto_features=disabled
}

# compile BUILD: libxen.so alone, which then is BUILD/lib/libxen.so.
compile()
{
	quietly meson compile -C "$1" xen
}

# dump LIBRARY HEADERS: print the ABI that applications see.
dump()
{
	local library

	library=$(readlink -f "$1")
	quietly abi-dumper "$library" -o "$TEMPORARY/full.dump" -lver "${library##*.so.}" \
		-public-headers "$2"
	perl "$ABI/prune" "$2" <"$TEMPORARY/full.dump"
}

# The dump of the last release (or of the coming first one).
newest_record()
{
	find "$ABI" -name 'libxen-*.dump' | sort -V | tail -n 1
}
