# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A tracer that starts while another one has changed settings for a moment reads from the note of the
# other how the settings were: it does not take the changed values for the original ones. Settings that
# cannot be written are left alone.
events=/sys/kernel/tracing/kprobe_events
rcu=/sys/kernel/rcu_expedited
is_hurried() { [ "$(<$rcu)" = 1 ] && grep -q pwru_ $events; }
[ "$(<$rcu)" = 0 ]

launch_pwru --backend kprobe icmp
wait_for "the hurry" is_hurried
kill -STOP "$pwru_pid"
first=$pwru_pid
start_pwru --backend kprobe --filter-func ip_output icmp
expect_number "$(<$rcu)" -eq 1 # the first tracer still needs it
stop_pwru
expect_number "$(<$rcu)" -eq 1
pwru_pid=$first
kill -CONT "$pwru_pid"
kill -INT "$pwru_pid"
expect_exit 0
expect_number "$(<$rcu)" -eq 0

mount --bind /sys/kernel/rcu_expedited /sys/kernel/rcu_expedited
mount -o remount,ro,bind /sys/kernel/rcu_expedited
start_pwru --backend kprobe --filter-func ip_output icmp
ping -q -n -c 1 127.0.0.1 >/dev/null
stop_pwru
expect_line ' ip_output$'
expect_number "$(<$rcu)" -eq 0
