# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A tracked packet is forgotten when its skb is freed: the next packet at the same address is another
# packet.
# cilium's bug: a packet at an address that is used again is taken for the earlier one.
start_pwru --filter-func 'ip_output|dev_hard_start_xmit|ip_rcv|icmp_rcv' --filter-track-skb \
    'udp dst port 9'
for _ in 1 2 3 4 5 6 7 8 9 10; do send_udp 1.0.0.1 9; done
ping -q -n -f -c 300 127.0.0.1 >/dev/null
stop_pwru
expect_every '->1\.0\.0\.1:9\(udp\) '
expect_number "$(count_lines ' ip_output$')" -eq 10
