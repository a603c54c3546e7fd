# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Functions that are given a list of packets have an event for each packet. fq_codel drops half of a
# queue at once, as a list; a reassembled datagram is a list of fragments.
# kernels: 5.10 7.2
modprobe -a sch_tbf sch_fq_codel || skip 'this kernel has no modules sch_tbf and sch_fq_codel'
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ping -q -n -c 1 10.1.0.2 >/dev/null # resolves the address of the neighbour
is_receiving() { ip netns exec b grep -q ':0009 ' /proc/net/udp; }
ip netns exec b socat -u UDP4-RECV:9 OPEN:/dev/null &
wait_for 'the receiver' is_receiving

drops='sk_skb_reason_drop|kfree_skb(_reason)?' lists='kfree_skb_list(_reason)?|__tcf_kfree_skb_list'
frees_in_bulk() { kernel_at_least 6.3; } # kfree_skb_list_reason() calls no other function of @drops
# Except for the first 2000 bytes nothing leaves this queue: the 61st packet makes it drop 30.
overflow() { # OPTIONS...
    tc qdisc add dev va root handle 1: tbf rate 8bit burst 2000 limit 100000
    tc qdisc add dev va parent 1:1 handle 10: fq_codel limit 60
    start_pwru --filter-func "@drops|$lists" --output-meta=false "$@" 'udp dst port 9'
    head -c 120 /dev/zero | socat -u -b 1 STDIN UDP4:10.1.0.2:9,sourceport=5000
    stop_pwru
    local dropped
    dropped=$(tc -j -s qdisc show dev va | jq '.[] | select(.kind == "fq_codel").drops')
    tc qdisc del dev va root
    expect_number "$dropped" -ge 30
    # The packets of a list are different packets.
    expect_number "$(count_lines "->10\\.1\\.0\\.2:9\\(udp\\) +($lists)(\\([A-Za-z_]+\\))?\$")" -eq "$dropped"
    expect_number "$(grep -oE '^0x[0-9a-f]+' "$out" | sort -u | wc -l)" -ge 30
    if frees_in_bulk && grep -qE ' kfree_skb_list_reason' "$out"; then drops=kfree_skb_list_reason; fi
    expect_number "$(count_lines " ($drops)\\([A-Za-z_0-9+]+\\)\$")" -eq "$dropped"
}
overflow
overflow --backend kprobe --filter-track-skb

# Nobody listens on port 10: the datagram is dropped, with the four fragments that it was made of.
start_pwru --filter-func @drops 'dst host 10.1.0.2 and udp'
send_udp 10.1.0.2 10 "$(printf %06000d 0)"
stop_pwru
expect_number "$(events | wc -l)" -eq 5
