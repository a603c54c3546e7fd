# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# JSON of tracepoints is what the schema says, over IPv6 too, and adds up.
start_pwru --backend tracepoint --output-json --filter-track-skb --output-caller 'host fd09::2 or host 127.0.0.1'
ping -q -c 1 127.0.0.1 >/dev/null
send_udp '[fd09::2]' 9
wait_for "the packet to be sent" grep -q 'net_dev_start_xmit.*fd09::2' "$out"
kill -INT "$pwru_pid"
expect_exit 0
expect_valid_json "$out"
jq -e -s 'map(select(.func)) | all(.type == "tracepoint")' "$out" >/dev/null
jq -e -s 'any(.func == "tp:net_dev_queue" and .tuple.daddr == "fd09::2" and .tuple.dport == 9)' "$out" >/dev/null
jq -e -s 'any(.func == "tp:consume_skb" and .end == "consumed")' "$out" >/dev/null
# The packet that was sent has the id of the one that was queued.
jq -e -s '(map(select(.func == "tp:net_dev_xmit") | .packet_id)) - (map(select(.func == "tp:net_dev_queue") | .packet_id)) == []' \
    "$out" >/dev/null
jq -e -s '(map(select(.func)) | length) == (map(select(.type == "summary")) | .[0].events)' "$out" >/dev/null
