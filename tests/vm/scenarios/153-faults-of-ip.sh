# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names what is to blame, fault by fault: routes, neighbours, sockets, headers. One tracer sees
# them all. Each fault is injected, its packet is lost, the answer has the words of its row, and the
# fault is taken away.
# kernels: 6.1 7.2
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
make_hosts
start_pwru --drops

# Routing, IPv4.
in_a sysctl -qw net.ipv4.ip_forward=0
fault 'IPv4 forwarding is off' 'for 10\.2\.0\.2, which is not this host, .*net\.ipv4\.conf\.va\.forwarding=0' '' pings 10.2.0.2
in_a sysctl -qw net.ipv4.ip_forward=1
fault 'no route' 'no route to 192\.0\.2\.5' '' pings 192.0.2.5
for kind in blackhole unreachable prohibit; do
    ip -n a route add $kind 192.0.2.0/24
    fault "route: $kind" "the $kind route 192\.0\.2\.0/24 takes 192\.0\.2\.5: table main, by the policy rule 32766" '' pings 192.0.2.5
    apply_advice
    expect_empty "$(ip -n a route show type $kind)"
done
for kind in blackhole prohibit unreachable; do
    ip -n a rule add pref 100 from 10.1.0.2 to 10.2.0.2 $kind
    fault "policy rule: $kind" "the policy rule 100 of the kind $kind takes 10\.2\.0\.2" '' pings 10.2.0.2
    apply_advice
    expect_empty "$(ip -n a rule show pref 100)"
done
ip -n a rule add pref 90 iif va to 10.2.0.0/16 lookup 100
ip -n a route add blackhole default table 100
ip -n a route add throw 10.2.0.0/24 table 100
ip -n a route add prohibit 10.2.7.0/24 table 100
fault 'route in a table of its own' 'the prohibit route 10\.2\.7\.0/24 takes 10\.2\.7\.1: table 100, by the policy rule 90' '' pings 10.2.7.1
apply_advice
expect_empty "$(ip -n a route show table 100 type prohibit)"
ip -n a route flush table 100
ip -n a rule del pref 90
in_a sysctl -qw net.ipv4.conf.va.rp_filter=1
ip -n b addr add 10.2.0.77/32 dev vb
fault 'reverse-path filter' 'the way back to 10\.2\.0\.77 does not lead through va: .*rp_filter of va 1' 'reverse-path filter' pings -I 10.2.0.77 10.2.0.2
grep -qE 'ip route get 10\.2\.0\.77 shows the way back \(device now: vc\)' <<<"$said" || wrong+=('the way back is not named')
ip -n b addr del 10.2.0.77/32 dev vb
in_a sysctl -qw net.ipv4.conf.va.rp_filter=0
data=13881388001000006c6f737421212121 # UDP, port 5000, "lost!!!!"
fault 'source: an address of the host itself' 'source 10\.1\.0\.1 .*own address' 'accept_local' frame 0800 "$(ipv4 17 10.1.0.1 10.2.0.2 "$data")"
fault 'source: loopback' 'may not have the source 127\.0\.0\.5' '' frame 0800 "$(ipv4 17 127.0.0.5 10.1.0.1 "$data")"
fault 'source: multicast' 'may not have the source 224\.0\.0\.5' '' frame 0800 "$(ipv4 17 224.0.0.5 10.1.0.1 "$data")"
fault 'destination: loopback' 'route_localnet=0' '' frame 0800 "$(ipv4 17 10.1.0.2 127.0.0.1 "$data")"
fault 'destination: 0.0.0.5' '(0\.0\.0\.5 is not valid|no route to 0\.0\.0\.5)' 'route was looked up' frame 0800 "$(ipv4 17 10.1.0.2 0.0.0.5 "$data")"
fault 'TTL' 'its TTL is 1, ' '' pings -t 1 10.2.0.2
ip -n a link set vc mtu 1300
fault 'MTU, IPv4' 'its 1428 bytes do not fit the MTU 1300 of vc' '' pings -M 'do' -s 1400 10.2.0.2
# The same, IPv6.
ip -n a route add 10.2.0.66 dev vc mtu 1000
fault 'MTU of a route' 'do not fit the MTU 1000 of the route by vc' '' pings -M 'do' -s 1100 10.2.0.66
fault 'MTU, IPv6' '1448 bytes do not fit the MTU 1300 of vc' '' pings -M 'do' -s 1400 fd02::2
ip -n a link set vc mtu 1500
fault 'hop limit' 'hop limit is 1' '' pings -t 1 fd02::2
fault 'no route, IPv6' 'no route to fd09:9::1' '' pings fd09:9::1
for kind in blackhole unreachable prohibit; do
    ip -n a -6 route add $kind fd07::/64
    fault "route: $kind, IPv6" "the $kind route fd07::/64 takes fd07::1: table main" '' pings fd07::1
    apply_advice
    expect_empty "$(ip -n a -6 route show type $kind | grep fd07 || true)"
