#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# drops.sh [KERNEL]: counts what pwru --drops adds to a TCP transfer that loses no packet (6.12). The
# guest's clock counts instructions, one a nanosecond. Prints a table.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kernel=${1:-6.12}
results=$here/../build/bench
log=$results/drops-$kernel.log

overlay=$(mktemp -d)
trap 'rm -rf "$overlay"' EXIT
mkdir -p "$overlay/bench" "$results"
cp "$here/guest/"{lib.sh,drops} "$overlay/bench/"
PWRU=${PWRU:-$here/../build/pwru} VM_OVERLAY=$overlay VM_QEMU="-icount shift=0,sleep=off" VM_SMP=1 \
    VM_TIMEOUT=${VM_TIMEOUT:-3600} "$here/../tests/vm/boot.sh" "$kernel" "bash /bench/drops" >"$log"
echo
echo "### Linux $(cat "$("$here/../tests/vm/kernel.sh" "$kernel")/release")"
echo
awk 'BEGIN { print "| 16 MiB over TCP, packets of 1,500 bytes | ms | against the row without pwru | hits | lost |\n|---|---|---|---|---|" }
sub(/^D /, "") {
    lost = $NF; hits = $(NF - 1); us = $(NF - 2); what = $1
    for (i = 2; i <= NF - 3; i++) what = what " " $i
    if (what ~ /alone/) alone = us
    printf "| %s | %.1f | %+.1f %% | %d | %d |\n", what, us / 1000, (us - alone) * 100 / alone, hits, lost
    rows++
}
END { exit !rows }' "$log"
