# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --why shows the way of a packet that died, and --output-layout journey each hop of it.
start_pwru --why --output-tcp-flags 'tcp port 8080'
(: >/dev/tcp/127.0.0.1/8080) 2>/dev/null || true
refused() { grep -q 'no program listens on TCP 127\.0\.0\.1:8080' "$out"; }
wait_for 'the answer' refused
stop_pwru
expect_stderr ' 0 lost'
expect_line '^1 packet died:'
expect_line '^  way +netns [0-9]+, lo: .*transmit, .*receive'
expect_line '^  took +[0-9.]+ (us|ms|s), [0-9]+ functions$'

start_pwru --output-layout journey 'tcp dst port 8080'
(: >/dev/tcp/127.0.0.1/8080) 2>/dev/null || true
over() { grep -q '^  = ' "$out"; }
wait_for 'the end of the journey' over
stop_pwru
expect_line '^packet 0x[0-9a-f]+  127\.0\.0\.1:[0-9]+->127\.0\.0\.1:8080\(tcp:SYN\)  [0-9]+ bytes  [^ ]+:[0-9]+$'
expect_line '^ +0\.000 us +\+0\.000 us  [a-z_:0-9.]+ +netns [0-9]+, lo; CPU [0-9]+$'
expect_line '^ +[0-9.]+ [mu]?s +\+[0-9.]+ [mu]?s  (tp:kfree_skb|[a-z_]*skb[a-z_]*)\('
expect_line '^  = dropped \(SKB_DROP_REASON_NO_SOCKET\) by (tp:)?[a-z_]+, [0-9.]+ [mu]?s after it was first seen$'

# The time between two tracepoints.
start_pwru --latency 'udp dst port 9'
send_udp 127.0.0.1 9
stop_pwru
expect_line '^1 packets, [0-9]+ pairs of functions'
expect_line '^ +1 +[0-9.]+ [mu]?s +[0-9.]+ [mu]?s +[0-9.]+ [mu]?s +[0-9.]+ [mu]?s  (tp:netif_rx|netif_rx[a-z_]*) -> (tp:)?[a-z_]+$'
expect_line '^ +[0-9.]+ [mu]?s  0x[0-9a-f]+  127\.0\.0\.1:[0-9]+->127\.0\.0\.1:9\(udp\)  [0-9.]+ [mu]?s from (tp:)?[a-z_]+ to (tp:)?[a-z_]+$'
