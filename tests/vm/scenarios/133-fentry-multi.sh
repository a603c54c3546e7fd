# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# fentry-multi shows what kprobe-multi shows, with and without tracking, and leaves to kprobe-multi what
# it cannot have: modules, lists, what asks for registers, and functions that somebody else probes. A kernel
# without it says so.
# kernels: 6.12 7.2
if ! has_symbol bpf_tracing_multi_attach; then
    run_pwru 3 --backend fentry-multi
    expect_one_sentence
    expect_stderr 'fentry-multi: this kernel has none .*--backend kprobe-multi'
    exit 0
fi
traced='ip_output|ip_finish_output2|dev_hard_start_xmit|__dev_queue_xmit|dummy_xmit|nf_hook_slow|skb_release_.*|kfree_skbmem|sk_skb_reason_drop|consume_skb'
programs() { bpftool -j prog show | jq -r '.[] | select(.name | startswith("pwru_")) | "\(.type) \(.name)"' | sort; }
trace() { # BACKEND ARGS...
    start_pwru --backend "$1" --filter-func "$traced" "${@:2}" 'udp dst port 9'
    programs >"$work/programs.$1"
    for _ in $(seq 20); do send_udp 1.0.0.1 9; done
    stop_pwru
    events | sed -E 's/^0x[0-9a-f]+ +[0-9]+ +[^ ]+ +//; s/:[0-9]+->/->/' >"$work/$1"
    expect_stderr '^Attached to [0-9]+ functions '
    expect_stderr ', 0 lost, 0 missed probes, 0 recursion misses'
}
# A packet that IPv6 sends by a timer, while a probe runs, is missed there: misses must be none here.
sysctl -qw net.ipv6.conf.dummy0.disable_ipv6=1
modprobe dummy
for args in '' --filter-track-skb "--filter-skb-expr=skb->len>0"; do
    # shellcheck disable=SC2086  # none, or one word
    trace kprobe-multi $args
    # shellcheck disable=SC2086
    trace fentry-multi $args
    diff "$work/kprobe-multi" "$work/fentry-multi"
    expect_number "$(grep -c ' dummy_xmit' "$work/fentry-multi")" -eq 20         # of a module
    expect_number "$(grep -c ' dev_hard_start_xmit' "$work/fentry-multi")" -eq 20 # takes a list
    expect_number "$(grep -c ' __dev_queue_xmit' "$work/fentry-multi")" -eq 20
    grep -q '^tracing pwru_' "$work/programs.fentry-multi"
done

start_pwru --backend fentry-multi --output-caller --filter-func ip_output 'udp dst port 9'
send_udp 1.0.0.1 9
stop_pwru
expect_stderr '^warning: --output-caller cannot be had with fentry-multi: kprobe-multi is used'
expect_line ' ip_output .*__ip_local_out|ip_output.*ip_send_skb'

# The stranger is another pwru.
"$PWRU" --backend kprobe-multi --filter-func ip_output --ready-file "$work/stranger" 'udp dst port 9' >"$work/seen" 2>"$work/seen.err" &
stranger=$!
wait_for "the stranger to be ready" test -e "$work/stranger"
start_pwru --backend fentry-multi --filter-func 'ip_output|ip_finish_output2' 'udp dst port 9'
send_udp 1.0.0.1 9
kill -INT "$stranger"
wait "$stranger"
stop_pwru
expect_stderr '^1 functions have a probe of somebody else already'
expect_line ' ip_output$'
expect_line ' ip_finish_output2$'
grep -q ' ip_output$' "$work/seen"
