# SPDX-License-Identifier: LGPL-2.1-or-later
# What every script of the lab shares: paths, the table of Xens, messages. To be sourced.
# shellcheck shell=bash disable=SC2034

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd "$LAB_DIR/../.." && pwd)
CACHE=$REPO/.cache/lab

# Which Debian suite has which Xen. A new row here is all that a new Xen in the archive needs.
LAB_XENS="4.14:bullseye 4.17:bookworm 4.20:trixie"
KERNEL_SUITE=bookworm

# The matrix' other kernels: suite, package (for linux-image-... the one that it stands for today),
# and the path its files begin with. They lie in KERNELS, which dom0 sees as /lab/kernels.
LAB_KERNELS="bullseye:linux-image-amd64:boot/vmlinuz- trixie:linux-image-amd64:boot/vmlinuz-
	bookworm:linux-image-cloud-amd64:boot/vmlinuz-
	bookworm:grub-xen-host:usr/lib/grub-xen/grub-"

# What dom0 sees as /lab; made by prepare and stage.
SHARE=$CACHE/share
KERNELS=$SHARE/kernels

# Modules of dom0's kernel, by name; what they depend on is found by modprobe.
DOM0_MODULES="xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xenfs virtio_pci 9pnet_virtio 9p"

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "$(basename "$0"): $*"
	exit 1
}

# The versions that are there to be booted, one a line.
lab_versions()
{
	local row

	for row in $LAB_XENS; do
		if [ -e "$CACHE/xen-${row%%:*}" ]; then
			echo "${row%%:*}"
		fi
	done
}

# A file that stands only when it is whole: write to "$1.new", then make_whole "$1".
make_whole()
{
	mv -f "$1.new" "$1"
}
