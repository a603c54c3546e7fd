#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# http.sh [KERNEL...]: what tracing costs an HTTP server (6.12 and 7.2 when none is named): requests a
# second, and how long they take, without pwru and with it attached to four functions and to all. nginx
# and wrk of Debian run in two network namespaces of a guest with one CPU, whose clock counts
# instructions, one a nanosecond. So other work of the machine is not measured.
# HTTP_ROUNDS: how many rounds (3). HTTP_SECONDS: of each load, by the guest's clock (2).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
results=$here/../build/bench
[ $# -gt 0 ] || set -- 6.12 7.2
# shellcheck source-path=SCRIPTDIR source=../tests/vm/apt.sh
. "$here/../tests/vm/apt.sh"

# The server, the client and their libraries, for any kernel's guest; downloaded once, never installed.
http=$pwru_cache/http
fetch() {
    local new
    mkdir -p "$pwru_cache"
    suite_update stock
    new=$(mktemp -d "$pwru_cache/http.XXXXXX")
    suite_unpack stock "$new/deb" nginx wrk libluajit-5.1-2 libpcre2-8-0 libssl3 libcrypt1 zlib1g libgcc-s1 libc6
    mkdir -p "$new/opt/http/lib" "$new/etc"
    cp "$new"/deb/usr/sbin/nginx "$new"/deb/usr/bin/wrk "$new/opt/http"
    find "$new/deb" -name 'ld-linux-*.so.*' -exec cp -L '{}' "$new/opt/http/lib/ld.so" \;
    find "$new/deb" -name 'lib*.so.*' -not -path '*/gconv/*' -exec cp '{}' "$new/opt/http/lib" \;
    echo 'root:x:0:' >"$new/etc/group" # nginx looks up its group
    chmod 755 "$new"
    rm -rf "$new/deb" "$http"
    mv "$new" "$http"
}
[ -e "$http/opt/http/wrk" ] || fetch

overlay=$(mktemp -d)
trap 'rm -rf "$overlay"' EXIT
mkdir -p "$overlay/bench" "$results"
cp "$here"/guest/{lib.sh,http,wrk.lua} "$overlay/bench/"

for kernel; do
    log=$results/http-$kernel.log
    VM_OVERLAY="$http $overlay" VM_SMP=1 VM_QEMU="${VM_QEMU--icount shift=0,sleep=off}" VM_TIMEOUT=${VM_TIMEOUT:-7200} \
        "$here/../tests/vm/boot.sh" "$kernel" "bash /bench/http ${HTTP_ROUNDS:-3} ${HTTP_SECONDS:-2}" >"$log"
    printf '\n### Linux %s, rounds: %s\n\n' "$(cat "$("$here/../tests/vm/kernel.sh" "$kernel")/release")" "${HTTP_ROUNDS:-3}"
    awk -f "$here/http.awk" "$log"
done
