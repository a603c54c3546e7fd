# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# iptables drops the packet of a curl over IPv4. All functions are probed: the path is shown up to the
# drop, with its reason.
# kernels: all
iptables -A OUTPUT -p tcp --dport 8080 -j DROP
start_pwru 'dst host 1.0.0.1 and tcp dst port 8080'
expect_stderr 'Listening for events\.\.'
open_tcp 1.0.0.1 8080
stop_pwru
tuple='10\.9\.0\.1:[0-9]+->1\.0\.0\.1:8080\(tcp\)'
grep -q '^SKB  *CPU PROCESS  *NETNS  *MARK/x  *IFACE  *PROTO  *MTU  *LEN  *TUPLE FUNC$' "$out"
expect_every "^0x[0-9a-f]{16} +[0-9]+ +[^ ]+:[0-9]+ +([0-9]+) +0 .* 60 +$tuple +[a-z_]"
expect_line "^0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ +$(netns_inode) +0 +0 +0x0800 1500 +60 +$tuple +nf_hook_slow$"
# On arm64 the compiler has put ip_local_out() into its callers.
[ "$(uname -m)" = aarch64 ] || expect_order "$tuple +ip_local_out$" "$tuple +__ip_local_out$"
expect_order "$tuple +__ip_local_out$" "$tuple +nf_hook_slow$" "$tuple +$(netfilter_drop)\$"
expect_line '^0x[0-9a-f]+ +[0-9]+ +curl:[0-9]+ '
expect_no_line 'dev_queue_xmit'
