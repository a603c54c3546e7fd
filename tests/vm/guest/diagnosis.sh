# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out: lib.sh
# What the scenarios with faults share: they inject a fault, send a packet that it kills, and judge what
# `pwru --drops` says. /run/diagnosis gets a line for each: NAME|VERDICT|WHY|DO (docs/diagnosis.md).
faults=/run/diagnosis
asked=0 wrong=()

in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }
in_c() { ip netns exec c "$@"; }

# A packet to a port where nobody listens. What died before it is printed once it is.
# The fault may kill that one too, as a full backlog does: it is sent until it is answered.
is_answered() { # PORT
    echo x >"/dev/udp/127.0.0.1/$1" || true
    grep -q "UDP 127\.0\.0\.1:$1 " "$out"
}
close_fault() {
    asked=$((asked + 1))
    wait_for 'the end of the fault' is_answered $((40000 + asked))
}

# Sends the packet, which must not arrive, and waits for its end. Afterwards $said has the blocks.
lose() { # NAME COMMAND...
    local seen
    seen=$(wc -l <"$out")
    if "${@:2}"; then fail "$1: the packet is not lost"; fi
    close_fault
    said=$(tail -n "+$((seen + 1))" "$out" | grep -vE 'UDP 127\.0\.0\.1:4[0-9]{4} |:4[0-9]{4}.?$' || true)
}

# fault NAME WORDS PARTLY COMMAND...: the command sends a packet that dies. WORDS are those of a right
# answer, which names the object; PARTLY those of one that is true and weaker ("": there is none). An
# answer that is only possible is partly right.
fault() {
    local name=$1 verdict=wrong why='' advice=''
    lose "$name" "${@:4}"
    why=$(grep -E '^  why ' <<<"$said" | grep -E -m 1 -- "$2" || true)
    if [ -n "$why" ]; then
        verdict=right
        [[ $why != *'(possible)' ]] || verdict=partly
    elif [ -n "$3" ] && why=$(grep -E '^  why ' <<<"$said" | grep -E -m 1 -- "$3"); then
        verdict=partly
    elif why=$(grep -E -m 1 '^  why ' <<<"$said"); then
        wrong+=("$name, answered by '${why#  why }'")
    elif has_symbol kfree_skb_reason || has_symbol sk_skb_reason_drop; then
        wrong+=("$name, without an answer")
    else
        verdict='cannot tell' # before 5.17 the kernel gives no reasons
    fi
    [ -z "$why" ] || advice=$(grep -F -m 1 -A 2 -- "$why" <<<"$said" | sed -nE 's/^  do +//p')
    echo "$name|$verdict|$(sed -E 's/^  why +//' <<<"$why")|$advice" >>"$faults"
    [ "$verdict" = right ] || printf '%s: %s\n%s\n' "$verdict" "$name" "$said"
}

# untold NAME COMMAND... ADDRESS: the packet, to that address, dies, and the kernel frees none that tells
# of it.
untold() {
    local why
    lose "$@"
    said=$(awk -v address="${!#}" '/^[0-9][0-9]:/ { is_its = index($0, ">" address ":") || index($0, ">[" address "]:") } is_its' <<<"$said")
    if why=$(grep -E -m 1 '^  why ' <<<"$said"); then wrong+=("$1, answered by '${why#  why }'"); fi
    echo "$1|cannot tell||" >>"$faults"
}

# Runs in a the command of the answer that takes away what is to blame.
apply_advice() {
    local command
    command=$(sed -nE 's/^  do +in netns [0-9]+: (.*; )?(ip [^;]*) takes it away$/\2/p' <<<"$said" | head -n 1)
    [ -n "$command" ] || fail 'the answer has no command that takes it away'
    in_a bash -c "$command" || fail "the command fails: $command"
}

