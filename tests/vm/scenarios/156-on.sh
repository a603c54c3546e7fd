# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --on: of many packets, the paths of those are printed for which a trigger fires, and whole. What is kept
# in the kernel is bounded, and what made room is counted.
# kernels: 5.10 7.2
datagrams() { for ((i = 0; i < $1; i++)); do printf 'hello' >/dev/udp/127.0.0.1/5000; done; }
has_received() { [ "$(stat -c %s "$work/received")" -eq $((5 * $1)) ]; }
functions() { events | grep -oE '[^ ]+$' | sed 's/(.*//'; }

# Of each event the function, for one datagram to a port where nobody listens. The first one of all looks
# for the neighbour.
send_udp 127.0.0.1 5009
start_pwru --filter-track-skb 'udp dst port 5009'
send_udp 127.0.0.1 5009
wait_for 'the end of the datagram' grep -q ' kfree_skbmem$' "$out"
stop_pwru
functions >"$work/plain"

# drop: the same functions of the same datagram, and nothing of those that arrive.
socat -u -b 8192 UDP4-RECV:5000 "OPEN:$work/received,creat,append" &
receiver=$!
wait_for 'the receiver' grep -q ':1388 00000000:0000' /proc/net/udp
start_pwru --on drop 'udp dst port 5000 or udp dst port 5009'
datagrams 50
send_udp 127.0.0.1 5009
wait_for 'the end of the datagram' grep -q ' kfree_skbmem$' "$out"
datagrams 50
wait_for 'all datagrams' has_received 100
stop_pwru
expect_stderr ' 0 lost'
expect_every ':5009\(udp\)'
functions >"$work/kept"
[ "$(<"$work/kept")" = "$(<"$work/plain")" ] || fail "kept was another path than that of a plain trace: $(<"$work/plain")"

# slow: datagrams wait until their reader goes on. Only the last 64 of a CPU have a path.
start_pwru --on slow=3s --on rst --on-packets 64 --output-tcp-flags 'udp dst port 5000 or tcp port 9'
datagrams 10
try_tcp 127.0.0.1 9
wait_for 'the reset' grep -q 'tcp:RST' "$out"
wait_for 'the datagrams' has_received 110
expect_every '\(tcp:RST\|?[A-Z|]*\)'
kill -STOP "$receiver"
datagrams 200
began=$SECONDS
is_slow() { [ $SECONDS -gt $((began + 4)) ]; }
wait_for 'four seconds' is_slow
kill -CONT "$receiver"
wait_for 'a datagram' grep -qE ':5000\(udp\).* (skb_free_head|kfree_skbmem|skb_attempt_defer_free)$' "$out"
stop_pwru
expect_order ':5000\(udp\) +ip_send_skb' ':5000\(udp\) +udp_queue_rcv_skb' ':5000\(udp\) +skb_consume_udp'
expect_stderr '[0-9]+ packets ended after their path had made room for that of another'

# retransmit: a segment that is lost is sent again, and its first way is printed.
serve 8000
exec 3<>/dev/tcp/127.0.0.1/8000
start_pwru --on retransmit 'tcp dst port 8000'
iptables -A INPUT -p tcp --dport 8000 -j DROP
printf 'GET / HTTP/1.0\r\n\r\n' >&3
wait_for 'a retransmission' grep -q '_retransmit_skb$' "$out"
iptables -D INPUT -p tcp --dport 8000 -j DROP
cat <&3 >/dev/null
stop_pwru
expect_order ':8000\(tcp\) +ip_rcv' 'kfree_skb|sk_skb_reason_drop' '_retransmit_skb$' ':8000\(tcp\) +ip_rcv'
