# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err: lib.sh
# More packets are alive at once than can be followed. Those that were forgotten are counted and
# reported.
count=140000
room=131072
# A raw socket gets a clone of every datagram. Nobody reads it, and it has room for all of them
# (SO_RCVBUFFORCE). The other socket keeps errors from the sender.
socat -u IP4-RECV:17,setsockopt-listen=1:33:i500000000 /dev/null &
receivers=$!
socat -u UDP4-RECV:9 /dev/null &
receivers+=" $!"
wait_for "the raw socket" grep -q ':0011 00000000:0000' /proc/net/raw
wait_for "the UDP socket" grep -q ':0009 00000000:0000' /proc/net/udp
# shellcheck disable=SC2086  # two words
kill -STOP $receivers
start_pwru --filter-track-skb --filter-func raw_rcv --output-json 'udp dst port 9'
exec 3>/dev/udp/127.0.0.1/9
dd if=/dev/zero bs=1 count="$count" >&3 2>/dev/null
dropped=$(awk '$2 ~ /:0011$/ { print $NF }' /proc/net/raw)
[ "$dropped" -eq 0 ] || fail "the raw socket dropped $dropped packets"
stop_pwru
# shellcheck disable=SC2086  # two words
kill -KILL $receivers

evicted=$(tail -n 1 "$out" | jq .evicted)
seen=$(tail -n 1 "$out" | jq '.events + .lost')
echo "$evicted of $seen packets forgotten: $(grep 'events printed' "$err")"
[ "$seen" -eq "$count" ]
# The kernel evicts a few more than it needs to.
[ "$evicted" -ge $((count - room)) ]
[ "$evicted" -le $((count - room + 1000)) ]
expect_stderr "$evicted packets no longer followed"
expect_stderr "$evicted packets were no longer followed because too many were followed at once"
