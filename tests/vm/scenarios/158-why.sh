# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --why shows the way of a packet that died, and of no other one: namespaces, devices, layers, NAT. With
# --output-layout journey it shows each hop, and without --why so for all packets.
# kernels: 5.10 7.2
in_r() { ip netns exec r "$@"; }
namespace a
namespace r
namespace b
cable a va 10.1.0.2/24 r ra 10.1.0.1/24
cable r rb 10.2.0.1/24 b vb 10.2.0.2/24
ip -n a route add default via 10.1.0.1
ip -n b route add default via 10.2.0.1
in_r sysctl -qw net.ipv4.ip_forward=1
in_r iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 10.2.0.2:9000
in_r iptables -t nat -A PREROUTING -p udp --dport 54 -j DNAT --to-destination 10.2.0.2:9001
ip netns exec b iptables -A INPUT -p udp --dport 9001 -j DROP
ip netns exec a ping -q -c 1 -W 5 10.2.0.2
ip netns exec b socat -u UDP-RECV:9000 /dev/null &
wait_for 'the server' ip netns exec b grep -q ':2328 ' /proc/net/udp
send() { ip netns exec a bash -c "echo x >/dev/udp/10.1.0.1/$1"; } # to 53 it arrives, to 54 it dies
died() { grep -qE '^1 packets? died|^  (why|at) .*(netfilter|nf_hook_slow|iptables)' "$out"; }

# The way in stages; a packet socket that takes a copy changes nothing.
ip netns exec r tcpdump -q -n -U -i ra -w "$work/taken" udp 2>/dev/null &
has_begun() { [ -s "$work/taken" ]; }
wait_for 'the packet socket' has_begun
# A function of TCP that is given the reason calls the one that frees.
start_pwru --why --output-netns-names 'udp portrange 53-54 or tcp port 9100'
send 53
send 54
wait_for 'the death' died
ip netns exec a bash -c ': >/dev/tcp/10.2.0.2/9100' 2>/dev/null || true
refused() { grep -qE '^  at +tcp_v4_rcv' "$out"; }
wait_for 'the reset' refused
stop_pwru
expect_stderr ' 0 lost'
expect_line '^2 packets died:'
expect_line '^  why +.*hook input'
expect_line '^  way +netns [0-9]+ \(a\), va: (UDP, )?IP send, .*transmit'
expect_line '^ +netns [0-9]+ \(r\), ra: receive, IP receive, .*netfilter, .*\[destination 10\.1\.0\.1:54 became 10\.2\.0\.2:9001\].*IP forward'
expect_line '^ +netns [0-9]+ \(r\), rb: .*IP send, .*transmit'
expect_line '^ +netns [0-9]+ \(b\), vb: .*IP receive, IP deliver, netfilter'
expect_line '^ +netns [0-9]+ \(b\), vb: .*IP receive, .*TCP'
expect_line '^  took +[0-9.]+ (us|ms|s), [0-9]+ functions$'

# The same with paths that are kept in the kernel until their packet dies.
start_pwru --why --on drop 'udp portrange 53-54'
send 53
send 54
wait_for 'the death' died
stop_pwru
expect_line '^1 packet died:'
expect_line '^ +netns [0-9]+, rb: .*IP send, .*transmit'
expect_line '^ +netns [0-9]+, vb: .*IP receive, IP deliver, netfilter'
expect_stderr 'because only its last 64 are kept$'

# Each hop.
start_pwru --why --output-layout journey 'udp portrange 53-54'
send 54
wait_for 'the death' died
stop_pwru
expect_line '^  way +[0-9]+ hops:'
expect_line '^ +0\.000 us +\+0\.000 us  [a-z_0-9.]+ +netns [0-9]+'
expect_line '^ +[0-9.]+ [mu]?s +\+[0-9.]+ [mu]?s  ip_rcv\b'
expect_line ' destination 10\.1\.0\.1:54 became 10\.2\.0\.2:9001'

# Packets that arrive have a journey too; one that waits is not withheld.
in_r iptables -t mangle -A FORWARD -p udp -j MARK --set-mark 7
start_pwru --output-layout journey 'udp portrange 53-54'
send 53
is_over() { grep -q '^  = consumed by ' "$out"; }
wait_for 'the end of the journey' is_over
stop_pwru
expect_line '^packet 0x[0-9a-f]+  10\.1\.0\.2:[0-9]+->10\.1\.0\.1:53\(udp\)  [0-9]+ bytes  bash:[0-9]+$'
expect_line ' mark 0x0 became 0x7'
expect_line ' TTL 64 became 63'
expect_line ' conntrack none became new'
expect_line '^  = consumed by [a-z_]+, [0-9.]+ [mu]?s after it was first seen$'
expect_stderr ' 0 lost'

# The time in the queue of a socket.
start_pwru --latency --filter-func '__udp_enqueue_schedule_skb|skb_consume_udp' 'udp port 9000'
datagrams() { ip netns exec b sed -n 's/^Udp: \([0-9]*\) .*/\1/p' /proc/net/snmp; }
before=$(datagrams)
send 53
has_arrived() { [ "$(datagrams)" -gt "$before" ]; } # InDatagrams counts what was read
wait_for 'the packet to be read' has_arrived
stop_pwru
expect_line '^1 packets, [12] pairs of functions'
expect_line '^ +1 +[0-9.]+ [mu]?s .*  __udp_enqueue_schedule_skb -> skb_consume_udp$'
expect_line '^ +[0-9.]+ [mu]?s  0x[0-9a-f]+  10\.1\.0\.2:[0-9]+->10\.2\.0\.2:9000\(udp\)  [0-9.]+ [mu]?s from (__udp_enqueue_schedule_skb|skb_consume_udp) to skb_consume_udp$'
