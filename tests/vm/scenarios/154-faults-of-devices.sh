# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names what is to blame, fault by fault: traffic control, devices, bridges, netfilter, IPsec,
# tunnels, BPF programs. The faults of IP itself are in 153.
# kernels: 6.12 7.2
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
modprobe -a cls_matchall act_gact act_police sch_tbf sch_netem || skip 'this kernel has no modules of tc'
modprobe -a nf_conntrack_netlink ip_vs ip_vs_rr nfnetlink_queue nft_queue iptable_raw ipt_REJECT nft_compat nft_reject_inet nft_ct ip_gre ipip geneve esp4 xfrm_user macvlan tun wireguard || true
make_hosts
data=13881388001000006c6f737421212121 # UDP, port 5000, "lost!!!!"
make_bridge
ip -n e neigh replace 10.3.0.2 lladdr 02:00:00:00:0e:02 dev eth0
ip -n f neigh replace 10.3.0.1 lladdr 02:00:00:00:0e:01 dev eth0
host_sysctl() { nsenter --net=/proc/1/ns/net sysctl -qw "$1"; } # what is not of a namespace
has_link() { ip -n a link show "$1" | grep -c "[<,]$2[,>]"; } # DEVICE FLAG
# start_holder ARGUMENTS...: a BPF program is attached in a, until stop_holder.
start_holder() {
    ip netns exec a attach_bpf "$@" >"$work/attached" &
    holder=$!
    wait_for 'the BPF program' grep -q attached "$work/attached"
}
stop_holder() {
    kill $holder
    wait $holder || true
}
start_pwru --drops

# Traffic control.
for dev in va vc; do in_a tc qdisc add dev $dev clsact; done
in_a tc filter add dev va ingress pref 10 matchall action drop
filter='the tc filter of the kind matchall with the preference 10 dropped it on its way'
fault 'tc filter, ingress' "$filter in by va" 'a filter or a BPF program of tc' pings 10.2.0.2
in_a tc filter add dev va ingress pref 20 matchall action pass
fault 'tc filters, ingress' 'a filter or a BPF program of tc dropped it on its way in by va' '' pings 10.2.0.2
in_a tc filter del dev va ingress
in_a tc filter add dev vc egress pref 10 matchall action drop
fault 'tc filter, egress' "$filter out by vc" 'a filter or a BPF program of tc' pings 10.2.0.2
in_a tc filter del dev vc egress
in_a tc filter add dev va ingress pref 10 matchall action police rate 8kbit burst 100 conform-exceed drop
fault 'tc police' "$filter in by va" 'a filter or a BPF program of tc' pings -s 1000 10.2.0.2
in_a tc filter del dev va ingress
in_a tc filter add dev va ingress pref 7 bpf da obj /vm/tc.bpf.o sec tc
# Without BTF of modules the types of its program are not known.
program='the BPF program drops_discard_p \(id [0-9]+\) dropped it on its way in by va: it is the tc filter with the preference 7'
fault 'BPF program of tc' "$program" 'the tc filter of the kind bpf with the preference 7' udp 10.2.0.2 9
in_a tc filter del dev va ingress
if has_symbol tcx_prog_attach; then
    start_holder tcx drops_all va
    fault 'BPF program of tcx' 'the BPF program drops_all \(id [0-9]+\) of tcx dropped it on its way in by va' '' pings 10.2.0.2
    stop_holder
fi
in_a tc qdisc add dev vc root handle 5: tbf rate 8kbit burst 1600 limit 100
fault 'qdisc tbf is full' 'the qdisc tbf 5: of vc dropped it' '' in_b ping -q -c 3 -l 3 -i 0.2 -W 0.4 -s 1000 10.2.0.2
in_a tc qdisc del dev vc root
in_a tc qdisc add dev vc root blackhole
fault 'qdisc blackhole' 'the qdisc blackhole [0-9a-f]+: of vc drops whatever is sent there' '' pings 10.2.0.2
in_a tc qdisc del dev vc root
in_a tc qdisc add dev vc root netem loss 100%
fault 'qdisc netem' 'the qdisc netem [0-9a-f]+: of vc lost it on purpose' '' pings 10.2.0.2
in_a tc qdisc del dev vc root

# Devices.
ip -n a neigh replace 10.2.0.2 lladdr 02:00:00:00:00:99 dev vc # asks for no address
ip -n c link set vd down
wait_for 'the end of the carrier' has_link vc NO-CARRIER
fault 'no carrier' 'vc has no carrier, or is going down' '' pings 10.2.0.2
ip -n c link set vd up
wait_for 'the carrier' has_link vc LOWER_UP
set_routes
ip -n a neigh del 10.2.0.2 dev vc
fault 'VLAN without a device' 'a VLAN tag .*that va has no device for' '' \
    frame 8100 "00070800$(ipv4 17 10.1.0.2 10.1.0.1 "$data")"
