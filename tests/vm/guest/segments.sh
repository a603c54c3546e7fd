# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # work: lib.sh; seq, server: of the scenarios
# What scenarios with segments of TCP share, besides diagnosis.sh: a host that is played by hand.
peer=10.1.0.50 own=10.1.0.1

# After make_hosts. Nobody but the lines below answers for the peer.
play_peer() {
    ip -n a neigh replace $peer lladdr 02:00:00:00:00:50 dev va nud permanent
    ip netns exec b tcpdump -Z root -l --immediate-mode -S -nn -i vb "tcp and src $own and dst $peer" >"$work/answers" &
    wait_for 'tcpdump' in_b grep -q ' 0003 ' /proc/net/packet
}
# segment SPORT DPORT FLAGS SEQ ACK [OPTIONS DATA]: a frame of TCP from the peer. FLAGS, OPTIONS and DATA
# are hexadecimal digits.
segment() {
    local head rest sum
    head=$(printf '%04x%04x%08x%08x%x0%sffff' "$1" "$2" $(($4 & 0xffffffff)) $(($5 & 0xffffffff)) $((5 + ${#6} / 8)) "$3")
    rest=0000${6:-}${7:-}
    sum=$(checksum "$(address $peer)$(address $own)0006$(word $(((${#head} + ${#rest} + 4) / 2)))$head$rest")
    frame 0800 "$(ipv4 6 $peer $own "$head$sum$rest" 4000)"
}
syn() { segment "$1" "$2" 02 1000 0; }
answer() { grep -m 1 "$own\.$2 > $peer\.$1: Flags \[S\.\]" "$work/answers"; }
has_tcp() { in_a grep -qiE ": [0-9A-F]+:$(word "$2") [0-9A-F]+:$(word "$1") $3 " /proc/net/tcp; } # SPORT DPORT STATE
# join SPORT DPORT [OPTIONS OPTIONS]: the peer begins a connection, with options of its SYN and of the
# segment after it. $seq and $ack are those of its next segment.
join() {
    segment "$1" "$2" 02 1000 0 "${3:-}" || true
    wait_for 'the answer to a SYN' answer "$1" "$2"
    seq=1001
    ack=$(($(answer "$1" "$2" | sed -E 's/.* seq ([0-9]+),.*/\1/') + 1))
    segment "$1" "$2" 10 $seq $ack "${4:-}" || true
    wait_for 'the connection' has_tcp "$1" "$2" 0[148]
}
# serve_in_a PORT [OPTIONS]: listens with TCP, and reads. $server is the process.
serve_in_a() {
    ip netns exec a socat -u "TCP-LISTEN:$1,reuseaddr${2:-}" OPEN:/dev/null &
    server=$!
    wait_for "the listener on $1" has_tcp 0 "$1" 0A
}
