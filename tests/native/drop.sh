# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The main job, with whatever this machine has: a packet that iptables drops is shown with the reason.
iptables -A OUTPUT -p tcp --dport 8080 -j DROP || skip "this machine has no iptables"
start_pwru 'dst host 1.0.0.1 and tcp dst port 8080'
expect_stderr 'Listening for events'
send_udp 1.0.0.1 9
open_tcp 1.0.0.1 8080
stop_pwru
tuple='10\.9\.0\.1:[0-9]+->1\.0\.0\.1:8080\(tcp\)'
expect_every "^0x[0-9a-f]{16} +[0-9]+ +[^ ]+:[0-9]+ +$(netns_inode) +0 .* $tuple +[a-z_:]+"
expect_line "^0x[0-9a-f]+ +[0-9]+ +curl:[0-9]+ +[0-9]+ +0 +0 +0x0800 1500 +60 +$tuple +(tp:kfree_skb|sk_skb_reason_drop|kfree_skb_reason|kfree_skb)\((SKB_DROP_REASON_NETFILTER_DROP|nf_hook_slow\+0x[0-9a-f]+)\)$"
