# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Extension headers, fragments, two VLAN tags, and packets that are none.
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ip -n b -6 addr add fd01::2/64 dev vb nodad
ip -6 addr add fd01::1/64 dev va nodad

# cilium's bug: behind an IPv6 extension header no protocol and no ports are found.
# cilium's bug: bytes of a later fragment are printed as ports.
start_pwru --filter-func 'ip6_rcv_core|ipv6_rcv|ip6_output' 'ip6 and (ip6[6] = 0 or ip6[6] = 44)'
send_udp '[fd01::2]' 9 "$(printf '%02000d' 0)"
ip -6 addr add fd01::3/64 dev va nodad
wait_for 'the membership report for that address' grep -q 'ff02::16' "$out"
stop_pwru
expect_line ' \[fd01::1\]:[0-9]+->\[fd01::2\]:9\(udp\) +ip'
expect_line ' \[fd01::1\]->\[fd01::2\]\(udp\) +ip'
expect_line '->\[ff02::16\]:0\(icmp6:143/0\) +ip6_output$'

# cilium's bug: only one VLAN tag is skipped, so QinQ has no tuple.
for side in 1 2; do
    ns=; dev=va; [ $side = 1 ] || { ns='-n b'; dev=vb; }
    # shellcheck disable=SC2086  # empty or two words
    {
        ip $ns link add link $dev name $dev.5 type vlan proto 802.1ad id 5
        ip $ns link set $dev.5 up
        ip $ns link add link $dev.5 name $dev.5.6 type vlan id 6
        ip $ns addr add 10.56.0.$side/24 dev $dev.5.6
        ip $ns link set $dev.5.6 up
    }
done
start_pwru --filter-func 'dev_hard_start_xmit|netif_rx|__netif_rx|netif_rx_internal' --filter-ifname va
ping -q -n -c 1 10.56.0.2 >/dev/null
stop_pwru
expect_line ' va:[0-9]+ .* 10\.56\.0\.1:0->10\.56\.0\.2:0\(icmp:8/0\) +dev_hard_start_xmit$'

# cilium's bug: a netlink message whose first byte looks like an IP version prints as a tuple. Here
# the first byte is the length of a request, which grows with the name that it has.
start_pwru --filter-func 'netlink_unicast|netlink_attachskb|netlink_trim|netlink_deliver_tap|netlink_rcv_skb|netlink_ack'
for length in 20 24 28 32 36 40 56 60 64 68 72; do
    ip link show dev "$(printf "%0${length}d" 0)" 2>/dev/null || true
done
stop_pwru
expect_every ' - +netlink_[a-z_]+$'
