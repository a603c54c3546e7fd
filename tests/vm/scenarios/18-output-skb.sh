# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The whole sk_buff below each line.
start_pwru --filter-func ip_output --output-skb 'udp dst port 9'
send_udp 1.0.0.1 9 'hello'
stop_pwru
expect_order ' ip_output$' 'struct sk_buff' "len.*33"
