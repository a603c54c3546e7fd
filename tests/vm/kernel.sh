#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kernel.sh KERNEL: prints the folder of a Debian cloud kernel (vmlinuz, release, lib/modules),
# fetched once into the cache. Exit 3: it cannot be had, and is none of the stock sources' kernels.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"

kernel=${1:?kernel.sh 5.10|6.1|6.12|7.2}
case $kernel in
5.10) suite=bullseye ;;
6.1 | 6.12) suite=stock ;;
7.2) suite=sid ;;
*) echo "kernel.sh: no kernel '$kernel'; choose 5.10, 6.1, 6.12 or 7.2" >&2 && exit 2 ;;
esac
dir=$pwru_cache/kernels/$kernel

# "6.1" must not find 6.12; -dbg and -unsigned are not what boots.
newest() { # VERSION-PATTERN
    suite_apt "$suite" apt-cache pkgnames linux-image- |
        grep -E "^linux-image-$1\.[^-]+(-[0-9]+)?-cloud-amd64$" | sort -V | tail -n 1 || true
}

missing() {
    echo "kernel $kernel: $1" >&2
    if [ "$suite" = stock ]; then exit 1; else exit 3; fi
}

fetch() {
    local image release packages new part
    image=$(newest "${kernel/./\\.}")
    if [ -z "$image" ] && [ "$kernel" = 7.2 ]; then
        image=$(newest '[0-9]+\.[0-9]+')
        [ -z "$image" ] || echo "kernel 7.2: sid has moved on; $image stands in for it" >&2
    fi
    [ -n "$image" ] || return 1
    release=${image#linux-image-}
    packages=("$image")
    for part in modules binary base; do # how 7.x is split
        ! suite_apt "$suite" apt-cache show "linux-$part-$release" >/dev/null 2>&1 ||
            packages+=("linux-$part-$release")
    done
    new=$(mktemp -d "$pwru_cache/kernels/new.XXXXXX")
    suite_unpack "$suite" "$new/root" "${packages[@]}" || return 1
    mkdir -p "$new/lib"
    mv "$new"/root/*/modules "$new/lib/" 2>/dev/null || mv "$new"/root/usr/lib/modules "$new/lib/"
    cp "$new"/root/boot/vmlinuz-* "$new/vmlinuz" 2>/dev/null ||
        cp "$new/lib/modules/$release/vmlinuz" "$new/vmlinuz"
    rm -rf "$new/root"
    find "$new/lib" -name '*.xz' -exec xz -d {} +
    /sbin/depmod -b "$new" "$release"
    echo "$release" >"$new/release"
    rm -rf "$dir"
    mv "$new" "$dir"
}

if [ ! -e "$dir/release" ]; then
    mkdir -p "$pwru_cache/kernels"
    exec 9>"$pwru_cache/kernels/$kernel.lock"
    flock 9
    if [ ! -e "$dir/release" ]; then
        [ "$suite" = stock ] || suite_update "$suite" || missing "the package lists of Debian $suite cannot be read"
        fetch || { suite_update "$suite" && fetch; } ||
            missing "no linux-image-$kernel cloud package can be downloaded from Debian $suite"
    fi
fi
echo "$dir"
