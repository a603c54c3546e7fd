# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err: lib.sh
# A call stack has room for 16 functions that handle packets. Tunnels in tunnels fill it with the
# functions of the ping. The ARP request below them is another packet, for which there is no room, and a
# line says so.
modprobe ipip || skip "this kernel has no module ipip"
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
for level in 1 2 3; do
    ip link add "tunnel$level" type ipip local "10.$level.0.1" remote "10.$level.0.2"
    ip addr add "10.$((level + 1)).0.1/24" dev "tunnel$level"
    ip link set "tunnel$level" up
done
ip neigh flush dev va

start_pwru --filter-track-skb-by-stackid --output-meta=false \
    --filter-func '(ip|ipip|dev|arp|neigh|__neigh)_.*|__(ip|dev)_.*|iptunnel_.*' 'icmp or ip proto 4 or arp'
ping -q -n -c 1 -w 1 10.4.0.2 >/dev/null || true
stop_pwru
expect_line ' arp_xmit$'
expect_stderr '^warning: [0-9]+ call stacks lost their packet because too many stacks handled packets$'
