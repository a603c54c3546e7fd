# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A filter on a mark, with and without a mask.
# kernels: all
iptables -t mangle -A OUTPUT -p udp --dport 1 -j MARK --set-mark 0x1234
iptables -t mangle -A OUTPUT -p udp --dport 2 -j MARK --set-mark 0x1239
send_all() { send_udp 1.0.0.1 1; send_udp 1.0.0.1 2; send_udp 1.0.0.1 3; }
start_pwru --filter-func 'ip_output|dev_hard_start_xmit' --filter-mark 0x1234 udp
send_all
stop_pwru
expect_every ' 1234 .*->1\.0\.0\.1:1\(udp\) '
start_pwru --filter-func 'ip_output|dev_hard_start_xmit' --filter-mark 0x30/0xf0 udp
send_all
stop_pwru
expect_order ' 1234 .*->1\.0\.0\.1:1\(udp\) +ip_output$' ' 1239 .*->1\.0\.0\.1:2\(udp\) +ip_output$'
expect_no_line '->1\.0\.0\.1:3'
