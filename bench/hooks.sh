#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hooks.sh [KERNEL [BACKEND...]]: counts what each way to probe functions costs on one kernel (7.2:
# kprobe-multi fentry-multi). The guest's clock counts instructions, one a nanosecond. Prints a table.
# HOOKS_COUNTS: numbers of functions ("1 5 20 30"), each of which is probed alone; all are when there is none.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=counted.sh
. "$(dirname "$(readlink -f "$0")")/counted.sh"
kernel=${1:-7.2}
shift || true
[ $# -gt 0 ] || set -- kprobe-multi fentry-multi
counted hooks "$kernel" "$@"
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
