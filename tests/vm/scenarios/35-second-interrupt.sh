# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # work, ready, err: lib.sh
# Who reads the output has stopped reading, so the first Ctrl-C cannot end in drained rings; the
# second one ends at once.
mkfifo "$work/pipe"
exec 7<>"$work/pipe" # a reader that never reads
"$PWRU" --ready-file "$ready" icmp >"$work/pipe" 2>"$err" 7<&- &
pid=$!
wait_for 'pwru to be ready' test -e "$ready"
ping -f -q -c 500 -n 127.0.0.1 </dev/null
wait_for 'pwru to block' grep -q pipe_w /proc/$pid/stack
kill -INT $pid
# A second signal while the first is pending would be lost.
wait_for 'the first signal to be taken' grep -q 'ShdPnd:.*0000$' /proc/$pid/status
[ -d /proc/$pid ]
kill -INT $pid
status=0
wait $pid || status=$?
echo "exit $status"
[ "$status" -eq 130 ]
