// SPDX-License-Identifier: Apache-2.0
#include "knowledge/fact.h"

#include <array>

namespace pwru::knowledge {
namespace {

// The lowest bit of _skb_refdst says whether the route is counted (SKB_DST_NOREF).
#define ROUTE(type) "((struct " type " *)(skb->_skb_refdst & ~1))"
#define NETWORK "skb->head + skb->network_header"
#define NETWORK_HEADER(type) "((struct " type " *)(" NETWORK "))"
// cnf.data[] is counted from 0, IPV4_DEVCONF_* of include/uapi/linux/ip.h from 1.
#define CONF4(number) "skb->dev->ip_ptr->cnf.data[" number " - 1]"
#define NETNS "skb->dev->nd_net.net->"
#define QDISC "skb->dev->_tx->qdisc->"
#define TRANSPORT_HEADER "skb->head + skb->transport_header"
#define SENDER "skb->sk->"
// CGROUP_INET_EGRESS is 1 on all kernels.
#define EGRESS(number) SENDER "sk_cgrp_data.cgroup->bpf.effective[1]->items[" number "].prog"
#define TCP_OPTION(number) "((unsigned short *)(" TRANSPORT_HEADER " + 20))[" number "]"
// Words of an IPv4 header.
#define WORD(number) "((unsigned short *)(" NETWORK "))[" number "]"

constexpr std::array kFactTable = std::to_array<FactRow>({
    {Fact::Source, "src", ""},
    {Fact::Destination, "dst", ""},
    {Fact::SourceKind, "src_kind", ""},
    {Fact::DestinationKind, "dst_kind", ""},
    {Fact::Port, "port", ""},
    {Fact::Protocol, "proto", ""},
    {Fact::TcpFlags, "tcp_flags", ""},
    {Fact::Length, "len", ""},
    {Fact::EtherType, "ether_type", ""},
    {Fact::Device, "dev", ""},
    {Fact::Netns, "netns", ""},
    {Fact::Hook, "hook", ""},
    {Fact::NextHop, "next_hop", ""},
    {Fact::OpenAt, "open_at", ""},
    {Fact::OpenHere, "open_here", ""},
    {Fact::SocketQueue, "socket_queue", ""},
    {Fact::BufferErrors, "buffer_errors", ""},
    {Fact::NftFamily, "nft_family", ""},
    {Fact::NftTable, "nft_table", ""},
    {Fact::NftChain, "nft_chain", ""},
    {Fact::NftRule, "nft_rule", ""},
    {Fact::NftHandle, "nft_handle", ""},
    {Fact::NftExpr, "nft_expr", ""},
    {Fact::NftPolicy, "nft_policy", ""},
    {Fact::XtTool, "xt_tool", ""},
    {Fact::XtTable, "xt_table", ""},
    {Fact::XtChain, "xt_chain", ""},
    {Fact::XtRule, "xt_rule", ""},
    {Fact::XtVerdict, "xt_verdict", ""},
    {Fact::XtAsksConntrack, "xt_asks_conntrack", ""},
    {Fact::NfFunction, "nf_function", ""},
    {Fact::NfProgram, "nf_prog", ""},
    {Fact::NfProgramId, "nf_prog_id", ""},
    {Fact::ConntrackRefusal, "conntrack_refusal", ""},
    {Fact::RouteError, "route_error", ROUTE("dst_entry") "->error"},
    {Fact::RouteDevice, "route_dev", ROUTE("dst_entry") "->dev->name"},
    {Fact::RouteMtu, "route_mtu", ROUTE("dst_entry") "->dev->mtu"},
    {Fact::RouteGatewayFamily, "route_gw_family", ROUTE("rtable") "->rt_gw_family"},
    {Fact::RouteGateway4, "route_gw4", ROUTE("rtable") "->rt_gw4"},
    {Fact::RouteGateway46, "route_gw46", ROUTE("rtable") "->rt_gw6"},
    {Fact::RouteGateway6, "route_gw6", ROUTE("rt6_info") "->rt6i_gateway"},
    {Fact::RouteType, "route_type", ROUTE("rtable") "->rt_type"},
    {Fact::Ttl, "ttl", NETWORK_HEADER("iphdr") "->ttl"},
    {Fact::HopLimit, "hop_limit", NETWORK_HEADER("ipv6hdr") "->hop_limit"},
    {Fact::GsoSize, "gso_size", "((struct skb_shared_info *)(skb->head + skb->end))->gso_size"},
    {Fact::Conntrack, "conntrack", "skb->_nfct"},
    {Fact::Vlan, "vlan", "skb->vlan_tci"},
    {Fact::ForDevice, "for_dev",
     "*(unsigned int *)(skb->head + skb->mac_header + 2) == "
     "*(unsigned int *)(skb->dev->dev_addr + 2) && "
     "*(unsigned short *)(skb->head + skb->mac_header) == "
     "*(unsigned short *)skb->dev->dev_addr"},
    {Fact::Qdisc, "qdisc", QDISC "ops->id"},
    {Fact::QdiscLength, "qdisc_len", QDISC "q.qlen"},
    {Fact::QdiscLimit, "qdisc_limit", QDISC "limit"},
    {Fact::Forwarding4, "forwarding4", CONF4("1")},
    {Fact::Forwarding6, "forwarding6", NETNS "ipv6.devconf_all->forwarding"},
    {Fact::ForceForwarding6, "force_forwarding6", "skb->dev->ip6_ptr->cnf.force_forwarding"},
    {Fact::RpFilter, "rp_filter", CONF4("8")},
    {Fact::RpFilterAll, "rp_filter_all", NETNS "ipv4.devconf_all->data[8 - 1]"},
    {Fact::AcceptLocal, "accept_local", CONF4("23")},
    {Fact::RouteLocalnet, "route_localnet", CONF4("26")},
    {Fact::RouteLocalnetAll, "route_localnet_all", NETNS "ipv4.devconf_all->data[26 - 1]"},
    {Fact::XdpProgram, "xdp", "skb->dev->xdp_prog->aux->name"},
    {Fact::XdpProgramId, "xdp_id", "skb->dev->xdp_prog->aux->id"},
    {Fact::XdpGenericLinkId, "xdp_generic_link_id",
     "skb->dev->xdp_state[0].link->link.prog->aux->id"},
    {Fact::XdpDriverProgram, "xdp_drv", "skb->dev->xdp_state[1].prog->aux->name"},
    {Fact::XdpDriverId, "xdp_drv_id", "skb->dev->xdp_state[1].prog->aux->id"},
    {Fact::XdpLinkProgram, "xdp_link", "skb->dev->xdp_state[1].link->link.prog->aux->name"},
    {Fact::XdpLinkId, "xdp_link_id", "skb->dev->xdp_state[1].link->link.prog->aux->id"},
    {Fact::BridgePortState, "port_state",
     "((struct net_bridge_port *)skb->dev->rx_handler_data)->state"},
    {Fact::BridgePortIsolated, "port_isolated",
     "((struct net_bridge_port *)skb->dev->rx_handler_data)->flags >> 16 & 1"},
    {Fact::BridgeVlans, "bridge_vlans",
     "((struct net_bridge_port *)skb->dev->rx_handler_data)->br->options & 1"},
    {Fact::TellsOldSequence, "tells_old_sequence", "SKB_DROP_REASON_TCP_OLD_SEQUENCE"},
    {Fact::UdpChecksum, "udp_check", "*(unsigned short *)(" TRANSPORT_HEADER " + 6)"},
    {Fact::TcpHeader, "tcp_header", "*(unsigned char *)(" TRANSPORT_HEADER " + 12) >> 4 << 2"},
    {Fact::TcpSequence, "tcp_seq", "((struct tcphdr *)(" TRANSPORT_HEADER "))->seq"},
    {Fact::Cgroup, "cgroup", SENDER "sk_cgrp_data.cgroup->kn->name"},
    {Fact::CgroupEgress, "cgroup_egress", EGRESS("0") "->aux->name"},
    {Fact::CgroupEgressId, "cgroup_egress_id", EGRESS("0") "->aux->id"},
    // What is no whole socket has no cgroup: 6 is TIME_WAIT, 12 NEW_SYN_RECV, the owner of a
    // SYN|ACK.
    {Fact::CgroupEgressOnly, "cgroup_egress_only",
     SENDER "__sk_common.skc_state != 6 && " SENDER
            "__sk_common.skc_state != 12 && " EGRESS("1") " == 0"},
    {Fact::ForGroup, "for_group", "*(unsigned char *)(skb->head + skb->mac_header) & 1"},
    {Fact::TcpSpace, "tcp_space",
     "((struct tcp_skb_cb *)skb->cb)->end_seq - ((struct tcp_skb_cb *)skb->cb)->seq"},
    {Fact::VxlanFlags, "vxlan_flags", "*(unsigned char *)(" TRANSPORT_HEADER " + 8)"},
    {Fact::PacketType, "packet_type", "skb->pkt_type"},
    {Fact::IpFirst, "ip_first", "*(unsigned char *)(" NETWORK ")"},
    // XFRM_POLICY_OUT. What is sent may have no device yet.
    {Fact::XfrmOut, "xfrm_out", ROUTE("dst_entry") "->dev->nd_net.net->xfrm.policy_count[1]"},
    // Since 5.18
    {Fact::BridgePortLocked, "port_locked",
     "((struct net_bridge_port *)skb->dev->rx_handler_data)->flags >> 21 & 1"},
    {Fact::TellsNoTarget, "tells_no_target", "SKB_DROP_REASON_NO_TX_TARGET"},
    // __skb_checksum_complete() sets both.
    {Fact::ChecksumFailed, "checksum_failed", "", "skb->csum_complete_sw && !skb->csum_valid"},
    {Fact::IpSum, "ip_sum", "",
     WORD("0") " + " WORD("1") " + " WORD("2") " + " WORD("3") " + " WORD("4") " + " WORD(
         "5") " + " WORD("6") " + " WORD("7") " + " WORD("8") " + " WORD("9")},
    {Fact::IpBytes, "ip_bytes", "", NETWORK_HEADER("iphdr") "->tot_len"},
    {Fact::Ipv6Off, "ipv6_off", "", "skb->dev->ip6_ptr->cnf.disable_ipv6"},
    {Fact::TcIngress, "tc_ingress", "", "skb->dev->miniq_ingress != 0"},
    {Fact::TcEgress, "tc_egress", "", "skb->dev->miniq_egress != 0"},
    // XFRM_POLICY_IN and XFRM_POLICY_FWD
    {Fact::XfrmIn, "xfrm_in", "", NETNS "xfrm.policy_count[0]"},
    {Fact::XfrmForward, "xfrm_forward", "", NETNS "xfrm.policy_count[2]"},
    {Fact::OwnSource, "own_source", "",
     "skb->dev->ip_ptr->ifa_list->ifa_local == " NETWORK_HEADER("iphdr") "->saddr"},
    {Fact::DropUnicastInL2, "drop_unicast_in_l2", "",
     CONF4("30") " || " NETNS "ipv4.devconf_all->data[30 - 1]"},
    // Kind 19 with 18 bytes, which may stand behind two NOPs.
    {Fact::HasTcpMd5, "has_tcp_md5", "",
     "*(unsigned char *)(" TRANSPORT_HEADER " + 12) >= 0xa0 && (" TCP_OPTION(
         "0") " == 0x1213 || " TCP_OPTION("0") " == 0x0101 && " TCP_OPTION("1") " == 0x1213)"},
});
static_assert(kFactTable.size() == kFacts);

}  // namespace

std::span<const FactRow> facts() { return kFactTable; }

}  // namespace pwru::knowledge
