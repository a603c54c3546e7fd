# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The values of C expressions stand at the end of each line, in the form of their types.
ip link add d1 type dummy
ip addr add 10.1.0.1/24 dev d1
ip link set d1 address 02:00:00:00:00:01 up
ip neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev d1
ipv4='((struct iphdr *)(skb->head + skb->network_header))'
index=$(ip -o link show d1 | cut -d : -f 1)

# shows TEXT LIST...: the line of a datagram has TEXT next, before the end.
texts=() lists=()
shows() {
    local list
    texts+=("$1")
    for list in "${@:2}"; do lists+=(--output-skb-metadata "$list"); done
}

shows " ifindex=$index name=\"d1\" len=43" 'skb->dev->ifindex,skb->dev->name' 'skb->len'
shows ' protocol=2048 pkt_type=0 cloned=[01] tc_index=0' \
    'skb->protocol,skb->pkt_type,skb->cloned,skb->tc_index'
shows " saddr=10\.1\.0\.1 daddr=10\.1\.0\.9 ttl=64 frag_off=16384" \
    "$ipv4->saddr,$ipv4->daddr" "$ipv4->ttl,$ipv4->frag_off"
shows ' h_dest=02:00:00:00:00:09 h_source=02:00:00:00:00:01' \
    '((struct ethhdr *)(skb->head + skb->mac_header))->h_dest,((struct ethhdr *)skb->data)->h_source'
shows ' skb->len - 14=29 skb->dev != NULL=1' 'skb->len - 14, skb->dev != NULL'
# The second value of the same name has its whole text as its label.
shows ' destructor=sock_wfree prev=0x0 skb->sk->__sk_common.skc_prot->name="UDP"' \
    'skb->destructor,skb->prev,skb->sk->__sk_common.skc_prot->name'
shows ' status=DL_DEV_NO_DRIVER' 'skb->dev->dev.links.status'
shows ' \(\(struct sk_buff \*\)0\)->len=\? \(\(struct net_device \*\)8\)->name=\?' \
    '((struct sk_buff *)0)->len,((struct net_device *)8)->name,skb->len'
shows ' stats=\{.*tx_packets=.*\}' 'skb->dev->stats'

start_pwru --filter-func dev_hard_start_xmit "${lists[@]}" 'udp dst port 9'
send_udp 10.1.0.9 9
stop_pwru
all=$(printf %s "${texts[@]}")
expect_every " dev_hard_start_xmit$all\$"

# With every other part that a record can have.
start_pwru --filter-func dev_hard_start_xmit --output-skb --output-stack --output-caller \
    --filter-track-skb --timestamp absolute --output-skb-metadata 'skb->len,skb->cb,skb->hash' \
    --filter-skb-expr 'skb->dev->name == "d1"' 'udp dst port 9'
send_udp 10.1.0.9 9
stop_pwru
expect_line '10\.1\.0\.1:[0-9]+->10\.1\.0\.9:9\(udp\) dev_hard_start_xmit .* len=43 cb=(0x[0-9a-f]{96}|".*") hash=[0-9]+$'
expect_order 'dev_hard_start_xmit' 'struct sk_buff'

refuse() {
    run_pwru 2 --output-skb-metadata "$2"
    expect_one_sentence
    expect_stderr "--output-skb-metadata: $1"
}
refuse 'column 15: struct sk_buff has no member "lem"; did you mean "len"\?' 'skb->len,skb->lem'
refuse 'column 1: struct net_device has [0-9]+ bytes, more than 256; name one of its members' \
    '*skb->dev'
