# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names what is to blame, fault by fault: queues below a qdisc, the other end of a link, tunnels,
# devices that are switched off, packets that a BPF program sends to nowhere. More faults are in 153, 154, 159.
# kernels: 5.10 6.12
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
modprobe -a sch_htb sch_drr sch_prio || skip 'this kernel has no such qdiscs'
modprobe -a ip_gre ipip xfrm_interface esp4 xfrm_user nf_tables cls_matchall nf_conntrack wireguard || true
make_hosts
data=13881388001000006c6f737421212121 # UDP, port 5000, "lost!!!!"
start_pwru --drops

# Queues.
# The first gets through.
ping_six() {
    in_b ping -q -c 6 -l 6 -i 0.2 -W 0.4 -s 1000 10.2.0.2 || true
    return 1
}
in_a tc qdisc add dev vc root handle 1: htb default 10
in_a tc class add dev vc parent 1: classid 1:10 htb rate 8kbit burst 1600 quantum 1600
in_a tc class add dev vc parent 1: classid 1:20 htb rate 8kbit burst 1600 quantum 1600
in_a tc qdisc add dev vc parent 1:10 handle 10: pfifo limit 1
fault 'queue of a class of htb' 'the qdisc pfifo in the class 1:10 of vc dropped it: its queue is full, or it keeps its queue short \(1 packets in it\)' 'the qdisc htb' ping_six
in_a tc qdisc del dev vc parent 1:10
in_a tc qdisc add dev vc parent 1:10 handle 10: prio
in_a tc qdisc add dev vc parent 10:2 handle 20: bfifo limit 1100
fault 'queue of a class, two qdiscs below' 'the qdisc bfifo in the class 10:2 of vc dropped it' 'the qdisc htb' ping_six
in_a tc qdisc del dev vc root
in_a tc qdisc add dev vc root handle 1: drr
fault 'qdisc drr without a class' 'the qdisc drr 1: of vc has no class for it' '' pings 10.2.0.2
in_a tc qdisc del dev vc root

# Links.
ip -n a link set lo down
fault 'loopback is switched off' 'lo is down' 'lo has no carrier' in_a ping -q -c 1 -W 0.4 10.1.0.1
ip -n a link set lo up
ip -n c link set vd mtu 1280
fault 'veth: MTU of the other end' 'bytes do not fit the MTU of the device that vc hands it to' '' pings -s 1300 10.2.0.2
ip -n c link set vd mtu 1500
ip -n a link set vc mtu 1200
ip -n c neigh replace fd02::1 lladdr "$(in_a cat /sys/class/net/vc/address)" dev vd
fault 'IPv6 is switched off by a small MTU' 'IPv6 is not set up on vc: its MTU is 1200' '' in_c ping -q -c 1 -W 0.4 fd02::1
ip -n a link set vc mtu 1500
ip -n a addr replace fd02::1/64 dev vc nodad
ip -n a link add link va name va.7 type vlan id 7
fault 'VLAN device is switched off' 'the device for its VLAN tag \(7\) on va is down' '' \
    frame 8100 "60070800$(ipv4 17 10.1.0.2 10.1.0.1 "$data")"
ip -n a link del va.7
fault 'TCP to a broadcast address' 'TCP takes nothing that was sent to a broadcast or multicast MAC address \(ff:ff:ff:ff:ff:ff\)' '' \
    frame 0800 "$(ipv4 6 10.1.0.2 10.1.0.255 115c2328000000010000000050020000ffff0000)" ffffffffffff
fault 'a frame that is too short' 'it is shorter than its headers say|its IP header is wrong' '' frame 0800 4500

ip -n b addr add fd01::55/64 dev vb nodad
ip -n a addr add fd01::55/64 dev va
wait_for 'the other host' eval 'ip -n a -6 addr show dev va | grep -q dadfailed'
ip -n b addr del fd01::55/64 dev vb
ip -n b neigh replace fd01::55 lladdr 02:00:00:00:00:a1 dev vb
fault 'IPv6: an address that another host has' 'fd01::55 is an address of this host that is not in use: duplicate address detection found another host' 'nobody answers for' pings_long fd01::55
ip -n a addr del fd01::55/64 dev va