done
ip -n a -6 rule add pref 100 from fd01::/64 prohibit
fault 'policy rule: prohibit, IPv6' 'the policy rule 100 of the kind prohibit takes fd02::2' '' pings fd02::2
apply_advice
expect_empty "$(ip -n a -6 rule show pref 100)"
in_a sysctl -qw net.ipv6.conf.all.forwarding=0
ip -n a -6 route replace fd02::/64 dev vc
fault 'IPv6 forwarding is off' 'net\.ipv6\.conf\.all\.forwarding=0' '' pings fd02::2
in_a sysctl -qw net.ipv6.conf.all.forwarding=1

# Neighbours.
fault 'neighbour on the own link' 'nobody answers for 10\.1\.0\.99 on vb: ' '' pings_long 10.1.0.99
fault 'neighbour behind a router' 'nobody answers for 10\.2\.0\.99 on vc: ' '' pings_long 10.2.0.99
fault 'neighbour, IPv6' 'nobody answers for fd01::99 on vb: ' '' pings_long fd01::99
ip -n b route add 203.0.113.0/24 via 10.1.0.98
fault 'gateway' 'nobody answers for 10\.1\.0\.98 on vb: ' '' pings_long 203.0.113.1
in_b sysctl -qw net.ipv4.neigh.vb.unres_qlen_bytes=0
fault 'queue of a neighbour' 'MAC address of 10\.1\.0\.97 on vb is not known yet, and the queue for it is full' 'neighbour 10\.1\.0\.97' \
    in_b ping -q -c 3 -i 0.2 -W 5 10.1.0.97
in_b sysctl -qw net.ipv4.neigh.vb.unres_qlen_bytes=212992

