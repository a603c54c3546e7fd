# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# At XDP programs the tunnel is read from the packet's bytes. It is printed, and filters use it.
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
for side in 1 2; do
    ns=; [ $side = 1 ] || ns='-n b'
    # shellcheck disable=SC2086  # empty or two words
    {
        ip $ns link add vx type vxlan id 7 dstport 4789 local 10.1.0.$side remote 10.1.0.$((3 - side))
        ip $ns addr add 10.7.0.$side/24 dev vx
        ip $ns link set vx up
    }
done
ping -q -n -c 1 10.7.0.2 >/dev/null # resolves the addresses of the neighbours
ip -n b link set vb xdpdrv obj /vm/xdp.bpf.o sec xdp
trace() { # OPTIONS...
    start_pwru --filter-trace-xdp --filter-func no_such_function --output-tunnel "$@"
    ping -q -n -c 1 10.7.0.2 >/dev/null
    send_udp 10.7.0.2 9
    ping -q -n -c 1 10.1.0.2 >/dev/null
    stop_pwru
}
program='drops_discard_port\(xdp\)( -> XDP_PASS)?'
vxlan='vxlan\(7\):10\.7\.0\.1:'

trace
expect_line " $program ${vxlan}0->10\.7\.0\.2:0\(icmp:8/0\)\$"
expect_line " $program ${vxlan}[0-9]+->10\.7\.0\.2:9\(udp\)\$"
expect_line " 10\.1\.0\.1:0->10\.1\.0\.2:0\(icmp:8/0\) +$program -\$"

trace --filter-tunnel-pcap-l3 'udp port 9'
expect_every " $program ${vxlan}[0-9]+->10\.7\.0\.2:9\(udp\)\$"
[ "$(events | wc -l)" -eq 2 ]

trace --filter-tunnel-pcap-l2 "ether dst $(ip -n b -br link show vx | awk '{ print $3 }') and icmp" 'udp port 4789'
expect_every " $program ${vxlan}0->10\.7\.0\.2:0\(icmp:8/0\)\$"
