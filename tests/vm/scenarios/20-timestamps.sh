# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# No timestamps, nanoseconds since boot, relative times, and the local time.
trace() { # MODE
    start_pwru --filter-func 'ip_local_out|ip_output|dev_hard_start_xmit' --output-meta=false --timestamp "$1" 'udp dst port 9'
    send_udp 1.0.0.1 9
    stop_pwru
    expect_events
}
# The times of the events, in order.
times() { events | sed -E 's/^0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ +([0-9]+) .*/\1/'; }

trace none
expect_every '^0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ +10\.9\.0\.1'

before=$(awk '{ printf "%d", $1 * 1e9 }' /proc/uptime)
trace current
expect_line ' TIMESTAMP '
times | sort -n -c
expect_number "$(times | head -n 1)" -ge "$before"

trace relative
expect_number "$(times | head -n 1)" -eq 0
expect_number "$(times | sed -n 2p)" -gt 0
expect_number "$(times | sed -n 2p)" -lt 1000000000

trace absolute
expect_line '^TIME +SKB '
expect_line "^$(date +%Y-%m-%d)T[0-9:]{8}\.[0-9]{6}[+-][0-9:]{5} 0x[0-9a-f]+ .* ip_output$"

run_pwru 2 --timestamp sometimes
expect_one_sentence
