# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The control buffer is printed as TC programs see it, and whole in the dump of the skb.
word='0x[0-9A-F]{8}'
start_pwru --filter-func 'tcp_v4_rcv' --output-skb-cb --output-skb 'tcp dst port 80'
try_tcp 127.0.0.1 80
stop_pwru
expect_line '^SKB .* LEN +__sk_buff->cb\[\] +TUPLE FUNC$'
expect_line " [0-9]+ +\[$word,$word,$word,$word,$word\] 127[^ ]+ +tcp_v4_rcv$"
# The first word, IPCB(skb)->iif, is the index of lo. cb[] begins two words behind it.
expect_line 'cb = \(unsigned int\[12\]\)'

start_pwru --filter-func 'tcp_v4_rcv' --output-meta=false --output-skb-cb 'tcp dst port 80'
try_tcp 127.0.0.1 80
stop_pwru
expect_every "^0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ +\[$word,"
