# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# C expressions on struct sk_buff choose packets: by members, casts to headers, device names, and
# pointers that lead nowhere.
# kernels: 6.1 6.12
ip link add d1 type dummy
ip addr add 10.1.0.1/24 dev d1
ip link set d1 up
ip neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev d1
index=$(ip -o link show d1 | cut -d : -f 1)
ipv4='((struct iphdr *)(skb->head + skb->network_header))'

# trace EXPR ARGS...: traces one datagram on each device, at a function where both have their headers.
trace() {
    start_pwru --filter-func 'dev_hard_start_xmit' --filter-skb-expr "$1" "${@:2}" 'udp dst port 9'
    send_udp 1.0.0.1 9
    send_udp 10.1.0.9 9
    stop_pwru
}
only_d1() {
    trace "$@"
    expect_every " d1:$index .*10\.1\.0\.1:[0-9]+->10\.1\.0\.9:9\(udp\) "
}
# join OPERATOR EXPR...: joins the expressions, each in parentheses.
join() {
    local text="($2)" expr
    for expr in "${@:3}"; do text+=" $1 ($expr)"; done
    echo "$text"
}

# Each expression is true of d1's packet and false of dummy0's, so all of them joined by && are too, and
# all joined by ||.
of_d1=("skb->dev->ifindex == $index"
    "skb->dev->ifindex = $index"
    'skb->dev->name == "d1"'
    'skb->dev->name == "*1" && skb->dev->name != "*y*0"'
    "$ipv4->daddr == 10.1.0.9"
    "$ipv4->daddr == 10.0.0.0/8 && $ipv4->ttl < 65 && $ipv4->protocol == IPPROTO_UDP"
    "(($ipv4->daddr >> 24) + 1) * 2 / 11 % 3 - 2 == 0"
    '((struct ethhdr *)(skb->head + skb->mac_header))->h_dest == 02:00:00:00:00:09')
only_d1 "$(join '&&' "${of_d1[@]}")"
only_d1 "$(join '||' "${of_d1[@]}")"

# True of both packets. The last expressions meet a NULL: the comparison is neither equal nor different.
trace "$(join '&&' 'skb->protocol == 0x0800 && skb->len >= 43' \
    "$ipv4->version == 4 && $ipv4->ihl * 4 == 20 && !($ipv4->frag_off & 0x1fff)" \
    '(u8)skb->len == skb->len && -1 < (int)skb->len && -1 > skb->data_len' \
    'skb->dev->nd_net.net == skb->sk->__sk_common.skc_net.net' \
    '!(((struct sk_buff *)NULL)->len != 0) && !(((struct sk_buff *)0)->dev->name == "*")')" --filter-track-skb
expect_line ' dummy0:.*->1\.0\.0\.1:9\(udp\) '
expect_line " d1:$index .*->10\.1\.0\.9:9\(udp\) "

# True of neither packet.
trace "$(join '||' "$ipv4->ttl < 5" 'skb->protocol == 0x86dd || skb->mark == 0x80000000' \
    '((struct sk_buff *)NULL)->len == 0 || skb->len / (skb->len - skb->len) == 0')"
[ -z "$(events)" ] || fail 'an event matches'

# With both backends, and with as much of the stack in use as possible.
ten='skb->len - (skb->len - (skb->len - (skb->len - (skb->len - (skb->len - (skb->len - (skb->len'
full="$ten - (skb->len - (skb->len - (skb->dev->ifindex))))))))))"
only_d1 "$full == $index && skb->dev->name == \"*d*1*\"" --backend kprobe --output-stack --output-skb
if has_kprobe_multi; then
    only_d1 "$full == $index && skb->dev->name == \"*d*1*\"" --backend kprobe-multi --output-caller
fi

# refuse PATTERN EXPR: one sentence says where the fault is. tests/expr has all of these sentences.
refuse() {
    run_pwru 2 --filter-skb-expr "$2"
    expect_one_sentence
    expect_stderr "--filter-skb-expr: $1"
}
refuse 'column 6: struct sk_buff has no member "lenn"; did you mean "len"\?' 'skb->lenn == 1'
refuse 'column 1: this kernel has no type "struct iphdx"; did you mean' '(struct iphdx *)skb->data'
