# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Expressions use types and constants that only the BTF of a module has.
# kernels: 6.1 6.12 7.2
conn='((struct nf_conn *)(skb->_nfct & ~7ul))'
iptables -t nat -A OUTPUT -p udp --dport 9 -j DNAT --to-destination 10.9.0.7:10
if [ ! -e /sys/kernel/btf/nf_conntrack ]; then
    run_pwru 2 --filter-skb-expr '((struct veth_priv *)skb->dev)->peer'
    expect_one_sentence
    expect_stderr "no type \"struct veth_priv\".*; searched: vmlinux' BTF \(no module is loaded that has BTF, which needs Linux 5\.11"
    skip 'this kernel has no BTF for its modules (no /sys/kernel/btf/nf_conntrack)'
fi
trace() {
    start_pwru --filter-func 'ip_output' "$@" 'udp'
    send_udp 1.0.0.1 9
    send_udp 1.0.0.1 11
    stop_pwru
}

trace --filter-skb-expr "$conn->status & IPS_DST_NAT" \
    --output-skb-metadata "$conn->tuplehash[0].tuple.dst.u.udp.port,$conn->tuplehash[1].tuple.src.u3.in"
expect_every '->10\.9\.0\.7:10\(udp\) +ip_output port=9 in=10\.9\.0\.7$'

# An expression list uses types of two modules, each split BTF over vmlinux'.
trace --output-skb-metadata "$conn->ct_general.use.refs.counter,((struct veth_priv *)skb->dev)->peer"
expect_line '->10\.9\.0\.7:10\(udp\) +ip_output .*peer='

run_pwru 2 --filter-skb-expr '((struct nf_con *)skb->_nfct)->mark'
expect_one_sentence
expect_stderr 'this kernel has no type "struct nf_con"; did you mean "[a-z_]+"\?; searched: the BTF of vmlinux and of all [0-9]+ loaded modules$'
