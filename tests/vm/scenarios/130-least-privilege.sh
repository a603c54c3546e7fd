# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# An attached tracer has given up what it no longer needs, in all its threads, and so has its guard.
# Nothing that it still does is refused.
# kernels: 5.10 7.2
bit() { echo $((1 << $1)); }
dac_override=$(bit 1) fowner=$(bit 3) sys_ptrace=$(bit 19) sys_admin=$(bit 21) syslog=$(bit 34)
perfmon=$(bit 38) bpf=$(bit 39)
# Before 5.19 every command of bpf(2) takes CAP_BPF when unprivileged BPF is disabled, as on Debian.
needed=0
kernel_at_least 5.19 || needed=$bpf

field() { sed -n "s/^$1:[[:space:]]*//p" "$2/status"; }
# has_only SET: every thread of pwru has at most the capabilities of SET, and can get no more.
has_only() {
    local task
    for task in "/proc/$pwru_pid/task"/*; do
        [ $((0x$(field CapEff "$task") & ~$1)) -eq 0 ] || return 1
        [ $((0x$(field CapPrm "$task") & ~$1)) -eq 0 ] || return 1
        [ "$(field Seccomp "$task")" -eq 2 ] || return 1
        [ "$(field NoNewPrivs "$task")" -eq 1 ] || return 1
    done
}
expect_only() { wait_for "pwru to have only the capabilities $1" has_only "$1"; }

few='ip_output|dev_hard_start_xmit|ip_rcv|kfree_skb.*|sk_skb_reason_drop'
start_pwru --backend kprobe --kmods none --filter-func "$few" icmp
expect_only "$needed"
guard=$(tr -d " " <"/proc/$pwru_pid/task/$pwru_pid/children") # the file has no newline at its end
[ $((0x$(field CapEff "/proc/$guard") & ~sys_ptrace)) -eq 0 ]
[ "$(field Seccomp "/proc/$guard")" -eq 2 ]
ping -q -c 1 127.0.0.1 >/dev/null
stop_pwru
expect_line ' ip_rcv$'
[ ! -e "/proc/$guard" ]

# Options that attach later, name what they see, or write files keep the capabilities for it.
namespace blue
all=(--output-tcp-flags --output-tunnel --output-id --output-caller --output-stack --output-skb
    --output-skb-metadata 'skb->len,skb->dev->name' --output-skb-shared-info --output-skb-cb
    --output-netns-names --output-bpfmap --timestamp absolute
    --filter-track-skb --filter-trace-tc --filter-trace-xdp)
rotating=(--output-file "$work/trace.log" --output-file-max-size 1 --output-file-compress
    --output-file-max-backups 3)
start_pwru "${all[@]}" "${rotating[@]}" --filter-func "$few" icmp
expect_only $((dac_override | fowner | sys_ptrace | sys_admin | syslog | perfmon | bpf))
ping -q -n -f -c 300 127.0.0.1 >/dev/null
ip netns exec blue ping -q -c 3 -i 0.2 127.0.0.1 >/dev/null
stop_pwru
[ "$(find "$work" -name 'trace-*.log.gz' | wc -l)" -ge 1 ] || fail "no file was full"
{ zcat "$work"/trace-*.gz && cat "$work/trace.log"; } >"$out"
expect_line ' blue .*ip_rcv'

# Without options that attach later.
start_pwru "${rotating[@]}" --output-json --kmods none --filter-func "$few" icmp
expect_only $((needed | dac_override | fowner))
ping -q -n -f -c 300 127.0.0.1 >/dev/null
stop_pwru
