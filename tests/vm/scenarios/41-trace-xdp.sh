# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# XDP programs, native and generic: the pcap filter, the metadata, the verdict.
# cilium's bug: the address of an XDP event is that of a stack slot, the same for all packets.
# kernels: 5.10 6.12
needs_fexit
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ping -q -n -c 1 10.1.0.2 >/dev/null # resolves the address of the neighbour
inode=$(netns_inode /run/netns/b)
for mode in xdpdrv xdpgeneric; do
    ip -n b link set vb "$mode" obj /vm/xdp.bpf.o sec xdp
    start_pwru --filter-trace-xdp --filter-netns "inode:$inode" --filter-func 'udp_rcv' 'udp dst port 9 or udp dst port 10'
    send_udp 10.1.0.2 9
    send_udp 10.1.0.2 10
    send_udp 10.1.0.2 11
    stop_pwru
    line="^0x[0-9a-f]+ +[0-9]+ +[^ ]+ +$inode 0 +vb:[0-9]+ +0x0800 1500 +43 +10\.1\.0\.1:[0-9]+->10\.1\.0\.2"
    expect_order "$line:9\(udp\) +drops_discard_port\(xdp\)\$" \
        "$line:9\(udp\) +drops_discard_port\(xdp\) -> XDP_DROP\$" \
        "$line:10\(udp\) +drops_discard_port\(xdp\)\$" \
        "$line:10\(udp\) +drops_discard_port\(xdp\) -> XDP_PASS\$" \
        ':10\(udp\) +udp_rcv$'
    expect_no_line ':9\(udp\) +udp_rcv'
    expect_no_line ':11\(udp\)'
    # What the program drops is a death.
    if [ "$mode" = xdpdrv ]; then
        start_pwru --why --filter-trace-xdp --filter-netns "inode:$inode" --filter-func udp_rcv 'udp dst port 9'
        send_udp 10.1.0.2 9
        stop_pwru
        expect_line '^  why +the XDP program drops_discard_port of vb dropped it \(certain\)$'
        expect_line '^1 packet died:$'
    fi
    ip -n b link set vb "$mode" off
done
