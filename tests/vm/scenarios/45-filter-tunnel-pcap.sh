# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The filters on the inside of a tunnel apply together with the main filter, and a packet without a
# tunnel never matches them.
# cilium's bug: a main filter that only a frame can match turns the filters on tunnels off.
trap 'modprobe -r ipip 2>/dev/null || true' EXIT
modprobe ipip || skip 'this kernel has no module ipip'
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
for side in 1 2; do
    ns=; [ $side = 1 ] || ns='-n b'
    # shellcheck disable=SC2086  # empty or two words
    {
        ip $ns link add vx type vxlan id 7 dstport 4789 local 10.1.0.$side remote 10.1.0.$((3 - side))
        ip $ns addr add 10.7.0.$side/24 dev vx
        ip $ns link set vx up
        ip $ns link add tun type ipip local 10.1.0.$side remote 10.1.0.$((3 - side))
        ip $ns addr add 10.8.0.$side/24 dev tun
        ip $ns link set tun up
    }
done
ip neigh replace 10.7.0.2 lladdr "$(ip -n b -br link show vx | awk '{ print $3 }')" dev vx

trace() { # ARGS...: what is printed of three pings, a datagram, and a bare ping
    start_pwru --filter-func 'dev_hard_start_xmit|ip_rcv' --output-tunnel --output-meta=false "$@"
    ping -q -n -c 1 10.7.0.2 >/dev/null
    ping -q -n -c 1 10.8.0.2 >/dev/null
    send_udp 10.7.0.2 9
    ping -q -n -c 1 10.1.0.2 >/dev/null
    stop_pwru
}
vxlan='vxlan\(7\):10\.7\.0\.[12]:'

trace --filter-tunnel-pcap-l3 'icmp[icmptype] = icmp-echo'
expect_every '\(icmp:8/0\)$'
expect_line " ip_rcv ${vxlan}0->10\.7\.0\.2:0\(icmp:8/0\)\$"
expect_line ' ip_rcv ipip:10\.8\.0\.1:0->10\.8\.0\.2:0\(icmp:8/0\)$'
expect_line ' dev_hard_start_xmit ipip:10\.8\.0\.1:0->10\.8\.0\.2:0\(icmp:8/0\)$'

trace --filter-tunnel-pcap-l3 'udp port 9'
expect_every "${vxlan}[0-9]+->10\.7\.0\.2:9\(udp\)\$"
[ "$(events | wc -l)" -ge 2 ]

# An ipip tunnel carries no frame: it does not match, even if the expression is about IP.
trace --filter-tunnel-pcap-l2 'icmp'
expect_every "${vxlan}0->10\.7\.0\.[12]:0\(icmp:[083]/[03]\)\$"

trace --filter-tunnel-pcap-l2 "ether src $(ip -br link show vx | awk '{ print $3 }')" --filter-tunnel-pcap-l3 icmp
expect_every "${vxlan}0->10\.7\.0\.2:0\(icmp:8/0\)\$"

# All filters must match. A main filter that only a frame can match does not disable the others.
trace --filter-tunnel-pcap-l3 icmp 'ip proto 4'
expect_every ' ipip:10\.8\.0\.[12]:0->'
trace --filter-tunnel-pcap-l3 'dst host 10.8.0.2' 'ether[0] & 1 = 0'
expect_every ' dev_hard_start_xmit ipip:10\.8\.0\.1:0->| ip_rcv ipip:10\.8\.0\.1:0->'
trace --filter-tunnel-pcap-l3 'tcp'
[ -z "$(events)" ]

run_pwru 2 --filter-tunnel-pcap-l3 'tcp port'
expect_stderr "^pwru: --filter-tunnel-pcap-l3 'tcp port' is not valid: syntax error"
expect_one_sentence
run_pwru 2 --filter-tunnel-pcap-l3 arp
expect_stderr "^pwru: --filter-tunnel-pcap-l3 'arp' is not valid: "
expect_one_sentence
