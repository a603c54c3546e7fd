# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# An expression that libpcap compiles with scratch memory: length of the IP payload.
start_pwru --filter-func 'ip_output|dev_hard_start_xmit' 'ip[2:2] - ((ip[0] & 0xf) << 2) = 13'
send_udp 1.0.0.1 13 'fives'
send_udp 1.0.0.1 14 'sixsix'
stop_pwru
expect_every '10\.9\.0\.1:[0-9]+->1\.0\.0\.1:13\(udp\) '
expect_order ' ip_output$' ' dev_hard_start_xmit$'
