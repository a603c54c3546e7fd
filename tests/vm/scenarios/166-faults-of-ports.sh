# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work, said: lib.sh, diagnosis.sh
# --drops names what is to blame, fault by fault: connections that are not known, listeners of other devices,
# TIME_WAIT, ports of NAT, rules and routes of a TOS, directed broadcasts, tbf, mirred.
# More faults are in 153, 154, 159, 162, 164.
# kernels: 5.10 7.2
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
# shellcheck source=segments.sh
. /vm/segments.sh
modprobe -a tcp_diag vrf sch_tbf act_mirred cls_matchall || true
make_hosts
play_peer
lost=6c6f7374
data=13881388001000006c6f737421212121 # UDP, port 5000, "lost!!!!"

# Listeners, and connections of the past.
serve_in_a 6010 ,fork,so-bindtodevice=vc
serve_in_a 6011 ,fork,bind=10.2.0.1
if ip -n a link add red type vrf table 100; then
    ip -n a link set red up
    serve_in_a 6012 ,fork,so-bindtodevice=red
fi
ip netns exec a socat -U TCP-LISTEN:6004,fork,reuseaddr EXEC:true &
wait_for 'the listener that closes' has_tcp 0 6004 0A
start_pwru --drops
fault 'TCP: data of a connection that is not known' 'data for TCP 10\.1\.0\.1:6999, where this network namespace has no connection with 10\.1\.0\.50' '' \
    segment 40001 6999 18 5000 7000 '' $lost
fault 'TCP: the listener has another device' 'listens on TCP port 6010 is bound to vc .* came in by va' 'listens on 0\.0\.0\.0:6010, and was passed over' syn 40002 6010
fault 'TCP: the listener has another address' 'listens on TCP 10\.1\.0\.1:6011 .* listens on 10\.2\.0\.1:6011' '' syn 40002 6011
! has_tcp 0 6012 0A || fault 'TCP: the listener is in a VRF' 'listens on TCP port 6012 is bound to red .* came in by va' 'listens on 0\.0\.0\.0:6012, and was passed over' syn 40002 6012
# ends SPORT [OPTIONS OPTIONS OPTIONS]: a connection of the peer that ends in TIME_WAIT.
ends() {
    join "$1" 6004 "${2:-}" "${3:-}"
    wait_for 'the end of the server' grep -q "$own\.6004 > $peer\.$1: Flags \[F" "$work/answers"
    segment "$1" 6004 11 "$seq" $((ack + 1)) "${4:-}" || true
    wait_for 'TIME_WAIT' has_tcp "$1" 6004 06
}
waits='SYN from the same port as a connection with TCP 10\.1\.0\.1:6004 that has just ended \(TIME_WAIT\)'
ends 40004
fault 'TCP: TIME_WAIT, an old sequence number' "$waits, and its sequence number" '' segment 40004 6004 02 500 0
ends 40005 0101080a000186a000000000 0101080a000186a100000000 0101080a000186a200000000
stamped() { segment 40005 6004 02 $((seq + 100000)) 0 0101080a0000c35000000000; }
if has_symbol sk_skb_reason_drop; then
    fault 'TCP: TIME_WAIT, an old timestamp' "$waits, and its .*timestamp is (older|not newer)" '' stamped
else # it begins anew with that SYN
    untold 'TCP: TIME_WAIT, an old timestamp' stamped $own
fi

# Addresses.
fault 'the sender has an old MAC address' 'sent to the MAC address 02:00:00:00:00:99, and va, which has the address 10\.1\.0\.1, has 02:00:00:00:00:a1' '' \
    frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "$data")" 020000000099
fault 'the sender has an old MAC address, IPv6' 'sent to the MAC address 02:00:00:00:00:99, and va, which has the address fd01::1, has 02:00:00:00:00:a1' '' \
    frame 86dd "6000000000101140fd010000000000000000000000000002fd010000000000000000000000000001$data" 020000000099
