# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A program that is loaded while pwru listens is traced too, and pwru leaves none behind.
# cilium's bug: programs that are loaded later are not traced.
start_pwru --filter-trace-tc --filter-func 'no_such_function' 'udp dst port 9'
expect_stderr '^Attached to 0 BPF programs'
tc qdisc add dev dummy0 clsact
tc filter add dev dummy0 egress bpf da obj /vm/tc.bpf.o sec tc/late
wait_for "the new program" grep -q '1 new BPF programs are traced' "$err"
send_udp 1.0.0.1 9
stop_pwru
expect_order '->1\.0\.0\.1:9\(udp\) +passes_all\(tc\)$' '->1\.0\.0\.1:9\(udp\) +passes_all\(tc\) -> TC_ACT_UNSPEC$'
expect_number "$(events | wc -l)" -eq 2