end_faults() {
    stop_pwru
    sed -n '/^[0-9]* packets* died/,$p' "$out"
    expect_stderr ' 0 lost'
    ! grep -q lost "$work/received" || fail 'a packet arrived that should be lost'
    [ ${#wrong[@]} -eq 0 ] || fail "wrong: $(printf '%s; ' "${wrong[@]}")"
}

pings() { in_b ping -q -c 1 -W 0.2 "$@"; } # one packet
pings_long() { in_b ping -q -c 1 -W 5 "$@"; } # until the answer of a router or of the own kernel
# One datagram, to a port where somebody listens or not. It is no success, as nobody knows.
udp() { # HOST PORT
    in_b bash -c "echo lost >/dev/udp/$1/$2" || true
    return 1
}
tcp() { in_b curl -s -o /dev/null --max-time 5 "http://$1/"; } # HOST:PORT

# word NUMBER: 16 bits as hexadecimal digits.
word() { printf %04x "$1"; }
address() { # IPV4-ADDRESS
    local IFS=.
    # shellcheck disable=SC2086  # four words
    printf %02x%02x%02x%02x $1
}
# checksum HEX: of the internet, over words of 16 bits.
checksum() {
    local sum=0 at
    for ((at = 0; at < ${#1}; at += 4)); do sum=$((sum + 0x${1:at:4})); done
    while [ $((sum >> 16)) -ne 0 ]; do sum=$(((sum & 0xffff) + (sum >> 16))); done
    word $((~sum & 0xffff))
}
# ipv4 PROTOCOL SRC DST PAYLOAD [FRAGMENT TTL VERSION LENGTH]: a packet in hexadecimal digits.
ipv4() {
    local head
    head=${7:-45}00$(word "${8:-$((20 + ${#4} / 2))}")0007${5:-0000}$(printf %02x%02x "${6:-64}" "$1")
    local addresses
    addresses=$(address "$2")$(address "$3")
    echo "$head$(checksum "${head}0000$addresses")$addresses$4"
}
# frame ETHERTYPE PAYLOAD [DST-MAC]: b sends it to a.
frame() {
    in_b send_frames vb <<<"${3:-0200000000a1}0200000000b1$1$2"
    return 1
}

# Three hosts: a is a router between b (devices va, vb; 10.1.0.0/24, fd01::/64) and c (vc, vd).
make_hosts() {
    namespace a
    namespace b
    namespace c
    cable a va 10.1.0.1/24 b vb 10.1.0.2/24
    cable a vc 10.2.0.1/24 c vd 10.2.0.2/24
    ip -n a link set va address 02:00:00:00:00:a1
    ip -n b link set vb address 02:00:00:00:00:b1
    ip -n a addr add fd01::1/64 dev va nodad
    ip -n b addr add fd01::2/64 dev vb nodad
    ip -n a addr add fd02::1/64 dev vc nodad
    ip -n c addr add fd02::2/64 dev vd nodad
    in_a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    set_routes
    # Whoever sends 5000 is heard.
    touch "$work/received"
    in_a socat -u UDP-RECV:5000 "OPEN:$work/received,append" &
    in_c socat -u UDP-RECV:5000 "OPEN:$work/received,append" &
    wait_for 'a receiver' in_a grep -q ':1388 ' /proc/net/udp
    wait_for 'a receiver' in_c grep -q ':1388 ' /proc/net/udp
    in_b bash -c 'echo heard >/dev/udp/10.1.0.1/5000'
    wait_for 'the datagram' grep -q heard "$work/received"
    # All know the others' MAC addresses.
    in_b ping -q -c 1 -W 30 10.2.0.2
    in_b ping -q -c 1 -W 30 fd02::2
}
# A bridge of d: e is behind its port p1, f behind p2.
make_bridge() {
    local port name host number
    namespace d
    namespace e
    namespace f
    ip -n d link add br0 type bridge
    ip -n d link set br0 up
    for port in 'p1 e 1' 'p2 f 2'; do
        read -r name host number <<<"$port"
        ip link add "$name" netns d type veth peer name eth0 netns "$host"
        ip -n d link set "$name" master br0 up
        ip -n "$host" link set eth0 address "02:00:00:00:0e:0$number"
        ip -n "$host" addr add "10.3.0.$number/24" dev eth0
        ip -n "$host" link set eth0 up
    done
    ip netns exec e ping -q -c 1 -W 30 10.3.0.2
}
pings_e() { ip netns exec e ping -q -c 1 -W 0.4 10.3.0.2; }
# They are gone when a device has been down.
set_routes() {
    ip -n b route replace default via 10.1.0.1
    ip -n c route replace default via 10.2.0.1
    ip -n b -6 route replace default via fd01::1
    ip -n c addr replace fd02::2/64 dev vd nodad
    ip -n c -6 route replace default via fd02::1
}
