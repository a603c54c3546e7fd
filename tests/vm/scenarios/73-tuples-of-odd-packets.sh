# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Tuples of packets with extension headers, fragments, two VLAN tags, MPLS labels, PPPoE, ESP, AH or a
# wrong version, and of skbs that are no packets.
trap 'modprobe -r mpls_iptunnel mpls_router 2>/dev/null || true' EXIT
modprobe mpls_iptunnel || skip 'this kernel has no module mpls_iptunnel'
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
ping -q -n -c 1 10.1.0.2 >/dev/null
ip route add 10.99.0.0/24 encap mpls 100/200 via inet 10.1.0.2 dev va
send_udp 10.99.0.9 7
macs=020000000002020000000001
send_frames va <<END
$macs 8864 1100 0007 001e 0021 4500001c 00000000 40110000 0a0a0001 0a0a0002 0005 0035 0008 0000
$macs 0800 45000028 00000000 40320000 0a0a0001 0a0a0002 c0ffee01 00000001
$macs 0800 45000028 00000000 40330000 0a0a0001 0a0a0002 06040000 00001234 00000001 00000000
$macs 0800 5500001c 00000000 40110000 0a0a0001 0a0a0002 0006 0035 0008 0000
END
stop_pwru
expect_line ' va:[0-9]+ .* 10\.56\.0\.1:0->10\.56\.0\.2:0\(icmp:8/0\) +dev_hard_start_xmit$'
expect_line ' va:[0-9]+ +0x8847 .* 10\.1\.0\.1:[0-9]+->10\.99\.0\.9:7\(udp\) +dev_hard_start_xmit$'
expect_line ' 0x8864 .* 10\.10\.0\.1:5->10\.10\.0\.2:53\(udp\) +dev_hard_start_xmit$'
expect_line ' 10\.10\.0\.1:0->10\.10\.0\.2:0\(esp:0xc0ffee01\) +dev_hard_start_xmit$'
expect_line ' 10\.10\.0\.1:0->10\.10\.0\.2:0\(ah:0x00001234\) +dev_hard_start_xmit$'
expect_line ' 10\.10\.0\.1:6->10\.10\.0\.2:53\(udp\) +dev_hard_start_xmit$'

# cilium's bug: a netlink message whose first byte looks like an IP version is printed with a tuple.
# Here the first byte is the length of a request, which grows with the name in it.
start_pwru --filter-func 'netlink_unicast|netlink_attachskb|netlink_trim|netlink_deliver_tap|netlink_rcv_skb|netlink_ack'
for length in 20 24 28 32 36 40 56 60 64 68 72; do
    ip link show dev "$(printf "%0${length}d" 0)" 2>/dev/null || true
done
stop_pwru
expect_every ' - +netlink_[a-z_]+$'
