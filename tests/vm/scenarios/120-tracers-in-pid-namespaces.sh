# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Two tracers have the same pid, each in a PID namespace of its own. Both attach everything and see the
# packet. Neither takes the events of the other for those of a dead tracer.
start_inside() { # NAME: its functions are refused when another tracer's events have the same names
    rm -f "$work/$1.ready"
    unshare --pid --fork --mount-proc "$PWRU" --backend kprobe --ready-file "$work/$1.ready" \
        --filter-func 'ip_output|ip_rcv|ip_finish_output2?' 'udp dst port 9' >"$work/$1.out" 2>"$work/$1.err" &
}
is_ready() { [ -e "$work/$1.ready" ]; }
tracers() { grep -lx pwru /proc/[0-9]*/comm | cut -d / -f 3; } # without the unshare that started them
groups() { sed -n 's#^[pr][0-9]*:\(pwru_[0-9_]*\)/.*#\1#p' /sys/kernel/tracing/kprobe_events | sort -u; }

start_inside a
wait_for "the first tracer" is_ready a
first=$(grep -c . /sys/kernel/tracing/kprobe_events)
start_inside b
wait_for "the second tracer" is_ready b
expect_number "$(grep -c . /sys/kernel/tracing/kprobe_events)" -eq $((2 * first))
expect_number "$(groups | wc -l)" -eq 2
expect_number "$(groups | grep -cE '^pwru_[0-9]+_1_[0-9]+$')" -eq 2
send_udp 127.0.0.1 9
for name in a b; do
    wait_for "tracer $name to see the packet" grep -qE ' ip_rcv$' "$work/$name.out"
    grep -qE ' ip_output$' "$work/$name.out"
    ! grep -q 'refused by the kernel' "$work/$name.err" || fail "tracer $name was refused probes"
done
# shellcheck disable=SC2046  # one word a process
kill -INT $(tracers)
wait
