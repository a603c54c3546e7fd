# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops names the rule of iptables-legacy, ip6tables-legacy or arptables-legacy that dropped a packet: of
# each table, through chains, beside rules that also count, and when the table has been replaced. The text of the
# rule is the one that iptables-legacy lists. The commands that it prints show the rule and remove it.
# kernels: 5.10 6.12
modprobe -a iptable_raw ipt_REJECT arptable_filter xt_comment xt_statistic || skip 'this kernel has no iptables-legacy'
# shellcheck source-path=SCRIPTDIR/../guest source=rule_answers.sh
. /vm/rule_answers.sh
namespace a
namespace b
cable a va 10.1.0.1/24 b vb 10.1.0.2/24
ip -n a addr add fd00::1/64 dev va nodad
ip -n b addr add fd00::2/64 dev vb nodad
ip netns exec b ping -q -c 1 10.1.0.1 # both know the other's MAC address
ip netns exec b ping -q -c 1 fd00::1
in_a iptables-restore <<'RULES'
*raw
:PREROUTING ACCEPT
:OUTPUT ACCEPT
-A PREROUTING -p udp --dport 5000 -j DROP
COMMIT
*mangle
:PREROUTING ACCEPT
-A PREROUTING -p udp --dport 5001 -j MARK --set-mark 7
-A PREROUTING -p udp --dport 5001 -j DROP
COMMIT
*filter
:INPUT ACCEPT
:OUTPUT ACCEPT
:near -
:far -
:x;id -
-A INPUT -p udp --dport 5002
-A INPUT -p udp --dport 5002 -j DROP
-A INPUT -p udp --dport 5003 -j near
-A INPUT -p udp --dport 5004 -g far
-A INPUT -p udp --dport 5005 -j REJECT
-A INPUT -p udp --dport 5006 -j x;id
-A OUTPUT -p icmp -m icmp --icmp-type port-unreachable -d 10.1.0.2 -j DROP
-A near -p udp --sport 1 -j DROP
-A near -j far
-A far -p udp --dport 5003
-A far -p udp --sport 2 -j DROP
-A far -j DROP
-A x;id -j DROP
COMMIT
RULES
in_a ip6tables -A INPUT -p udp --dport 5010 -j DROP
in_a arptables-legacy -N near
in_a arptables-legacy -A INPUT -d 10.1.0.77
in_a arptables-legacy -A INPUT -d 10.1.0.77 -j near
in_a arptables-legacy -A near -s 10.1.0.9 -j DROP
in_a arptables-legacy -A near -j DROP
in_a arptables-legacy -A OUTPUT -d 10.1.0.88 -j DROP
start_pwru --drops
# has_rule PORT TEXT; lists CHAIN RULE TABLE: the text that iptables has for it.
has_rule() { answer "$1" | grep -qxF -- "  rule    $2"; }
lists() { in_a iptables -t "$3" -S "$1" "$2" | sed "s/^-A $1 //"; }
# is_listed PORT CHAIN RULE TABLE: a packet to that port dies by that rule, whose text is the one that is listed.
is_listed() {
    dies "$1" "$(in_table "$2" "$3" "$4" "${5:-input}")"
    has_rule "$1" "$(lists "$2" "$3" "$4")" || fail "another text than '$(lists "$2" "$3" "$4")': $(answer "$1")"
}
in_table() { echo "rule $2 of the chain $1 \\(iptables-legacy, table $3, hook $4\\) dropped it"; } # CHAIN RULE TABLE HOOK

is_listed 5000 PREROUTING 1 raw prerouting
has_rule 5000 '-p udp -m udp --dport 5000 -j DROP' || fail 'the rule has another text'
is_listed 5001 PREROUTING 2 mangle prerouting
is_listed 5002 INPUT 2 filter
is_listed 5003 far 3 filter
is_listed 5004 far 3 filter
is_listed 5006 'x;id' 1 filter
expect_line "iptables-legacy -t filter -D 'x;id' 1 removes it"
# A rule that rejects sends a packet itself, which another rule drops.
dies 5005 'rule 5 of the chain INPUT \(iptables-legacy, table filter, hook input\) rejected it, with an answer to the sender'
has_rule 5005 '-p udp -m udp --dport 5005 -j REJECT --reject-with icmp-port-unreachable' || fail 'no text of REJECT'
has_died_too() { grep -qE -- '^  why +rule 1 of the chain OUTPUT \(iptables-legacy, table filter, hook output\) dropped it \(certain\)$' "$out"; }
wait_for 'the end of the ICMP error' has_died_too
ip netns exec b bash -c 'echo x >/dev/udp/fd00::1/5010'
wait_for 'the answer of IPv6' is_told 5010 'rule 1 of the chain INPUT \(ip6tables-legacy, table filter, hook input\) dropped it \(certain\)'
has_rule 5010 '-p udp -m udp --dport 5010 -j DROP' || fail 'no text of IPv6'

