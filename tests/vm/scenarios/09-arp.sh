# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# ARP requests match and ARP replies do not; no tuple is invented for them. On the way out they are seen
# before the kernel has noted their Ethernet header (arp_create() pushes it).
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
modprobe nf_tables
arptables-nft -A OUTPUT -d 10.1.0.9 -j DROP
start_pwru --filter-func '@drops|arp_xmit|arp_rcv|arp_process|dev_hard_start_xmit' 'arp and arp[7]=1'
arping -c 1 -w 10 -I va 10.1.0.2
ping -q -c 1 -W 5 10.1.0.2 >/dev/null
ping -q -c 1 -W 1 10.1.0.9 >/dev/null && exit 1 # the request is dropped on its way out
stop_pwru
expect_every ' 0x0806 .* - +[a-z_]+(\([^ ]+\))?$'
expect_line ' arp_rcv$'
expect_line ' arp_xmit$'
# The header of the dropped one was pushed, and skb->mac_header not set yet.
drop=$(grep -E -m 1 ' 0x0806 .* - +(kfree_skb|sk_skb_reason_drop)' "$out")
skb=${drop%% *}
grep -E "^$skb .* arp_xmit$" "$out"
