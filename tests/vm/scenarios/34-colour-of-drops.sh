# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Drops stand out, only where colour is wanted.
iptables -A OUTPUT -p udp --dport 9 -j DROP
functions='nf_hook_slow|kfree_skb|kfree_skb_reason|sk_skb_reason_drop'
trace() { # OPTIONS...
    start_pwru --filter-func "$functions" "$@" 'udp dst port 9'
    send_udp 1.0.0.1 9 2>/dev/null || true # the sender is told
    stop_pwru
}
trace --color always
grep -E "kfree_skb|sk_skb_reason_drop" "$out" | grep -q $'\e\\['
! grep nf_hook_slow$ "$out" | grep -q $'\e\\[' || fail "a line that is no drop is coloured"
trace --color never
expect_line "$(netfilter_drop)\$"
! grep -q $'\e' "$out" || fail "colour although --color never"