ip -n a tuntap add tun0 mode tun
ip -n a addr add 10.5.0.1/24 dev tun0
ip -n a link set tun0 up
fault 'tun without a program' 'tun0 has no carrier' '' pings 10.5.0.2
ip -n a link del tun0
modprobe bonding max_bonds=0
ip -n a link add bond0 type bond mode active-backup
for port in 1 2; do
    ip link add s$port netns a type veth peer name t$port netns f
    ip -n a link set s$port master bond0
    ip -n f link set t$port up
done
ip -n a addr add 10.6.6.1/24 dev bond0
ip -n a link set bond0 up
wait_for 'the active port' in_a grep -q 'Active Slave: s1' /proc/net/bonding/bond0
ip -n f addr add 10.6.6.2/24 dev t2
ip -n f neigh replace 10.6.6.1 lladdr "$(in_a cat /sys/class/net/bond0/address)" dev t2
fault 'bond: by the inactive port' 's2 is an inactive port of a bond:' 's2 is an inactive port of a bond or team' ip netns exec f ping -q -c 1 -W 0.4 10.6.6.1
ip -n a link del bond0
ip -n f link del t1
ip -n f link del t2
ip netns exec a socat TUN:10.5.0.1/24,tun-name=tun1,iff-up,iff-no-pi PIPE &
reader=$!
wait_for 'the tun' has_link tun1 LOWER_UP
ip -n a link set tun1 txqueuelen 1
kill -STOP $reader
fault 'tun: the program does not read' 'the queue of tun1 is full' '' in_b ping -q -c 10 -l 10 -i 0.2 -W 0.4 10.5.0.2
kill -KILL $reader
host_sysctl net.core.netdev_max_backlog=1
fault 'backlog of a CPU' 'backlog of received packets' '' pings -s 20000 10.1.0.1 # the fragments of its answer
host_sysctl net.core.netdev_max_backlog=1000

# BPF programs.
in_a ip link set va xdpgeneric obj /vm/xdp.bpf.o sec xdp
fault 'XDP, generic' 'the XDP program drops_discard_\w* \(id [0-9]+\) of va dropped it' '' udp 10.1.0.1 9
in_a ip link set va xdpgeneric off
in_a ip link set va xdp obj /vm/xdp.bpf.o sec xdp
fault 'XDP, in the driver' 'the XDP program drops_discard_\w* \(id [0-9]+\) of va dropped it' '' udp 10.1.0.1 9
in_a ip link set va xdp off

# Bridges.
ip -n d link set br0 type bridge stp_state 1
ip -n d link set p1 down
ip -n d link set p1 up
fault 'bridge: port is not forwarding' 'the bridge port p1 does not forward' 'spanning tree' pings_e
ip -n d link set br0 type bridge stp_state 0
ip -n d link set p1 down
ip -n d link set p1 up
wait_for 'the port' eval 'bridge -n d link show dev p1 | grep -q forwarding'
bridge -n d link set dev p1 isolated on
bridge -n d link set dev p2 isolated on
fault 'bridge: isolated ports' 'the bridge port p1 is isolated' '' pings_e
bridge -n d link set dev p1 isolated off
bridge -n d link set dev p2 isolated off
bridge -n d link set dev p1 locked on learning off
if bridge -n d -d link show dev p1 | grep -q 'locked on'; then # since 5.18
    bridge -n d fdb del 02:00:00:00:0e:01 dev p1 master || true
    fault 'bridge: locked port' 'the bridge port p1 is locked' 'no port to send it to' pings_e
