# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A clone of a tracked packet is followed too: a packet socket's copy, after DNAT.
iptables -t nat -A OUTPUT -d 1.2.3.4 -p udp --dport 80 -j DNAT --to-destination 10.9.0.7:8080
tcpdump -Z root -i dummy0 -n -U -w /dev/null udp 2>"$work/tcpdump" &
capture=$!
wait_for "tcpdump to listen" grep -q 'listening on' "$work/tcpdump"
start_pwru --filter-func '__ip_local_out|nf_hook_slow|dev_hard_start_xmit|tpacket_rcv|packet_rcv' --filter-track-skb \
    'dst host 1.2.3.4'
send_udp 1.2.3.4 80
stop_pwru
kill "$capture"
expect_line '->10\.9\.0\.7:8080\(udp\) +dev_hard_start_xmit$'
expect_line '->10\.9\.0\.7:8080\(udp\) +t?packet_rcv$'
