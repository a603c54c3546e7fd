#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# drops.sh [KERNEL]: counts what pwru --drops adds to a TCP transfer that loses no packet (6.12). The
# guest's clock counts instructions, one a nanosecond. Prints a table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=counted.sh
. "$(dirname "$(readlink -f "$0")")/counted.sh"
counted drops "${1:-6.12}"
awk 'BEGIN { print "| 16 MiB over TCP, or as the row says, packets of 1,500 bytes | ms | against the row without pwru | hits | lost |\n|---|---|---|---|---|" }
sub(/^D /, "") {
    lost = $NF; hits = $(NF - 1); us = $(NF - 2); what = $1
    for (i = 2; i <= NF - 3; i++) what = what " " $i
    if (what ~ /alone/) alone = us
    printf "| %s | %.1f | %+.1f %% | %d | %d |\n", what, us / 1000, (us - alone) * 100 / alone, hits, lost
    rows++
}
END { exit !rows }' "$log"
