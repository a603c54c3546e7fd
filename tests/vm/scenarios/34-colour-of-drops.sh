# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Drops are red where colour is wanted. Packets that were consumed, or freed without a reason, are not
# red.
iptables -A OUTPUT -p udp --dport 9 -j DROP
trace() { # OPTIONS...
    start_pwru --filter-func '@drops|nf_hook_slow' "$@" 'udp dst port 9 or icmp6'
    send_udp 1.0.0.1 9 2>/dev/null || true # the sender gets an error
    ping -q -n -c 1 ::1 >/dev/null
    stop_pwru
}
red=$'\e\\[1;31m' yellow=$'\e\\[33m' plain=$'\e\\[0m'
trace --color always
if has_symbol kfree_skb_reason || has_symbol sk_skb_reason_drop; then
    expect_line "$red$(netfilter_drop)$plain\$"
else
    expect_line "$yellow$(netfilter_drop)$plain\$" # without a reason it may be no drop
    expect_no_line "$red"
fi
expect_no_line "$red.*(\\((consumed|freed)\\)|SKB_CONSUMED|NOT_SPECIFIED)"
expect_no_line "$yellow.*\\(consumed\\)"
! grep nf_hook_slow$ "$out" | grep -q $'\e\\[' || fail "a line that is no drop is coloured"
trace --color never
expect_line "$(netfilter_drop)\$"
! grep -q $'\e' "$out" || fail "colour although --color never"
