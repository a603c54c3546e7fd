// SPDX-License-Identifier: Apache-2.0
// Seen on Linux 5.10. A row must not hold where the packet has an ordinary end.
#include "knowledge/inferred.h"

#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

// A packet for a socket: where it is refused, with inlined functions.
#define UDP_QUEUE                                                \
  "udp_queue_rcv_one_skb udp_queue_rcv_skb __udp_queue_rcv_skb " \
  "udpv6_queue_rcv_one_skb udpv6_queue_rcv_skb __udpv6_queue_rcv_skb"
#define IPV4_RECEIVE "ip_rcv_core ip_rcv"
#define IPV6_RECEIVE "ip6_rcv_core ipv6_rcv"
#define DELIVERY \
  "ip_local_deliver_finish ip_protocol_deliver_rcu ip6_protocol_deliver_rcu ip6_input_finish"

#define IPSEC_ASKED \
  TCP_LOOKUP " " UDP_LOOKUP " " UDP_QUEUE " " DELIVERY " icmp_rcv icmpv6_rcv raw_rcv rawv6_rcv"

// IPv4 with a header of 20 to 60 bytes.
constexpr std::string_view kIpv4Firsts = "69 70 71 72 73 74 75 76 77 78 79";
constexpr std::string_view kIpv6Firsts =
    "96 97 98 99 100 101 102 103 104 105 106 107 108 109 110 111";
// The sums of a header whose checksum is right: multiples of 0xffff.
constexpr std::string_view kRightSums =
    "65535 131070 196605 262140 327675 393210 458745 524280 589815";

// Up to NR_ICMP_TYPES.
constexpr std::string_view kIcmpTypes = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18";

// Bytes that are no IPv4 header, or no IPv6 header.
constexpr std::string_view kShorterThanIpv4 = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19";
constexpr std::string_view kShorterThanIpv6 =
    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 "
    "34 35 36 37 38 39";

