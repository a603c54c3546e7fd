# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A packet is dropped before it has a MAC header. The parts of a filter about the link layer are false,
# and no other part is. A filter also knows what a live capture knows: the device and the direction.
iptables -A OUTPUT -p icmp -d 127.0.0.9 -j DROP
functions='(__)?ip_local_out|nf_hook_slow|.*kfree_skb.*|sk_skb_reason_drop|ip_rcv'
for filter in 'icmp' \
    'icmp and not ether host 02:00:00:00:00:99' \
    'icmp and not ether multicast' \
    'not broadcast and not multicast and icmp' \
    'icmp or (vlan and icmp)'; do
    start_pwru --filter-func "$functions" "$filter"
    ping -q -c 1 -W 1 127.0.0.9 >/dev/null 2>&1 || true
    stop_pwru
    expect_order '->127\.0\.0\.9.* nf_hook_slow$' "->127\\.0\\.0\\.9.* $(netfilter_drop)\$"
done

# An outgoing packet has no device yet, or was not given to the device. The incoming packet came from
# lo.
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
index=$(ip -o link show va | cut -d : -f 1)
start_pwru --filter-func '__ip_local_out|dev_hard_start_xmit|ip_rcv' "icmp and ifindex $index"
ping -q -c 1 -W 5 10.1.0.2 >/dev/null
stop_pwru
expect_order '10\.1\.0\.1:0->10\.1\.0\.2.* dev_hard_start_xmit$' '10\.1\.0\.2:0->10\.1\.0\.1.* ip_rcv$'
expect_no_line 'ip_local_out$'
expect_no_line '10\.1\.0\.1:0->10\.1\.0\.2.* ip_rcv$'
for direction in inbound outbound; do
    start_pwru --filter-func '__ip_local_out|dev_hard_start_xmit|ip_rcv' "icmp and $direction"
    ping -q -c 1 -W 5 10.1.0.2 >/dev/null
    stop_pwru
    case $direction in
    inbound) expect_every ' ip_rcv$' ;;
    outbound) expect_every ' (__ip_local_out|dev_hard_start_xmit)$' ;;
    esac
done
