# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Lines of BPF programs have the other columns too, and programs that come and go while pwru looks for
# them do no harm.
tc qdisc add dev dummy0 clsact
tc filter add dev dummy0 egress bpf da obj /vm/tc.bpf.o sec tc

# cilium's bug: the caller of a TC or XDP event is address 0, which made it panic.
# As in cilium/pwru, --filter-trace-tc turns the column cb[] on.
start_pwru --filter-trace-tc --filter-trace-xdp --output-caller --output-stack --debug --output-netns-names \
    --filter-func dev_hard_start_xmit 'udp dst port 10'
send_udp 1.0.0.1 10
stop_pwru
word='0x[0-9A-F]{8}'
expect_line '^SKB .* LEN +__sk_buff->cb\[\] +NETNS NAME +TUPLE FUNC CALLER$'
expect_line " \[$word,$word,$word,$word,$word\] .*:10\(udp\) +drops_discard_port\(tc\) -\$"
expect_line ':10\(udp\) +drops_discard_port\(tc\) -> TC_ACT_OK -$'
expect_line ':10\(udp\) +dev_hard_start_xmit +[a-z_]+\+0x[0-9a-f]+$'
expect_stderr '^debug: BPF program drops_discard_port\(tc\)$'
expect_stderr "^debug: network namespace $(netns_inode) is [^ ]+\$"

# cilium's bug: one program that vanishes while programs are being listed ends the start.
replace_programs() {
    while :; do
        tc filter replace dev dummy0 egress prio 2 handle 1 bpf da obj /vm/tc.bpf.o sec tc/late
        tc filter del dev dummy0 egress prio 2
    done
}
replace_programs >/dev/null 2>&1 &
replacing=$!
start_pwru --filter-trace-tc --filter-func no_such_function 'udp dst port 10'
send_udp 1.0.0.1 10
stop_pwru
expect_line ':10\(udp\) +drops_discard_port\(tc\) -> TC_ACT_OK$'
kill "$replacing"
wait "$replacing" || true
