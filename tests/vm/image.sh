#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image.sh KERNEL-DIR OUT COMMAND: writes the guest's initramfs to OUT. It has busybox, the network
# tools with their libraries, the kernel modules of modules.txt, pwru, the scenarios, and COMMAND (when
# that is empty, a shell on the serial line).
# VM_OVERLAY: folders that are laid over the guest's root.
# VM_SUITE: the folder whose scenarios the guest gets, `scenarios` or `faults`.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kernel_dir=$1 out=$2 command=$3
release=$(cat "$kernel_dir/release")

build=$here/../../build
[[ $release != *-arm64* ]] || build+=-arm64
pwru=${PWRU:-$build/pwru}

root=$(mktemp -d)
chmod 755 "$root" # this folder becomes the guest's /
trap 'rm -rf "$root"' EXIT

# Where the guest's programs come from: this machine or, for another architecture, a folder.
tools=
prefix=
case $release in
*-arm64*)
    tools=$("$here/guest_tools.sh" arm64)
    prefix=aarch64-linux-gnu-
    ;;
esac

# libraries FILE: the libraries and the loader that a program needs, one path a line.
libraries() {
    local needed path
    if [ -z "$tools" ]; then
        ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true
        return
    fi
    {
        readelf -lW "$1" | sed -n 's/.*program interpreter: \(.*\)]$/\1/p'
        readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)]$/\1/p'
    } 2>/dev/null | while read -r needed; do
        for path in "$needed" "/lib/aarch64-linux-gnu/$needed" "/usr/lib/aarch64-linux-gnu/$needed"; do
            [ ! -e "$tools/$path" ] || { echo "$path" && break; }
        done
    done
}

# add FILE...: copies files and the libraries that they need to the same place in the guest.
add() {
    local file library
    for file in "$@"; do
        install -D "$tools$file" "$root/$file"
        for library in $(libraries "$tools$file"); do
            [ -e "$root/$library" ] || add "$library"
        done
    done
}

# find_tool NAME: its path. A link within the folder may name its target as if the folder were the root.
find_tool() {
    local dir path target
    for dir in ${PATH//:/ } /usr/sbin /sbin /usr/bin /bin; do
        path=$dir/$1
        if [ -n "$tools" ] && [ -L "$tools$path" ]; then
            target=$(readlink "$tools$path")
            path=$(realpath -ms "${target/#[^\/]/$dir/${target:0:1}}")
        elif [ -z "$tools" ]; then
            path=$(readlink -f "$path")
        fi
        [ ! -f "$tools$path" ] || [ ! -x "$tools$path" ] || { echo "$path" && return; }
    done
    return 1
}

# tool NAME...: copies tools to /usr/sbin, where they are found before busybox's tools of the same names
# in /bin.
tool() {
    local name path
    for name in "$@"; do
        path=$(find_tool "$name") || {
            echo "image.sh: the guest needs '$name', which is not installed; run ./dev deps" >&2
            exit 1
        }
        add "$path"
        [ "$path" = "/usr/sbin/$name" ] || ln -s "$path" "$root/usr/sbin/$name"
    done
}

add_tools() {
    local name
    tool bash ip tc bridge ping curl socat setpriv timeout ethtool bpftool tcpdump jq xtables-legacy-multi xtables-nft-multi nft
    [ -n "$tools" ] || tool ipvsadm arptables-legacy ebtables-legacy # no scenario of another architecture uses them
    for name in {iptables,ip6tables}{,-legacy,-save,-restore}; do
        ln -s xtables-legacy-multi "$root/usr/sbin/$name"
    done
    for name in iptables-nft ip6tables-nft arptables-nft; do ln -s xtables-nft-multi "$root/usr/sbin/$name"; done
    for name in "$tools"/usr/lib/*-linux-gnu/xtables/lib{xt,ipt,ip6t}_*.so; do add "${name#"$tools"}"; done
    install "$tools/bin/busybox" "$root/bin/busybox"
    [ -e "$root/bin/bash" ] || ln -s /usr/sbin/bash "$root/bin/bash"
}

add_modules() {
    local name path
    grep -hv '^#' "$here"/modules{,_on_demand}.txt | while read -r name; do
        /sbin/modprobe -S "$release" -d "$kernel_dir" --show-depends "$name" 2>/dev/null || true
    done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r path; do
        install -D -m 644 "$path" "$root/lib/modules/$release/${path##*"/$release/"}"
    done
    cp "$kernel_dir/lib/modules/$release/"modules.{builtin,builtin.modinfo,order} "$root/lib/modules/$release/"
    /sbin/depmod -b "$root" "$release"
    # The scenario 24-module-without-btf loads this module.
    find "$root/lib/modules" -name 'dummy.ko' -exec \
        "${prefix}objcopy" --remove-section=.BTF --remove-section=.BTF.base {} "$root/vm/dummy-without-btf.ko" \;
}

# Adds the BPF programs that scenarios attach, and one without BTF: the compiler writes BTF only with -g.
add_bpf() {
    local source name
    local flags=(-target bpf -O2 -mcpu=v2 "-I/usr/include/$(uname -m)-linux-gnu")
    for source in "$here"/bpf/*.bpf.c; do
        name=$(basename "$source" .bpf.c)
        clang "${flags[@]}" -g -c "$source" -o "$root/vm/$name.bpf.o"
    done
    clang "${flags[@]}" -c "$here/bpf/tc.bpf.c" -o "$root/vm/tc-without-btf.bpf.o"
}

# Adds the programs that send frames which no protocol would send, have a socket with a filter, hold
# packets of NFQUEUE, have a BPF program in netfilter, show a program's code, and make files with debug info.
add_programs() {
    local name
    for name in send_frames filtered_socket hold_packets attach_bpf jited_code fake_debug_info; do
        "${prefix}gcc" -O2 -static -o "$root/usr/bin/$name" "$here/$name.c"
    done
}

mkdir -p "$root"/{bin,sbin,dev,etc,proc,sys,tmp,run,root,vm,usr/bin,usr/sbin,lib/modules/"$release"}
ln -s /proc/mounts "$root/etc/mtab"
echo 'root:x:0:0::/root:/bin/sh
nobody:x:65534:65534::/:/bin/sh' >"$root/etc/passwd"
add_tools
add_modules
add_bpf
add_programs
cp "$here/modules.txt" "$root/vm/"
cp -r "$here/${VM_SUITE:-scenarios}" "$root/vm/scenarios"
cp "$here"/guest/* "$here/../../docs/event.schema.json" "$root/vm/"
ln -s vm/init "$root/init"
[ ! -e "$pwru" ] || install "$pwru" "$root/usr/bin/pwru"
for overlay in ${VM_OVERLAY:-}; do
    cp -a "$overlay/." "$root/"
done
printf '%s\n' "$command" >"$root/vm/command"
[ -n "$command" ] || rm "$root/vm/command"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$out"
