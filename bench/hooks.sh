#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hooks.sh [KERNEL [BACKEND...]]: counts what each way to probe functions costs on one kernel (7.2:
# kprobe-multi fentry-multi). The guest's clock counts instructions, one a nanosecond. Prints a table.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kernel=${1:-7.2}
shift || true
[ $# -gt 0 ] || set -- kprobe-multi fentry-multi
results=$here/../build/bench
log=$results/hooks-$kernel.log

overlay=$(mktemp -d)
trap 'rm -rf "$overlay"' EXIT
mkdir -p "$overlay/bench" "$results"
cp "$here/guest/"{lib.sh,hooks} "$overlay/bench/"
PWRU=${PWRU:-$here/../build/pwru} VM_OVERLAY=$overlay VM_QEMU="-icount shift=0,sleep=off" VM_SMP=1 \
    VM_TIMEOUT=${VM_TIMEOUT:-3600} "$here/../tests/vm/boot.sh" "$kernel" "bash /bench/hooks $*" >"$log"
echo
echo "### Linux $(cat "$("$here/../tests/vm/kernel.sh" "$kernel")/release")"
echo
awk 'BEGIN {
    print "| hook | a hit | hits | instructions | start, ms | stop, ms | lost |\n|---|---|---|---|---|---|---|"
}
sub(/^K /, "") {
    backend = $1; lost = $NF; instructions = $(NF - 1); hits = $(NF - 2); stop = $(NF - 3); start = $(NF - 4)
    work = $2
    for (i = 3; i <= NF - 5; i++) work = work " " $i
    printf "| %s | %s | %d | %d | %d | %d | %d |\n", backend, work, hits, instructions, start / 1000, stop / 1000, lost
    rows++
}
END { exit !rows }' "$log"
