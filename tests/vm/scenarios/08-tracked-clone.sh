# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A clone of a tracked packet is followed too: the copy of a packet socket, after DNAT.
iptables -t nat -A OUTPUT -d 1.2.3.4 -p udp --dport 80 -j DNAT --to-destination 10.9.0.7:8080
tcpdump -Z root -i dummy0 -n -U -w /dev/null udp 2>"$work/tcpdump" &
capture=$!
wait_for "tcpdump to listen" grep -q 'listening on' "$work/tcpdump"
start_pwru --filter-func '__ip_local_out|nf_hook_slow|dev_hard_start_xmit|tpacket_rcv|packet_rcv' --filter-track-skb \
    'dst host 1.2.3.4'
send_udp 1.2.3.4 80
# The kernel, not the tracer, takes off the probes that follow copies, because each link waits for grace
# periods.
links() { bpftool -j link show | jq "[.[] | select(.type == \"$1\")] | length"; }
held() { cat "/proc/$pwru_pid/fdinfo/"* 2>/dev/null | grep -cE "^link_type:\s+$1$" || true; }
expect_number "$(links tracing)" -gt 10
expect_number "$(held tracing)" -eq 0
expect_number "$(held kprobe_multi)" -le 4 # for skbs in the first argument, in others, in lists, and for ends
stop_pwru
is_off() { [ "$(links tracing)" -eq 0 ]; }
wait_for "the kernel to take them off" is_off
kill "$capture"
expect_line '->10\.9\.0\.7:8080\(udp\) +dev_hard_start_xmit$'
expect_line '->10\.9\.0\.7:8080\(udp\) +t?packet_rcv$'
