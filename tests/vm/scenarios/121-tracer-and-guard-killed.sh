# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2046  # out, err, work: lib.sh; one word a process
# The tracer and its guard are killed together, while probes are being attached, are attached, or are
# being detached. The next start removes the events and puts the settings back. A guard that is killed
# alone leaves nothing behind either.
# kernels: 5.10 7.2
events=/sys/kernel/tracing/kprobe_events
settings=(/sys/kernel/rcu_expedited /proc/sys/debug/kprobes-optimization)
settings() { cat "${settings[@]}"; }
ordinary=$(settings)
guard() { grep -lx pwru-guard /proc/[0-9]*/comm | cut -d / -f 3; }
is_hurried() { [ "$(<"${settings[0]}")" = 1 ] && has_probes; }
has_probes() { [ "$(grep -c pwru_ $events)" -gt 3 ]; }
is_ordinary() { [ "$(settings)" = "$ordinary" ]; }

kill_both() {
    kill -STOP "$pwru_pid"
    kill -KILL $(guard) "$pwru_pid"
    expect_exit 137
}
# next BACKEND: the next start, with this backend, puts everything right.
next() {
    start_pwru --backend "$1" --filter-func ip_output icmp
    is_ordinary || fail "the settings are not back: $(settings | tr '\n' ' ')"
    [ "$1" = kprobe ] || expect_number "$(grep -c pwru_ $events || true)" -eq 0
    stop_pwru
    expect_number "$(grep -c pwru_ $events || true)" -eq 0
    is_ordinary
}
is_ordinary && expect_number "$(<"${settings[0]}")" -eq 0

other=kprobe
! has_kprobe_multi || other=kprobe-multi

echo "# during attach"
launch_pwru --backend kprobe icmp
wait_for "the hurry" is_hurried
kill_both
expect_number "$(<"${settings[0]}")" -eq 1
expect_number "$(grep -cE '/pwru_[0-9]+_[0-9]+_[0-9]+_r0_o[01x] ' $events)" -eq 1
echo "# another tracer that begins now does not take the hurry for the ordinary"
next kprobe

echo "# during the trace"
start_pwru --backend kprobe --filter-func 'ip_.*' icmp
is_ordinary || fail "still in a hurry while tracing"
kill_both
has_probes
next "$other"

echo "# during detach"
start_pwru --backend kprobe --filter-func '(ip|tcp|skb)_.*' icmp
kill -INT "$pwru_pid"
until grep -qE '_r0_o[01x] ' $events || is_gone; do :; done
kill -KILL $(guard) "$pwru_pid" 2>/dev/null || true # pwru may have ended before the signal
wait "$pwru_pid" || true
[ -z "$twin_pid" ] || end_twin 1
pwru_pid=
next "$other"

echo "# the guard alone"
start_pwru --backend kprobe --filter-func 'ip_.*' icmp
kill -KILL $(guard)
stop_pwru
expect_number "$(grep -c pwru_ $events || true)" -eq 0
is_ordinary || fail "the settings are not back: $(settings | tr '\n' ' ')"
