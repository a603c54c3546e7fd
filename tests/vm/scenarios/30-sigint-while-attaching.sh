# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# After Ctrl-C while probes are being attached, pwru ends at once, with success.
has_begun() { [ -s /sys/kernel/debug/kprobes/list ] || [ -e "$ready" ] || grep -qi attach "$err" || is_gone; }
launch_pwru --backend kprobe icmp
wait_for "pwru to attach" has_begun
[ ! -e "$ready" ]
kill -INT "$pwru_pid"
expect_exit 0
[ ! -e "$ready" ]
