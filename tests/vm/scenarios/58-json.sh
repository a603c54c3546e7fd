# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Every line is an object that the schema allows, and has the same content as the text output.
# kernels: all
expect_json() { # FILTER: true for all lines together, as an array
    jq -s -e "$1" "$out" >/dev/null || fail "not true of the output: $1"
}

iptables -A OUTPUT -p udp --dport 9 -j DROP
start_pwru --output-json --output-caller --output-stack --output-skb --output-skb-shared-info \
    --output-skb-cb --filter-track-skb --timestamp absolute \
    --filter-func 'ip_local_out|__ip_local_out|kfree_skb.*|sk_skb_reason_drop' 'udp dst port 9'
send_udp 1.0.0.1 9 || true
stop_pwru
expect_valid_json "$out"
expect_json 'all(.version == 1)'
expect_json 'any(.func == "__ip_local_out" and .tuple.saddr == "10.9.0.1" and .tuple.daddr == "1.0.0.1"
    and .tuple.dport == 9 and .tuple.proto == 17 and .mark == 0 and (.cb | length) == 5
    and (.stack | length) > 3 and (.skb_metadata | contains("struct sk_buff"))
    and (.skb_shared_info | contains("skb_shared_info")) and (.packet_id | startswith("0x"))
    and .caller_addr != "0x0" and (.process | startswith("socat:"))
    and (.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T")))'
if has_symbol kfree_skb_reason || has_symbol sk_skb_reason_drop; then
    expect_json 'any(.drop_reason == "SKB_DROP_REASON_NETFILTER_DROP"
        and (.func | endswith("(SKB_DROP_REASON_NETFILTER_DROP)")))'
else
    expect_json 'any(.end == "freed" and (.freed_by | startswith("nf_hook_slow+")) and (.func | startswith("kfree_skb(")))'
fi
expect_json '.[-1].type == "summary" and .[-1].events == (map(select(.func)) | length) and .[-1].lost == 0'

# Losses are records, and their numbers agree with the summary.
start_pwru --output-json --filter-func ip_rcv --output-buffer-size 64K icmp
kill -STOP "$pwru_pid"
ping -q -n -f -c 2000 127.0.0.1 >/dev/null
kill -CONT "$pwru_pid"
stop_pwru
# shellcheck disable=SC2016  # a variable of jq
expect_json '(map(select(.type == "lost").count) | add) as $lost | $lost > 0 and .[-1].lost == $lost
    and .[-1].events + $lost == 4000'

# A reader that goes away is no error, in a file there is the summary too.
start_pwru --output-json --output-file "$work/lines" --output-limit-lines 1 --filter-func ip_output icmp
ping -q -n -c 1 127.0.0.1 >/dev/null
expect_exit 0
jq -s -e '(map(select(.func)) | length) == 1 and .[-1].events == 1' "$work/lines" >/dev/null
