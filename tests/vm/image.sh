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
pwru=${PWRU:-$here/../../build/pwru}

root=$(mktemp -d)
chmod 755 "$root" # this folder becomes the guest's /
trap 'rm -rf "$root"' EXIT

# add FILE...: copies files and the libraries that they need to the same place in the guest.
add() {
    local file library
    for file in "$@"; do
        install -D "$file" "$root/$file"
        for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true); do
            [ -e "$root/$library" ] || install -D "$library" "$root/$library"
        done
    done
}

# tool NAME...: copies tools to /usr/sbin, where they are found before busybox's tools of the same names
# in /bin.
tool() {
    local name path
    for name in "$@"; do
        path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$name") || {
            echo "image.sh: the guest needs '$name', which is not installed; run ./dev deps" >&2
            exit 1
        }
        path=$(readlink -f "$path")
        add "$path"
        [ "$path" = "/usr/sbin/$name" ] || ln -s "$path" "$root/usr/sbin/$name"
    done
}

add_tools() {
    local name
    tool bash ip tc bridge ping curl socat setpriv timeout ethtool bpftool tcpdump jq xtables-legacy-multi xtables-nft-multi
    for name in iptables iptables-save ip6tables ip6tables-save; do
        ln -s xtables-legacy-multi "$root/usr/sbin/$name"
    done
    ln -s xtables-nft-multi "$root/usr/sbin/arptables-nft"
    add /usr/lib/*-linux-gnu/xtables/lib{xt,ipt,ip6t}_*.so
    install /bin/busybox "$root/bin/busybox"
    ln -s /usr/sbin/bash "$root/bin/bash"
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
        objcopy --remove-section=.BTF --remove-section=.BTF.base {} "$root/vm/dummy-without-btf.ko" \;
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

# Adds the program that sends frames which no protocol would send.
add_sender() { gcc -O2 -static -o "$root/usr/bin/send_frames" "$here/send_frames.c"; }

mkdir -p "$root"/{bin,sbin,dev,etc,proc,sys,tmp,run,root,vm,usr/bin,usr/sbin,lib/modules/"$release"}
ln -s /proc/mounts "$root/etc/mtab"
echo 'root:x:0:0::/root:/bin/sh
nobody:x:65534:65534::/:/bin/sh' >"$root/etc/passwd"
add_tools
add_modules
add_bpf
add_sender
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
