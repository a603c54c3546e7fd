# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A later fragment has no ports, and none are printed.
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
start_pwru --filter-func 'ip_rcv|ip_do_fragment|ip_defrag' 'ip and dst host 10.1.0.2 and proto 17'
send_udp 10.1.0.2 9 "$(printf '%02000d' 0)"
stop_pwru
expect_line ' 10\.1\.0\.1:[0-9]+->10\.1\.0\.2:9\(udp\) +ip_rcv$'
expect_line ' 10\.1\.0\.1->10\.1\.0\.2\(udp\) +ip_rcv$'
expect_number "$(count_lines ' ip_rcv$')" -eq 2
