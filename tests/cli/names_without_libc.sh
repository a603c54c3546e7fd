#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Looks up names of a filter in an empty root, and in one whose nsswitch.conf leads to modules of
# another libc. No module may be loaded, and the usual names must be known. A filter is compiled before
# anything else is tried, so a valid one is followed by the error about --kernel-btf.
. "$(dirname "$0")/lib.sh"

inside=(chroot "$scratch/root")
if [ "$(id -u)" -ne 0 ]; then
    inside=(unshare --user --map-root-user "${inside[@]}")
    unshare --user --map-root-user true || { echo "SKIPPED: needs root or user namespaces" && exit 77; }
fi
mkdir -p "$scratch/root"
chmod 755 "$scratch" "$scratch/root"
if ldd "$PWRU" >/dev/null 2>&1; then
    echo "SKIPPED: this build is not static" && exit 77
fi
install -m 755 "$PWRU" "$scratch/root/pwru"

# in_root ARGUMENT...
in_root() {
    last_command=(timeout -s KILL 50 "${inside[@]}" /pwru --kernel-btf /none "$@")
    status=0
    "${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}

compiles() {
    in_root "$@"
    expect_in err 'nothing is mounted on /proc'
}

unknown() {
    in_root "$@"
    expect_status 2
    expect_one_line err
    expect_in err unknown
}

known_everywhere() {
    compiles 'tcp port http or udp port domain or port ntp'
    # shellcheck disable=SC1003  # libpcap's backslash
    compiles 'ip proto \sctp or ip6 proto ospf or ip proto gre'
    compiles 'tcp portrange http-pop3'
    unknown port nosuchservice
    unknown ip proto nosuchprotocol
    unknown ether host nosuchether
    unknown net nosuchnetwork
}

# An empty root has neither /etc nor a libc. The only name server that is asked is one on lo, if there
# is any.
known_everywhere
unknown host nosuchhost.invalid

# This module ends the process that loads it. It lies under each name and in each place, beside the libc
# that it needs.
mkdir -p "$scratch/root/etc"
cat >"$scratch/root/etc/nsswitch.conf" <<'NSS'
hosts: files mdns4_minimal [NOTFOUND=return] myhostname resolve dns
passwd: compat systemd
services: db files
protocols: db files
networks: db files
ethers: db files
NSS
echo '__attribute__((constructor)) static void die(void) { __builtin_trap(); }' >"$scratch/die.c"
"${CC:-cc}" -shared -fPIC -o "$scratch/die.so" "$scratch/die.c"
loader=$(ldconfig -p | sed -n 's/.*[^0-9a-z]libc\.so\.6 .*=> //p' | head -n 1)
for folder in /lib "$(dirname "$loader")" /usr/lib; do
    mkdir -p "$scratch/root/$folder"
    cp -L "$loader" "$(dirname "$loader")"/ld-linux* "$scratch/root/$folder/"
    for module in mdns4_minimal myhostname resolve systemd compat db files dns; do
        cp "$scratch/die.so" "$scratch/root/$folder/libnss_$module.so.2"
    done
done
known_everywhere
unknown host nosuchhost.invalid

# Files are asked before name servers.
echo '192.0.2.1 foo' >"$scratch/root/etc/hosts"
echo 'nosuchservice 4242/tcp' >"$scratch/root/etc/services"
echo 'nosuchprotocol 200' >"$scratch/root/etc/protocols"
echo '02:00:00:00:00:01 nosuchether' >"$scratch/root/etc/ethers"
echo 'nosuchnetwork 10.0.0.0' >"$scratch/root/etc/networks"
compiles host foo
compiles 'tcp port nosuchservice and tcp port http'
compiles 'ip proto nosuchprotocol or ip proto gre'
compiles ether host nosuchether
compiles net nosuchnetwork
