// SPDX-License-Identifier: Apache-2.0
// BPF programs of cgroups, and sockets.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

// clang-format off
// Places: where TCP and UDP look for the socket, what they check then, and where they queue.
constexpr std::string_view kTcpLookup = TCP_LOOKUP;
constexpr std::string_view kTcpChecks = "tcp_validate_incoming tcp_rcv_established tcp_rcv_state_process";
constexpr std::string_view kTcpQueue = "tcp_data_queue tcp_data_queue_ofo tcp_rcv_established tcp_rcv_state_process";
constexpr std::string_view kUdpLookup = UDP_LOOKUP;
constexpr std::string_view kUdpQueue = "udp_queue_rcv_one_skb udp_queue_rcv_skb __udp_queue_rcv_skb udpv6_queue_rcv_one_skb udpv6_queue_rcv_skb";

constexpr std::string_view kOutOfWindow = "its sequence number {tcp_seq} lies outside of the window of {dst}:{port}";
constexpr std::string_view kOutOfWindowAdvice = "tcpdump -S -ni any tcp and host {src}: a late packet, a middlebox that changes sequence numbers, or somebody who guesses";

// sk_acceptq_is_full(): one more than the limit fits.
constexpr std::string_view kAcceptQueue = "the queue of TCP {dst}:{port} is full: {accept_queue} connections wait for {program} to accept them, and the limit is {accept_limit}";
constexpr std::string_view kAcceptQueueAdvice = "ss -ltnp 'sport = :{port}' shows the queue (Recv-Q), its limit (Send-Q) and the program: is it busy, or stuck? its listen() backlog and net.core.somaxconn raise the limit";

constexpr std::string_view kTimeWaitAdvice = "ss -tan state time-wait 'sport = :{port}' shows it; the sender uses a port again within a minute (net.ipv4.ip_local_port_range there, NAT with few ports, several hosts behind one address)";

