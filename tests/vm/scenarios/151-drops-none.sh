# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Ordinary traffic gives no alarm with --drops: devices that come up, IPv6 autoconfiguration, ARP and
# neighbour discovery, pings, DNS-like datagrams, TCP that ends in every way, a bulk transfer,
# fragments, broadcast and multicast, a bridge that floods, sockets that close with unread data.
# kernels: 5.10 6.12
namespace a
namespace b
namespace c
# The counters of a namespace are compared when a process is in it.
residents=()
for ns in a b c; do
    ip netns exec $ns sleep 1000 &
    residents+=($!)
done
start_pwru --drops --output-layout line
ip netns exec a sysctl -qw net.ipv4.ip_forward=1
cable a va 10.1.0.1/24 b vb 10.1.0.2/24
ip -n a addr add fd00:1::1/64 dev va nodad
ip -n b addr add fd00:1::2/64 dev vb nodad
cable a wa 10.2.0.1/24 c wc 10.2.0.2/24
ip -n b route add default via 10.1.0.1
ip -n c route add default via 10.2.0.1
# Autoconfiguration: the link-local addresses have passed duplicate address detection.
for end in 'a va' 'b vb' 'c wc'; do
    read -r ns dev <<<"$end"
    wait_for "the address of $dev" bash -c "ip -n $ns -6 addr show dev $dev scope link -tentative | grep -q inet6"
done
ip netns exec b ping -q -c 2 10.1.0.1
ip netns exec b ping -q -c 2 fd00:1::1
ip netns exec b ping -q -c 1 10.2.0.2
ip netns exec b ping -q -c 1 -s 4000 10.2.0.2
ip netns exec b ping -q -c 1 -b -W 1 10.1.0.255 || true
ip netns exec b ping -q -c 1 -W 1 224.0.0.251 || true

# Datagrams that are asked and answered.
ip netns exec a socat UDP-LISTEN:53,fork EXEC:cat &
wait_for 'the UDP server' ip netns exec a grep -q ':0035 ' /proc/net/udp
for _ in 1 2 3; do echo question | ip netns exec b socat -t 5 - UDP:10.1.0.1:53 | grep -q question; done

# TCP: a bulk transfer, both ways to close, unread data at the close, a connection that is reset.
head -c 3000000 /dev/zero >"$work/bulk"
ip netns exec c socat -u "TCP-LISTEN:80,fork,reuseaddr" OPEN:/dev/null &
wait_for 'the TCP server' ip netns exec c grep -q ':0050 00000000:0000 0A' /proc/net/tcp
for _ in 1 2; do ip netns exec b socat -u "OPEN:$work/bulk" TCP:10.2.0.2:80; done
ip netns exec c socat "TCP-LISTEN:81,reuseaddr" EXEC:true &
wait_for 'the second server' ip netns exec c grep -q ':0051 00000000:0000 0A' /proc/net/tcp
ip netns exec b socat -u OPEN:/dev/null TCP:10.2.0.2:81

# A bridge that does not know where a host is.
namespace d
ip netns exec d ip link add br0 type bridge
ip -n d link set br0 up
for port in 1 2 3; do
    namespace "h$port"
    ip link add "p$port" netns d type veth peer name eth0 netns "h$port"
    ip -n d link set "p$port" master br0 up
    ip -n "h$port" addr add "10.3.0.$port/24" dev eth0
    ip -n "h$port" link set eth0 up
done
ip netns exec h1 ping -q -c 2 -W 5 10.3.0.3
ip netns del h2
ip netns del b
stop_pwru
kill "${residents[@]}"
expect_stderr ' 0 lost'
expect_line '^0 packets died\.$'
expect_no_line 'kernel counted losses'
