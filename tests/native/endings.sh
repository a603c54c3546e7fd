# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# How a trace ends: at a limit, when nobody reads any more, and at a name that does not exist.
launch_pwru --output-limit-lines 3 icmp
wait_for "pwru to be ready" is_ready_or_gone
ping -q -c 20 -i 0.05 127.0.0.1 >/dev/null || true
expect_exit 0
expect_number "$(events | wc -l)" -eq 3

{ "$PWRU" --ready-file "$work/pipe" icmp 2>"$err" || echo $? >"$work/status"; } | head -n 1 >/dev/null &
wait_for "pwru to be ready" test -e "$work/pipe"
ping -q -c 20 -i 0.05 127.0.0.1 >/dev/null || true
wait $!
[ ! -e "$work/status" ]

run_pwru 2 --backend tracepoint --filter-func no_such_name icmp
expect_one_sentence
