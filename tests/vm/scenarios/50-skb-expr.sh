# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Packets chosen by C expressions on struct sk_buff: members, casts to headers, device names,
# pointers that lead nowhere.
ip link add d1 type dummy
ip addr add 10.1.0.1/24 dev d1
ip link set d1 up
ip neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev d1
index=$(ip -o link show d1 | cut -d : -f 1)
ipv4='((struct iphdr *)(skb->head + skb->network_header))'

# trace EXPR ARGS...: one datagram on each device, seen where both have their headers.
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
both() {
    trace "$@"
    expect_line ' dummy0:.*->1\.0\.0\.1:9\(udp\) '
    expect_line " d1:$index .*->10\.1\.0\.9:9\(udp\) "
}
none() {
    trace "$@"
    [ -z "$(events)" ] || fail "an event matches: $1"
}

only_d1 "skb->dev->ifindex == $index"
only_d1 "skb->dev->ifindex = $index"
only_d1 'skb->dev->name == "d1"'
only_d1 'skb->dev->name == "*1" && skb->dev->name != "*y*0"'
only_d1 "$ipv4->daddr == 10.1.0.9"
only_d1 "$ipv4->daddr == 10.0.0.0/8 && $ipv4->ttl < 65 && $ipv4->protocol == IPPROTO_UDP"
only_d1 "(($ipv4->daddr >> 24) + 1) * 2 / 11 % 3 - 2 == 0"
only_d1 '((struct ethhdr *)(skb->head + skb->mac_header))->h_dest == 02:00:00:00:00:09'
both 'skb->protocol == 0x0800 && skb->len >= 43'
both "$ipv4->version == 4 && $ipv4->ihl * 4 == 20 && !($ipv4->frag_off & 0x1fff)"
both '(u8)skb->len == skb->len && -1 < (int)skb->len && -1 > skb->data_len'
both 'skb->dev->nd_net.net == skb->sk->__sk_common.skc_net.net' --filter-track-skb
none "$ipv4->ttl < 5"
none 'skb->protocol == 0x86dd || skb->mark == 0x80000000'
# A NULL on the way: neither equal nor different.
both '!(((struct sk_buff *)NULL)->len != 0) && !(((struct sk_buff *)0)->dev->name == "*")'
none '((struct sk_buff *)NULL)->len == 0 || skb->len / (skb->len - skb->len) == 0'

# With both ways to attach, and with as much of the stack in use as there is.
ten='skb->len - (skb->len - (skb->len - (skb->len - (skb->len - (skb->len - (skb->len - (skb->len'
full="$ten - (skb->len - (skb->len - (skb->dev->ifindex))))))))))"
only_d1 "$full == $index && skb->dev->name == \"*d*1*\"" --backend kprobe --output-stack --output-skb
if has_kprobe_multi; then
    only_d1 "$full == $index && skb->dev->name == \"*d*1*\"" --backend kprobe-multi --output-caller
fi

# refuse PATTERN EXPR: one sentence that says where.
refuse() {
    run_pwru 2 --filter-skb-expr "$2"
    expect_one_sentence
    expect_stderr "--filter-skb-expr: $1"
}
refuse 'column 6: struct sk_buff has no member "lenn"; did you mean "len"\?' 'skb->lenn == 1'
refuse 'column 12: expected a value, not the end of the expression' 'skb->len =='
refuse 'column 5: struct sk_buff \* is a pointer; use "->"' 'skb.len'
refuse 'column 1: "sk" is neither skb, xdp nor a constant of any enum' 'sk->sk_mark'
refuse 'column 1: this kernel has no type "struct iphdx"; did you mean' '(struct iphdx *)skb->data'
