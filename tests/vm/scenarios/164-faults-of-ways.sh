# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work, said: lib.sh, diagnosis.sh
# --drops names what is to blame, fault by fault: tunnels that are down, own addresses that are not reached,
# routes that refuse the source or have no carrier, filters of shared blocks, full tables of neighbours.
# More faults are in 153, 154, 159, 162.
# kernels: 5.10 7.2
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
modprobe -a vrf geneve ipip ip_gre ip6_tunnel ip_vs ip_vs_rr cls_matchall macvlan || true
make_hosts
data=13881388001000006c6f737421212121 # UDP, port 5000, "lost!!!!"
inner=$(ipv4 17 10.9.0.2 10.1.0.1 "$data")
to_a=fd010000000000000000000000000001
from_b=fd010000000000000000000000000002
start_pwru --drops

# Tunnels.
ethernet=00ffffffffffff0200000000ff9999
vxlan() { frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "138812b5001e000008000000$1$ethernet")"; } # VNI
geneve() { # HEADER: that of Geneve
    frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "138817c1001e0000$1$ethernet")"
}
ip -n a link add vx42 type vxlan id 42 local 10.1.0.1 dstport 4789
ip -n a link add vx43 type vxlan id 43 local 10.1.0.1 dstport 4789
fault 'VXLAN: the only device is down' 'the device vx43 \(vxlan\) is for its VNI 43, and is down' '' vxlan 00002b
ip -n a link set vx42 up
fault 'VXLAN: the device is down' 'the device vx43 \(vxlan\) is for its VNI 43, and is down' 'has its VNI 43, or the device is not up' vxlan 00002b
in_a bridge fdb add 02:00:00:00:00:ff dev vx42 dst 10.1.0.77
fault 'VXLAN: the sender has an entry elsewhere' 'its (source )?MAC address has a fixed entry' '' vxlan 00002a
in_a bridge fdb del 02:00:00:00:00:ff dev vx42 dst 10.1.0.77
ip -n a link set vx42 address 02:00:00:00:00:ff
fault "VXLAN: the sender has the device's address" "its source is the (tunnel's own MAC address|MAC address of the VXLAN device vx42 itself)" '' vxlan 00002a
ip -n a link del vx42
ip -n a link del vx43
ip -n a link add gn9 type geneve id 9 remote 10.1.0.2
ip -n a link set gn9 up
fault 'Geneve: it carries an IP packet' 'it carries the protocol 0x0800, and the Geneve device takes only Ethernet' 'no Geneve device' geneve 0000080000000900
fault 'Geneve: version 1' 'its Geneve header has the version 1' 'no Geneve device' geneve 4000655800000900
ip -n a link del gn9
ip -n a link add tun9 type ipip local 10.1.0.1 remote 10.1.0.2
fault 'IPIP: the tunnel is down' 'the tunnel tun9 \(ipip\) has the addresses 10\.1\.0\.2 and 10\.1\.0\.1, and is down' '' frame 0800 "$(ipv4 4 10.1.0.2 10.1.0.1 "$inner")"
ip -n a link del tun9
ip -n a link add gre9 type gre local 10.1.0.1 remote 10.1.0.2
fault 'GRE: the tunnel is down' 'the tunnel gre9 \(gre\) has the addresses 10\.1\.0\.2 and 10\.1\.0\.1, and is down' '' frame 0800 "$(ipv4 47 10.1.0.2 10.1.0.1 "00000800$inner")"
ip -n a link del gre9
ip -n a link add tnl9 type ip6tnl local fd01::1 remote fd01::2 mode any
fault 'IP6IP6: the tunnel is down' 'the tunnel tnl9 \(ip6tnl\) has the addresses fd01::2 and fd01::1, and is down' '' \
    frame 86dd "6000000000382940${from_b}${to_a}6000000000101140${from_b}${to_a}$data"
ip -n a link del tnl9

