#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kernel.sh KERNEL: prints the folder of a Debian cloud kernel (vmlinuz, release, lib/modules), of amd64
# or, when the name ends with -arm64, of arm64; -arm64-16k is a kernel with pages of 16 KiB. The kernel
# is fetched once into the cache. "next" is the newest kernel of all, often not released yet; it is
# fetched again when there is a newer one.
# Exit status 3: the kernel cannot be fetched, and it is none of the stock sources' kernels.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kernel=${1:?kernel.sh 5.10|6.1|6.12|7.2|next|6.1-arm64|6.12-arm64|7.2-arm64|6.12-arm64-16k} version=${1%%-*}
package_arch=amd64 flavour=cloud-amd64
[ "$version" = "$kernel" ] || package_arch=arm64 flavour=cloud-arm64
[[ $kernel != *-16k ]] || flavour=arm64-16k
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"

case ${kernel%-arm64} in
5.10) suite=bullseye ;;
6.1 | 6.12) suite=stock ;;
6.12-arm64-16k) suite=trixie ;;
7.2) suite=sid ;;
next) suite=experimental ;;
*) echo "kernel.sh: no kernel '$kernel'; choose 5.10, 6.1, 6.12, 7.2 or next, or one of them with -arm64, or 6.12-arm64-16k" >&2 && exit 2 ;;
esac
dir=$pwru_cache/kernels/$kernel

# "6.1" must not find 6.12. Packages -dbg and -unsigned cannot be booted.
newest() { # VERSION-PATTERN
    suite_apt "$suite" apt-cache pkgnames linux-image- |
        grep -E "^linux-image-$1\.[^-]+(-[0-9]+)?-$flavour\$" | sort -V | tail -n 1 || true
}

missing() {
    echo "kernel $kernel: $1" >&2
    if is_machine "$suite"; then exit 1; else exit 3; fi
}

# The kernel of experimental: before its release the name of a kernel has no third number.
next_image() {
    suite_apt "$suite" apt-cache pkgnames linux-image- |
        grep -E "^linux-image-[0-9]+\.[0-9][^-]*(-[^-]+)?-$flavour\$" | sort -V | tail -n 1 || true
}

version_of() { suite_apt "$suite" apt-cache show "$1" 2>/dev/null | sed -n 's/^Version: //p' | head -n 1; }

# When the mirror does not answer, the kernel that is there is used.
is_newest() {
    local image
    [ -e "$dir/version" ] || return 1
    suite_update "$suite" 2>/dev/null || return 0
    image=$(next_image)
    [ -z "$image" ] || [ "$(version_of "$image")" = "$(cat "$dir/version")" ]
}

fetch() {
    local image release packages new part
    if [ "$version" = next ]; then image=$(next_image); else image=$(newest "${version/./\\.}"); fi
    if [ -z "$image" ] && [ "$version" = 7.2 ]; then
        image=$(newest '[0-9]+\.[0-9]+')
        [ -z "$image" ] || echo "kernel 7.2: sid has moved on; $image stands in for it" >&2
    fi
    [ -n "$image" ] || return 1
    release=${image#linux-image-}
    packages=("$image")
    for part in modules binary base; do # 7.x is split into these packages
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
    version_of "$image" >"$new/version"
    echo "$release" >"$new/release"
    rm -rf "$dir"
    mv "$new" "$dir"
}

is_there() { [ -e "$dir/release" ] && { [ "$version" != next ] || is_newest; }; }

if ! is_there; then
    mkdir -p "$pwru_cache/kernels"
    exec 9>"$pwru_cache/kernels/$kernel.lock"
    flock 9
    if ! is_there; then
        is_machine "$suite" || suite_update "$suite" || missing "the package lists of Debian $suite cannot be read"
        fetch || { suite_update "$suite" && fetch; } || [ -e "$dir/release" ] ||
            missing "no package linux-image-$version of the flavour $flavour can be downloaded from Debian $suite"
    fi
fi
echo "$dir"
