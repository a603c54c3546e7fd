# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Ordinary traffic gives no alarm with --drops, as in 151: HTTP, datagrams, pings and fragments through
# NAT; TCP that ends in every way, probes a closed window, keeps itself alive, or is doubled on its way;
# multicast, DHCP, frames for others and of the link; bridges with VLANs, snooping, a capture and a spanning
# tree; macvlan, a bond with an inactive port; tunnels; programs of tc and XDP; devices and namespaces that go away.
# kernels: 6.1 7.2
modprobe -a xt_NFQUEUE ip_gre ipip fou macvlan bonding sch_netem cls_matchall || true
start_pwru --drops --output-layout line
for host in a b c; do namespace $host; done
in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }
in_c() { ip netns exec c "$@"; }
in_a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# With timestamps a segment is lost that a later one overtakes, as on another CPU of a slow guest (PAWS).
in_c sysctl -qw net.ipv4.tcp_timestamps=0
cable a va 10.1.0.1/24 b vb 10.1.0.2/24
cable a vc 10.2.0.1/24 c vd 10.2.0.2/24
for end in 'a va fd01::1' 'b vb fd01::2' 'a vc fd02::1' 'c vd fd02::2'; do
    read -r host dev address <<<"$end"
    ip -n "$host" addr add "$address/64" dev "$dev" # with duplicate address detection
done
settled() { [ -z "$(ip -n "$1" -6 addr show tentative)" ]; } # HOST
for host in a b c; do wait_for "the addresses of $host" settled $host; done
ip -n b route add default via 10.1.0.1
ip -n b -6 route add default via fd01::1
ip -n c -6 route add default via fd02::1
# c has no way back to b. The queue has no program.
in_a iptables -t nat -A POSTROUTING -o vc -j SNAT --to-source 10.2.0.1
in_a iptables -A FORWARD -p udp -j NFQUEUE --queue-num 9 --queue-bypass
ip netns exec b tcpdump -Z root -w /dev/null -i vb 2>"$work/capture" &
capture=$!
wait_for 'the capture' grep -q listening "$work/capture"

# HTTP, datagrams, pings, fragments; two pings at a time.
listens() { in_c grep -q "$(printf ':%04X 0*:0000 %s' "$1" "$2")" /proc/net/{tcp,udp}{,6}; } # PORT STATE
# shellcheck disable=SC2028 # for printf
echo 'read _; printf "HTTP/1.0 200 OK\r\n\r\nhello"' >"$work/http"
in_c socat TCP6-LISTEN:80,ipv6only=0,fork,reuseaddr "EXEC:sh $work/http" &
in_c socat UDP6-RECVFROM:53,ipv6only=0,fork EXEC:cat &
in_c socat -u TCP-LISTEN:81,fork,reuseaddr OPEN:/dev/null &
in_c socat TCP-LISTEN:82,fork,reuseaddr EXEC:true &
in_c socat TCP-LISTEN:83,fork,reuseaddr EXEC:cat &
for port in 80 81 82 83; do wait_for "the server on port $port" listens $port 0A; done
wait_for 'the server of names' listens 53 07
for host in 10.2.0.2 '[fd02::2]'; do
    in_b curl -s --max-time 60 "http://$host/" | grep -q hello
    echo question | in_b socat -t 5 - "UDP:$host:53" | grep -q question
    in_b ping -q -c 3 -i 0.2 "${host//[\[\]]/}" &
    in_b ping -q -c 3 -i 0.2 "${host//[\[\]]/}"
    wait $!
    in_b ping -q -c 1 -s 4000 "${host//[\[\]]/}"
done

# TCP: the client closes first, the server does, half a close, a reset, a bulk with segments to be cut.
tcp_ends() {
    echo x | in_b socat -u - TCP:10.2.0.2:81
    in_b socat -u OPEN:/dev/null TCP:10.2.0.2:82
    echo half | in_b socat -t 5 - TCP:10.2.0.2:83 | grep -q half
    echo x | in_b socat -u - TCP:10.2.0.2:81,linger=0
    head -c 1000000 /dev/zero | in_b socat -u - TCP:10.2.0.2:81
}
tcp_ends
# All packets of b and c are doubled on their way.
if in_b tc qdisc add dev vb root netem duplicate 100% && in_c tc qdisc add dev vd root netem duplicate 100%; then
    tcp_ends
    in_b ping -q -c 1 10.2.0.2
    in_b tc qdisc del dev vb root
    in_c tc qdisc del dev vd root
