# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# The reader of the pipe goes away: pwru leaves quietly.
mkfifo "$work/pipe"
rm -f "$ready"
"$PWRU" --ready-file "$ready" --filter-func 'ip_output|ip_rcv' icmp >"$work/pipe" 2>"$err" &
pwru_pid=$!
head -n 2 <"$work/pipe" >"$out" &
reader=$!
wait_for "pwru to be ready" is_ready_or_gone
ping -q -n -c 2 -i 0.01 127.0.0.1 >/dev/null
wait "$reader"
ping -q -n -c 2 -i 0.01 127.0.0.1 >/dev/null
expect_exit 0
expect_no_stderr 'pipe'
