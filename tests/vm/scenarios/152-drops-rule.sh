# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names the rule of nftables, or of iptables-nft, that dropped a packet: through jumps, verdict maps,
# sets, policies and rejects, also while the ruleset changes. The command that it prints removes the rule.
# kernels: 5.10 6.12 7.2
modprobe -a nf_tables nft_compat nft_reject_inet nft_ct ipt_REJECT || skip 'this kernel has no nftables'
# shellcheck source-path=SCRIPTDIR/../guest source=rule_answers.sh
. /vm/rule_answers.sh
# has_text PORT TEXT: the answer for it shows that rule.
has_text() { answer "$1" | grep -qxE -- "  rule +$2" || { answer "$1" && fail "no rule $2"; }; }
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
        udp dport 5013 jump { counter; drop; }
        udp dport { 5011, 5012 } goto near
        udp dport 5020-5059 jump shapes
    }
    chain shapes {
        ip saddr 10.1.0.0/24 udp dport 5020 drop
        ip saddr 10.1.0.2 ip daddr 10.1.0.1 udp dport 5021 drop
        ip daddr != 10.1.0.128/25 iifname "va" udp dport 5022 drop
        iifname "v*" meta mark 0 udp dport 5023 drop
        meta mark & 0xff == 0x0 udp sport 1024-65535 udp dport 5024 drop
        udp dport { 5025, 5030-5040 } drop comment "a comment"
        ip saddr . udp dport { 10.1.0.2 . 5026, 10.1.0.3 . 5026 } drop
        ip saddr { 10.0.0.0/8, 192.0.2.1-192.0.2.5 } udp dport 5027 drop
        ip length 30 udp dport 5028 meta length 30 drop
        ct direction original ct mark 0 udp dport 5029 drop
        ip ttl 64 meta pkttype host udp dport 5041 meta mark set 0x2a drop
        udp dport vmap { 5043 : drop, 5044 : accept }
        meta nfproto ipv4 udp dport != 5045 udp dport 5046 drop
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
dies 5013 "a rule in a block of a rule of nftables $of_fw dropped it"
dies 5007 'rule 2 of the chain INPUT \(iptables table filter, hook input\) dropped it'
dies 5009 'rule 3 of the chain INPUT \(iptables table filter, hook input\) rejected it, with an answer to the sender'

counted='counter packets 1 bytes 30'
has_text 5001 "udp dport 5001 $counted drop"
has_text 5002 "$counted drop"
has_text 5003 'udp dport vmap @verdicts'
has_text 5004 'udp dport @bad ct state new drop'
has_text 5005 'udp dport 5005 reject'
has_text 5010 drop
has_text 5013 drop # "counter;" is a rule of its own
has_text 5007 "(ip protocol udp )?udp dport 5007 $counted drop"
answer 5006 | grep -E '^  rule' && fail 'a policy is no rule'
# Other rules are shown as nft shows them.
listed=$(in_a nft list chain inet fw shapes)
for port in 502{0..9} 504{1,3,6}; do
    dies "$port" "rule [0-9]+ of the nftables chain shapes $of_fw dropped it"
    shown=$(answer "$port" | sed -nE 's/^  rule +//p')
    grep -qxF -- "		$shown" <<<"$listed" || fail "nft shows no '$shown': $listed"
done

# The rule is the one that nft shows under that handle, and the printed command removes it.
handle=$(answer 5001 | sed -nE 's/.* as handle ([0-9]+);.*/\1/p')
in_a nft -a list chain inet fw in | grep -E "5001 .*drop # handle $handle\$"
command=$(answer 5001 | sed -nE 's/^  do .*; (nft delete rule .*) removes it$/\1/p')
answer 5001 | grep -qE "^  do +in netns $(ip netns exec a stat -Lc %i /proc/self/ns/net): nft -a list chain inet fw in "
in_a bash -c "${command:?}"
in_a nft -a list chain inet fw in | grep -E "# handle $handle\$" && fail 'the rule is still there'
command=$(answer 5007 | sed -nE 's/^  do .*; (nft delete rule .*) removes it,.*/\1/p')
in_a bash -c "${command:?}"
in_a iptables-nft -S INPUT | grep -c -- '--dport 500[789]' | grep -qx 2

# While rules of the same chain come and go, the rule has another number and the same handle.
handle=$(in_a nft -a list chain inet fw near | sed -nE 's/.*drop # handle ([0-9]+)$/\1/p')
in_a bash -c "while [ ! -e $work/enough ]; do nft insert rule inet fw near udp dport 1 accept
    nft delete rule inet fw near handle \$(nft -a list chain inet fw near | sed -nE 's/.* dport 1 accept # handle ([0-9]+)\$/\1/p'); done" &
for _ in {1..20}; do send 5011; done
touch "$work/enough"
wait $!
# Two rules of one flow have two rows in the table.
send 5004
in_a nft insert rule inet fw in udp dport 5004 drop
dies 5004 "rule 1 of the nftables chain in $of_fw dropped it"
stop_pwru
expect_stderr ' 0 lost, 0 missed probes'
expect_number "$(answer 5011 | grep -cE "^  why +rule [23] of the nftables chain near $of_fw dropped it \(certain\)$")" -eq 21
expect_number "$(answer 5011 | grep -cE "as handle $handle;")" -eq 21
expect_line "^ +21 .* (nft_do_chain|nf_hook_slow) +10\.1\.0\.2->10\.1\.0\.1:5011\(udp\)$"
expect_number "$(count_lines '^ +[12] .* (nft_do_chain|nf_hook_slow) +10\.1\.0\.2->10\.1\.0\.1:5004\(udp\)$')" -eq 2
