# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# ARP requests, not replies, and no tuple is invented for them. On the way out they are seen before
# anybody has noted that their Ethernet header is there (arp_create() pushes it).
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
start_pwru --filter-func 'arp_xmit|arp_rcv|arp_process|dev_hard_start_xmit' 'arp and arp[7]=1'
arping -c 1 -w 10 -I va 10.1.0.2
ping -q -c 1 -W 5 10.1.0.2 >/dev/null
stop_pwru
expect_every ' 0x0806 .* - +[a-z_]+$'
expect_line ' arp_rcv$'
expect_line ' arp_xmit$'