# Sockets.
fault 'UDP port closed' 'no socket takes UDP 10\.1\.0\.1:9000' '' udp 10.1.0.1 9000
fault 'UDP port closed, IPv6' 'no socket takes UDP fd01::1:9000' '' udp fd01::1 9000
in_c socat -u UDP-RECV:9004 - >/dev/null &
in_c socat -u TCP-LISTEN:9004 - >/dev/null &
wait_for 'a program elsewhere' in_c grep -q ':232C ' /proc/net/udp
wait_for 'a program elsewhere' in_c grep -q ':232C ' /proc/net/tcp6 /proc/net/tcp
fault 'UDP port open in another network namespace' 'no socket takes UDP 10\.1\.0\.1:9004 .*socat[0-9]* \([0-9]+\) is bound to that port in netns [0-9]+ \(c\);' '' udp 10.1.0.1 9004
fault 'TCP port open in another network namespace' 'no program listens on TCP 10\.1\.0\.1:9004 .*socat[0-9]* \([0-9]+\) listens on that port in netns [0-9]+ \(c\);' '' tcp 10.1.0.1:9004
fault 'TCP port closed' 'no program listens on TCP 10\.1\.0\.1:9000' 'TCP 10\.1\.0\.1:9000 ' tcp 10.1.0.1:9000
fault 'TCP port closed, IPv6' 'no program listens on TCP fd01::1:9000' 'TCP fd01::1:9000 ' tcp '[fd01::1]:9000'
# The kernel ends them as if all were well.
in_a sysctl -qw net.ipv4.icmp_echo_ignore_all=1
fault 'pings are not answered (icmp_echo_ignore_all)' '10\.1\.0\.1 answers no pings: net\.ipv4\.icmp_echo_ignore_all is not 0' '' pings 10.1.0.1
in_a sysctl -qw net.ipv4.icmp_echo_ignore_all=0 net.ipv6.icmp.echo_ignore_all=1
fault 'pings are not answered, IPv6' 'fd01::1 answers no pings: net\.ipv6\.icmp\.echo_ignore_all is not 0' '' pings fd01::1
in_a sysctl -qw net.ipv6.icmp.echo_ignore_all=0
in_a socat -u UDP-RECV:9002,so-bindtodevice=vc - >/dev/null &
wait_for 'a program on another device' in_a grep -q ':232A ' /proc/net/udp
fault 'UDP port open on another device' 'a socket is bound to 0\.0\.0\.0:9002, and was passed over' 'no socket takes UDP 10\.1\.0\.1:9002' udp 10.1.0.1 9002
in_a setpriv --reuid 65534 --regid 65534 --clear-groups socat -u UDP-RECV:9001,bind=127.0.0.1 - >/dev/null & # of another user
in_a socat -u TCP-LISTEN:9001,bind=127.0.0.1 - >/dev/null &
wait_for 'a program on loopback' in_a grep -q ':2329 ' /proc/net/udp
wait_for 'a program on loopback' in_a grep -q ':2329 ' /proc/net/tcp
fault 'UDP port open on loopback only' 'no socket takes UDP 10\.1\.0\.1:9001 .*socat[0-9]* \([0-9]+\) is bound to 127\.0\.0\.1:9001;' 'or its checksum is wrong' udp 10.1.0.1 9001
fault 'TCP port open on loopback only' 'no program listens on TCP 10\.1\.0\.1:9001 .*socat[0-9]* \([0-9]+\) listens on 127\.0\.0\.1:9001;' 'nobody listens, its checksum is wrong' tcp 10.1.0.1:9001
fault 'IP protocol' 'nothing on this host handles its IP protocol' 'IP protocol' frame 0800 "$(ipv4 99 10.1.0.2 10.1.0.1 "$data")"
ip netns exec a socat -u UDP-RECV:5001,rcvbuf=1 - >/dev/null &
slow=$!
wait_for 'the slow receiver' in_a grep -q ':1389 ' /proc/net/udp
kill -STOP $slow
many() {
    in_b bash -c 'for _ in {1..40}; do echo lost >/dev/udp/10.1.0.1/5001; done'
    return 1
}
owner=''
! has_symbol sk_skb_reason_drop || owner='.*its program socat[0-9]* \([0-9]+\)' # since 6.11 the socket is known
fault 'receive buffer' "receive buffer of the socket is full$owner" 'its receive buffer is full' many
kill -KILL $slow
fault 'multicast group not joined' 'has joined the group 239\.1\.1\.1 on va' '' frame 0800 "$(ipv4 17 10.1.0.2 239.1.1.1 "$data")" 01005e010101

# Headers.
from_b=fd010000000000000000000000000002 to_a=fd010000000000000000000000000001
fault 'UDP checksum' 'UDP checksum is wrong' 'checksum is wrong' frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 13881388001012346c6f737421212121)"
segment=11112222000000010000000050020100beef0000
fault 'TCP checksum' 'TCP checksum is wrong' 'checksum is wrong' frame 0800 "$(ipv4 6 10.1.0.2 10.1.0.1 $segment)"
fault 'ICMP checksum' 'ICMP checksum is wrong' '' frame 0800 "$(ipv4 1 10.1.0.2 10.1.0.1 0800123400010001)"
packet=$(ipv4 17 10.1.0.2 10.1.0.1 "$data")
fault 'MAC address of another host' 'sent to the MAC address 02:00:00:00:00:88, and va, which has the address 10\.1\.0\.1, has 02:00:00:00:00:a1' '' \
    frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "$data")" 020000000088
