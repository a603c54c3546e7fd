# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Every name that is printed is that of a function that is probed: no neighbour of it, and no place
# within it. Where a kprobe reports its address differs between the architectures.
# kernels: all
start_pwru --filter-func '(__)?(ip|icmp|netif|skb|dev|napi|nf)_.*' icmp
sed -E 's/^[0-9a-f]+ +k +//; s/\+0x.*//; s/ .*//' /sys/kernel/debug/kprobes/list \
    <([ ! -e /sys/kernel/tracing/enabled_functions ] || cat /sys/kernel/tracing/enabled_functions) |
    sort -u >"$work/probed"
ping -q -c 1 127.0.0.1
wait_for "the reply" grep -q 'icmp_rcv$' "$out"
stop_pwru
events | awk '{ print $NF }' | sed -E 's/[[(].*//' | sort -u >"$work/printed"
strangers=$(grep -vxFf "$work/probed" "$work/printed" || true)
[ -z "$strangers" ] || fail "printed and not probed: $strangers"
expect_number "$(wc -l <"$work/printed")" -ge 8
expect_order ' ip_output$' ' ip_rcv$' ' icmp_rcv$'
