# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names what is to blame, fault by fault: IPsec policies that are missing or ask for another
# association, rules that only look like the cause. More faults are in 153, 154, 159, 162.
# kernels: 5.10 7.2
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
modprobe -a esp4 xfrm_user crypto_null authenc hmac sha1 ecb echainiv || true
modprobe -a nf_tables nf_conntrack nft_ct nft_masq nft_chain_nat nft_compat ipt_REJECT || true
make_hosts
data=13881388001000006c6f737421212121 # UDP, port 5000, "lost!!!!"

# IPsec. b sends through an association to a, in mode tunnel.
association() { # HOST
    ip -n "$1" xfrm state add src 10.1.0.2 dst 10.1.0.1 proto esp spi 0x100 mode tunnel reqid 1 \
        auth 'hmac(sha1)' 0x0102030405060708090a0b0c0d0e0f1011121314 enc 'ecb(cipher_null)' ''
}
policy() { # HOST DIR DST REQID
    ip -n "$1" xfrm policy add src 10.1.0.2 dst "$3" dir "$2" \
        tmpl src 10.1.0.2 dst 10.1.0.1 proto esp reqid "$4" mode tunnel
}
association a || skip 'this kernel has no such ESP'
association b
start_pwru --drops
policy b out 10.2.0.2 1
policy b out 10.1.0.1 1
fault 'IPsec: no policy for what is forwarded' 'it came through an association of IPsec, and no IPsec policy dir fwd takes it' '' pings 10.2.0.2
fault 'IPsec: no policy for what is received' 'it came through an association of IPsec, and no IPsec policy dir in takes it' '' udp 10.1.0.1 5000
policy a fwd 10.2.0.2 1
in_b ping -q -c 1 -W 5 10.2.0.2 # that was all
ip -n a xfrm policy flush
policy a fwd 10.2.0.2 9
fault 'IPsec: the policy means another association' 'dir fwd asks for protection \(ESP in mode tunnel\), and it came by another association' '' pings 10.2.0.2
for host in a b; do ip -n "$host" xfrm policy flush; done
in_a ip xfrm policy setdefault fwd block
fault 'IPsec: the default is to block' 'no IPsec policy dir fwd takes it, and the default of this host for that is to block' '' pings 10.2.0.2
in_a ip xfrm policy setdefault fwd accept
in_a ip xfrm policy add src fd01::2 dst fd02::2 dir fwd action block
fault 'IPsec: policy forbids forwarding, IPv6' 'the IPsec policy src fd01::2/128 dst fd02::2/128 dir fwd forbids it' '' pings fd02::2
apply_advice
in_a ip xfrm policy add src 10.1.0.2 dst 10.1.0.1 dir in tmpl proto esp mode transport
fault 'IPsec: a ping came in plain text' 'dir in asks for protection \(ESP in mode transport\), and it came without' '' pings 10.1.0.1
in_a ip xfrm policy flush

# Rules.
in_a nft 'table ip filter { chain input { type filter hook input priority 0; ip protocol icmp drop; }; }'
fault 'nftables: a table with a name of iptables' 'rule 1 of the nftables chain input \(table ip filter, hook input\) dropped it' 'dropped it in the hook input' pings 10.1.0.1
in_a nft flush ruleset
in_a iptables-nft -A INPUT -p icmp -j REJECT
fault 'iptables-nft REJECT' 'rule 1 of the chain INPUT \(iptables table filter, hook input\) rejected it, with an answer' 'dropped it' pings_long 10.1.0.1
in_a nft flush ruleset
in_a iptables-nft -A INPUT -p icmp --icmp-type 8 -j ACCEPT
fault 'iptables-nft: a match drops what is cut off' 'a match of rule 1 of the chain INPUT .* dropped it, whatever the verdict of that rule is: its header is cut off' '' frame 0800 "$(ipv4 1 10.1.0.2 10.1.0.1 08)"
in_a nft flush ruleset
bad_checksum=$(ipv4 6 10.1.0.2 10.1.0.1 115c2329000000010000000050020000ffff0000)
in_a iptables -t mangle -A PREROUTING -m conntrack --ctstate NEW -j ACCEPT
in_a iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
fault 'conntrack: invalid by its checksum' 'rule 1 of the chain INPUT .*INVALID: its checksum is wrong' 'INVALID' frame 0800 "$bad_checksum"
fault 'conntrack: invalid by its flags' 'rule 1 of the chain INPUT .*INVALID: no segment of TCP has its flags \(FIN\|SYN\)' 'INVALID' \
    frame 0800 "$(ipv4 6 10.1.0.2 10.1.0.1 "115c2329000000010000000050030000$(checksum "0a0100020a01000100060014115c2329000000010000000050030000")0000")"
in_a iptables -F INPUT
in_a iptables -t mangle -F PREROUTING
in_a nft 'table inet t { chain i { type filter hook input priority 0; ct state invalid drop; }; }'
fault 'nftables: invalid by its checksum' 'rule 1 of the chain i \(table inet t, hook input\) .*INVALID: its checksum is wrong' 'dropped it' frame 0800 "$bad_checksum"
in_a nft flush ruleset
in_a ip route add 10.9.9.0/24 via 10.1.0.2
in_a iptables -t nat -A OUTPUT -d 10.9.9.1 -j DNAT --to-destination 192.0.2.9
fault 'NAT to an address without a route' 'no route leads to 192\.0\.2\.9, where netfilter sends it in the hook output' 'dropped it in the hook output' in_a ping -q -c 1 -W 0.4 10.9.9.1
in_a iptables -t nat -F OUTPUT

# Headers.
fault 'ICMP: a type that nobody knows' 'this host knows no ICMP message of the type 99' '' frame 0800 "$(ipv4 1 10.1.0.2 10.1.0.1 63009cff00000000)"
fault 'IPv6: a group of scope 0' 'its destination ff00::1 is a multicast address of scope 0' '' \
    frame 86dd "6000000000101140fd010000000000000000000000000002ff000000000000000000000000000001$data" 333300000001

in_a ip addr flush dev vc scope global
in_a ip route add 10.2.0.0/24 dev vc src 10.1.0.1
in_a nft 'table ip t { chain o { type nat hook postrouting priority 100; oifname vc masquerade; }; }'
in_a ip addr del 10.1.0.1/24 dev va
in_a ip route add 10.1.0.0/24 dev va
in_a ip route replace 10.2.0.0/24 dev vc
fault 'masquerade: no address' 'rule 1 of the chain o .* is to give it an address of vc as its source \(masquerade\), and vc has none' '' pings 10.2.0.2
end_faults
