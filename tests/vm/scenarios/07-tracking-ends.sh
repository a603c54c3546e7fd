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

# A datagram that is received ends in kfree_skbmem(), before Linux 7, and its memory is the next one's
# of that CPU.
taskset -pc 0 $$ >/dev/null
for port in 9998 9999; do
    socat -u "UDP4-RECV:$port" "OPEN:$work/received,creat,append" &
    wait_for "the receiver" grep -q ":$(printf %X "$port") 00000000:0000" /proc/net/udp
done
start_pwru --filter-func 'udp_queue_rcv_skb|kfree_skbmem' --filter-track-skb 'udp dst port 9999'
sent=0
for port in 9999 9998 9998 9998 9999 9998 9998 9998 9999 9998 9998 9998; do
    sent=$((sent + 1))
    echo "number $sent" >"/dev/udp/127.0.0.1/$port"
    wait_for "the datagram" grep -qx "number $sent" "$work/received"
done
stop_pwru
expect_number "$(count_lines ' udp_queue_rcv_skb$')" -eq 3
expect_number "$(count_lines ' kfree_skbmem$')" -le 3

# Where the memory is kept for the next skb of the CPU, that is another packet too when its destructor is
# the first function that is seen of it. So it is when nobody asked for what returns the memory.
for returns in '|napi_skb_cache_put|kfree_skbmem' ''; do
    start_pwru --filter-func "udp_queue_rcv_skb|sock_wfree$returns" --filter-track-skb 'udp dst port 9999'
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sent=$((sent + 1))
        echo "number $sent" >/dev/udp/127.0.0.1/9999
        wait_for "the datagram" grep -qx "number $sent" "$work/received"
        ping -q -n -c 2 -i 0.01 127.0.0.1 >/dev/null
    done
    stop_pwru
    expect_line ' udp_queue_rcv_skb$'
    expect_every ':9999\(udp\) '
done