fi
bridge -n d link set dev p1 locked off learning on
ip -n d link set p2 mtu 1000
fault 'bridge: MTU of a port' 'fit the MTU of the bridge port p2' '' ip netns exec e ping -q -c 1 -W 0.4 -s 1200 10.3.0.2
ip -n d link set p2 mtu 1500
ip -n d link set br0 type bridge vlan_filtering 1
bridge -n d vlan del vid 1 dev p1
fault 'bridge: VLAN filter on the way in' 'the VLAN filter of the bridge does not let it in by the port p1' '' pings_e
bridge -n d vlan add vid 1 pvid untagged dev p1
bridge -n d vlan del vid 1 dev p2
fault 'bridge: VLAN filter on the way out' 'its destination 02:00:00:00:0e:02, and its only other port, p2, is not in its VLAN 1: VLAN filter' '' pings_e
bridge -n d vlan add vid 1 pvid untagged dev p2
ip -n d link set br0 type bridge vlan_filtering 0
bridge -n d fdb replace 02:00:00:00:0e:02 dev p1 master static
fault 'bridge: address is at the port it came from' 'the bridge knows its destination 02:00:00:00:0e:02 at the port p1 that it came from' '' pings_e
bridge -n d fdb del 02:00:00:00:0e:02 dev p1 master
bridge -n d fdb replace 02:00:00:00:0e:02 dev p2 master static
bridge -n d link set dev p2 state 0
fault 'bridge: the port of its destination is blocked' 'is at the bridge port p2, which does not forward: it is in the state disabled' '' pings_e
bridge -n d link set dev p2 state 3
bridge -n d fdb del 02:00:00:00:0e:02 dev p2 master
bridge -n d link set dev p2 flood off
ip -n e neigh replace 10.3.0.77 lladdr 02:00:00:00:0e:77 dev eth0
fault 'bridge: address that is not flooded' 'does not know its destination 02:00:00:00:0e:77, and its only other port, p2, is not flooded' '' ip netns exec e ping -q -c 1 -W 0.4 10.3.0.77
bridge -n d link set dev p2 flood on

# Netfilter.
chain_rule() { # HOOK TABLE CHAIN COMMAND...
    in_a iptables -t "$2" -A "$3" -d 10.0.0.0/8 -j DROP
    fault "iptables $2 $3" "rule .*the chain $3" "dropped it in the hook $1" "${@:4}"
    in_a iptables -t "$2" -F "$3"
}
chain_rule input filter INPUT pings 10.1.0.1
chain_rule forward filter FORWARD pings 10.2.0.2
chain_rule output filter OUTPUT pings 10.1.0.1
chain_rule prerouting raw PREROUTING pings 10.2.0.2
in_a iptables -A INPUT -p icmp -j REJECT
fault 'iptables REJECT' 'rule .*the chain INPUT' 'dropped it in the hook input' pings 10.1.0.1
in_a iptables -F INPUT
in_a iptables -P FORWARD DROP
fault 'iptables, policy' 'no rule of the chain FORWARD .*, and the policy' 'dropped it in the hook forward' pings 10.2.0.2
in_a iptables -P FORWARD ACCEPT
in_a iptables -A INPUT -p icmp -j NFQUEUE --queue-num 5
fault 'NFQUEUE without a program' 'queue of NFQUEUE in the hook input, and no program listens' '' pings 10.1.0.1
in_a iptables -F INPUT
in_a ip6tables -A INPUT -p icmpv6 --icmpv6-type echo-request -j DROP
fault 'ip6tables filter INPUT' 'rule .*the chain INPUT' 'dropped it in the hook input' pings fd01::1
in_a ip6tables -F INPUT
in_a iptables -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT
in_a iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
fault 'conntrack: invalid' 'rule 1 of the chain INPUT .*INVALID' 'dropped it in the hook input' frame 0800 "$(ipv4 6 10.1.0.2 10.1.0.1 11112222000000010000000050140000beef0000)"
in_a iptables -F INPUT
nf_max=$(sysctl -n net.netfilter.nf_conntrack_max)
host_sysctl net.netfilter.nf_conntrack_max=1
flood() {
    in_b bash -c 'for _ in {1..5}; do echo lost >/dev/udp/10.1.0.1/5999; done' || true
    return 1
}
fault 'conntrack: table is full' 'the table of conntrack is full' 'a full conntrack table' flood
host_sysctl "net.netfilter.nf_conntrack_max=$nf_max"
in_a iptables -t nat -A PREROUTING -p tcp --dport 9100 -j DNAT --to-destination 10.1.0.1:9101
fault 'NAT to a closed port' 'no program listens on TCP 10\.1\.0\.1:9101' '' tcp 10.1.0.1:9100
grep -qE '^  nat +it was 10\.1\.0\.2:[0-9]+->10\.1\.0\.1:9100 before NAT$' <<<"$said" || wrong+=("NAT is not mentioned")
# UDP forgets the connection before it looks for the socket (nf_reset_ct()), so conntrack is asked.
in_a iptables -t nat -A PREROUTING -p udp --dport 9102 -j DNAT --to-destination 10.1.0.1:9103
fault 'NAT to a closed port, UDP' 'no socket takes UDP 10\.1\.0\.1:9103' '' udp 10.1.0.1 9102
grep -qE '^  nat +it was 10\.1\.0\.2:[0-9]+->10\.1\.0\.1:9102 before NAT$' <<<"$said" || wrong+=("NAT of UDP is not mentioned")
in_a iptables -t nat -F PREROUTING
# Two connections that NAT maps to one. Neither is known yet when the other one is mapped, as their packets
# are held; the second packet finds the first one's connection in its place.
in_a iptables -t nat -A PREROUTING -p udp --dport 6001:6002 -j DNAT --to-destination 10.1.0.1:6000
in_a nft 'table ip late { chain in { type filter hook input priority 200; udp dport 6000 queue num 7; }; }'
has_queue() { in_a grep -q '^ *7 ' /proc/net/netfilter/nfnetlink_queue; }
clash() {
    ip netns exec a hold_packets 7 2 &
    local holder=$!
    wait_for 'the program that holds packets' has_queue
    for port in 6001 6002; do in_b socat -u - "UDP4-SENDTO:10.1.0.1:$port,sourceport=7777" <<<lost; done
    wait $holder
    return 1
}
fault 'conntrack: two connections clash' 'conntrack has another connection with its addresses' 'a full conntrack table, or another hook' clash
in_a iptables -t nat -F PREROUTING
in_a nft flush ruleset
in_a iptables -F OUTPUT
in_a nft -f - <<'RULES'
table inet fw {
    chain in { type filter hook input priority 0; policy accept; udp dport 5000 drop; }
    chain via { type filter hook forward priority 0; policy drop; }
}
table netdev early {
    chain ing { type filter hook ingress device va priority 0; udp dport 5002 drop; }
}
RULES
fault 'nftables, rule' 'rule 1 of the nftables chain in \(table inet fw, hook input\) dropped it' 'dropped it in the hook input' udp 10.1.0.1 5000
fault 'nftables, policy' 'no rule of the nftables chain via .*the policy of that chain is drop' 'dropped it in the hook forward' pings 10.2.0.2
fault 'nftables, netdev' 'rule 1 of the nftables chain ing \(table netdev early, hook ingress\) dropped it' 'dropped it in the hook ingress' udp 10.1.0.1 5002
in_a nft flush ruleset
in_a iptables-nft -A INPUT -p udp --dport 5000 -j DROP
fault 'iptables-nft' 'rule 1 of the chain INPUT \(iptables table filter, hook input\) dropped it' 'dropped it in the hook input' udp 10.1.0.1 5000
in_a nft flush ruleset

