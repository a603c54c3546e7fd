#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The executable alone is enough, whatever else a root file system has: nothing at all, as in an image from
# scratch; musl and no nsswitch.conf, as in Alpine; an nsswitch.conf for systemd and no libc, as in an
# image that was cut out of Ubuntu. Each root is read-only and in namespaces of its own, and pwru has no
# capability there. Traces in such roots: tests/vm/scenarios/145-in-a-container.sh; real roots of Debian:
# tests/release/roots.
. "$(dirname "$0")/lib.sh"

namespaces=(unshare --mount --pid --net --uts --ipc --cgroup --fork)
if [ "$(id -u)" -ne 0 ] || ! "${namespaces[@]}" true; then
    echo "SKIPPED: needs root and namespaces" && exit 77
fi
if ldd "$PWRU" >/dev/null 2>&1; then
    echo "SKIPPED: this build is not static" && exit 77
fi

# contained ARGUMENT...: runs pwru as process 1 of a container made of $root.
contained() {
    # shellcheck disable=SC2016  # the inner shell expands them
    last_command=(timeout -s KILL 50 "${namespaces[@]}" bash -ec '
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mount -o remount,bind,ro "$1"
        cd "$1"
        exec setpriv --no-new-privs --bounding-set=-all,+sys_chroot --inh-caps=-all chroot . /pwru "${@:2}"' \
        - "$root" "$@")
    status=0
    "${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}

# A filter is compiled before anything else is tried, so a good one is followed by the next error.
works() {
    install -m 755 "$PWRU" "$root/pwru"
    contained --version
    expect_status 0
    expect_empty err
    expect_in out "$("$PWRU" --version)"
    contained --help
    expect_status 0
    expect_in out --filter-func
    contained --kernel-btf /none "$@"
    expect_one_line err
    expect_in err /none
    contained --kernel-btf /none --output-file /trace 'host no-such-host.invalid'
    expect_status 2
    expect_one_line err
    # What is missing is said in a sentence.
    contained icmp
    expect_status 3
    expect_one_line err
    expect_in err '/sys'
}

root=$scratch/empty
mkdir -p "$root/proc"
works 'tcp port https or ip proto gre'

# musl's loader, which nothing may start, and the files of a small system.
root=$scratch/alpine
mkdir -p "$root"/{proc,etc,lib,bin}
echo 'exit 99' >"$root/lib/ld-musl-$(uname -m).so.1"
chmod 755 "$root"/lib/*
ln -s "ld-musl-$(uname -m).so.1" "$root/lib/libc.musl-$(uname -m).so.1"
echo '127.0.0.1 localhost localhost.localdomain' >"$root/etc/hosts"
echo 'options ndots:5 single-request timeout:1' >"$root/etc/resolv.conf"
printf 'https\t\t443/tcp\n' >"$root/etc/services"
works 'host localhost and tcp port https'

root=$scratch/ubuntu
mkdir -p "$root"/{proc,etc}
cat >"$root/etc/nsswitch.conf" <<'NSS'
passwd:         files systemd
hosts:          files mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns mymachines
networks:       files
protocols:      db files
services:       db files
ethers:         db files
NSS
printf '127.0.0.1 localhost\n::1 ip6-localhost\n' >"$root/etc/hosts"
echo 'nameserver 127.0.0.53' >"$root/etc/resolv.conf"
works 'host ip6-localhost or host localhost and tcp port https'

# Nothing is mounted at all.
root=$scratch/bare
mkdir -p "$root"
install -m 755 "$PWRU" "$root/pwru"
bare() { # ARGS...
    last_command=(timeout -s KILL 50 chroot "$root" /pwru "$@")
    status=0
    "${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}
bare icmp
expect_status 3
expect_empty out
expect_one_line err
expect_in err 'nothing is mounted on /proc; mount -t proc proc /proc'
bare doctor
expect_status 1
expect_empty err
for check in kptr_restrict perf_event_paranoid 'user namespace' seccomp; do
    grep -qE "^  unknown +$check " "$scratch/out" || failed "expected that $check is unknown"
done
grep -qE '^  failed +/proc ' "$scratch/out" || failed 'expected a finding about /proc'
expect_in out '  mount -t proc proc /proc'