fi

# Segments that a retransmission overtakes have old timestamps (PAWS). Since 6.11 the socket tells.
is_empty() { in_a tc -s qdisc show dev vc | grep -q 'backlog 0b 0p'; }
if has_symbol sk_skb_reason_drop && in_a tc qdisc add dev vc root netem delay 5ms reorder 25% 50%; then
    in_c sysctl -qw net.ipv4.tcp_timestamps=1
    head -c 1000000 /dev/zero | in_b socat -u - TCP:10.2.0.2:81
    in_c sysctl -qw net.ipv4.tcp_timestamps=0
    wait_for 'the delayed segments' is_empty
    in_a tc qdisc del dev vc root
fi

# A connection that is idle, and asks whether the other end is there; one whose window is closed; a
# process that is killed with data in its queues; a listener that goes away.
# shellcheck disable=SC2016 # of awk
counter() { # HOST NAME: of /proc/net/netstat
    ip netns exec "$1" awk -v name="$2" '$1 == "TcpExt:" && at { print $at }
        $1 == "TcpExt:" { for (i = 2; i <= NF; i++) if ($i == name) at = i }' /proc/net/netstat
}
has_risen() { [ "$(counter "$1" "$2")" -gt "$3" ]; } # HOST NAME FROM
ip netns exec b socat -u PIPE TCP:10.2.0.2:81,keepalive,keepidle=1,keepintvl=1 &
idle=$!
ip netns exec c socat -u UDP-RECV:5000 - >/dev/null &
receiver=$!
wait_for 'the receiver' listens 5000 07
kill -STOP $receiver
for _ in 1 2 3; do echo unread >"$work/unread" && in_b socat -u "OPEN:$work/unread" UDP:10.2.0.2:5000; done
for signal in CONT KILL; do
    ip netns exec c socat -u TCP-LISTEN:84,rcvbuf=4096,reuseaddr - >/dev/null &
    reader=$!
    wait_for 'the reader' listens 84 0A
    kill -STOP $reader
    probes=$(counter b TCPWinProbe)
    head -c 400000 /dev/zero | in_b socat -u - TCP:10.2.0.2:84 &
    writer=$!
    wait_for 'a probe of the closed window' has_risen b TCPWinProbe "$probes"
    kill -$signal $reader
    wait $writer || true
done
wait_for 'a probe of the idle connection' has_risen b TCPKeepAlive 0
kill -KILL $receiver $idle