# Addresses of the host itself.
if ip -n a link add red type vrf table 100; then
    ip -n a link set red up
    ip -n a link set vc master red
    ip -n a addr replace fd02::1/64 dev vc nodad
    own='10\.2\.0\.1 is an address of vc of this host, in the VRF red, and it came in by va'
    fault 'own address in another VRF' "$own" '' pings_long 10.2.0.1
    in_a sysctl -qw net.ipv4.ip_forward=0
    fault 'own address in another VRF, without forwarding' "$own" '' pings_long 10.2.0.1
    in_a sysctl -qw net.ipv4.ip_forward=1
    fault 'own address in another VRF, IPv6' 'fd02::1 is an address of vc of this host, in the VRF red' '' pings_long fd02::1
    ip -n a link set vc nomaster
    ip -n a link del red
    ip -n a addr replace 10.2.0.1/24 dev vc
    ip -n a addr replace fd02::1/64 dev vc nodad
    set_routes
fi

# Routes.
in_a sysctl -qw net.ipv4.conf.va.rp_filter=1
in_a ip route add blackhole 10.1.0.2
fault 'reverse-path filter: the source is blackholed' 'the blackhole route 10\.1\.0\.2 takes what is for its source 10\.1\.0\.2' '' pings 10.1.0.1
apply_advice
in_a sysctl -qw net.ipv4.conf.va.rp_filter=0
in_b ping -q -c 1 -W 30 10.1.0.1
namespace g
ip link add ve0 netns a type veth peer name eth0 netns g
ip -n a addr add 10.81.0.1/24 dev ve0
ip -n a link set ve0 up
in_a sysctl -qw net.ipv4.conf.ve0.ignore_routes_with_linkdown=1
fault 'route without a carrier' 'the route 10\.81\.0\.0/24 leads by ve0, which has no carrier' 'there is no route to 10\.81\.0\.5' pings_long 10.81.0.5
ip -n a link del ve0
fault 'to be forwarded, in a broadcast frame' 'its frame was sent to the broadcast or multicast MAC address ff:ff:ff:ff:ff:ff' '' \
    frame 0800 "$(ipv4 17 10.1.0.2 10.2.0.2 "$data")" ffffffffffff
if in_a ipvsadm -A -u 10.1.0.1:5050 -s rr; then
    in_a ip route add unreachable 10.55.0.0/16
    in_a ipvsadm -a -u 10.1.0.1:5050 -r 10.55.0.9:5050 -m
    fault 'IPVS: no route to the real server' 'IPVS could not send it to the real server' '' udp 10.1.0.1 5050
    in_a ipvsadm -C
fi

# Filters and neighbours.
in_a tc qdisc add dev va ingress_block 22 clsact
in_a tc filter add block 22 pref 10 matchall action drop
fault 'filter of tc in a shared block' 'with the preference 10 in the shared block 22 dropped it' '' pings 10.1.0.1
grep -q 'tc filter del block 22 pref 10' <<<"$said" || fail 'the advice does not take the filter off'
in_a tc qdisc del dev va clsact
limit() { # FAMILY LEAST MOST
    nsenter --net=/proc/1/ns/net sysctl -qw "net.$1.neigh.default.gc_thresh1=$2" "net.$1.neigh.default.gc_thresh2=$3" "net.$1.neigh.default.gc_thresh3=$3"
}
# All network namespaces share the table. It makes room of what is older than five seconds.
pings_full() { # FAMILY NETWORK
    local host
    limit "$1" 0 1
    for host in 11 12 13; do ip -n c neigh replace "$2$host" lladdr "02:00:00:00:00:$host" dev vd nud reachable; done
    for host in 21 22 23; do pings "$2$host" || true; done
    limit "$1" 128 1024
    return 1
}
fault 'table of neighbours is full' 'no entry for the neighbour 10\.2\.0\.2[1-3] could be made' '' pings_full ipv4 10.2.0.
fault 'table of neighbours is full, IPv6' 'no entry for the neighbour .* could be made' '' pings_full ipv6 fd02::
grep -q 'net.ipv6.neigh.default.gc_thresh3' <<<"$said" || fail 'the advice is that of IPv4'
ip -n a link add mv9 link va netns g type macvlan mode bridge
ip -n g link set mv9 up
ip -n g addr add 10.1.0.41/24 dev mv9
fault 'macvlan: to its own host' 'nobody answers for 10\.1\.0\.1 on mv9' '' ip netns exec g ping -q -c 1 -W 5 10.1.0.1
grep -q 'a macvlan device never reaches that' <<<"$said" || fail 'nothing tells that it is a macvlan'
end_faults
