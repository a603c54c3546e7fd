# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# In UDP's receive queue skb->dev holds sizes and flags (udp_set_dev_scratch()): no device is printed, and
# the namespace is the socket's or unknown. The next packet has the MTU that its device has by then, not that
# of the packet before.
# kernels: 5.10 6.1 6.12
inode=$(netns_inode)
socat -u -b 8192 UDP4-RECV:9999 "OPEN:$work/received,creat,append" &
wait_for "the receiver" grep -q ':270F 00000000:0000' /proc/net/udp
start_pwru --filter-func 'skb_consume_udp|skb_copy_datagram_.*|.*udp_enqueue.*|udp_.*|dev_hard_start_xmit' 'udp port 9999'
for mtu in 65536 1400 3000; do
    ip link set lo mtu "$mtu"
    send_udp 127.0.0.1 9999 "$mtu"
    wait_for "the datagram" grep -q "$mtu" "$work/received"
done
stop_pwru
expect_line " skb_consume_udp$"
expect_every "^0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ +($inode|0) +0 +(lo:1|0) +0x(0800|0000) +[0-9]+ +[0-9]+ +127\.0\.0\.1"
for mtu in 65536 1400 3000; do
    expect_line " lo:1 +0x0800 +$mtu +[0-9]+ .* dev_hard_start_xmit$"
done
