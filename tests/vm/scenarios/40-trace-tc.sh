# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A TC program is shown at its entry and its exit, with its verdict. A program without BTF is named and
# left out.
# cilium's bug: one program that cannot be traced ends the start.
# kernels: all
needs_fexit
tc qdisc add dev dummy0 clsact
tc filter add dev dummy0 egress bpf da obj /vm/tc.bpf.o sec tc
ip link add d1 type dummy
tc qdisc add dev d1 clsact
tc filter add dev d1 egress bpf da obj /vm/tc-without-btf.bpf.o sec tc
start_pwru --filter-trace-tc --color always --filter-func '@drops|dev_hard_start_xmit' \
    'udp dst port 9 or udp dst port 10'
send_udp 1.0.0.1 9
send_udp 1.0.0.1 10
stop_pwru
tuple='->1\.0\.0\.1'
expect_order "$tuple:9\(udp\) +drops_discard_port\(tc\)\$" \
    "$tuple:9\(udp\) +.\[1;31mdrops_discard_port\(tc\) -> TC_ACT_SHOT.\[0m\$" \
    "$tuple:9\(udp\) +.*(kfree_skb|drop).*\(" \
    "$tuple:10\(udp\) +drops_discard_port\(tc\)\$" \
    "$tuple:10\(udp\) +drops_discard_port\(tc\) -> TC_ACT_OK\$" \
    "$tuple:10\(udp\) +dev_hard_start_xmit\$"
expect_stderr '^Attached to 1 BPF programs in .*; left out: 1 as said above$'
expect_stderr '^warning: BPF program [0-9]+ [^ ]+\(tc\) is not traced: it has no BTF'