fault 'IP checksum' 'checksum of its IP header is wrong' 'its IP header is wrong' frame 0800 "${packet:0:20}dead${packet:24}"
fault 'IP length' 'shorter than its headers say' 'its IP header is wrong' frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "$data" 0000 64 45 500)"
fault 'IP version' 'IP header is wrong' '' frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "$data" 0000 64 55)"
fault 'IP length, IPv6' 'shorter than its headers say' 'its IPv6 header is wrong' frame 86dd "6000000001001140$from_b${to_a}1388138800080000"
fault 'EtherType that nobody handles' 'nothing on this host handles its protocol \(EtherType 0x8864\)' '' frame 8864 110000050016002145000014000000004011000001010101
fault 'IP version, IPv6' 'the version field of its header does not' 'its IPv6 header is wrong' frame 86dd "5000000000081140$from_b${to_a}1388138800080000"
in_a sysctl -qw net.ipv4.conf.va.accept_source_route=0
options=470000300007000040110000$(address 10.1.0.2)$(address 10.1.0.1)8307040a02000200
fault 'IP options: source route' 'IP options that are refused: source routing' '' \
    frame 0800 "${options:0:20}$(checksum "$options")${options:24}138813880014000061626364616263646162636461"
fault 'IPv6: source is a multicast address' 'may not have the source ff02::1' 'its IP header is wrong' frame 86dd "6000000000081140ff020000000000000000000000000001${to_a}1388138800080000"
fault 'IPv6: destination is loopback' 'may not be for ::1' 'its IP header is wrong' frame 86dd "6000000000081140${from_b}000000000000000000000000000000011388138800080000"
fault 'IPv6: source is link-local' 'its source fe80::beef is valid on its link only' 'its address is not taken' frame 86dd "6000000000081140fe80000000000000000000000000beeffd0200000000000000000000000000021388138800080000"
fault 'IPv6: segment routing' 'segment routing \(net\.ipv6\.conf\.va\.seg6_enabled\)' '' frame 86dd "6000000000202b40${from_b}${to_a}1102040101000000fd020000000000000000000000000002fd0100000000000000000000000000011388138800080000"
in_a sysctl -qw net.ipv4.ipfrag_time=1
lost_fragment() {
    frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "$data$data" 2000)" || true
    wait_for 'the end of the fragment' reassembly_failed
    return 1
}
# shellcheck disable=SC2016  # of awk
reassembly_failed() { in_a awk '/^Ip: [0-9]/ && $14 > 0 { found = 1 } END { exit !found }' /proc/net/snmp; }
fault 'a fragment is missing' 'other fragments of its datagram did not come' '' lost_fragment
fault 'IPv6 option that nobody knows' 'an IPv6 option that this host does not know' '' frame 86dd "6000000000083c40$from_b${to_a}3b00410400000000"
in_a sysctl -qw net.ipv6.conf.va.disable_ipv6=1
fault 'IPv6 is switched off' 'IPv6 is switched off on va' 'IPv6 is switched off' frame 86dd "6000000000081140$from_b${to_a}1388138800080000"
in_a sysctl -qw net.ipv6.conf.va.disable_ipv6=0

# What the kernel never makes a packet of.
ip -n b route add 198.51.100.0/24 dev vb mtu lock 1000
untold 'sending: larger than the MTU of the route' pings -M 'do' -s 1400 198.51.100.1
ip -n b route add unreachable 198.51.100.7
untold 'sending: the own route is unreachable' pings 198.51.100.7
end_faults
