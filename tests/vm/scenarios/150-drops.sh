# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops prints only packets that died, each with the object to blame, and nothing about traffic that
# arrives. One tracer sees all faults; each is followed by what it must print.
# kernels: 6.1 7.2
has_reasons() { has_symbol kfree_skb_reason || has_symbol sk_skb_reason_drop; }
died() { # CAUSE-WORDS: waits for it
    wait_for "$1" grep -qE -- "$1" "$out"
}

namespace a
namespace b
cable a va 10.1.0.1/24 b vb 10.1.0.2/24
ip -n b route add default via 10.1.0.1
ip netns exec b ping -q -c 1 10.1.0.1 # both know the other's MAC address
# The sockets of a network namespace can be read where a process was in it before.
ip netns exec a sleep 900 &
has_process() { [ -n "$(ip netns pids a)" ]; }
wait_for 'a process in the namespace' has_process

start_pwru --drops --summary 1 --output-layout line ip
# Traffic that arrives.
ip netns exec b ping -q -c 3 10.1.0.1
serve 8000
try_tcp 127.0.0.1 8000
ip netns exec a socat -u UDP-RECV:5000 "CREATE:$work/received" &
wait_for 'the UDP socket' ip netns exec a grep -q ':1388 ' /proc/net/udp
ip netns exec b bash -c 'echo hello >/dev/udp/10.1.0.1/5000'
wait_for 'the datagram' test -s "$work/received"
# Faults.
ip netns exec b bash -c 'echo x >/dev/udp/10.1.0.1/9' || true
died 'UDP 10\.1\.0\.1:9 '
ip netns exec b curl -s --max-time 5 http://10.1.0.1:9/ || true
died 'TCP 10\.1\.0\.1:9 '
ip netns exec a sysctl -qw net.ipv4.ip_forward=0
ip netns exec b ping -q -c 1 -W 1 192.0.2.1 || true
died 'for 192\.0\.2\.1, which is not this host.*net\.ipv4\.conf\.va\.forwarding=0 \(certain\)'
ip netns exec a sysctl -qw net.ipv4.ip_forward=1
ip -n a route add blackhole 192.0.2.0/24
ip netns exec b ping -q -c 1 -W 1 192.0.2.1 || true
died 'the blackhole route 192\.0\.2\.0/24 takes 192\.0\.2\.1: table main, by the policy rule 32766 \(likely\)'
ip netns exec b ping -q -c 1 -W 1 198.51.100.1 || true
died 'there is no route to 198\.51\.100\.1 \(likely\)'
ip netns exec b ping -q -c 1 -W 4 10.1.0.99 || true
died 'nobody answers for 10\.1\.0\.99 on vb'
ip -n b route add 203.0.113.0/24 via 10.1.0.98
ip netns exec b ping -q -c 1 -W 4 203.0.113.1 || true
died 'nobody answers for 10\.1\.0\.98 on vb'
ip netns exec a iptables -A INPUT -p udp --dport 5001 -j DROP
ip netns exec b bash -c 'echo x >/dev/udp/10.1.0.1/5001'
# At tracepoints only, as where the kernel has no kprobes, the rule is not looked for.
rule="rule [0-9]+ of the chain INPUT \\(iptables-legacy, table filter, hook input\\) dropped it"
! grep -q '^Attached to .* tracepoints' "$err" || rule='dropped it in the hook input'
died "$rule"
# A table every second, and one at the end.
died '^[0-9]+ packets? died:$'
stop_pwru
expect_stderr ' 0 lost'
# One line for each death, a table, and nothing about what arrived.
expect_no_line '^[0-9:.]+ .*(:8000|:5000|icmp:0/0)'
expect_line '^[0-9]+ packets? died:$'
expect_number "$(count_lines '^[0-9]+ packets? died')" -ge 2
expect_line '^ +1 [0-9:.]+ [0-9:.]+ ip_error +10\.1\.0\.2->198\.51\.100\.1\(icmp\)$'
expect_number "$(grep -cE '^[0-9]+:[0-9.:]+  ' "$out")" -eq "$(sed -nE 's/^([0-9]+) packets? died:$/\1/p' "$out" | tail -n 1)"
if has_reasons; then
    expect_line 'UDP 10\.1\.0\.1:9 .*\(certain\)  at '
    expect_line 'TCP 10\.1\.0\.1:9 .*\(certain\)  at tcp_v4_rcv'
fi
