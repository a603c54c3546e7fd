# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A packet is dropped, freed without a reason, or consumed; only the first has a drop_reason. Each drop
# is one call of one function of @drops.
# kernels: all
expect_json() { # FILTER: true for all lines together, as an array
    jq -s -e "$1" "$out" >/dev/null || fail "not true of the output: $1"
}
iptables -A OUTPUT -p udp --dport 9 -j DROP
start_pwru --output-json --filter-func '@drops|consume_skb' 'icmp6 or udp dst port 9'
ping -q -n -c 1 ::1 >/dev/null
send_udp 1.0.0.1 9 2>/dev/null || true # the sender gets an error
stop_pwru
expect_valid_json "$out"
expect_json 'all((.drop_reason != null) == (.end == "dropped"))'
expect_json 'all(.drop_reason | IN("SKB_CONSUMED", "SKB_DROP_REASON_NOT_SPECIFIED") | not)'
expect_json 'any(.func == "consume_skb" and .end == "consumed")'
expect_json '[.[] | select(.tuple.dport == 9 and .end != "consumed")] | length == 1'
if has_symbol sk_skb_reason_drop; then
    # ICMPv6 consumes the packet when it has handled it.
    expect_json 'any(.func == "sk_skb_reason_drop(consumed)" and .end == "consumed")'
elif has_symbol kfree_skb_reason; then
    expect_json 'any(.func == "kfree_skb_reason(freed)" and .end == "freed")'
fi
if has_symbol sk_skb_reason_drop || has_symbol kfree_skb_reason; then
    expect_json 'any(.drop_reason == "SKB_DROP_REASON_NETFILTER_DROP" and .tuple.dport == 9)'
else
    expect_json 'any(.tuple.dport == 9 and .end == "freed" and (.freed_by | startswith("nf_hook_slow+")))'
    expect_json 'all(.drop_reason == null)'
fi
