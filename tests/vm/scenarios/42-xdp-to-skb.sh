# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A followed packet keeps its identity from its skb through XDP, which rewrites the packet, to the new
# skb. Its address at XDP is the head of that skb.
# cilium's bug: of a packet that XDP rewrote only the first function is shown.
# kernels: 5.10 6.12
needs_fexit
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ping -q -n -c 1 10.1.0.2 >/dev/null # resolves the address of the neighbour
for mode in xdpdrv xdpgeneric; do
    ip -n b link set vb "$mode" obj /vm/xdp.bpf.o sec xdp/rewrite
    # Only b is traced: the native XDP program is the first to see the packet.
    start_pwru --filter-trace-xdp --filter-track-skb --filter-func '@drops|udp_rcv|ip_rcv_core' \
        --filter-netns /run/netns/b 'udp dst port 7'
    send_udp 10.1.0.2 7
    stop_pwru
    expect_order ':7\(udp\) +rewrites_port\(xdp\)$' ':8\(udp\) +rewrites_port\(xdp\) -> XDP_PASS$' \
        ':8\(udp\) +udp_rcv$' ':8\(udp\) +.*(kfree_skb|drop)'
    # The packet is traced from its sender on: its skb is replaced for XDP, or written to. The next
    # packets may lie in the same memory.
    start_pwru --filter-trace-xdp --filter-track-skb --filter-func '__ip_local_out|udp_rcv|icmp_rcv' \
        --timestamp relative 'udp dst port 7'
    # As on arm64 before 6.4, which has fexit for BPF programs only.
    ! grep -E 'refused ([0-9]+) of \1 fentry and fexit programs' "$err" ||
        { stop_pwru && skip 'this kernel refuses fexit at functions, so that the copy for XDP is not followed'; }
    send_udp 10.1.0.2 7
    for port in 20 21 22 23; do send_udp 10.1.0.2 "$port"; done
    stop_pwru
    expect_order ':7\(udp\) +__ip_local_out$' ':7\(udp\) +rewrites_port\(xdp\)$' \
        ':8\(udp\) +rewrites_port\(xdp\) -> XDP_PASS$' ':8\(udp\) +udp_rcv$'
    # The column is the time since the packet's last line. A new packet has 0.
    [ "$(events | awk '{ printf "%d", $4 == 0 }')" = 1000 ] || fail "not one packet"
    expect_no_line ':2[0-3]\(udp\)'
    ip -n b link set vb "$mode" off
done
