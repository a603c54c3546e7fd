// SPDX-License-Identifier: Apache-2.0
// Ends that are no drop, and some that are among them.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

// clang-format off
constexpr std::array kCauses = std::to_array<Cause>({
    // Unless its checksum is wrong, too.
    {"pings-ignored", "icmp_rcv", "", kRefused, {}, Likely,
     "{dst} answers no pings: net.ipv4.icmp_echo_ignore_all is not 0",
     "sysctl -w net.ipv4.icmp_echo_ignore_all=0"},
    {"pings-ignored", "icmpv6_rcv", "", kRefused, {}, Likely,
     "{dst} answers no pings: net.ipv6.icmp.echo_ignore_all is not 0",
     "sysctl -w net.ipv6.icmp.echo_ignore_all=0"},
    // ip_route_input_slow() gives what is for a broadcast address of another network to this host alone,
    // unless bc_forwarding is set (Linux 4.20).
    {"directed-broadcast", "icmp_rcv __udp4_lib_rcv udp_rcv", "", "", {{{Fact::OfOtherBroadcast, Test::Is, "1"}, {Fact::BcForwarding, Test::Is, "0"}}}, Likely,
     "{dst} is the broadcast address of another network of this router, and it does not forward such packets: net.ipv4.conf.{dev}.bc_forwarding, or that of all, is 0",
     "sysctl -w net.ipv4.conf.all.bc_forwarding=1 net.ipv4.conf.{dev}.bc_forwarding=1, if the hosts of that network shall get it; or send to the host itself"},
    HARMLESS("ping-answered", "icmp_rcv icmpv6_rcv ping_rcv", "", "NO_SOCKET -"),
    // net.ipv4.icmp_echo_ignore_broadcasts, which is 1
    HARMLESS("broadcast-ping", "icmp_rcv", "", "INVALID_PROTO"),
    {"multicast-not-joined", "br_dev_xmit br_flood br_multicast_flood maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast broadcast"}}}},
    {"multicast-not-joined", "br_dev_xmit br_flood br_multicast_flood maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"wireguard-handshake", "wg_packet_purge_staged_packets skb_queue_purge skb_queue_purge_reason __skb_queue_purge", "wg_packet_purge_staged_packets wg_expired_retransmit_handshake", "", {}, Likely,
     "it waited for the WireGuard peer behind {dev}, which did not answer the handshake",
     "wg show {dev}: is the endpoint right, is UDP let through, does the peer know this key?"},
    {"wireguard-gone", "wg_packet_purge_staged_packets", "", "", {}, Likely,
     "it waited for the handshake with the WireGuard peer behind {dev} when {dev} went down, or the peer was removed",
     "wg show {dev}: was there ever a handshake with that peer?"},
    {"neighbour-gone", "neigh_flush_dev neigh_destroy skb_queue_purge skb_queue_purge_reason __skb_queue_purge", "neigh_flush_dev neigh_destroy neigh_ifdown __neigh_ifdown neigh_carrier_down", "", {}, Likely,
     "it waited for the MAC address of its next hop when {dev} went down, or the neighbour's entry was deleted",
     "ip link show {dev}; ip neigh show dev {dev}"},
    HARMLESS("queue-purged", "udp_destruct_common tun_queue_purge skb_queue_purge skb_queue_purge_reason __skb_queue_purge sk_stream_kill_queues inet_sock_destruct tcp_disconnect udp_destroy_sock udpv6_destroy_sock packet_release netlink_sock_destruct unix_release_sock unix_sock_destructor skb_rbtree_purge tcp_write_queue_purge __sk_destruct sk_destruct", "", "QUEUE_PURGE SOCKET_CLOSE -"),
    HARMLESS("multicast-not-joined", "ip6_mc_input", "", "-"),
    HARMLESS("spanning-tree", "stp_pdu_rcv br_stp_rcv", "", ""),
    // A raw socket gets a copy of the packet, and most take only a part: ping the answers to itself.
    HARMLESS("raw-socket-filter", "raw_rcv_skb raw_rcv raw_v4_input raw_local_deliver rawv6_rcv_skb rawv6_rcv raw6_local_deliver ipv6_raw_deliver", "", "SOCKET_FILTER"),
    // A route that is asked for by netlink: the packet is made up.
    HARMLESS("route-asked", "inet_rtm_getroute inet6_rtm_getroute", "", ""),
    HARMLESS("local-socket", "rtnl_bridge_notify rtnl_fdb_get ovs_vport_cmd_get ovs_dp_cmd_new ovs_dp_cmd_set ovs_flow_cmd_get unix_stream_connect unix_stream_read_generic unix_dgram_recvmsg __unix_dgram_recvmsg netlink_broadcast_filtered netlink_unicast netlink_recvmsg netlink_dump nfnetlink_rcv_batch vrf_fib_rule", "", ""),
    // Of a bridge that asks who wants a group, while it or a port comes up.
    HARMLESS("bridge-query", "__br_multicast_send_query br_multicast_send_query", "", "-"),
    // Of NAT traversal, every twenty seconds.
    HARMLESS("ipsec-keepalive", "xfrm4_udp_encap_rcv xfrm6_udp_encap_rcv __xfrm4_udp_encap_rcv __xfrm6_udp_encap_rcv", "", "-"),
    HARMLESS("device-set-up", "napi_get_frags_check netif_napi_add_weight_locked netif_napi_add_weight netif_napi_add", "", ""),
    HARMLESS("fragment-delivered", "skb_release_data", "", ""),
    HARMLESS("tcp-acknowledged", "tcp_ack tcp_clean_rtx_queue tcp_rcv_established tcp_rcv_state_process", "", "-"),
    HARMLESS("arp-handled", "arp_process arp_rcv", "", "-"),
    HARMLESS("ndisc-handled", "ndisc_rcv igmp_rcv igmp6_event_query igmp6_event_report mld_query_work", "", "-"),
});
// clang-format on

}  // namespace

std::span<const Cause> ordinary_ends() { return kCauses; }

}  // namespace pwru::knowledge
