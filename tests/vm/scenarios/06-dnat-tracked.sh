# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# After DNAT the packet no longer matches the filter. It is followed nevertheless, and only with
# --filter-track-skb.
# kernels: all
functions='__ip_local_out|nf_hook_slow|ip_output|dev_hard_start_xmit|ip_rcv|icmp_rcv'
iptables -t nat -A OUTPUT -d 1.2.3.4 -p udp --dport 80 -j DNAT --to-destination 10.9.0.7:8080
start_pwru --filter-func "$functions" 'dst host 1.2.3.4 and udp dst port 80'
send_udp 1.2.3.4 80
stop_pwru
expect_every '10\.9\.0\.1:[0-9]+->1\.2\.3\.4:80\(udp\) '

start_pwru --filter-func "$functions" --filter-track-skb 'dst host 1.2.3.4 and udp dst port 80'
# Other tracers find the functions that are followed with fexit programs.
expect_number "$(pwru --list-funcs '^(skb_clone|skb_copy)$' | grep -cE '^skb_(clone|copy) ')" -eq 2
send_udp 1.2.3.4 80
stop_pwru
expect_order '->1\.2\.3\.4:80\(udp\) +__ip_local_out$' '->1\.2\.3\.4:80\(udp\) +nf_hook_slow$' \
    '->10\.9\.0\.7:8080\(udp\) +ip_output$' '->10\.9\.0\.7:8080\(udp\) +dev_hard_start_xmit$'
expect_number "$(events | cut -d ' ' -f 1 | sort -u | wc -l)" -eq 1
