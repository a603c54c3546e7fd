# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# With kprobes or ftrace switched off, probes attach and are never hit. pwru reports that at the start.
# When they are switched off meanwhile, it reports that then and at the end, also when they are on again. The packet that pwru sends to itself to find out
# is no event.
# kernels: all
JSON_TWIN= # one tracer sees the trial packet of another
kprobes=/sys/kernel/debug/kprobes/enabled
ftrace=/proc/sys/kernel/ftrace_enabled
[ -e $kprobes ] || skip "this kernel has no switch for its kprobes ($kprobes)"
trap 'echo 1 >$kprobes; echo 1 >$ftrace' EXIT

echo 0 >$kprobes
run_pwru 3 --backend kprobe --filter-func ip_output icmp
expect_one_sentence
expect_stderr 'switched off.*echo 1 > /sys/kernel/debug/kprobes/enabled'
echo 1 >$kprobes

start_pwru --backend kprobe --filter-func 'consume_skb|skb_queue_tail'
expect_no_stderr 'not hit'
echo 0 >$kprobes
stop_pwru
echo 1 >$kprobes
expect_stderr '^warning: events are missing: .*kprobes were switched off'
expect_no_line pwru-trial

# Off and on again while pwru listens, and pwru has no more rights to open files of root.
is_noticed() { grep -q '^warning: events are missing from now on' "$err"; }
start_pwru --backend kprobe --filter-func 'consume_skb|skb_queue_tail'
echo 0 >$kprobes
wait_for "pwru to notice" is_noticed
echo 1 >$kprobes
stop_pwru
expect_stderr '^warning: events are missing: while pwru listened kprobes were switched off'

if echo 0 >$ftrace 2>/dev/null; then
    run_pwru 3 --filter-func ip_output icmp
    expect_one_sentence
    expect_stderr 'ftrace is switched off.*kernel.ftrace_enabled=1'
    echo 1 >$ftrace
    # It is on again before the probe is removed: otherwise Linux 6.12 shuts ftrace down for good.
    start_pwru --filter-func 'consume_skb|skb_queue_tail'
    if has_kprobe_multi && echo 0 >$ftrace 2>/dev/null; then
        wait_for "pwru to notice" is_noticed
        echo 1 >$ftrace
        stop_pwru
        expect_stderr '^warning: events are missing: while pwru listened ftrace was switched off'
    else
        stop_pwru
    fi
else # Linux 7.3 refuses it
    echo "125: this kernel does not let ftrace be switched off ($ftrace)"
fi
start_pwru --filter-func 'consume_skb|skb_queue_tail'
expect_no_stderr 'not hit'
stop_pwru
expect_no_line pwru-trial
