# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A packet keeps its id through a router in another namespace, and has no parent.
namespace a
namespace b
cable a va 10.1.0.2/24 '' ra 10.1.0.1/24
cable b vb 10.2.0.2/24 '' rb 10.2.0.1/24
ip -n a route add default via 10.1.0.1
ip -n b route add default via 10.2.0.1
echo 1 >/proc/sys/net/ipv4/ip_forward
run_pwru 2 --output-id icmp
expect_one_sentence
expect_stderr '\-\-filter-track-skb'
start_pwru --filter-func 'ip_output|ip_rcv|ip_forward|icmp_rcv' --filter-track-skb --output-id \
    'icmp[icmptype] = icmp-echo and dst host 10.2.0.2'
ip netns exec a ping -q -n -c 1 10.2.0.2 >/dev/null
stop_pwru
expect_line '^SKB .* ID +TUPLE'
expect_order ' ip_output$' ' ip_forward$' " $(netns_inode /run/netns/b) .* icmp_rcv\$"
expect_every ' [0-9]+\.[0-9]+ +10\.1\.0\.2'
expect_number "$(events | grep -oE ' [0-9]+\.[0-9]+ +10\.1\.0\.2' | awk '{ print $1 }' | sort -u | wc -l)" -eq 1
# JSON has the same id under its own key, and no parent.
start_pwru --filter-func 'ip_rcv' --filter-track-skb --output-id --output-json 'icmp and dst host 10.2.0.2'
ip netns exec a ping -q -n -c 1 10.2.0.2 >/dev/null
stop_pwru
expect_line '"packet_id":"0x'
expect_no_line '"parent_packet_id"'