# Tunnels.
ip -n a link add tun9 type ipip local 10.2.0.1 remote 10.99.0.9
ip -n a link set tun9 up
ip -n a route add 10.72.0.0/24 dev tun9
ip -n a route add unreachable 10.99.0.0/24
fault 'tunnel: no route to the other end' "the tunnel tun9 could not send it: this host has no route to the tunnel's other end" 'the tunnel tun9 could not send it' pings 10.72.0.1
ip -n a route del unreachable 10.99.0.0/24
ip -n a link del tun9
ip -n a link add tun9 type ipip local 10.2.0.1 remote 10.99.0.9
ip -n a link set tun9 up
ip -n a route add 10.72.0.0/24 dev tun9
ip -n a route add 10.99.0.9 dev tun9
fault 'tunnel: route through itself' "the route to the tunnel's other end leads through the tunnel itself" 'the tunnel tun9 could not send it' pings 10.72.0.1
ip -n a link del tun9
ip -n a link add vx9 type vxlan id 42 local 10.1.0.1 dstport 4789
ip -n a addr add 10.88.0.1/24 dev vx9
ip -n a link set vx9 up
ip -n a neigh replace 10.88.0.2 lladdr 02:00:00:00:88:02 dev vx9
fault 'VXLAN: no entry for the address' 'the VXLAN device vx9 knows no other end for the MAC address 02:00:00:00:88:02' '' pings 10.88.0.2
bridge -n a fdb add 02:00:00:00:88:02 dev vx9 dst 10.99.0.9
fault 'VXLAN: no route to the other end' 'this host has no route to the other end for the MAC address 02:00:00:00:88:02' '' pings 10.88.0.2
ip -n a link del vx9
in_inner() { ipv4 47 10.1.0.2 10.1.0.1 "00000800$(ipv4 17 10.9.0.2 10.1.0.1 "$data")"; }
ip -n a link add gre9 type gre local 10.1.0.1 remote 10.1.0.2 icsum
ip -n a link set gre9 up
fault 'GRE: the checksum is missing' 'a tunnel with the addresses 10.1.0.2 and 10.1.0.1 refuses it' '' frame 0800 "$(in_inner)"
ip -n a link del gre9
ip -n a link add gre9 type gre local 10.1.0.1 remote 10.1.0.9
ip -n a link set gre9 up
fault 'GRE: another sender' 'the tunnel gre9 \(gre\) takes only what 10\.1\.0\.9 sends, and it is from 10\.1\.0\.2' '' frame 0800 "$(in_inner)"
ip -n a link del gre9
ip -n a link add gre9 type gretap local 10.1.0.1 remote 10.1.0.2
ip -n a link set gre9 up
fault 'GRE: a tunnel of the other kind' 'the tunnel gre9 \(gretap\) has its addresses and its key, and does not take its GRE header' '' frame 0800 "$(in_inner)"
ip -n a link del gre9
ip -n a link add tun9 type ipip local 10.1.0.1 remote 10.1.0.9
ip -n a link set tun9 up
fault 'IPIP: another sender' 'the tunnel tun9 \(ipip\) takes only what 10\.1\.0\.9 sends, and it is from 10\.1\.0\.2' '' frame 0800 "$(ipv4 4 10.1.0.2 10.1.0.1 "$(ipv4 17 10.9.0.1 10.9.0.2 "$data")")"
ip -n a link del tun9
if ip -n a link add xf9 type xfrm dev vc if_id 5; then
    ip -n a link set xf9 up
    ip -n a route add 10.71.0.0/24 dev xf9
    fault 'IPsec device without a policy' 'the IPsec device xf9 could not send it' '' pings 10.71.0.1
    ip -n a link del xf9
fi

# BPF programs.
in_a tc qdisc add dev va clsact
in_a tc filter add dev va ingress bpf da obj /vm/tc.bpf.o sec tc/nowhere
fault 'BPF program of tc: redirect to nowhere' 'a BPF program of tc redirected it to a device that does not exist' '' pings 10.2.0.2
in_a tc qdisc del dev va clsact
in_a ip route add 10.73.0.0/24 encap bpf in obj /vm/tc.bpf.o section lwt_in via 10.2.0.2 dev vc
fault 'BPF program of a route' 'the BPF program of its route \(encap bpf\) dropped it' '' pings 10.73.0.1
in_a ip route del 10.73.0.0/24

make_bridge
ip -n d addr add 10.3.0.3/24 dev br0
ip netns exec e ping -q -c 1 -W 30 10.3.0.3
ip -n d link set br0 type bridge vlan_filtering 1
bridge -n d vlan del vid 1 dev br0 self
fault 'bridge: its own device is not in the VLAN' 'it is for this host, and the bridge of the port p1 is itself not in its VLAN' '' \
    ip netns exec e ping -q -c 1 -W 0.4 10.3.0.3
ip -n d link set br0 type bridge vlan_filtering 0
ip netns exec d nft 'table bridge t { chain c { type filter hook prerouting priority 0; ether saddr 02:00:00:00:0e:01 drop; }; }'
fault 'bridge: rule of nftables, prerouting' 'rule 1 of the nftables chain c \(table bridge t, hook bridge prerouting\) dropped it' '' pings_e
end_faults
