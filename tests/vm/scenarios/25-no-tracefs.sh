# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# tracefs and debugfs are not mounted: pwru works nevertheless, and leaves none mounted.
# cilium's bug: without tracefs nothing can be traced.
umount /sys/kernel/tracing /sys/kernel/debug
start_pwru --filter-func 'ip_output|dev_hard_start_xmit' 'udp dst port 9'
send_udp 1.0.0.1 9
! grep -qE ' (tracefs|debugfs) ' /proc/self/mounts || fail "tracefs is still mounted"
stop_pwru
expect_order ' ip_output$' ' dev_hard_start_xmit$'
