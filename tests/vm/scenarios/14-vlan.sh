# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The kernel keeps a VLAN tag beside the packet and not in it. A filter finds it there.
# cilium's bug: a VLAN tag beside the packet is not seen.
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ip link add link va name va.100 type vlan id 100
ip addr add 10.100.0.1/24 dev va.100
ip link set va.100 up
ip -n b link add link vb name vb.100 type vlan id 100
ip -n b addr add 10.100.0.2/24 dev vb.100
ip -n b link set vb.100 up
start_pwru --filter-func 'dev_hard_start_xmit|__netif_receive_skb_core|vlan_do_receive|netif_rx|__netif_rx|netif_rx_internal' \
    'vlan 100 and icmp'
ping -q -n -c 1 10.100.0.2 >/dev/null
ping -q -n -c 1 10.1.0.2 >/dev/null
stop_pwru
expect_every '10\.100\.0\.[12]:0->10\.100\.0\.[12]:0\(icmp:[08]/0\) '
expect_line ' va:[0-9]+ .*10\.100\.0\.1:0->10\.100\.0\.2:0\(icmp:8/0\) +dev_hard_start_xmit$'