# A resolver asks the broadcast address; a client of DHCP has no address yet, its offer comes to one that
# it does not have; groups that nobody has joined; frames for another host, of other VLANs, of the link.
in_b ping -q -c 1 -b -W 0.1 10.1.0.255 || true
in_b busybox udhcpc -i vb -n -q -f -t 1 -T 1 -s /bin/true || true
word() { printf %04x "$1"; }
checksum() { # HEX
    local sum=0 at
    for ((at = 0; at < ${#1}; at += 4)); do sum=$((sum + 0x${1:at:4})); done
    while [ $((sum >> 16)) -ne 0 ]; do sum=$(((sum & 0xffff) + (sum >> 16))); done
    word $((~sum & 0xffff))
}
datagram() { # SRC DST SPORT DPORT: of IPv4, to addresses as digits
    local head=4500002400070000ff11
    echo "$head$(checksum "${head}0000$1$2")$1$2$(word "$3")$(word "$4")001000006f66666572212121"
}
solicitation() { # MAC GROUP TARGET: of neighbours, on behalf of a
    local from=fd010000000000000000000000000001
    echo "$1${mac_a}86dd6000000000183aff$from${2}8700$(checksum "$from${2}000000180000003a8700000000000000$3")00000000$3"
}
mac_b=$(ip -n b -j link show vb | jq -r '.[].address' | tr -d :)
mac_a=$(ip -n a -j link show va | jq -r '.[].address' | tr -d :)
other=0200000000cc
in_a send_frames va <<FRAMES
$mac_b${mac_a}0800$(datagram 0a010001 0a010063 67 68)
ffffffffffff${mac_a}0800$(datagram 0a010001 ffffffff 67 68)
ffffffffffff${mac_a}0800$(datagram 0a010001 0a0100ff 137 137)
01005e7ffffa${mac_a}0800$(datagram 0a010001 effffffa 1900 1900)
01005e0000fb${mac_a}0800$(datagram 0a010001 e00000fb 5353 5353)
${other}${mac_a}0800$(datagram 0a010001 0a010063 1000 1000)
${other}${mac_a}810000630800$(datagram 0a010001 0a010063 1000 1000)
ffffffffffff${mac_a}810000630800$(datagram 0a010001 0a0100ff 138 138)
ffffffffffff${mac_a}8100006308060001080006040001${mac_a}0a6300010000000000000a630063
ffffffffffff${mac_a}08060001080006040001${mac_a}0a0100010000000000000a010063
0180c200000e${mac_a}88cc0207040200000000010403020000060200780000
0180c2000000${mac_a}00264242030000000000000000000000000000000000000000000000000000000000000000
01000ccccccc${mac_a}0020aaaa0300000c200002b400000000000000000000000000000000000000000000000000000000
ffffffffffff${mac_a}8899232300000000000000000000000000000000000000000000000000000000000000000000000000
$(solicitation 3333ff000063 ff0200000000000000000001ff000063 fd010000000000000000000000000063)
$(solicitation 3333ff000002 ff0200000000000000000001ff000002 fd010000000900000000000000000002)
FRAMES

# Multicast that was joined.
in_a socat -u UDP4-RECV:6000,ip-add-membership=239.1.2.3:va "OPEN:$work/joined,creat,append" &
wait_for 'the member' eval 'ip -n a maddr show dev va | grep -c 239.1.2.3'
ip -n b route add 239.0.0.0/8 dev vb
echo group | in_b socat -u - UDP:239.1.2.3:6000
wait_for 'the datagram of the group' grep -q group "$work/joined"

# A bridge that filters VLANs and snoops; its ports are heard by a capture. The third is a trunk.
namespace d
ip -n d link add br0 type bridge vlan_filtering 1 mcast_snooping 1 mcast_querier 1
ip -n d link set br0 up
for port in 1 2 3; do
    namespace "h$port"
    ip link add "p$port" netns d type veth peer name eth0 netns "h$port"
    ip -n d link set "p$port" master br0 up
    bridge -n d vlan add vid 7 dev "p$port"
    ip -n "h$port" link set eth0 up
    ip -n "h$port" link add link eth0 name eth0.7 type vlan id 7
    ip -n "h$port" addr add "10.3.0.$port/24" dev eth0
    ip -n "h$port" addr add "10.7.0.$port/24" dev eth0.7
    ip -n "h$port" link set eth0.7 up
done
ip netns exec d tcpdump -Z root -w /dev/null -i p3 2>"$work/bridge" &
ear=$!
wait_for 'the capture of a port' grep -q listening "$work/bridge"
bridge -n d vlan add vid 9 dev p1
ip -n h1 link add link eth0 name eth0.9 type vlan id 9 # is nobody else's
ip -n h1 addr add 10.9.9.1/24 brd 10.9.9.255 dev eth0.9
ip -n h1 link set eth0.9 up
ip netns exec h1 ping -q -c 1 -b -W 0.1 10.9.9.255 || true
ip netns exec h1 ping -q -c 1 -W 30 10.3.0.2
ip netns exec h1 ping -q -c 1 -W 30 10.7.0.2
ip netns exec h2 ping -q -c 1 -W 30 10.7.0.3
ip netns exec h1 ping -q -c 1 -W 0.1 -I eth0.7 224.0.0.251 || true
kill -INT $ear

# While the spanning tree waits, a host comes up that reports its groups. The others do not look for it.
for port in 1 2 3; do ip -n "h$port" neigh flush all; done
ip -n d link set br0 type bridge stp_state 1 forward_delay 200
ip -n h1 link set eth0 down
ip -n h1 link set eth0 up
forwards() { [ "$(bridge -n d -d link show | grep -c 'state forwarding')" -eq 3 ]; }
wait_for 'the spanning tree' forwards
ip -n d link set br0 type bridge stp_state 0
wait_for 'the address of eth0' settled h1

# Two ports of a bond, of which one is not active, lead to the same bridge; a macvlan at a host.
if ip -n h3 link add bond0 type bond mode active-backup miimon 100; then
    ip -n h3 addr flush dev eth0
    ip link add p4 netns d type veth peer name eth1 netns h3
    ip -n d link set p4 master br0 up
    for dev in eth0 eth1; do ip -n h3 link set $dev down && ip -n h3 link set $dev master bond0; done
    ip -n h3 addr add 10.3.0.33/24 dev bond0
    ip -n h3 link set bond0 up
    wait_for 'the active port' eval 'ip -n h3 link show bond0 | grep -c LOWER_UP'
    ip netns exec h1 ping -q -c 2 -i 0.2 -W 30 10.3.0.33
fi
namespace m
ip -n h1 link add mv0 link eth0 type macvlan mode bridge
ip -n h1 link set mv0 netns m
ip -n m addr add 10.3.0.44/24 dev mv0
ip -n m link set mv0 up
ip netns exec m ping -q -c 1 -W 30 10.3.0.2

# Tunnels. They come up when both ends are there.
in_a ip fou add port 5555 ipproto 4 && in_b ip fou add port 5555 ipproto 4
tunnel() { # HOST OWN OTHER NUMBER
    in_"$1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
    ip -n "$1" link add vx0 type vxlan id 42 local "$2" remote "$3" dstport 4789
    ip -n "$1" link add gre1 type gre local "$2" remote "$3" key 5
    ip -n "$1" link add ipip1 type ipip local "$2" remote "$3" encap fou encap-sport auto encap-dport 5555
    for dev in 'vx0 8' 'gre1 9' 'ipip1 10'; do
        ip -n "$1" addr add "10.${dev#* }.0.$4/24" dev "${dev% *}"
        ip -n "$1" link set "${dev% *}" up
    done
}
tunnel a 10.1.0.1 10.1.0.2 1
tunnel b 10.1.0.2 10.1.0.1 2
for net in 8 9 10; do in_b ping -q -c 1 -W 30 "10.$net.0.1"; done
for host in a b; do ip netns exec $host sysctl -qw net.ipv6.conf.vx0.disable_ipv6=0; done
wait_for 'the address of vx0' settled b

# As those of Cilium: nothing gives what the kernel itself sends a destination.
ip -n a link add vx9 type vxlan external dstport 8472
in_a sysctl -qw net.ipv6.conf.vx9.disable_ipv6=0
ip -n a link set vx9 up
wait_for 'the address of vx9' eval 'ip -n a -6 addr show dev vx9 scope link -tentative | grep -q fe80'
ip -n a link del vx9

# Programs that let pass, redirect, or copy.
in_b tc qdisc add dev vb clsact
in_b tc filter add dev vb ingress bpf da obj /vm/tc.bpf.o sec tc
ip -n b link add copies type dummy
ip -n b link set copies up
in_b tc filter add dev vb egress pref 10 matchall action mirred egress mirror dev copies
ip -n b link set vb xdpgeneric obj /vm/xdp.bpf.o sec xdp
in_b curl -s --max-time 60 http://10.2.0.2/ | grep -q hello
ip -n b link set vb xdpgeneric off
ip -n b link set vb xdp obj /vm/xdp.bpf.o sec xdp
in_b curl -s --max-time 60 http://10.2.0.2/ | grep -q hello
ip -n b link set vb xdp off

# Captures, devices and namespaces go away.
kill -INT $capture
wait $capture || true
ip -n h1 link del eth0.7
ip netns del h2
ip -n d link del br0
ip netns del d
# Without IPv6 no solicitation of one end comes when the other is gone.
for host in a b; do ip netns exec $host sysctl -qw net.ipv6.conf.vx0.disable_ipv6=1; done
ip -n a link del vx0
ip -n b link set vb down
ip netns del b
stop_pwru
expect_stderr ' 0 lost'
expect_line '^0 packets died\.$'
