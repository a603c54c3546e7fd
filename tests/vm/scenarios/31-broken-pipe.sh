# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# When the reader of the pipe goes away, pwru ends quietly. When the reader never reads, pwru ends soon
# after it is asked to, and says how much the pipe took.
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

# Nobody ever reads this pipe: echo fails as soon as true has ended.
{
    trap '' PIPE
    while echo; do :; done 2>/dev/null
    exec "$PWRU" --filter-func ip_rcv icmp
} 2>"$err" | true
[ "${PIPESTATUS[*]}" = '0 0' ]
expect_no_stderr .

# 8,000 events do not fit into a pipe.
blocked() { # STDERR
    rm -f "$ready"
    "$PWRU" --ready-file "$ready" --filter-func 'ip_output|ip_rcv' icmp >"$work/pipe" 2>"$1" &
    pwru_pid=$!
    exec 3<"$work/pipe"
    wait_for "pwru to be ready" is_ready_or_gone
    ping -q -n -f -c 2000 127.0.0.1 >/dev/null
    local status=0 begin=${EPOCHREALTIME/./}
    kill -INT "$pwru_pid"
    wait "$pwru_pid" || status=$?
    took_us=$((${EPOCHREALTIME/./} - begin))
    pwru_pid=
    echo "ended in $took_us us"
    expect_number "$status" -eq 1
    expect_number "$took_us" -lt 2000000
    cat <&3 >"$out"
    exec 3<&-
}
blocked "$err"
expect_stderr '^pwru: write to stdout: whoever reads it took nothing more after the stop$'
printed=$(sed -n 's/^\([0-9]*\) events printed, .*/\1/p' "$err")
unwritten=$(sed -n 's/.* printed, \([0-9]*\) not written, 0 lost,.*/\1/p' "$err")
expect_number $((printed + unwritten)) -eq 8000
expect_number "$(count_lines ' (ip_output|ip_rcv)$')" -eq "$printed"
blocked /dev/stdout # standard output and standard error are the same pipe
