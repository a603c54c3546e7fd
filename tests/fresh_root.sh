#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fresh_root.sh [FOLDER]: proves that the README's two commands work on a Debian 12 root that has only
# git added. Makes the root with debootstrap in FOLDER, clones this repository's HEAD there, and runs
# ./dev demo and ./dev test. Needs root and debootstrap. FOLDER (default: a temporary one) is removed at
# the end.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=vm/apt.sh
. "$here/vm/apt.sh"
root=${1:-$(mktemp -d)}
commands=${PWRU_FRESH_COMMANDS:-demo test}

clean_up() {
    local mounted
    for mounted in dev/pts dev sys proc; do
        ! mountpoint -q "$root/$mounted" || umount "$root/$mounted"
    done
    rm -rf --one-file-system "$root"
}
trap clean_up EXIT

debootstrap --variant=minbase --include=git bookworm "$root" "$(mirror_of bookworm)"
for suite in bookworm bookworm-updates bookworm-security; do
    echo "deb $(mirror_of "$suite") $suite main"
done >"$root/etc/apt/sources.list"
cp /etc/resolv.conf "$root/etc/resolv.conf"
git clone -q --no-local "$here/.." "$root/root/pwru"

mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
for command in $commands; do
    echo "== fresh root: ./dev $command"
    start=$SECONDS
    chroot "$root" env -i HOME=/root TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /root/pwru/dev "$command"
    echo "== fresh root: ./dev $command took $((SECONDS - start)) s"
done
