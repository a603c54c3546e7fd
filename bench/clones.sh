#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clones.sh [KERNEL [BACKEND...]]: counts what a probe of skb_clone() costs, what following packets into
# their clones costs there, and both on one function. The guest's clock counts instructions. Prints a table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=counted.sh
. "$(dirname "$(readlink -f "$0")")/counted.sh"
kernel=${1:-7.2}
shift || true
[ $# -gt 0 ] || set -- kprobe-multi fentry-multi
counted clones "$kernel" "$@"
awk 'BEGIN { print "| hook | at skb_clone() | instructions a clone |\n|---|---|---|" }
sub(/^K /, "") {
    work = $2
    for (i = 3; i < NF; i++) work = work " " $i
    printf "| %s | %s | %d |\n", $1, work, $NF
    rows++
}
END { exit !rows }' "$log"
