# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# With --backend tracepoint no function is probed: a drop has its reason and its place, and a packet is
# followed until it is sent, where only its address is still known.
# kernels: 5.10 6.12
iptables -A OUTPUT -p tcp --dport 8080 -j DROP
start_pwru --backend tracepoint --filter-track-skb --output-caller 'dst host 1.0.0.1'
expect_stderr 'Attached to [1-9][0-9] tracepoints .*left out: none'
open_tcp 1.0.0.1 8080
send_udp 1.0.0.1 9
stop_pwru
# As netfilter_drop() of lib.sh: the reason since 5.17, before its place.
reason='nf_hook_slow\+0x[0-9a-f]+'
! has_symbol kfree_skb_reason && ! has_symbol sk_skb_reason_drop || reason=SKB_DROP_REASON_NETFILTER_DROP
expect_line "->1\.0\.0\.1:8080\(tcp\) +tp:kfree_skb\($reason\) +nf(_hook_slow|t_do_chain[^ ]*)\+0x"
expect_order '->1\.0\.0\.1:9\(udp\) +tp:net_dev_queue +-$' '->1\.0\.0\.1:9\(udp\) +tp:net_dev_start_xmit +-$' \
    ' 0 +0 +0 +0x0000 +0 +0 +- +tp:net_dev_xmit +-$'
# By the dummy device or, on a live machine without one, by the peer of a veth.
expect_line '->1\.0\.0\.1:9\(udp\) +tp:(consume_skb|kfree_skb\(SKB_DROP_REASON_OTHERHOST\)) +'
expect_every ' tp:[a-z_]+'

# What only serves others is not shown.
start_pwru --backend tracepoint --filter-func net_dev_xmit --output-stack 'udp dst port 9'
expect_stderr 'Attached to 1 tracepoints'
send_udp 1.0.0.1 9
stop_pwru
expect_number "$(events | wc -l)" -eq 1
expect_line 'tp:net_dev_xmit$'
# The stack begins at the function that has the tracepoint.
expect_number "$(awk '/tp:net_dev_xmit$/ { getline; print }' "$out" | grep -c '^dev_hard_start_xmit+0x')" -eq 1

run_pwru 2 --backend tracepoint --filter-func 'ip_rcv' icmp
expect_one_sentence
expect_stderr "none matches --filter-func 'ip_rcv'; there are .*kfree_skb"
