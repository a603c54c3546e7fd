# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# ip6tables drops the packet of a curl over IPv6.
# kernels: all
ip6tables -A OUTPUT -p tcp --dport 8080 -j DROP
start_pwru --filter-func '@drops|ip6_xmit|nf_hook_slow|__dev_queue_xmit' \
    'ip6 and dst host fd00::1 and tcp dst port 8080'
open_tcp '[fd00::1]' 8080
stop_pwru
tuple='\[fd09::1\]:[0-9]+->\[fd00::1\]:8080\(tcp\)'
expect_every " 0x86dd .* $tuple "
expect_order "$tuple +nf_hook_slow$" "$tuple +$(netfilter_drop)\$"
expect_no_line 'dev_queue_xmit'
