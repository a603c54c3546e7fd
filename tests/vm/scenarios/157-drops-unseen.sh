# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops says at the end what the kernel has counted as lost and no death accounts for: connection
# requests that a full listening socket does not take (they are consumed), and what was never a packet,
# in another namespace. What died and is counted too is not repeated.
# kernels: 5.10 6.12
counter() { # NAME [NAMESPACE]: of /proc/net/snmp or netstat, by its name there
    ${2:+ip netns exec "$2"} cat /proc/net/snmp /proc/net/netstat | awk -v name="$1" '
        $1 == head { for (i = 2; i <= NF; i++) if (names[i] == name) print $i; next }
        { head = $1; split($0, names) }'
}
rose() { [ "$(counter "$1")" -ge $((before + $2)) ]; }

namespace blue
ip netns exec blue sleep 1000 &
sleeper=$!
namespace green
ip link add va type veth peer name vb netns green
ip netns exec green sleep 1000 &
resident=$!
# Servers that are stopped, and so read nothing.
socat -u TCP-LISTEN:81,backlog=1,reuseaddr OPEN:/dev/null &
tcp=$!
socat -u UDP-RECV:5000,rcvbuf=2304 OPEN:/dev/null &
udp=$!
wait_for 'the TCP socket' grep -q ':0051 00000000:0000 0A' /proc/net/tcp
wait_for 'the UDP socket' grep -q ':1388 ' /proc/net/udp
kill -STOP $tcp $udp

start_pwru --drops --output-layout line
# No namespace is kept alive for its counters.
kill $resident
ip netns del green
wait_for 'the other end of the cable to go' bash -c '! ip link show va'
before=$(counter ListenOverflows)
clients=()
for _ in 1 2 3 4 5; do
    bash -c 'exec 3<>/dev/tcp/127.0.0.1/81; sleep 1000' 2>/dev/null &
    clients+=($!)
done
wait_for 'the listening socket to overflow' rose ListenOverflows 1
before=$(counter RcvbufErrors)
for _ in 1 2 3 4 5 6 7 8 9; do head -c 1000 /dev/zero | socat -u - UDP:127.0.0.1:5000; done
wait_for 'the receive buffer to overflow' rose RcvbufErrors 1
ip netns exec blue bash -c 'echo x >/dev/udp/203.0.113.1/9' 2>/dev/null || true
expect_number "$(counter OutNoRoutes blue)" -ge 1
stop_pwru
kill -KILL $sleeper $tcp $udp "${clients[@]}"
expect_stderr ' 0 lost'
expect_line '^The kernel counted losses that no packet above shows:$'
# Without kprobes nothing sees what tcp_conn_request() refuses.
if grep -q 'Attach.* functions' "$err"; then
    expect_line '127\.0\.0\.1:81\(tcp:SYN\) .* the queue of TCP 127\.0\.0\.1:81 is full: 2 connections wait'
    expect_no_line 'ListenOverflows'
else
    expect_line "^ +[0-9]+ TcpExtListenOverflows  netns $(netns_inode)"
    expect_line '^ +connections were refused without an answer: a program accepts them too slowly'
fi
expect_line "^ +[0-9]+ IpOutNoRoutes  netns $(netns_inode /run/netns/blue) \(blue\)$"
expect_no_line 'ListenDrops'
# A death that is shown explains the counter; before 5.17 the counter explains the death.
if ! grep -qE '^[0-9:.]+ .*127\.0\.0\.1:5000\(udp\)' "$out"; then
    expect_line '^ +[0-9]+ UdpRcvbufErrors  netns'
elif has_symbol kfree_skb_reason || has_symbol sk_skb_reason_drop; then
    expect_no_line 'RcvbufErrors'
else
    # Sockets are read for a twentieth of the time at most: what died in between has no reason there.
    ! grep 'RcvbufErrors' "$out" | grep -v '(.* in all, the others are above)' || fail 'a death that is shown is counted again'
fi