constexpr std::array kCauses = std::to_array<Cause>({
    // BPF at sockets and cgroups.
    // Of one program alone it is certain that it was this one.
    {"cgroup-egress", "ip_finish_output ip6_finish_output ip_mc_finish_output", "", "BPF_CGROUP_EGRESS", {{{Fact::CgroupEgressOnly, Test::Is, "1"}, {Fact::CgroupEgressId, Test::IsNot, "0"}, {Fact::Cgroup, Test::IsNot, "/"}}}, Certain,
     "the BPF program {cgroup_egress} (id {cgroup_egress_id}) dropped it on its way out: it is attached to the sender's cgroup {cgroup}, or to one above it",
     "bpftool cgroup tree shows where it is attached; bpftool cgroup detach /sys/fs/cgroup/PATH cgroup_inet_egress id {cgroup_egress_id} takes it off"},
    {"cgroup-egress", "ip_finish_output ip6_finish_output ip_mc_finish_output", "", "BPF_CGROUP_EGRESS", {{{Fact::CgroupEgressOnly, Test::Is, "1"}, {Fact::CgroupEgressId, Test::IsNot, "0"}}}, Certain,
     "the BPF program {cgroup_egress} (id {cgroup_egress_id}) of the sender's cgroup dropped it on its way out",
     "bpftool cgroup tree shows where it is attached; bpftool cgroup detach /sys/fs/cgroup/PATH cgroup_inet_egress id {cgroup_egress_id} takes it off"},
    {"cgroup-egress", "ip_finish_output ip6_finish_output ip_mc_finish_output", "", "BPF_CGROUP_EGRESS", {}, Certain,
     "a BPF program of the sender's cgroup dropped it on its way out",
     "bpftool cgroup tree lists the programs of all cgroups"},
    {"cgroup-egress", "ip_finish_output ip6_finish_output", "", "-", {}, Likely,
     "a BPF program of the sender's cgroup dropped it on its way out",
     "bpftool cgroup tree lists the programs of all cgroups"},

    // Queues of listeners.
    {"tcp-accept-queue", "tcp_conn_request", "", kRefused, {{{Fact::AcceptQueue, Test::Above, "accept_limit"}}}, Certain, kAcceptQueue, kAcceptQueueAdvice},
    // The last segment of a handshake; on 6.11 and 6.12 without a reason, as others for a half-open connection.
    {"tcp-accept-queue", kTcpLookup, "", "TCP_LISTEN_OVERFLOW", {{{Fact::SocketState, Test::Is, "10"}, {Fact::AcceptQueue, Test::Above, "accept_limit"}}}, Certain, kAcceptQueue, kAcceptQueueAdvice},
    {"tcp-accept-queue", kTcpLookup, "", "NOT_SPECIFIED", {{{Fact::SocketState, Test::Is, "10"}, {Fact::AcceptQueue, Test::Above, "accept_limit"}, {Fact::TcpFlags, Test::Is, "ACK PSH|ACK FIN|ACK FIN|PSH|ACK"}}}, Likely, kAcceptQueue, kAcceptQueueAdvice},
    // Whoever is known from before gets the last quarter of the limit: tcp_peer_is_proven().
    {"tcp-syn-queue", "tcp_conn_request", "", kRefused, {{{Fact::SynCookies, Test::Is, "0"}}}, Likely,
     "the queue of half-open connections of TCP {dst}:{port} is full: {syn_queue} are in it, and net.ipv4.tcp_syncookies=0",
     "sysctl -w net.ipv4.tcp_syncookies=1; or raise net.ipv4.tcp_max_syn_backlog, which is {syn_limit} and of which a quarter is kept free, and the program's listen() backlog, which is {accept_limit}"},

    // Sockets.
    {"tcp-header", kTcpLookup, "", "PKT_TOO_SMALL -", {{{Fact::TcpHeader, Test::Above, "len"}}}, Certain,
     "its TCP header says that it has {tcp_header} bytes, and only {len} are there",
     "look at it: tcpdump -v -X -ni {dev} tcp and host {src}; its sender, or a device on the way, writes wrong headers"},
    {"tcp-header", kTcpLookup, "", "PKT_TOO_SMALL", {{{Fact::TcpHeader, Test::Is, "0 4 8 12 16"}}}, Certain,
     "its TCP header says that it has {tcp_header} bytes, and the least is 20",
     "look at it: tcpdump -v -X -ni {dev} tcp and host {src}; its sender, or a device on the way, writes wrong headers"},
    // The last ACK of a connection, once more: only the listener is left. Likewise a FIN.
    {"tcp-bare-ack", "tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process", "", "TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "ACK"}, {Fact::TcpSpace, Test::Is, "0"}}}},
    {"tcp-bare-ack", "tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process", "", "TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "FIN|ACK"}, {Fact::TcpSpace, Test::Is, "1"}}}},
    // tcp_rcv_state_process() in TCP_LISTEN; before 6.9 without a reason.
    {"tcp-forgotten", "tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process", "", "TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "ACK PSH|ACK FIN|ACK FIN|PSH|ACK SYN|ACK"}}}, Likely,
     "TCP {dst}:{port} listens, and knows no connection with {src} that it could belong to; the sender gets a reset",
     "the connection is gone, or was never taken: nstat -az TcpExtListenOverflows TcpExtListenDrops; ss -tanp 'sport = :{port}'"},
    {"tcp-min-ttl", "tcp_v4_rcv", "", "TCP_MINTTL", {}, Certain,
     "its TTL is {ttl}, and the socket of TCP {dst}:{port} takes none below its own least (IP_MINTTL; ttl-security of BGP)",
     "ss -tanp 'sport = :{port}' shows the program; let {src} send with TTL 255 (ttl-security at both ends), or allow more hops"},
    {"tcp-min-ttl", "tcp_v6_rcv", "", "TCP_MINTTL", {}, Certain,
     "its hop limit is {hop_limit}, and the socket of TCP {dst}:{port} takes none below its own least (IPV6_MINHOPCOUNT; ttl-security of BGP)",
     "ss -tanp 'sport = :{port}' shows the program; let {src} send with hop limit 255 (ttl-security at both ends), or allow more hops"},
    // As much as it has, the socket has already. A host behind the same address would send what is new.
    {"tcp-duplicate", kTcpChecks, "", "TCP_RFC7323_PAWS", {{{Fact::TcpData, Test::Is, "old"}}}},
    // A retransmission overtook it, and took what was missing: it comes once more.
    {"tcp-duplicate", kTcpChecks, "", "TCP_RFC7323_PAWS", {{{Fact::TcpTimestamp, Test::Is, "late"}}}},
    {"tcp-zero-window", kTcpChecks, "", "TCP_OLD_SEQUENCE", {{{Fact::TcpPlace, Test::Is, "probe"}}}, Certain,
     "it asks once more whether the window of TCP {dst}:{port} is open again, and it is not: {program} does not read, and {buffer_used} bytes wait in the receive buffer",
     "ss -tnmp 'sport = :{port}' shows what waits (Recv-Q) and the program: is it busy, or stuck?"},
    {"tcp-sequence", kTcpChecks, "", "TCP_INVALID_END_SEQUENCE", {{{Fact::TcpPlace, Test::Is, "across behind"}}}, Certain,
     "it ends behind the window of {dst}:{port}, which goes from {rcv_nxt} to {rcv_end}: it begins with {tcp_seq} and has {len} bytes with its headers",
     "ss -tnmi 'sport = :{port}' shows the window; a middlebox may have lost the window scaling, or whoever sends does not heed the window"},
    {"tcp-sequence", kTcpChecks, "", "TCP_INVALID_SEQUENCE", {{{Fact::TcpPlace, Test::Is, "behind"}}}, Certain,
     "its sequence number {tcp_seq} lies outside of the window of {dst}:{port}, which goes from {rcv_nxt} to {rcv_end}", kOutOfWindowAdvice},
    // Before Linux 6.6 retransmissions and keepalives have this reason too, later TCP_OLD_SEQUENCE.
    {"tcp-sequence", kTcpChecks, "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE", {{{Fact::TellsOldSequence, Test::IsNot, "0"}}}, Possible,
     kOutOfWindow, kOutOfWindowAdvice},
    {"tcp-sequence", kTcpChecks, "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE", {{{Fact::TcpFlags, Test::Is, "RST RST|ACK"}}}, Possible,
     kOutOfWindow, kOutOfWindowAdvice},
    HARMLESS("tcp-duplicate", kTcpChecks, "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE"),
    // tcp_try_rmem_schedule() asks for room in the socket first, and then in all of TCP.
    {"tcp-memory", kTcpQueue, "", "PROTO_MEM", {{{Fact::BufferUsed, Test::Above, "buffer_limit"}}}, Certain,
     "there is no room for its data: the receive buffer of the socket of TCP {dst}:{port} is full ({buffer_used} of {buffer_limit} bytes), because {program} reads too slowly",
     "ss -tnmp 'sport = :{port}' shows the queue (Recv-Q), the buffer (rb) and the program; sysctl net.ipv4.tcp_rmem"},
    {"tcp-memory", kTcpQueue, "", "PROTO_MEM", {}, Likely,
     "there is no room for its data: the receive buffer of the socket of TCP {dst}:{port} is full, because {program} reads too slowly, or TCP may have no more memory (net.ipv4.tcp_mem)",
     "ss -tnmp 'sport = :{port}' shows the queue (Recv-Q), the buffer (rb) and the program; sysctl net.ipv4.tcp_rmem net.ipv4.tcp_mem; cat /proc/net/sockstat"},
    {"udp-memory", kUdpQueue, "", "PROTO_MEM", {}, Certain,
     "UDP, or the cgroup of the socket of UDP {dst}:{port}, may have no more memory: net.ipv4.udp_mem, memory.max",
     "sysctl net.ipv4.udp_mem is the limit in pages, and /proc/net/sockstat shows the use; ss -uanmp shows which sockets hold it"},
    {"receive-buffer", kUdpQueue, "", "SOCKET_RCVBUFF", {{{Fact::BufferLimit, Test::IsNot, "-"}}}, Certain,
     "the receive buffer of the socket is full ({buffer_used} of {buffer_limit} bytes): {program}, behind UDP {dst}:{port}, reads too slowly",
     "ss -uanmp 'sport = :{port}' shows the buffer (rb), what waits (r), and the program; raise its SO_RCVBUF and net.core.rmem_max"},
    {"receive-buffer", kUdpQueue, "", "SOCKET_RCVBUFF", {}, Certain,
     "the receive buffer of the socket is full: {program}, behind UDP {dst}:{port}, reads too slowly",
     "ss -uanmp 'sport = :{port}' shows the buffer (rb), what waits (r), and the program; raise its SO_RCVBUF and net.core.rmem_max"},
    {"udp-no-checksum", "__udp6_lib_rcv udpv6_rcv", "", "UDP_CSUM NO_SOCKET", {{{Fact::UdpChecksum, Test::Is, "0"}}}, Certain,
     "it is a datagram of UDP without a checksum, which IPv6 does not allow, unless a socket takes it (UDP_NO_CHECK6_RX)",
     "find who sends it: tcpdump -v -ni {dev} host {src}; of a tunnel: ip link set DEVICE type vxlan udpcsum"},
    // PACKET_BROADCAST and PACKET_MULTICAST
    {"tcp-broadcast", kTcpLookup, "", "", {{{Fact::PacketType, Test::Is, "1 2"}}}, Certain,
     "TCP takes nothing that was sent to a broadcast or multicast MAC address ({frame_mac})",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    // The sockets were read after the packet died.
    {"tcp-other-device", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, kSyns}, {Fact::ListenerDevice, Test::IsNot, "-"}}}, Likely,
     "the program that listens on TCP port {port} is bound to {listener_dev} (SO_BINDTODEVICE), and the SYN came in by {dev}; the sender gets a reset",
     "ss -ltnp 'sport = :{port}' shows the program, and the device behind %; let it listen on {dev} too, or on no device (of a VRF: ip vrf exec, or sysctl net.ipv4.tcp_l3mdev_accept)"},
    {"tcp-passed-over", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, kSyns}, {Fact::OpenHere, Test::Is, "1"}, {Fact::OpenAt, Test::IsNot, "-"}}}, Likely,
     "a program listens on {open_at}, and was passed over: it has only begun, or it is bound to another device or VRF (SO_BINDTODEVICE), or a BPF program (sk_lookup, SO_ATTACH_REUSEPORT_EBPF) said no; the sender gets a reset",
     "ss -ltnp 'sport = :{port}' shows the device behind %; sysctl net.ipv4.tcp_l3mdev_accept; bpftool net show"},
    {"udp-passed-over", kUdpLookup, "", "NO_SOCKET", {{{Fact::OpenHere, Test::Is, "1"}, {Fact::OpenAt, Test::IsNot, "-"}}}, Likely,
     "a socket is bound to {open_at}, and was passed over: it is new, or it is bound to another device or VRF (SO_BINDTODEVICE), or a BPF program (sk_lookup, SO_ATTACH_REUSEPORT_EBPF) said no; the sender gets an ICMP error",
     "ss -lunp 'sport = :{port}' shows the device behind %; sysctl net.ipv4.udp_l3mdev_accept; bpftool net show"},
    // A segment that does not begin a connection belongs to one that is gone.
    {"tcp-other-address", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, kSyns}, {Fact::OpenAt, Test::IsNot, "-"}}}, Certain,
     "no program listens on TCP {dst}:{port} in this network namespace, {listener} listens on {open_at}; the sender gets a reset",
     "ss -ltnp 'sport = :{port}' shows it; let it listen on {dst} or on all addresses, or send to its address"},
    {"tcp-other-netns", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, kSyns}, {Fact::OpenIn, Test::IsNot, "-"}}}, Certain,
     "no program listens on TCP {dst}:{port} in this network namespace, {listener} listens on that port in netns {open_in}; the sender gets a reset",
     "is {dst} the address of that program? ip addr there; if it shall be reached by this one, a route or DNAT must lead there"},
    {"tcp-closed-port", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, kSyns}}}, Certain,
     "no program listens on TCP {dst}:{port} in this network namespace; the sender gets a reset",
     "ss -ltnp 'sport = :{port}'; is the program running, and bound to this address?"},
    {"tcp-md5-unexpected", kTcpLookup, "", "-", {{{Fact::HasTcpMd5, Test::Is, "1"}, {Fact::OpenHere, Test::Is, "1"}}}, Likely,
     "the segment has a TCP MD5 signature (the password of BGP), and the socket of TCP {dst}:{port} has no key for {src}, or another one",
     "ss -tanpi 'sport = :{port}' shows the program, and md5keys; give both ends the same key"},
    // tcp_timewait_state_process(); since 6.13 with a reason where a timestamp is to blame.
    {"tcp-time-wait", kTcpLookup, "", "TCP_RFC7323_TW_PAWS", {{{Fact::TcpFlags, Test::Is, kSyns}}}, Certain,
     "it is a SYN from the same port as a connection with TCP {dst}:{port} that has just ended (TIME_WAIT), and its timestamp is older than the last one of that connection",
     kTimeWaitAdvice},
    {"tcp-time-wait", kTcpLookup, "", "NOT_SPECIFIED -", {{{Fact::TcpFlags, Test::Is, kSyns}, {Fact::InTimeWait, Test::Is, "1"}}}, Likely,
     "it is a SYN from the same port as a connection with TCP {dst}:{port} that has just ended (TIME_WAIT), and its sequence number or timestamp is not newer than the last one of that connection",
     kTimeWaitAdvice},
    // A SYN that comes once more, when the answer is on its way. Before 5.17 also one for which the socket wants
    // a signature or a larger TTL, or whose ports are in TIME_WAIT: there the place alone does not tell.
    {"tcp-duplicate", kTcpLookup, "", "NOT_SPECIFIED -", {{{Fact::TcpFlags, Test::Is, kSyns}}}},
    {"tcp-answer-unasked", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, "SYN|ACK SYN|ACK|ECE"}}}, Likely,
     "it answers a connection that this host did not begin, or has given up; the sender gets a reset",
     "does the request leave by another way or with another address (NAT, load balancer)? conntrack -L; pwru --filter-track-skb host {src}"},
    // Behind a connection that a client has given up data come for a while: its port is the larger one.
    {"tcp-no-connection", kTcpLookup, "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, "ACK PSH|ACK"}, {Fact::TcpSpace, Test::IsNot, "0"}, {Fact::ForService, Test::Is, "1"}}}, Likely,
     "it has data for TCP {dst}:{port}, where this network namespace has no connection with {src} (any more), and no program listens; the sender gets a reset",
     "ss -tanp 'sport = :{port}'; was the program behind it ended or started anew, or did the address move to this host (VRRP, a load balancer)? the sender must connect again"},
    HARMLESS("tcp-late-segment", kTcpLookup, "", "NO_SOCKET -"),
    {"udp-other-address", kUdpLookup, "", "NO_SOCKET", {{{Fact::OpenAt, Test::IsNot, "-"}}}, Certain,
     "no socket takes UDP {dst}:{port} in this network namespace, {listener} is bound to {open_at}; the sender gets an ICMP error",
     "ss -lunp 'sport = :{port}' shows it; let it bind to {dst} or to all addresses and devices, or send to its address"},
    {"udp-other-netns", kUdpLookup, "", "NO_SOCKET", {{{Fact::OpenIn, Test::IsNot, "-"}}}, Certain,
     "no socket takes UDP {dst}:{port} in this network namespace, {listener} is bound to that port in netns {open_in}; the sender gets an ICMP error",
     "is {dst} the address of that program? ip addr there; if it shall be reached by this one, a route or DNAT must lead there"},
    {"udp-closed-port", kUdpLookup, "", "NO_SOCKET", {}, Certain,
     "no socket takes UDP {dst}:{port} in this network namespace; the sender gets an ICMP error",
     "ss -lunp 'sport = :{port}'; is the program running, bound to this address and device, and not connected to another host?"},
    {"broadcast-unread", "__udp4_lib_rcv udp_rcv", "", "-", {{{Fact::RouteType, Test::Is, "3 5"}}}},
    {"udp-refused", kUdpLookup, "", "-", {{{Fact::DestinationKind, Test::Is, "unicast link-local loopback"}}}, Possible,
     "no socket takes UDP {dst}:{port} in this network namespace, or its checksum is wrong or, with IPv6, missing",
     "ss -lunp 'sport = :{port}'; nstat -az UdpNoPorts UdpInCsumErrors counts both"},
    HARMLESS("multicast-not-joined", kUdpLookup, "", "-"),
    // NR_ICMP_TYPES is 18.
    {"icmp-type", "icmp_rcv", "", "UNHANDLED_PROTO", {}, Certain,
     "this host knows no ICMP message of the type {icmp_type}",
     "find who sends it: tcpdump -v -ni {dev} icmp and host {src}"},
    {"sockmap-verdict", "sk_psock_verdict_apply sk_psock_verdict_recv sk_psock_strp_read", "", "-", {}, Likely,
     "the BPF program of a sockmap dropped it in front of its socket ({dst}:{port}), or sent it to a socket that does not take it",
     "bpftool prog show lists the programs of the type sk_skb; bpftool map show, the maps of the types sockmap and sockhash"},
    {"sctp-refused", "sctp_rcv", "", "-", {}, Possible,
     "SCTP does not take it: its checksum is wrong, its association is gone, or a filter or an IPsec policy refuses it",
     "ss -anS lists the endpoints; nstat -az 'Sctp*' counts (SctpOutOfBlues, SctpChecksumErrors)"},
    // Before 5.17.
    {"fragments-missing", "ip_expire ip6frag_expire_frag_queue ip6_frag_expire nf_ct_frag6_expire", "", "-", {}, Likely,
     "other fragments of its datagram did not come in time",
     "nstat -az IpReasmTimeout; sysctl net.ipv4.ipfrag_time; find who loses them"},
    {"fragments-missing", "inet_frag_rbtree_purge", "ip_expire ip6frag_expire_frag_queue ip6_frag_expire nf_ct_frag6_expire", "", {}, Likely,
     "other fragments of its datagram did not come in time",
     "nstat -az IpReasmTimeout; sysctl net.ipv4.ipfrag_time; find who loses them"},
    // IPsec's own tunnel handlers are asked after those of IPIP, SIT and IP6IP6.
    {"tunnel-unknown", "xfrm_input", "tunnel4_rcv tunnel6_rcv tunnel64_rcv", "-", {}, Likely,
     "no tunnel of this host (IPIP, SIT, IP6IP6, IPsec) has the addresses {src} and {dst}",
     "ip -d link show type ipip; the same with sit, ip6tnl; ip xfrm state; are local and remote right at both ends?"},
    {"esp-state", "xfrm_input", "", "-", {{{Fact::Protocol, Test::Is, "udp"}}}, Likely,
     "no IPsec association of this host takes it (ESP in UDP: its SPI is not known, or it failed the check)",
     "ip -s xfrm state lists them; /proc/net/xfrm_stat counts; let both ends negotiate again"},
    {"esp-state", "xfrm_input", "", "-", {{{Fact::Association, Test::Is, "none"}}}, Likely,
     "no IPsec association of this host has its SPI {spi} and its destination {dst}",
     "ip xfrm state list spi {spi} shows none; let both ends negotiate again; XfrmInNoStates in /proc/net/xfrm_stat counts them"},
    {"esp-integrity", "xfrm_input", "", "-", {{{Fact::Association, Test::Is, "failed"}}}, Likely,
     "its IPsec association has the SPI {spi}, and it failed the check of its integrity: both ends have different keys or algorithms, or it was changed on the way",
     "ip -s xfrm state list spi {spi} shows the keys, and counts (failed); XfrmInStateProtoError in /proc/net/xfrm_stat does too; let both ends negotiate again"},
    {"esp-replay", "xfrm_input", "", "-", {{{Fact::Association, Test::Is, "replayed"}}}, Likely,
     "its IPsec association has the SPI {spi}, and its number came before, or is older than the window: it came twice, or far out of order",
     "ip -s xfrm state list spi {spi} shows the window (replay-window), and counts (replay); XfrmInStateSeqError in /proc/net/xfrm_stat does too; a larger window takes more of what comes out of order"},
    {"esp-state", "xfrm_input", "", "-", {{{Fact::Association, Test::Is, "refuses"}}}, Likely,
     "its IPsec association has the SPI {spi}, and does not take it: it has expired, or expects another mode or encapsulation, or the packet is broken",
     "ip -s xfrm state list spi {spi} shows it with its limits; cat /proc/net/xfrm_stat counts by cause (XfrmInStateExpired, XfrmInStateModeError, XfrmInStateMismatch)"},
    {"esp-state", "xfrm_input", "", "-", {}, Likely,
     "no IPsec association of this host takes it (its SPI {spi} is not known, or it failed the check)",
     "ip -s xfrm state lists them; /proc/net/xfrm_stat counts; let both ends negotiate again"},
    {"wireguard-peer", "wg_xmit", "", "", {}, Likely,
     "no peer of {dev} has {dst} in its AllowedIPs, or the peer has no endpoint",
     "wg show {dev} allowed-ips"},
});
// clang-format on

}  // namespace

std::span<const Cause> socket_causes() { return kCauses; }

}  // namespace pwru::knowledge
