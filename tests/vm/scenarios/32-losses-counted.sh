# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work, JSON_TWIN: lib.sh
# A tracer that is stopped loses events. Every lost event is counted and reported.
# cilium's bug: events that find no room are lost without a word.
JSON_TWIN= # a second tracer would only take twice as long
start_pwru --filter-func 'ip_rcv' --output-buffer-size 64K icmp
# The tracer must not wait for khugepaged, which may not get its CPU for half a second.
grep -qx 'THP_enabled:[[:space:]]*0' "/proc/$pwru_pid/status" || fail "huge pages are on"
kill -STOP "$pwru_pid"
ping -q -n -f -c 3000 127.0.0.1 >/dev/null
kill -CONT "$pwru_pid"
stop_pwru
summary=$(grep 'events printed' "$err")
printed=$(events | wc -l)
lost=$(sed -E 's/.*[^0-9]([0-9]+) lost.*/\1/' <<<"$summary")
echo "printed $printed lost $lost of 6000: $summary"
expect_number "$lost" -gt 0
expect_number $((printed + lost)) -eq 6000
