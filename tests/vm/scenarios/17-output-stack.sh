# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The kernel stack is printed below each line.
# kernels: all
start_pwru --filter-func ip_output --output-stack 'udp dst port 9'
send_udp 1.0.0.1 9
stop_pwru
expect_order ' ip_output$' '^ip_output' '^ip_send_skb' '^udp_sendmsg' '^__(x64|arm64)_sys_|^do_syscall_64'
