# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A program that is reached by a tail call is not shown, and a line says so. Its verdict is shown at the
# exit of its caller.
pins=/sys/fs/bpf/tail
trap 'rm -rf "$pins"' EXIT
bpftool prog loadall /vm/tail.bpf.o "$pins" pinmaps "$pins/maps"
tc qdisc add dev dummy0 clsact
tc filter add dev dummy0 egress bpf da object-pinned "$pins/tail_caller"
start_pwru --filter-trace-tc --filter-func no_such_function 'udp dst port 9'
send_udp 1.0.0.1 9
stop_pwru
expect_stderr '^Attached to 2 BPF programs'
expect_stderr "^1 BPF programs are in maps for tail calls \(tail_target\): reached by one they cannot be traced, and the verdict at the caller's exit is theirs$"
expect_order '9\(udp\) +tail_caller\(tc\)$' '9\(udp\) +tail_caller\(tc\) -> TC_ACT_SHOT$'
expect_no_line tail_target

# When it is called directly, it is traced.
tc filter replace dev dummy0 egress handle 1 pref 49152 bpf da object-pinned "$pins/tail_target"
start_pwru --filter-trace-tc --filter-func no_such_function 'udp dst port 9'
send_udp 1.0.0.1 9
stop_pwru
expect_line '9\(udp\) +tail_target\(tc\) -> TC_ACT_SHOT$'

rm -rf "$pins/maps"
tc qdisc del dev dummy0 clsact
rm -rf "$pins"
start_pwru --filter-trace-tc --filter-func ip_output
stop_pwru
expect_no_stderr 'tail call'
