# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Expressions on struct xdp_buff filter XDP events, and their values stand only behind the events of XDP
# programs.
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ping -q -n -c 1 10.1.0.2 >/dev/null # resolves the address of the neighbour
ip -n b link set vb xdpgeneric obj /vm/xdp.bpf.o sec xdp
index=$(ip -n b -o link show vb | cut -d : -f 1)
start_pwru --filter-trace-xdp --filter-func udp_rcv --filter-xdp-expr "xdp->rxq->dev->ifindex == $index" \
    --output-xdp-metadata 'xdp->rxq->dev->name,xdp->data_end - xdp->data' --output-skb-metadata 'skb->len' \
    "udp dst port 10 and ifindex $index and inbound"
send_udp 10.1.0.2 10
stop_pwru
expect_order 'drops_discard_port\(xdp\) name="vb" xdp->data_end - xdp->data=43$' \
    'drops_discard_port\(xdp\) -> XDP_PASS name="vb" xdp->data_end - xdp->data=43$' ' udp_rcv len=[0-9]+$'

# Values of XDP events alone make the longest record of the rings.
start_pwru --filter-trace-xdp --filter-func udp_rcv --filter-xdp-expr "xdp->rxq->dev->ifindex != $index" \
    --output-xdp-metadata 'xdp->data,xdp->data_end,xdp->data_meta,xdp->frame_sz,xdp->rxq->dev->name,xdp->rxq->dev->mtu,xdp->rxq->queue_index,xdp->rxq' \
    'udp dst port 10'
send_udp 10.1.0.2 10
stop_pwru
expect_stderr 'Attached to 1 BPF programs'
expect_line ' udp_rcv$'
expect_no_line '\(xdp\)'

run_pwru 2 --filter-trace-xdp --filter-xdp-expr 'xdp->frame_size > 0'
expect_stderr 'filter-xdp-expr: column 6: struct xdp_buff has no member "frame_size"'
expect_one_sentence
