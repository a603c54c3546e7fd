# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, pwru_pid: lib.sh
# A signal ends pwru at once before it attaches: here libpcap compiles a filter that takes it minutes.
# Once attached, pwru detaches and prints what it has seen. It does the same when its terminal is gone,
# except under nohup.
hosts=$(awk 'BEGIN { for (i = 0; i < 2000; i++) printf "host 10.%d.%d.1 or ", i / 250, i % 250 }')
# SIGINT is ignored from the shell's fork until pwru has begun. Then the bit 1 << (SIGXFSZ - 1) is set.
is_pwru() { [ $((0x$(sed -n 's/^SigIgn:[[:space:]]*//p' "/proc/$pwru_pid/status") >> 24 & 1)) -eq 1 ]; }
for signal in 2:INT 15:TERM 1:HUP; do
    launch_pwru "${hosts% or }"
    wait_for 'the shell to become pwru' is_pwru
    kill -"${signal#*:}" "$pwru_pid"
    expect_exit $((128 + ${signal%:*}))
    [ ! -e "$ready" ]
done

start_pwru --filter-func ip_rcv
kill -HUP "$pwru_pid"
expect_exit 0
expect_stderr 'events printed'

trap '' HUP
start_pwru --filter-func ip_rcv
trap - HUP
kill -HUP "$pwru_pid"
send_udp 127.0.0.1 9
wait_for 'it to go on' grep -q '127\.0\.0\.1:9(udp)' "$out"
stop_pwru
