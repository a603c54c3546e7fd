# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out: lib.sh
# What the scenarios about rules of netfilter share: b sends datagrams to a (10.1.0.1), which a rule there drops,
# and `pwru --drops` says which.
in_a() { ip netns exec a "$@"; }
send() { ip netns exec b bash -c "echo x >/dev/udp/10.1.0.1/$1" || true; }
answer() { grep -A 3 -F -- ":$1(udp)" "$out"; } # PORT: the blocks of its packets
is_told() { answer "$1" | grep -qE -- "^  why +$2$"; }
# run_answer HOST PATTERN: runs in that namespace the command of the last answer with \(COMMAND\) of the pattern.
run_answer() { eval "$(sed -nE "s/^  do +in netns [0-9]+: .*$2.*/ip netns exec $1 \1/p" "$out" | tail -n 1)"; }
# dies PORT WORDS: a packet to that port dies, and the answer has these words.
dies() {
    send "$1"
    wait_for "the answer for $1: $2" is_told "$1" "$2 \(certain\)"
}
