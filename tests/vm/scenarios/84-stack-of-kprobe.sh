# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A kprobe behind a push of one byte misleads the unwinder, so functions that begin with one are probed
# at their start.
# kernels: all
functions='__netif_receive_skb_one_core|ip_rcv|udp_rcv|ip_output|kfree_skb.*|sk_skb_reason_drop|__udp4_lib_rcv|udp_queue_rcv_one_skb|consume_skb|ip_finish_output2|__kfree_skb|skb_release_head_state'
start_pwru --backend kprobe --filter-func "$functions" --output-stack 'udp dst port 9'
send_udp 127.0.0.1 9
stop_pwru
expect_order ' __netif_receive_skb_one_core$' '^__netif_receive_skb_one_core\+' \
    '^(__netif_receive_skb|process_backlog|netif_receive_skb.*)\+'
awk '/^0x/ { if (lines == 1 || lines == 2) bad = bad " " last; lines = 0; last = $NF; next }
     /\+0x/ { lines++ }
     END { if (bad) { print "cut off after the caller:" bad; exit 1 } }' "$out" || fail 'a stack is cut off'
