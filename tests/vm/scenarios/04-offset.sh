# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A filter finds the TCP flags of an IPv6 packet by their offset.
start_pwru --filter-func 'ip6_finish_output2?|dev_hard_start_xmit' --output-tcp-flags 'ip6[53] & 0x3f = 0x2'
open_tcp '[fd00::1]' 8080
send_udp '[fd00::1]' 9 'no SYN here'
stop_pwru
expect_every '\[fd09::1\]:[0-9]+->\[fd00::1\]:8080\(tcp:SYN\) '
expect_line ' dev_hard_start_xmit$'
