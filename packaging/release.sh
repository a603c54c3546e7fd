#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# release.sh [ARCH...]: makes everything that a release consists of, for amd64 and arm64 or for the named
# architectures, in build-release/out: executables, tarballs, .deb, .rpm, an OCI image, SHA256SUMS. The
# same commit gives the same bytes, whoever builds it, where and when, on the same release of Debian.
# PWRU_RELEASE_BUILD=FOLDER: builds and writes there instead of in build-release.
# PWRU_RELEASE_EXECUTABLE=FILE: packs this executable, for one ARCH, instead of building one.
# PWRU_RELEASE_CHANGED=1: also from a tree with changes that are not committed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here/.."
export LC_ALL=C TZ=UTC
umask 022
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

build=$(realpath -m "${PWRU_RELEASE_BUILD:-build-release}")
out=$build/out
archs=("$@")
[ $# -gt 0 ] || archs=(amd64 arm64)

if [ -z "${PWRU_RELEASE_CHANGED:-}" ] && [ -n "$(git status --porcelain)" ]; then
    echo "release: this tree has changes or files that are not committed; a release is made from a commit" >&2
    exit 1
fi
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

compile() { # ARCH
    local options=(-DCMAKE_BUILD_TYPE=Release)
    if [ "$1" != "$(dpkg --print-architecture)" ]; then
        options+=(--toolchain "$PWD/cmake/cross/$1.cmake" -DCMAKE_SYSROOT="$(cmake/cross/sysroot.sh "$1")")
    fi
    cmake -G Ninja -S . -B "$build/$1" "${options[@]}"
    if [ -n "${PWRU_RELEASE_EXECUTABLE:-}" ]; then
        cp -p "$PWRU_RELEASE_EXECUTABLE" "$build/$1/pwru"
    else
        ninja -C "$build/$1" pwru
    fi
}

# Lays out what is installed, as a package has it.
stage() { # ARCH
    local root=$build/$1/root
    rm -rf "$root"
    DESTDIR=$root cmake --install "$build/$1" --prefix /usr
    packaging/libraries.sh >"$root/usr/share/doc/pwru/LIBRARIES"
    gzip -9n "$root/usr/share/man/man8/pwru.8"
    same_times "$root"
}

tarball() { # ARCH
    local name=pwru-$file_version-linux-$1 root=$build/$1/root
    local tree=$build/$1/tarball/$name
    rm -rf "$build/$1/tarball"
    mkdir -p "$tree/completions"
    cp "$root/usr/bin/pwru" "$root"/usr/share/doc/pwru/* docs/pwru.8 "$tree/"
    cp packaging/completions/* "$tree/completions/"
    same_times "$tree"
    tar_of "$build/$1/tarball" "$name" | gzip -9n >"$out/$name.tar.gz"
}

rm -rf "$out"
mkdir -p "$out"
for arch in "${archs[@]}"; do
    compile "$arch"
    read_version "$build/$arch/version"
    stage "$arch"
    cp "$build/$arch/root/usr/bin/pwru" "$out/pwru-linux-$arch"
    tarball "$arch"
    packaging/deb.sh "$arch" "$build/$arch" "$out"
    packaging/rpm.sh "$arch" "$build/$arch" "$out"
done
packaging/oci.sh "$build" "$out" "${archs[@]}"
(cd "$out" && sha256sum -- * >SHA256SUMS)
same_times "$out"
echo "release: pwru $(cat "$build/${archs[0]}/version") is in $out:"
ls -l "$out"