directed='10\.2\.0\.255 is the broadcast address of another network of this router, and it does not forward'
fault 'directed broadcast: ping' "$directed" '' in_b ping -b -q -c 1 -W 0.2 10.2.0.255
fault 'directed broadcast: UDP' "$directed" '' frame 0800 "$(ipv4 17 10.1.0.2 10.2.0.255 "13881399001000006c6f737421212121")"
ra() {
    local from=fe80000000000000000000000000000b to=ff020000000000000000000000000001 body=4040003c0000000000000000
    frame 86dd "6000000000103aff$from${to}8600$(checksum "$from${to}000000100000003a86000000$body")$body" 333300000001
}
in_a sysctl -qw net.ipv6.conf.va.accept_ra=0
untold 'router advertisement: it is not accepted' ra ff02::1

# NAT.
in_a iptables -t nat -A POSTROUTING -o vc -p udp -j SNAT --to-source 10.2.0.1:5000-5000
udp 10.2.0.2 5999 || true
fault 'SNAT: no port is left' 'NAT gave it the source 10\.2\.0\.1:5000, which another connection with 10\.2\.0\.2:5999 has already' '' udp 10.2.0.2 5999
in_a iptables -t nat -F POSTROUTING
in_a nft add table ip t
in_a nft 'add chain ip t post { type nat hook postrouting priority 100; }'
in_a nft add rule ip t post oifname vc udp dport 5998 masquerade to :5001
udp 10.2.0.2 5998 || true
fault 'masquerade: no port is left' 'NAT gave it the source 10\.2\.0\.1:5001, which another connection with 10\.2\.0\.2:5998 has already' '' udp 10.2.0.2 5998
in_a nft delete table ip t

# Rules and routes for ports, or for a TOS.
in_a ip route add blackhole default table 180
in_a ip rule add pref 80 ipproto 17 dport 5353 table 180
fault 'policy rule for a port' 'the blackhole route default takes 10\.2\.0\.2: table 180, by the policy rule 80' '' udp 10.2.0.2 5353
in_a ip rule del pref 80
in_a ip rule add pref 80 tos 0x10 table 180
fault 'policy rule for a TOS' 'the blackhole route default takes 10\.2\.0\.2: table 180, by the policy rule 80' '' pings -Q 0x10 10.2.0.2
in_a ip rule del pref 80
in_a ip rule add pref 80 tos 0x10 unreachable
fault 'policy rule for a TOS: unreachable' 'the policy rule 80 of the kind unreachable takes 10\.2\.0\.2' '' pings_long -Q 0x10 10.2.0.2
in_a ip rule del pref 80
in_a ip rule add pref 80 tos 0x04 blackhole
in_a ip route add prohibit 10.2.0.2 tos 0x08
fault 'route for a TOS' 'the prohibit route 10\.2\.0\.2 for the TOS 0x08 takes 10\.2\.0\.2: table main' '' pings_long -Q 0x08 10.2.0.2
apply_advice
in_b ping -q -c 1 -W 30 -Q 0x08 10.2.0.2
in_a ip rule del pref 80
in_a ip -6 rule add pref 80 tos 0x10 table 180
in_a ip -6 route add unreachable default table 180
fault 'policy rule for a traffic class, IPv6' 'the unreachable route default takes fd02::2: table 180, by the policy rule 80' '' pings_long -Q 0x10 fd02::2
in_a ip -6 rule del pref 80

# Queues and filters.
in_a tc qdisc add dev vc root tbf rate 1mbit burst 600 limit 10000
fault 'tbf: larger than the burst' 'its frame of 1042 bytes is larger than the qdisc tbf .* of vc ever takes, which is [0-9]+ bytes' '' pings -s 1000 10.2.0.2
in_b ping -q -c 1 -W 30 -s 100 10.2.0.2
in_a tc qdisc del dev vc root
ip -n a link add down0 type dummy
for way in 'va ingress in' 'vc egress out'; do
    read -r dev at goes <<<"$way"
    in_a tc qdisc add dev "$dev" clsact
    in_a tc filter add dev "$dev" "$at" pref 10 matchall action mirred egress redirect dev down0
    fault "tc: redirection to a device that is down, $at" "preference 10 redirects what goes $goes by $dev to down0 \(mirred\), which is down" '' pings 10.2.0.2
    in_a tc qdisc del dev "$dev" clsact
done
end_faults
