# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# cilium's bug: the limit of open files is set to 8192, also for a process that may have more.
ulimit -n 20000
start_pwru --filter-func 'skb_copy_datagram_iter|skb_copy_bits|icmp_rcv' icmp
grep -E '^Max open files +20000 +20000 ' "/proc/$pwru_pid/limits"
ping -q -n -c 1 127.0.0.1 >/dev/null
stop_pwru
# cilium's bug: functions that take a const struct sk_buff * are not seen.
expect_line ' skb_copy_datagram_iter$'
