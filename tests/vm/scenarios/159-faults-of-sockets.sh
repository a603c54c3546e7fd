# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work, said: lib.sh, diagnosis.sh
# --drops names what is to blame, fault by fault: what TCP, sockets, their filters and the BPF programs of
# their cgroups discard. The segments come from a host that is played by hand.
# kernels: 6.1 7.2
# shellcheck source-path=SCRIPTDIR/../guest source=diagnosis.sh
. /vm/diagnosis.sh
# shellcheck source=segments.sh
. /vm/segments.sh
make_hosts
play_peer
is_bound() { in_a grep -qi ": [0-9A-F]*:$(word "$2") " "/proc/net/$1"; } # FILE PORT
serve_in_a 6000 ,fork
zeros() { printf "%0$1d" 0; }
# TCP_MD5SIG: struct tcp_md5sig with the address of the peer and the key "abc".
serve_in_a 6002 ",setsockopt-listen=6:14:x02000000$(address $peer)$(zeros 240)0000030000000000616263$(zeros 154)"
serve_in_a 6003 ,setsockopt-listen=0:21:i250 # IP_MINTTL
ip netns exec a socat -U TCP-LISTEN:6004,fork,reuseaddr EXEC:true &
wait_for 'the listener that closes' has_tcp 0 6004 0A
start_pwru --drops
lost=6c6f7374

# Connections.
join 4001 6000 0101080a000186a000000000 0101080a000186a100000000
fault 'TCP: PAWS' 'its TCP timestamp is older .*10\.1\.0\.1:6000 \(PAWS\)' '' segment 4001 6000 18 "$seq" "$ack" 0101080a0000c35000000000 $lost
join 4002 6000
# Before Linux 6.6 nothing tells it from a retransmission.
if grep -qa TCP_OLD_SEQUENCE /sys/kernel/btf/vmlinux; then
    fault 'TCP: beyond the window' "its sequence number $((seq + 1000000)) lies outside of the window of 10\.1\.0\.1:6000(, which goes from $seq to [0-9]+)? " '' \
        segment 4002 6000 18 $((seq + 1000000)) "$ack" '' $lost
fi
fault 'TCP: acknowledges what was never sent' 'acknowledges what 10\.1\.0\.1:6000 never sent' '' segment 4002 6000 18 "$seq" $((ack + 5000)) '' $lost
fault 'TCP: SYN in a connection' 'SYN in a connection to 10\.1\.0\.1:6000 that exists' '' segment 4002 6000 02 "$seq" 0
fault 'TCP: no flags' 'its TCP flags make no sense .*10\.1\.0\.1:6000' '' segment 4002 6000 00 "$seq" 0 '' $lost
fault 'TCP: reset out of the window' 'lies outside of the window of 10\.1\.0\.1:6000' '' segment 4002 6000 04 $((seq + 1000000)) 0
fault 'TCP: length of the header' 'its TCP header says that it has 60 bytes, and only 20 are there' '' \
    frame 0800 "$(ipv4 6 $peer $own "$(word 4002)$(word 6000)0000000000000000f0100000ffff0000" 4000)"
fault 'TCP: MD5 signature is missing' '6002 asks for a TCP MD5 signature .* of 10\.1\.0\.50' 'or its signature \(MD5' segment 4003 6002 02 1000 0
fault 'TCP: MD5 signature is not expected' '6000 has no key for 10\.1\.0\.50' 'or its signature \(MD5' segment 4003 6000 02 1000 0 "1312$(zeros 32)0000"
# Where the kernel has no reason for it, it is freed as a SYN that comes twice.
if grep -qa TCP_MINTTL /sys/kernel/btf/vmlinux; then
    fault 'TCP: least TTL' 'its TTL is 64, and the socket of TCP 10\.1\.0\.1:6003' '' segment 4003 6003 02 1000 0
fi
join 4004 6004
wait_for 'the end of the server' has_tcp 4004 6004 04
late() { segment 4004 6004 18 "$seq" $((ack + 1)) '' $lost; }
if kernel_at_least 6.12; then
    fault 'TCP: data after the program has closed' 'for a connection to 10\.1\.0\.1:6004 that its program had closed' '' late
else
    untold 'TCP: data after the program has closed' late $peer
fi
# The first segment that is out of order takes the room.
serve_in_a 6005 ,rcvbuf=1
kill -STOP $server
join 4005 6005
overflow() {
    local n
    for n in {1..8}; do segment 4005 6005 18 $((seq + n * 8)) "$ack" '' $lost || true; done
    return 1
}
fault 'TCP: receive buffer is full' 'the socket of TCP 10\.1\.0\.1:6005 (is full|has no memory for such segments)' '' overflow
kill -KILL $server

# Whoever sends asks by a segment in front of what was acknowledged. Before Linux 6.11 it is taken for a
# duplicate.
if has_symbol sk_skb_reason_drop; then
    serve_in_a 6008 ,rcvbuf=1
    kill -STOP $server
    join 4009 6008
    window=$(answer 4009 6008 | sed -E 's/.* win ([0-9]+),.*/\1/')
    segment 4009 6008 18 "$seq" "$ack" '' "$(zeros $((window * 2)))" || true
    seq=$((seq + window))
    wait_for 'the whole window to be acknowledged' grep -q "$own\.6008 > $peer\.4009: .* ack $seq," "$work/answers"
    # pwru reports a closed window when it is asked for again a second after the first time.
    probes() {
        for ((n = 0; n < 600; n++)); do
            segment 4009 6008 10 $((seq - 1)) "$ack" || true
            ! grep -q '10\.1\.0\.1:6008 is open again' "$out" || break
        done
        return 1
    }
    fault 'TCP: the window is closed' 'whether the window of TCP 10\.1\.0\.1:6008 is open again, and it is not' '' probes
    kill -KILL $server
