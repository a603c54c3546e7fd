#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [KERNEL...]: measures pwru beside Debian's package of cilium/pwru, on the same work and in one
# boot of each kernel (6.12 and 7.2 when none is named). Prints a table of medians and ratios.
# BENCH_ROUNDS: how many rounds (5).
# BENCH_OPTIONS: what pwru is given besides, as --backend tracepoint.
# BENCH_WORK: "match nomatch long track udp"; on 5.10 and 6.1, where the peer needs minutes to start and
# stop, "match nomatch".
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
rounds=${BENCH_ROUNDS:-5}
results=$here/../build/bench
[ $# -gt 0 ] || set -- 6.12 7.2

peer=$("$here/fetch_peer.sh")
overlay=$(mktemp -d)
trap 'rm -rf "$overlay"' EXIT
mkdir "$overlay/bench" "$results" 2>/dev/null || true
cp "$here/guest/"{lib.sh,measure} "$overlay/bench/"
gcc -O2 -static -o "$overlay/bench/udp_flood" "$here/guest/udp_flood.c"

kib() { echo $(($(stat -L -c %s "$1") / 1024)); }

for kernel; do
    case $kernel in
    5.10 | 6.1) work=${BENCH_WORK:-match nomatch} ;;
    *) work=${BENCH_WORK:-match nomatch long track udp} ;;
    esac
    log=$results/$kernel.log
    # One CPU only: several are emulated on one thread, and the time slices of the others would count as
    # run time.
    PWRU=${PWRU:-$here/../build/pwru} VM_OVERLAY="$peer $overlay" VM_SMP=1 VM_MEMORY=4G VM_TIMEOUT=${VM_TIMEOUT:-7200} \
        "$here/../tests/vm/boot.sh" "$kernel" "grep -q register_fprobe_ips /proc/kallsyms && echo fprobe; export BENCH_OPTIONS='${BENCH_OPTIONS:-}'; bash /bench/measure $rounds $work" >"$log"
    {
        echo "M peer file kib $(kib "$peer/opt/peer/pwru.bin")"
        echo "M ours file kib $(kib "${PWRU:-$here/../build/pwru}")"
    } >>"$log"
    echo
    echo "### Linux $(cat "$("$here/../tests/vm/kernel.sh" "$kernel")/release"), median of $rounds"
    echo
    awk -v fprobe="$(grep -c '^fprobe' "$log")" -f "$here/report.awk" "$log"
done
