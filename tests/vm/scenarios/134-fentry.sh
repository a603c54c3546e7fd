# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# fentry shows what kprobe shows, with tracking and with an expression, leaves to kprobes what it
# cannot have, and leaves nothing behind when it is killed.
# kernels: 5.10 6.1
traced='ip_output|ip_finish_output2|dev_hard_start_xmit|__dev_queue_xmit|nf_hook_slow|skb_release_.*|kfree_skbmem|sk_skb_reason_drop|kfree_skb|kfree_skb_reason|consume_skb'
no_fentry() { ! programs | grep -q pwru_fentry; }
programs() { bpftool -j prog show | jq -r '.[] | select(.name | startswith("pwru_")) | "\(.type) \(.name)"' | sort; }
trace() { # BACKEND ARGS...
    start_pwru --backend "$1" --filter-func "$traced" "${@:2}" 'udp dst port 9'
    programs >"$work/programs.$1"
    for _ in $(seq 20); do send_udp 1.0.0.1 9; done
    stop_pwru
    events | sed -E 's/^0x[0-9a-f]+ +[0-9]+ +[^ ]+ +//; s/:[0-9]+->/->/' >"$work/$1"
    expect_stderr ', 0 lost, 0 missed probes, 0 recursion misses'
}
# A packet that IPv6 sends by a timer, while a probe runs, is missed there: misses must be none here.
sysctl -qw net.ipv6.conf.dummy0.disable_ipv6=1
for option in --filter-track-skb '--filter-skb-expr=skb->len>0'; do
    trace kprobe "$option"
    trace fentry "$option"
    diff "$work/kprobe" "$work/fentry"
    expect_number "$(grep -c ' ip_output' "$work/fentry")" -eq 20
    expect_number "$(grep -c ' dev_hard_start_xmit' "$work/fentry")" -eq 20 # takes a list
    expect_number "$(grep -c '^tracing pwru_fentry' "$work/programs.fentry")" -ge 5
done

start_pwru --backend fentry --filter-func 'ip_output|ip_finish_output2' 'udp dst port 9'
expect_stderr '^Attached to 2 functions'
# Whoever closes the link of a trampoline waits for it: they are in a file system of pwru's instead.
ls -l "/proc/$pwru_pid/fd" >"$work/descriptors"
grep 'bpf.link' "$work/descriptors" && fail 'pwru holds links'
kill -9 "$pwru_pid"
expect_exit 137
wait_for "the end of the programs" no_fentry

# A function that takes a list has a kprobe there.
"$PWRU" --backend fentry --list-funcs 'ip_output|dev_hard_start_xmit' >"$out" 2>"$err"
grep -Eq '^ip_output +- +3 +fentry$' "$out"
grep -Eq '^dev_hard_start_xmit +- +1 +kprobe$' "$out"

start_pwru --backend fentry --output-caller --filter-func ip_output 'udp dst port 9'
send_udp 1.0.0.1 9
stop_pwru
expect_stderr '^warning: --output-caller cannot be had with fentry: kprobe is used'