fi

# Queues of listeners: the kernel ends these packets as if all were well.
ip netns exec a socat -u TCP-LISTEN:6006,backlog=1,reuseaddr OPEN:/dev/null &
server=$!
wait_for 'the listener on 6006' has_tcp 0 6006 0A
kill -STOP $server
join 4006 6006
join 4007 6006
fault 'TCP: nobody accepts' 'queue of TCP 10\.1\.0\.1:6006 is full: 2 connections wait .* limit is 1' '' syn 4008 6006
kill -KILL $server
serve_in_a 6007 ,backlog=1
in_a sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_max_syn_backlog=1
for sport in 4010 4011 4012; do segment $sport 6007 02 1000 0 || true; done
fault 'TCP: too many half-open connections' 'half-open connections of TCP 10\.1\.0\.1:6007 is full: [0-9]+ .*tcp_syncookies=0' '' syn 4013 6007
in_a sysctl -qw net.ipv4.tcp_syncookies=1 net.ipv4.tcp_max_syn_backlog=256

# Filters.
ip netns exec a filtered_socket 5003 &
wait_for 'the socket on 5003' is_bound udp 5003
# Since 6.11 the kernel says for which socket it drops a packet.
filter='a filter dropped it in front of its socket \(10\.1\.0\.1:5003\)'
! has_symbol sk_skb_reason_drop || filter='the filter of its socket \(10\.1\.0\.1:5003\) dropped it: .*SO_ATTACH_FILTER'
fault 'filter of a socket' "$filter" '' udp 10.1.0.1 5003
bpf=/run/fs cgroups=/run/cgroups box=/run/cgroups/box
mkdir $bpf $cgroups
mount -t bpf none $bpf
mount -t cgroup2 none $cgroups
mkdir -p $box
bpftool prog load /vm/cgroup.bpf.o $bpf/drops type cgroup/skb
# shellcheck disable=SC2016  # of the other shell
in_box() { bash -c 'echo $$ >'$box'/cgroup.procs && exec "$@"' _ "$@"; }
in_box ip netns exec a socat -u UDP-RECV:5004 OPEN:/dev/null &
wait_for 'the socket on 5004' is_bound udp 5004
bpftool cgroup attach $box ingress pinned $bpf/drops
ingress='a filter dropped it .*10\.1\.0\.1:5004.* BPF program for ingress of the cgroup'
! has_symbol sk_skb_reason_drop || ingress='the BPF program drops_all \(id [0-9]+\) dropped it in front of its socket \(10\.1\.0\.1:5004\): .* cgroup box'
fault 'BPF program of a cgroup, ingress' "$ingress" '' udp 10.1.0.1 5004
bpftool cgroup detach $box ingress pinned $bpf/drops
bpftool cgroup attach $box egress pinned $bpf/drops
names='the BPF program drops_all \(id [0-9]+\) dropped it .* cgroup box'
fault 'BPF program of a cgroup, egress' "$names" 'BPF program of the sender' in_box ip netns exec b ping -q -c 1 -W 0.2 10.1.0.1
fault 'BPF program of a cgroup, egress, IPv6' "$names" 'BPF program of the sender' in_box ip netns exec b ping -q -c 1 -W 0.2 fd01::1
bpftool cgroup detach $box egress pinned $bpf/drops
umount $bpf

# Datagrams.
fault 'UDP: no checksum, IPv6' 'UDP without a checksum' 'with IPv6, missing' \
    frame 86dd 60000000000c1140fd010000000000000000000000000002fd01000000000000000000000000000113881388000c0000$lost
ip netns exec a bash -c 'exec 3<>/dev/udp/10.2.0.2/5999 && exec sleep 1000' &
wait_for 'the connected socket' in_a grep -q ' 0200020A:176F ' /proc/net/udp
port=$((16#$(in_a sed -nE 's/.*:([0-9A-F]{4}) 0200020A:176F .*/\1/p' /proc/net/udp)))
fault 'UDP: the socket is connected to another host' "no socket takes UDP 10\.1\.0\.1:$port" '' udp 10.1.0.1 $port
ip netns exec a socat -u IP4-RECV:99,rcvbuf=1 OPEN:/dev/null &
server=$!
wait_for 'the raw socket' is_bound raw 99
kill -STOP $server
raw() {
    local n
    for n in 1 2 3 4 5 6; do frame 0800 "$(ipv4 99 10.1.0.2 10.1.0.1 $lost)" || true; done
    return 1
}
# raw_v4_input() no longer counts a full socket as one that takes the packet, seen on 6.18 and 7.2.
fault 'raw socket: receive buffer is full' 'receive buffer of the socket is full|no raw socket with room' '' raw
kill -KILL $server
end_faults

# TCP takes the device out of such a packet: only the socket knows its namespace.
start_pwru --drops --output-layout line --filter-netns /run/netns/a
in_a sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_max_syn_backlog=1
for sport in 4014 4015 4016; do segment $sport 6007 02 1000 0 || true; done
wait_for 'a SYN of that namespace' grep -q "10\.1\.0\.1:6007(tcp:SYN) .* netns $(netns_inode /run/netns/a) .* half-open" "$out"
stop_pwru
