# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# After SIGKILL nothing stays behind in the kernel (run_scenarios checks that), and the next start
# works.
# kernels: all
backends=kprobe
! has_kprobe_multi || backends='kprobe kprobe-multi'
for backend in $backends; do
    start_pwru --backend "$backend" --filter-func 'ip_r.*|kfree_skb.*' icmp
    kill -9 "$pwru_pid"
    expect_exit 137
done
start_pwru --filter-func ip_output icmp
ping -q -n -c 1 127.0.0.1 >/dev/null
stop_pwru
expect_line ' ip_output$'
