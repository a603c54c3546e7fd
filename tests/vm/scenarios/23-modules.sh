# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Functions of modules: all by default, the named ones, or none.
# kernels: 6.1 6.12 7.2
[ -e /sys/kernel/btf/ip_tables ] || skip "this kernel has no BTF for its modules (no /sys/kernel/btf/ip_tables)"
iptables -A OUTPUT -p udp --dport 9 -j ACCEPT
trace() { # OPTIONS...
    start_pwru --filter-func 'ipt_do_table|ip_output' "$@" 'udp dst port 9'
    send_udp 1.0.0.1 9
    stop_pwru
    expect_line '->1\.0\.0\.1:9\(udp\) +ip_output$'
}
trace
expect_line '->1\.0\.0\.1:9\(udp\) +ipt_do_table\[ip_tables\]$'
trace --all-kmods
expect_line ' ipt_do_table\[ip_tables\]$'
trace --kmods ip_tables
expect_line ' ipt_do_table\[ip_tables\]$'
trace --kmods veth,dummy
expect_no_line ipt_do_table
trace --kmods=none
expect_no_line ipt_do_table