// clang-format off
constexpr std::array kInferences = std::to_array<Inference>({
    // Checksums of TCP, UDP and ICMP.
    {TCP_LOOKUP, {{{Fact::ChecksumFailed, Test::Is, "1"}}}, "TCP_CSUM", Certain},
    {"__udp6_lib_rcv udpv6_rcv", {{{Fact::UdpChecksum, Test::Is, "0"}, {Fact::Protocol, Test::Is, "udp"}}}, "UDP_CSUM", Certain},
    {UDP_LOOKUP " " UDP_QUEUE, {{{Fact::ChecksumFailed, Test::Is, "1"}}}, "UDP_CSUM", Certain},
    {"icmp_rcv icmpv6_rcv", {{{Fact::ChecksumFailed, Test::Is, "1"}}}, "ICMP_CSUM", Certain},

    // The policies of IPsec are asked before a socket is given the packet, and where there is none.
    {IPSEC_ASKED, {{{Fact::IpsecDoes, Test::Is, "block default"}, {Fact::XfrmIn, Test::IsNot, "0"}}}, "XFRM_POLICY"},
    {IPSEC_ASKED, {{{Fact::IpsecDoes, Test::Is, "protect"}, {Fact::Protected, Test::Is, "0"}, {Fact::XfrmIn, Test::IsNot, "0"}}}, "XFRM_POLICY"},
    // secpath_has_nontransport(): what came in mode transport needs no policy.
    {IPSEC_ASKED, {{{Fact::IpsecDoes, Test::Is, "none allow"}, {Fact::Protected, Test::Is, "1"}, {Fact::ProtectedMode, Test::IsNot, "0"}}}, "XFRM_POLICY"},

    {"icmp_rcv", {{{Fact::IcmpType, Test::IsNot, kIcmpTypes}}}, "UNHANDLED_PROTO", Certain},

    // Sockets.
    {UDP_LOOKUP, {{{Fact::UdpBytes, Test::Above, "len"}, {Fact::Protocol, Test::Is, "udp"}}}, "PKT_TOO_SMALL", Certain},
    {TCP_LOOKUP, {{{Fact::OpenHere, Test::Is, "0"}, {Fact::TcpFlags, Test::Is, kSyns}}}, "NO_SOCKET"},
    {TCP_LOOKUP, {{{Fact::TcpFlags, Test::Is, kSyns}, {Fact::ListenerDevice, Test::IsNot, "-"}}}, "NO_SOCKET"},
    // What comes late for a connection in TIME_WAIT is not wanted.
    {TCP_LOOKUP, {{{Fact::OpenHere, Test::Is, "0"}, {Fact::TcpFlags, Test::Is, "ACK PSH|ACK"}, {Fact::InTimeWait, Test::Is, "0"}}}, "NO_SOCKET"},
    {UDP_LOOKUP, {{{Fact::OpenHere, Test::Is, "0"}, {Fact::DestinationKind, Test::Is, "unicast link-local loopback"}, {Fact::RouteType, Test::IsNot, "3 5"}}}, "NO_SOCKET"},
    // A full buffer is found there, too, where a compiler inlines udp_queue_rcv_skb().
    {UDP_LOOKUP, {{{Fact::OpenHere, Test::Is, "1"}, {Fact::BufferErrors, Test::Is, "0"}, {Fact::RouteType, Test::IsNot, "3 5"}}}, "NO_SOCKET"},
    // The buffer may be empty again by now: the counter is what tells.
    {UDP_QUEUE, {{{Fact::BufferErrors, Test::Is, "1"}}}, "SOCKET_RCVBUFF"},
    {UDP_QUEUE, {{{Fact::BufferErrors, Test::Is, "0"}, {Fact::XfrmIn, Test::IsNot, "0"}, {Fact::IpsecDoes, Test::Is, "unknown protect"}}}, "XFRM_POLICY"},
    {UDP_QUEUE, {{{Fact::BufferErrors, Test::Is, "0"}, {Fact::XfrmIn, Test::Is, "0"}}}, "SOCKET_FILTER"},
    {UDP_QUEUE, {{{Fact::BufferErrors, Test::Is, "0"}, {Fact::IpsecDoes, Test::Is, "none allow"}}}, "SOCKET_FILTER"},
    // Sockets of ping take copies that their filters drop.
    {"raw_rcv rawv6_rcv", {{{Fact::SocketQueue, Test::Is, "full"}, {Fact::Protocol, Test::IsNot, "icmp icmp6"}}}, "SOCKET_RCVBUFF"},
    {DELIVERY, {{{Fact::Protocol, Test::IsNot, "tcp udp icmp icmp6 2"}, {Fact::XfrmIn, Test::Is, "0"}}}, "IP_NOPROTO"},

    // Headers.
    // Frames that the device took from a VLAN are given up as those of another host.
    {IPV4_RECEIVE " " IPV6_RECEIVE, {{{Fact::PacketType, Test::Is, "3"}}}, "OTHERHOST", Certain},
    {IPV4_RECEIVE, {{{Fact::Length, Test::Is, kShorterThanIpv4}}}, "PKT_TOO_SMALL", Certain},
    {IPV6_RECEIVE, {{{Fact::Length, Test::Is, kShorterThanIpv6}}}, "PKT_TOO_SMALL", Certain},
    {IPV4_RECEIVE, {{{Fact::IpFirst, Test::IsNot, kIpv4Firsts}}}, "IP_INHDR", Certain},
    {IPV4_RECEIVE, {{{Fact::IpFirst, Test::Is, "69"}, {Fact::IpSum, Test::IsNot, kRightSums}}}, "IP_CSUM", Certain},
    {IPV4_RECEIVE, {{{Fact::IpBytes, Test::Above, "len"}}}, "PKT_TOO_SMALL", Certain},
    {IPV6_RECEIVE, {{{Fact::Ip6Bytes, Test::Above, "len"}, {Fact::IpFirst, Test::Is, kIpv6Firsts}}}, "PKT_TOO_SMALL", Certain},
    {IPV6_RECEIVE, {{{Fact::Ipv6Off, Test::IsNot, "0"}}}, "IPV6DISABLED", Certain},
    {IPV6_RECEIVE, {{{Fact::IpFirst, Test::IsNot, kIpv6Firsts}}}, "UNHANDLED_PROTO", Certain},

    // Neighbours: a queue that is full loses its oldest packet, also to a new one.
    {"__neigh_event_send", {}, "NEIGH_QUEUEFULL"},

    // __neigh_create() made no entry. ip6_finish_output2() also ends groups that may not leave the host.
    {"ip_finish_output2", {}, "NEIGH_CREATEFAIL"},
    {"ip6_finish_output2", {{{Fact::HopLimit, Test::IsNot, "0"}, {Fact::DestinationKind, Test::IsNot, "local-multicast"}}}, "NEIGH_CREATEFAIL"},

    // Devices.
    // A packet for this host alone, of a protocol that each host takes.
    {"__netif_receive_skb_core", {{{Fact::TcIngress, Test::Is, "1"}, {Fact::PacketType, Test::Is, "0"}, {Fact::EtherType, Test::Is, "0x0800 0x86dd 0x0806"}}}, "TC_INGRESS"},
    {"__netif_receive_skb_core", {{{Fact::BondPort, Test::Is, "1"}, {Fact::TcIngress, Test::Is, "0"}}}, "UNHANDLED_PROTO"},
    {"__netif_receive_skb_core", {{{Fact::XdpProgramId, Test::IsNot, "0"}, {Fact::PacketType, Test::Is, "0"}, {Fact::EtherType, Test::Is, "0x0800 0x86dd 0x0806"}}}, "XDP"},
    {"__netif_receive_skb_core", {{{Fact::TcIngress, Test::Is, "0"}, {Fact::PacketType, Test::Is, "0"}, {Fact::EtherType, Test::IsNot, "0x0800 0x86dd 0x0806"}}}, "UNHANDLED_PROTO"},
    {"__dev_queue_xmit", {{{Fact::TcEgress, Test::Is, "1"}, {Fact::Qdisc, Test::Is, "noqueue"}}}, "TC_EGRESS"},
    {"tun_net_xmit", {}, "FULL_RING"},
    {"ip_finish_output ip6_finish_output ip_mc_finish_output", {}, "BPF_CGROUP_EGRESS"},
});
// clang-format on

}  // namespace

std::span<const Inference> inferences() { return kInferences; }

}  // namespace pwru::knowledge
