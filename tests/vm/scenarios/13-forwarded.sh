# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A packet that is forwarded between two namespaces is one packet in all three.
# cilium's bug: ICMP has no type and no code.
namespace a
namespace b
cable a va 10.1.0.2/24 '' ra 10.1.0.1/24
cable b vb 10.2.0.2/24 '' rb 10.2.0.1/24
ip -n a route add default via 10.1.0.1
ip -n b route add default via 10.2.0.1
echo 1 >/proc/sys/net/ipv4/ip_forward
start_pwru --filter-func '__ip_local_out|ip_rcv|ip_forward|icmp_rcv|dev_hard_start_xmit|ip_output' \
    'icmp[icmptype] = icmp-echo and dst host 10.2.0.2'
ip netns exec a ping -q -n -c 1 10.2.0.2 >/dev/null
stop_pwru
tuple='10\.1\.0\.2:0->10\.2\.0\.2:0\(icmp:8/0\)'
expect_every " $tuple "
expect_order " $(netns_inode /run/netns/a) .*$tuple +ip_output$" " $(netns_inode) .* $tuple +ip_rcv$" \
    " $(netns_inode) .* $tuple +ip_forward$" " $(netns_inode) .* rb:[0-9]+ .* $tuple +dev_hard_start_xmit$" \
    " $(netns_inode /run/netns/b) .* vb:[0-9]+ .* $tuple +ip_rcv$"
expect_number "$(events | cut -d ' ' -f 1 | sort -u | wc -l)" -eq 1
