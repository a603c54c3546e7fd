# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, work: lib.sh
# --drops names the rule of ebtables-legacy that dropped a packet of a bridge: of each hook, through chains,
# beside rules that also count, and when the table has been replaced; or the policy of the chain, of a chain
# that is built in or of another. Where it may have been another one, none.
# kernels: 5.10 6.12
modprobe -a bridge ebtable_filter ebtable_nat ebtable_broute ebt_ip ebt_mark || skip 'this kernel has no ebtables-legacy'
# shellcheck source-path=SCRIPTDIR/../guest source=rule_answers.sh
. /vm/rule_answers.sh
namespace a
namespace b
namespace c
ip -n c link add br0 type bridge
ip -n c addr add 10.1.0.3/24 dev br0
ip -n c link set br0 up
for name in a b; do
    ip -n "$name" link add "v$name" type veth peer name "p$name" netns c
    ip -n c link set "p$name" master br0 up
    ip -n "$name" link set "v$name" up
done
ip -n a addr add 10.1.0.1/24 dev va
ip -n b addr add 10.1.0.2/24 dev vb
ip netns exec b ping -q -c 1 10.1.0.1 # all know the others' MAC addresses
ip netns exec b ping -q -c 1 10.1.0.3
ip netns exec c ping -q -c 1 10.1.0.1
in_c() { ip netns exec c "$@"; }
# rule TABLE CHAIN PORT TARGET...
rule() { in_c ebtables-legacy -t "$1" -A "$2" -p 0x0800 --ip-proto 17 --ip-dport "$3" -j "${@:4}"; }
in_c ebtables-legacy -N near -P RETURN
in_c ebtables-legacy -N far -P DROP
rule nat PREROUTING 6000 DROP
rule nat PREROUTING 6011 mark --mark-set 1 --mark-target DROP
rule filter FORWARD 6001 CONTINUE
rule filter FORWARD 6001 DROP
rule filter FORWARD 6002 near
rule filter FORWARD 6003 far
rule filter FORWARD 6004 mark --mark-set 1 --mark-target CONTINUE
rule filter FORWARD 6004 DROP
rule filter FORWARD 6005 mark --mark-set 1 --mark-target DROP
rule filter near 6999 DROP
rule filter near 6002 DROP
rule filter INPUT 6006 DROP
rule filter OUTPUT 6007 DROP
rule nat POSTROUTING 6008 DROP
rule broute BROUTING 6009 DROP # it is not bridged, and arrives nowhere
for host in a b; do # no ARP from here on, which a policy drops
    ip -n $host neigh show nud reachable | while read -r address _ device _ mac _; do
        ip -n $host neigh replace "$address" lladdr "$mac" dev "$device" nud permanent
    done
done
start_pwru --drops
in_table() { echo "rule $2 of the chain $1 \\(ebtables-legacy, table $3, hook bridge $4\\) dropped it"; } # CHAIN RULE TABLE HOOK
policy_of() { echo "no rule of the chain $1 \\(ebtables-legacy, table filter, hook bridge $2\\) took it, and the policy of that chain is DROP"; }

dies 6000 "$(in_table PREROUTING 1 nat prerouting)"
dies 6001 "$(in_table FORWARD 2 filter forward)"
dies 6002 "$(in_table near 2 filter forward)"
dies 6003 "$(policy_of far forward)"
dies 6004 "$(in_table FORWARD 6 filter forward)"
dies 6008 "$(in_table POSTROUTING 1 nat postrouting)"
ip netns exec b bash -c 'echo x >/dev/udp/10.1.0.3/6006'
wait_for 'the answer of INPUT' is_told 6006 "$(in_table INPUT 1 filter input) \\(certain\\)"
in_c bash -c 'echo x >/dev/udp/10.1.0.1/6007'
wait_for 'the answer of OUTPUT' is_told 6007 "$(in_table OUTPUT 1 filter output) \\(certain\\)"
# The target is not read: it may have let the packet go on.
dies 6005 'netfilter dropped it in the hook bridge forward: a rule of ebtables, .*'
send 6011
wait_for 'the answer of prerouting' is_told 6011 'netfilter dropped it in the hook bridge prerouting: a rule of ebtables .* \(possible\)'
# No rule of broute drops packets: it takes them from the bridge.
send 6009
has_counted() { in_c ebtables-legacy -t broute -L BROUTING --Lc | grep -q 'dport 6009 .*pcnt = 1 '; }
wait_for 'the rule of broute' has_counted

# What is printed can be run: the rule is shown, and goes. The table is another one then.
run_answer c '(ebtables-legacy -t filter -L near --Ln --Lc) shows the rule' >"$work/rules"
grep -qE '^2\. .*6002.* -j DROP' "$work/rules" || fail 'the rule is not shown'
run_answer c '(ebtables-legacy -t filter -D near 2) removes it'
in_c ebtables-legacy -L near >"$work/rules"
! grep -q 6002 "$work/rules" || fail 'the rule is still there'
dies 6001 "$(in_table FORWARD 2 filter forward)"

# With two policies that may have been it, none is named; nor is one where a rule dropped the packet.
in_c ebtables-legacy -P FORWARD DROP
dies 6002 "$(policy_of FORWARD forward)"
dies 6004 "$(in_table FORWARD 6 filter forward)"
in_c ebtables-legacy -I FORWARD 1 -p 0x0800 --ip-proto 17 --ip-dport 6010 -j far
dies 6010 'netfilter dropped it in the hook bridge forward: a rule of ebtables, .*'
! answer 6009 | grep BROUTING || fail 'a packet was taken from the bridge, and a rule of that is named'
stop_pwru
expect_stderr ' 0 lost'
