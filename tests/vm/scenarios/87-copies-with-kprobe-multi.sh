# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Linux 5.18 to 6.1 may have kprobe-multi and no bpf_rdonly_cast(). Then the object that copies is
# attached by kprobe-multi. BTF in which the kfunc has another name makes a younger kernel look like
# that.
# kernels: 6.12 7.2
has_kprobe_multi || skip "this kernel has no kprobe-multi"
grep -q bpf_rdonly_cast /sys/kernel/btf/vmlinux || skip "this kernel has no bpf_rdonly_cast(): every scenario runs like this"
sed s/bpf_rdonly_cast/bpf_rdonly_none/ /sys/kernel/btf/vmlinux >"$work/btf"

namespace other
cable '' va 10.8.0.1/24 other vb 10.8.0.2/24
ping -q -c 1 10.8.0.2 >/dev/null
functions='ip_(output|rcv)|udp_rcv|__icmp_send|icmp_rcv|nf_hook_slow|dev_hard_start_xmit'
trace() { # OPTIONS...
    start_pwru --kernel-btf "$work/btf" --backend kprobe-multi --filter-func "$functions" "$@" 'udp dst port 9'
    send_udp 10.8.0.2 9
    stop_pwru
    expect_order '->10\.8\.0\.2:9\(udp\).* ip_output' '->10\.8\.0\.2:9\(udp\).* udp_rcv'
}
trace
trace --filter-track-skb-by-stackid --filter-skb-expr 'skb->len > 20' --output-skb-metadata 'skb->dev->name'
expect_line '\(icmp:3/3\)'
trace --filter-track-skb --output-id --output-tunnel --output-caller --output-stack --filter-trace-xdp \
    --filter-trace-tc --output-skb --output-skb-shared-info

# The verifier of older kernels looks at a million instructions of a program at most (5.16 tells how many it
# were). With all options most of that must be left, for longer filters.
start_pwru --kernel-btf "$work/btf" --backend kprobe-multi --filter-func "$functions" --filter-track-skb \
    --output-id --output-tunnel --output-caller --output-stack --output-skb --output-skb-cb --output-skb-shared-info \
    --output-skb-metadata 'skb->len,skb->dev->name' --output-tcp-flags --output-bpfmap 'udp dst port 9'
most=$(sed -n 's/^verified_insns:[[:space:]]*//p' "/proc/$pwru_pid/fdinfo"/* | sort -n | tail -n 1)
((most > 1000 && most < 150000)) || fail "the verifier looked at $most instructions of one program"
stop_pwru
