# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# The tracer, its guard, or both are killed at a random moment, with each backend. The next start works,
# and nothing is left behind once it has ended.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
backends=(kprobe)
! has_kprobe_multi || backends+=(kprobe-multi)
guard() { grep -lx pwru-guard /proc/[0-9]*/comm 2>/dev/null | cut -d / -f 3; }
victims() { # tracer | guard | both
    [ "$1" = guard ] || echo "$pwru_pid"
    [ "$1" = tracer ] || guard
}
ordinary=$(cat /sys/kernel/rcu_expedited /proc/sys/debug/kprobes-optimization)
for round in 1 2 3; do
    for backend in "${backends[@]}"; do
        for victim in tracer guard both; do
            [ "$backend" = kprobe ] || [ "$victim" = tracer ] || continue
            launch_pwru --backend "$backend" --filter-func '(ip|icmp|tcp)_.*' icmp
            moment=$((RANDOM % 2500))
            echo "# round $round: $backend, $victim after $moment ms"
            sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))" # a random moment is wanted
            # shellcheck disable=SC2046  # one word a process
            kill -KILL $(victims "$victim") 2>/dev/null || true
            kill -INT "$pwru_pid" 2>/dev/null || true
            wait_for "pwru to be gone" is_gone
            wait "$pwru_pid" || true
        done
    done
done
trace_echoes
echoes 50
stop_pwru
expect_truth 50
expect_number "$(grep -c pwru_ /sys/kernel/tracing/kprobe_events || true)" -eq 0
[ "$(cat /sys/kernel/rcu_expedited /proc/sys/debug/kprobes-optimization)" = "$ordinary" ]
expect_quiet_kernel
