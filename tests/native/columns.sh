# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Everything that is printed of a packet, at tracepoints.
start_pwru --backend tracepoint --filter-func 'net_dev_queue|consume_skb' --timestamp current --output-skb \
    --output-stack --output-tcp-flags --output-id --filter-track-skb --output-netns-names \
    --output-skb-metadata 'skb->len, skb->dev->name' --filter-mark 0x2a icmp
ping -q -c 1 -W 1 1.0.0.1 >/dev/null || true
ping -q -c 1 -W 1 -m 42 1.0.0.1 >/dev/null || true
stop_pwru
expect_number "$(count_lines 'tp:net_dev_queue')" -eq 1
expect_line '^0x[0-9a-f]+ +[0-9]+ +ping:[0-9]+ +[0-9]+ .* 2a +dummy0:[0-9]+ .* [0-9]+\.x?[0-9]+ +10\.9\.0\.1:0->1\.0\.0\.1:0\(icmp:8/0\) +tp:net_dev_queue'
expect_line '^__dev_queue_xmit\+0x'
expect_line ' len=98 name="dummy0"$'
expect_line '\.mark = \(__u32\)42'
