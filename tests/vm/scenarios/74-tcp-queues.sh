# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# cilium's bug: in TCP's queues skb->dev is part of a list, and what it points to is printed as a
# device.
serve 8080
inode=$(netns_inode)
start_pwru --filter-func 'tcp_.*|skb_.*|__tcp_.*|sk_stream_.*' 'tcp port 8080'
try_tcp 127.0.0.1 8080
stop_pwru
expect_line ' tcp_v4_rcv$'
expect_line ' tcp_(data_queue|queue_rcv|rcv_established|ack|clean_rtx_queue|rate_skb_delivered|rbtree_insert|event_data_recv)'
expect_every "^0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ +($inode|0) +0 +(lo:1|0) +0x(0800|0000) (65536|0) +[0-9]+ +127\.0\.0\.1"
