# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The packet inside a tunnel is printed from its bytes, on the way out and on the way in.
# cilium's bug: the packet in a tunnel is found by skb->inner_*, so not on the way in.
modules='geneve ip_gre ip6_gre ipip sit ip6_tunnel fou'
trap 'for module in $modules; do modprobe -r "$module" 2>/dev/null || true; done' EXIT
for module in $modules; do modprobe "$module" || skip "this kernel has no module $module"; done
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ip addr add fd01::1/64 dev va nodad
ip -n b addr add fd01::2/64 dev vb nodad

# tunnel IP-VERSION OPTIONS...: makes a device tun on both sides, with 10.7.0.1 and fd07::1 on this side
# and ...2 on the other.
tunnel() {
    local outer=10.1.0. side ns
    [ "$1" = 4 ] || outer=fd01::
    for side in 1 2; do
        ns=; [ $side = 1 ] || ns='-n b'
        # shellcheck disable=SC2086  # empty or two words
        {
            ip $ns link add tun type "${@:2}" local $outer$side remote $outer$((3 - side))
            ip $ns addr add 10.7.0.$side/24 dev tun
            ip $ns addr add fd07::$side/64 dev tun nodad
            ip $ns link set tun up
        }
    done
}

# expect_tunnel TEXT: expects the ping in both directions, as it leaves va and as it arrives at vb.
expect_tunnel() {
    expect_line " va:[0-9]+ .* dev_hard_start_xmit $1:10\.7\.0\.1:0->10\.7\.0\.2:0\(icmp:8/0\)\$"
    expect_line " vb:[0-9]+ .* ip(v6)?_rcv $1:10\.7\.0\.1:0->10\.7\.0\.2:0\(icmp:8/0\)\$"
    expect_line " va:[0-9]+ .* ip(v6)?_rcv $1:10\.7\.0\.2:0->10\.7\.0\.1:0\(icmp:0/0\)\$"
}
expect_tunnel6() {
    expect_line " va:[0-9]+ .* dev_hard_start_xmit $1:\[fd07::1\]:0->\[fd07::2\]:0\(icmp6:128/0\)\$"
    expect_line " vb:[0-9]+ .* ip(v6)?_rcv $1:\[fd07::1\]:0->\[fd07::2\]:0\(icmp6:128/0\)\$"
}
# gone: removes the device on both sides.
gone() { ip link del tun && ip -n b link del tun; }

start_pwru --output-tunnel --filter-func 'dev_hard_start_xmit|ip_rcv|ipv6_rcv' --output-tcp-flags
ping -q -n -c 1 10.1.0.2 >/dev/null

tunnel 4 vxlan id 7 dstport 4789
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 vxlan id 16777215 dstport 8472
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 vxlan id 8 dstport 5555
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 6 vxlan id 9 dstport 4789
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
ip link add tun type geneve id 10 remote 10.1.0.2 && ip addr add 10.7.0.1/24 dev tun && ip link set tun up
ip -n b link add tun type geneve id 10 remote 10.1.0.1
ip -n b addr add 10.7.0.2/24 dev tun
ip -n b link set tun up
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 gre key 4294967295
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 gre csum seq
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 gretap key 11
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 6 ip6gre key 12
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 ipip
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 sit
ping -q -n -c 1 fd07::2 >/dev/null
gone
for ns in '' '-n b'; do
    # shellcheck disable=SC2086  # empty or two words
    ip $ns fou add port 5556 ipproto 4 && ip $ns fou add port 5557 ipproto 47 && ip $ns fou add port 6080 gue
done
tunnel 4 ipip encap fou encap-sport auto encap-dport 5556
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 gre key 13 encap fou encap-sport auto encap-dport 5557
ping -q -n -c 1 10.7.0.2 >/dev/null
gone
tunnel 4 sit encap gue encap-sport auto encap-dport 6080
ping -q -n -c 1 fd07::2 >/dev/null
gone
tunnel 6 ip6tnl mode any # an option header in front limits the nesting
ping -q -n -c 1 10.7.0.2 >/dev/null
ping -q -n -c 1 fd07::2 >/dev/null
stop_pwru

expect_line '^SKB .* FUNC TUNNEL$'
expect_line '10\.1\.0\.1:0->10\.1\.0\.2:0\(icmp:8/0\) +ip_rcv -$'
expect_tunnel 'vxlan\(7\)'
expect_line 'vxlan\(7\):[0-9a-f:]{17}->ff:ff:ff:ff:ff:ff\(0x0806\)$'
expect_tunnel 'vxlan\(16777215\)'
# On another port the kernel knows the tunnel where this host was the sender.
expect_line ' va:[0-9]+ .* dev_hard_start_xmit vxlan\(8\):10\.7\.0\.1:0->10\.7\.0\.2:0\(icmp:8/0\)$'
expect_tunnel 'vxlan\(9\)'
# The same holds for FOU, which has no port of its own.
expect_line ' va:[0-9]+ .* dev_hard_start_xmit fou:10\.7\.0\.1:0->10\.7\.0\.2:0\(icmp:8/0\)$'
expect_line ' va:[0-9]+ .* dev_hard_start_xmit fou\(13\):10\.7\.0\.1:0->10\.7\.0\.2:0\(icmp:8/0\)$'
expect_tunnel6 'gue'
expect_tunnel 'geneve\(10\)'
expect_tunnel 'gre\(4294967295\)'
expect_tunnel 'gre'
expect_tunnel 'gre\(11\)'
expect_tunnel 'gre\(12\)'
expect_tunnel 'ipip'
expect_tunnel6 'sit'
expect_tunnel 'ipip6'
expect_tunnel6 'ip6ip6'
