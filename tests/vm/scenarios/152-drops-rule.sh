# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names the rule of nftables, or of iptables-nft, that dropped a packet: through jumps, verdict maps,
# sets, policies and rejects, also while the ruleset changes. The command that it prints removes the rule.
# kernels: 6.1 7.2
modprobe -a nf_tables nft_compat nft_reject_inet nft_ct ipt_REJECT || skip 'this kernel has no nftables'
in_a() { ip netns exec a "$@"; }
send() { ip netns exec b bash -c "echo x >/dev/udp/10.1.0.1/$1" || true; }
# dies PORT WORDS: a packet to that port dies, and the answer has these words.
dies() {
    send "$1"
    wait_for "$2" grep -qE -- "^  why +$2 \(certain\)$" "$out"
    # The answer is about this packet.
    grep -A 1 -E -- ":$1\(udp\)" "$out" | grep -qE -- "^  why +$2 \(certain\)$"
}
namespace a
namespace b
cable a va 10.1.0.1/24 b vb 10.1.0.2/24
ip netns exec b ping -q -c 1 10.1.0.1 # both know the other's MAC address
in_a nft -f - <<'RULES'
table inet fw {
    set bad { type inet_service; elements = { 5004 } }
    map verdicts { type inet_service : verdict; elements = { 5003 : drop, 5010 : jump far } }
    chain in {
        type filter hook input priority 0; policy accept;
        udp dport 5000 accept
        udp dport 5001 counter drop
        udp dport 5002 jump near
        udp dport vmap @verdicts
        udp dport @bad ct state new drop
        udp dport 5005 reject
        udp dport { 5011, 5012 } goto near
    }
    chain near {
        udp dport 5012 return
        counter drop
    }
    chain far { drop; }
    chain last {
        type filter hook input priority 10; policy drop;
        udp dport != { 5006, 5012 } accept
    }
}
RULES
in_a iptables-nft -A INPUT -p udp --dport 5008 -j ACCEPT
in_a iptables-nft -A INPUT -p udp --dport 5007 -j DROP
in_a iptables-nft -A INPUT -p udp --dport 5009 -j REJECT

start_pwru --drops 'udp and dst host 10.1.0.1'
if ! has_symbol bpf_loop; then
    expect_stderr 'shown with its hook and without its rule: this kernel has no BTF of nf_tables'
    send 5001
    wait_for 'the drop' grep -q 'in the hook input' "$out"
    stop_pwru
    skip 'the rules of nf_tables before Linux 5.17 are not read'
fi
of_fw='\(table inet fw, hook input\)'
dies 5001 "rule 2 of the nftables chain in $of_fw dropped it"
dies 5002 "rule 2 of the nftables chain near $of_fw dropped it"
dies 5003 "rule 4 of the nftables chain in $of_fw dropped it"
dies 5004 "rule 5 of the nftables chain in $of_fw dropped it"
dies 5005 "rule 6 of the nftables chain in $of_fw rejected it, with an answer to the sender"
dies 5006 "no rule of the nftables chain last $of_fw took it, and the policy of that chain is drop"
dies 5010 "rule 1 of the nftables chain far $of_fw dropped it"
dies 5011 "rule 2 of the nftables chain near $of_fw dropped it"
dies 5012 "no rule of the nftables chain last $of_fw took it, and the policy of that chain is drop"
dies 5007 'rule 2 of the chain INPUT \(iptables table filter, hook input\) dropped it'
dies 5009 'rule 3 of the chain INPUT \(iptables table filter, hook input\) dropped it'

# The rule is the one that nft shows under that handle, and the printed command removes it.
handle=$(grep -A 2 ':5001(udp)' "$out" | sed -nE 's/.* as handle ([0-9]+);.*/\1/p')
in_a nft -a list chain inet fw in | grep -E "5001 .*drop # handle $handle\$"
command=$(grep -A 2 ':5001(udp)' "$out" | sed -nE 's/^  do .*; (nft delete .*) removes it$/\1/p')
in_a bash -c "$command"
# The packets of b go through while rules come and go.
in_a bash -c "while [ ! -e $work/enough ]; do nft add rule inet fw in udp dport 1 drop; nft flush chain inet fw far; nft add rule inet fw far drop; done" &
for _ in {1..20}; do send 5011; done
touch "$work/enough"
wait $!
stop_pwru
expect_stderr ' 0 lost, 0 missed probes'
expect_number "$(grep -A 1 ':5011(udp)' "$out" | grep -cE "^  why +rule 2 of the nftables chain near $of_fw dropped it \(certain\)$")" -eq 21
# The table at the end has a row for each rule.
expect_line "^ +21 .* nft_do_chain +10\.1\.0\.2->10\.1\.0\.1:5011\(udp\)$"
# Nothing was left in the ruleset.
in_a nft list ruleset | grep -c 'nftrace' && fail 'the ruleset was changed'
true