# Matches, also those that keep state in the kernel, where no process sees it.
in_a iptables-restore --noflush <<'RULES'
*filter
:words -
-A INPUT -p udp -m multiport --dports 5020:5029 -j words
-A words -s 10.1.0.0/24 ! -d 10.2.0.0/16 ! -i lo -p udp -m multiport --dports 5020,5030:5039 -m comment --comment "it's \"5020\"" -j DROP
-A words -p udp --dport 5021 -m conntrack --ctstate NEW,INVALID -m limit --limit 7/min --limit-burst 9 -j DROP
-A words -i v+ -p udp --dport 5022 -m state --state NEW -m mark ! --mark 0x5/0xff -m addrtype --dst-type LOCAL -j DROP
-A words -p udp --dport 5023 -m statistic --mode random --probability 1 -m ttl --ttl-gt 3 -j DROP
-A words -p udp --dport 5024 -j DROP
COMMIT
RULES
in_a iptables-save | grep -v '^[#:]' >"$work/before"
for port in 5020 5021 5022; do is_listed "$port" words $((port - 5019)) filter; done
dies 5023 "$(in_table words 4 filter input)"
has_rule 5023 '-p udp -m udp --dport 5023 -m statistic [...] -m ttl --ttl-gt 3 -j DROP' || fail "what is not known: $(answer 5023)"
in_a iptables-save | grep -v '^[#:]' >"$work/after"
cmp "$work/before" "$work/after" || fail 'asking has changed the rules'
# The rule that is there when pwru asks is another one.
kill -STOP "$pwru_pid"
send 5024
in_a iptables -R words 5 -p udp --dport 5025 -j DROP
kill -CONT "$pwru_pid"
wait_for 'the answer for 5024' is_told 5024 "$(in_table words 5 filter input) \\(certain\\)"
! answer 5024 | grep -q '^  rule ' || fail "the text of another rule: $(answer 5024)"
is_listed 5025 words 5 filter
in_a iptables -D INPUT -p udp -m multiport --dports 5020:5029 -j words

# Many packets that die by several rules, on both CPUs; each gets the rule that was its own.
for port in {5100..5139}; do in_a iptables -A INPUT -p udp --dport "$port" -j DROP; done
for port in {5139..5100}; do dies "$port" "$(in_table INPUT $((port - 5100 + 7)) filter input)"; done

# What is printed can be run: the rule is shown, and goes.
# The table is another one at each change.
run_answer a '(iptables-legacy -t filter -D INPUT 2) removes it'
in_a iptables -S INPUT >"$work/rules"
! grep -q -- '--dport 5002 -j DROP' "$work/rules" || fail 'the rule is still there'
dies 5139 "$(in_table INPUT 45 filter input)"
in_a iptables -P INPUT DROP
dies 5002 'no rule of the chain INPUT \(iptables-legacy, table filter\) took it, and the policy of that chain is DROP'

# ARP: of a packet that comes in, of one that is sent, and a policy. The kernel asks without being told to.
asks() { ip netns exec "$1" bash -c "echo x >/dev/udp/$2/9"; } # NAMESPACE ADDRESS
arp_is_told() { grep -A 1 -E '^[0-9:.]+ +ARP ' "$out" | grep -qE -- "^  why +$1 \(certain\)$"; }
asks b 10.1.0.77
wait_for 'the answer for ARP' arp_is_told 'rule 2 of the chain near \(arptables-legacy, table filter, hook arp input\) dropped it'
run_answer a '(arptables-legacy -t filter -nvL near --line-numbers) shows the rule' | grep -q '^2 -j DROP ' || fail 'the rule is not shown'
asks a 10.1.0.88
wait_for 'the answer for ARP' arp_is_told 'rule 1 of the chain OUTPUT \(arptables-legacy, table filter, hook arp output\) dropped it'
expect_line '^  rule +-d 10\.1\.0\.88 -j DROP$'
run_answer a '(arptables-legacy -t filter -D OUTPUT 1) removes it'
in_a arptables-legacy -nvL OUTPUT >"$work/rules"
! grep -q DROP "$work/rules" || fail 'the rule of ARP is still there'
in_a arptables-legacy -P INPUT DROP
asks b 10.1.0.78
wait_for 'the answer for ARP' arp_is_told 'no rule of the chain INPUT \(arptables-legacy, table filter, hook arp input\) took it, and the policy of that chain is DROP'
in_a arptables-legacy -P INPUT ACCEPT

# What no rule dropped is no rule's: with more rules that drop than are looked at, none is named.
for port in {5140..5270}; do echo "-A INPUT -p udp --dport $port -j DROP"; done >"$work/more"
{
    echo '*filter'
    cat "$work/more"
    echo COMMIT
} | in_a iptables-restore --noflush
send 5270
wait_for 'the answer without a rule' is_told 5270 'netfilter dropped it in the hook input: .* \(certain\)'
stop_pwru
expect_stderr ' 0 lost'