# Hooks of netfilter that are no tables.
if has_symbol nf_hook_run_bpf; then
    start_holder netfilter drops_input
    fault 'BPF program of netfilter' 'the BPF program drops_input \(id [0-9]+\) dropped it in the hook input' 'dropped it in the hook input' pings 10.1.0.1
    stop_holder
fi
in_a ipvsadm -A -u 10.1.0.1:5050 -s rr
fault 'IPVS: no real server' 'IPVS dropped it in the hook input: its virtual service has no real server' 'dropped it in the hook input' udp 10.1.0.1 5050
in_a ipvsadm -C

# IPsec.
in_a ip xfrm policy add src 10.1.0.2 dst 10.2.0.2 dir fwd action block
fault 'IPsec: policy forbids forwarding' 'the IPsec policy src 10\.1\.0\.2/32 dst 10\.2\.0\.2/32 dir fwd forbids it' '' pings 10.2.0.2
apply_advice
expect_empty "$(in_a ip xfrm policy)"
in_a ip xfrm policy add src 10.1.0.2 dst 10.1.0.1 dir in tmpl proto esp mode transport
fault 'IPsec: came in plain text' 'the IPsec policy src 10\.1\.0\.2/32 dst 10\.1\.0\.1/32 dir in asks for protection \(ESP in mode transport\)' '' udp 10.1.0.1 5000
in_a ip xfrm policy flush
in_a ip xfrm policy add src 10.1.0.0/24 dst 10.1.0.1 proto 17 dport 5000 dir in priority 20 action block
in_a ip xfrm policy add src 10.1.0.2 dst 10.1.0.1 dir in priority 30
fault 'IPsec: policy forbids a port' 'the IPsec policy src 10\.1\.0\.0/24 dst 10\.1\.0\.1/32 proto 17 dport 5000 dir in forbids it' '' udp 10.1.0.1 5000
in_a ip xfrm policy flush
fault 'IPsec: SPI that nobody knows' 'no IPsec association of this host has its SPI 0x1234 and its destination 10\.1\.0\.1' '' frame 0800 "$(ipv4 50 10.1.0.2 10.1.0.1 0000123400000001aaaaaaaabbbbbbbb)"
esp() { frame 0800 "$(ipv4 50 10.1.0.2 10.1.0.1 "00000055$1aaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaaaaabbbbbbbb")"; } # NUMBER
takes_esp() { # ARGS...
    in_a ip xfrm state add src 10.1.0.2 dst 10.1.0.1 proto esp spi 0x55 mode transport replay-window 32 "$@" \
        auth 'hmac(sha1)' 0x000102030405060708090a0b0c0d0e0f10111213 enc 'ecb(cipher_null)' ''
}
takes_esp replay-seq 256
fault 'IPsec: an old number' 'its IPsec association has the SPI 0x55, and its number came before, or is older' '' esp 00000001
in_a ip xfrm state flush
takes_esp
fault 'IPsec: the keys differ' 'its IPsec association has the SPI 0x55, and it failed the check of its integrity' '' esp 00000001
in_a ip xfrm state flush

in_a ip xfrm policy add src 10.1.0.1 dst 10.1.0.2 dir out tmpl proto esp mode transport
fault 'IPsec: no association to send with' 'the IPsec policy src 10\.1\.0\.1/32 dst 10\.1\.0\.2/32 dir out wants it protected .*there is no association \(state\) for it yet' '' in_a ping -q -c 1 -W 0.4 10.1.0.2
in_a ip xfrm policy flush
in_a ip xfrm state flush

# Tunnels.
ip -n a link add vx0 type vxlan id 42 local 10.1.0.1 dstport 4789
ip -n a link set vx0 up
vni() { # VNI
    frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "138812b5001e00000800000000${1}00ffffffffffff0200000000ff9999")"
}
fault 'VXLAN: VNI that nobody knows' 'no VXLAN device of this host has its VNI' 'VXLAN' vni 002b
ip -n a link del vx0
ip -n a link add vx1 type vxlan id 43 local 10.1.0.1 remote 10.1.0.2 dstport 4789 df set
ip -n a link set vx1 up mtu 1500
ip -n a addr add 10.7.0.1/24 dev vx1
ip -n a neigh add 10.7.0.2 lladdr 02:00:00:00:07:02 dev vx1
fault 'VXLAN: larger than the MTU below' 'bytes do not fit the MTU 1500 of va' 'larger than the path MTU' in_a ping -q -c 1 -W 0.4 -M 'do' -s 1472 10.7.0.2
ip -n a link del vx1
if ip -n a link add gnv0 type geneve id 5 remote 10.1.0.2; then
    ip -n a link set gnv0 up
    fault 'Geneve: VNI that nobody knows' 'no Geneve device of this host has its VNI' '' frame 0800 "$(ipv4 17 10.1.0.2 10.1.0.1 "138817c1001e000000006558000009000000ffffffffffff0200000000ff9999")"
    ip -n a link del gnv0
fi
ip -n a link add ipip1 type ipip local 10.1.0.1 remote 10.1.0.9
fault 'IPIP: no tunnel from there' 'no tunnel of this host .* has the addresses 10\.1\.0\.2 and 10\.1\.0\.1' '' frame 0800 "$(ipv4 4 10.1.0.2 10.1.0.1 "$(ipv4 17 10.9.0.1 10.9.0.2 "$data")")"
ip -n a link del ipip1
ip -n a link add gre1 type gre local 10.1.0.1 remote 10.1.0.2 key 5
ip -n a link set gre1 up
inner=$(ipv4 17 10.9.0.1 10.9.0.2 "$data")
fault 'GRE: key that nobody knows' 'it has the GRE key 7, and the tunnel gre1 \(gre\) with the addresses 10\.1\.0\.2 and 10\.1\.0\.1 expects the key 5' '' frame 0800 "$(ipv4 47 10.1.0.2 10.1.0.1 "2000080000000007$inner")"
ip -n a link del gre1
if ip -n a link add wg0 type wireguard; then
    ip -n a addr add 10.6.0.1/24 dev wg0
    ip -n a link set wg0 up
    fault 'WireGuard: no peer for the address' 'no peer of wg0 has 10\.6\.0\.2 in its AllowedIPs' '' in_a ping -q -c 1 -W 0.4 10.6.0.2
    ip -n a link del wg0
fi
for number in 1 2; do
    ip -n a link add "mv$number" link va type macvlan mode private
    namespace "m$number"
    ip -n a link set "mv$number" netns "m$number"
    ip -n "m$number" addr add "10.1.0.2$number/24" dev "mv$number"
    ip -n "m$number" link set "mv$number" up
done
untold 'macvlan in mode private' ip netns exec m1 ping -q -c 1 -W 0.4 10.1.0.22
end_faults
