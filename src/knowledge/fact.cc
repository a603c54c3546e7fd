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
// netdev_core_pick_tx() has chosen the queue before a qdisc is given the packet.
#define QDISC "skb->dev->_tx[skb->queue_mapping].qdisc->"
#define TRANSPORT_HEADER "skb->head + skb->transport_header"
// Behind the UDP header.
#define UDP_BYTE(number) "*(unsigned char *)(" TRANSPORT_HEADER " + 8 + " number ")"
#define SENDER "skb->sk->"
#define TCP_SOCKET(member) "((struct tcp_sock *)sk)->" member
#define SOCKET_NETNS "sk->__sk_common.skc_net.net->"
// CGROUP_INET_INGRESS is 0.
#define INGRESS(number) "sk->sk_cgrp_data.cgroup->bpf.effective[0]->items[" number "].prog"
#define SOCKET(expression) "", {}, expression
#define CONNECTION "((struct nf_conn *)(skb->_nfct & ~7))->"
#define BEFORE_NAT(member) CONNECTION "tuplehash[0].tuple." member
// Since 6.6 the filters of tc are found behind the programs of tcx: struct tcx_entry begins with a
// pointer, behind which is the bundle that `parent` points to.
#define TCX(way) "skb->dev->tcx_" way "->"
#define MINIQ(way) "((struct tcx_entry *)((char *)" TCX(way) "parent - 8))->miniq"
#define OLD_MINIQ(way) "skb->dev->miniq_" way
#define FILTER(way) MINIQ(way) "->filter_list->"
#define OLD_FILTER(way) OLD_MINIQ(way) "->filter_list->"
// struct cls_bpf_prog begins with a pointer, behind which is the link of the list.
#define CLS_BPF(filter) \
  "((struct cls_bpf_prog *)((char *)((struct cls_bpf_head *)" filter "root)->plist.next - 8))->"
#define IS_ONLY_CLS_BPF(filter)                         \
  filter "next == 0 && ((struct cls_bpf_head *)" filter \
         "root)->plist.next == ((struct cls_bpf_head *)" filter "root)->plist.prev"
// struct cls_mall_head begins with its actions.
#define ACTION(filter) "((struct tcf_exts *)" filter "root)->actions[0]"
#define MIRRED(filter, member) "((struct tcf_mirred *)" ACTION(filter) ")->" member
// TCA_ID_MIRRED is 8, TCA_EGRESS_REDIR 1, TCA_INGRESS_REDIR 3.
#define IS_REDIRECTION(filter)                                                    \
  ACTION(filter)                                                                  \
  "->ops->id == 8 && (" MIRRED(filter, "tcfm_eaction") " == 1 || " MIRRED(filter, \
                                                                          "tcfm_eaction") " == 3)"
#define HAS_NO_TCX(way) TCX(way) "fp_items[0].prog == 0"
#define FACTS_OF_TC(Way, way)                                                                     \
  FactRow{Fact::Tcx##Way, "tcx_" way, TCX(way) "fp_items[0].prog->aux->name"},                    \
      FactRow{Fact::Tcx##Way##Id, "tcx_" way "_id", TCX(way) "fp_items[0].prog->aux->id"},        \
      FactRow{Fact::Tcx##Way##Only, "tcx_" way "_only",                                           \
              TCX(way) "fp_items[1].prog == 0 && (" MINIQ(way) " == 0 || " MINIQ(                 \
                  way) "->filter_list == 0)"},                                                    \
      two_ways(Fact::Filter##Way, "filter_" way, FILTER(way) "ops->kind",                         \
               OLD_FILTER(way) "ops->kind"),                                                      \
      two_ways(Fact::Filter##Way##Pref, "filter_" way "_pref", FILTER(way) "prio >> 16",          \
               OLD_FILTER(way) "prio >> 16"),                                                     \
      two_ways(Fact::Filter##Way##Only, "filter_" way "_only",                                    \
               FILTER(way) "next == 0 && " HAS_NO_TCX(way), OLD_FILTER(way) "next == 0"),         \
      two_ways(Fact::Filter##Way##Block, "filter_" way "_block",                                  \
               FILTER(way) "chain->block->index", OLD_FILTER(way) "chain->block->index"),         \
      two_ways(Fact::ClsBpf##Way, "cls_bpf_" way, CLS_BPF(FILTER(way)) "filter->aux->name",       \
               CLS_BPF(OLD_FILTER(way)) "filter->aux->name"),                                     \
      two_ways(Fact::ClsBpf##Way##Id, "cls_bpf_" way "_id",                                       \
               CLS_BPF(FILTER(way)) "filter->aux->id",                                            \
               CLS_BPF(OLD_FILTER(way)) "filter->aux->id"),                                       \
      two_ways(Fact::ClsBpf##Way##Only, "cls_bpf_" way "_only",                                   \
               IS_ONLY_CLS_BPF(FILTER(way)) " && " HAS_NO_TCX(way),                               \
               IS_ONLY_CLS_BPF(OLD_FILTER(way))),                                                 \
      two_ways(Fact::Redirect##Way, "redirect_" way, IS_REDIRECTION(FILTER(way)),                 \
               IS_REDIRECTION(OLD_FILTER(way))),                                                  \
      two_ways(Fact::Redirect##Way##To, "redirect_" way "_to",                                    \
               MIRRED(FILTER(way), "tcfm_dev->name"), MIRRED(OLD_FILTER(way), "tcfm_dev->name")), \
      two_ways(Fact::Redirect##Way##Up, "redirect_" way "_up",                                    \
               MIRRED(FILTER(way), "tcfm_dev->flags & 1"),                                        \
               MIRRED(OLD_FILTER(way), "tcfm_dev->flags & 1"))
// CGROUP_INET_EGRESS is 1 on all kernels.
#define EGRESS(number) SENDER "sk_cgrp_data.cgroup->bpf.effective[1]->items[" number "].prog"
#define TCP_OPTION(number) "((unsigned short *)(" TRANSPORT_HEADER " + 20))[" number "]"
// Words of an IPv4 header.
#define WORD(number) "((unsigned short *)(" NETWORK "))[" number "]"
// What a list_head of inet6_dev::addr_list belongs to.
#define IPV6_ADDRESS(next)                                              \
  "((struct inet6_ifaddr *)((char *)skb->dev->ip6_ptr->addr_list." next \
  " - (unsigned long)&((struct inet6_ifaddr *)0)->if_list))->addr.in6_u.u6_addr32"
#define HAS_WORD(address, number) \
  address "[" number "] == " NETWORK_HEADER("ipv6hdr") "->daddr.in6_u.u6_addr32[" number "]"
#define IS_FOR(address)  \
  HAS_WORD(address, "0") \
  " && " HAS_WORD(address, "1") " && " HAS_WORD(address, "2") " && " HAS_WORD(address, "3")
#define IS_PROTECTED "skb->active_extensions >> SKB_EXT_SEC_PATH & 1"
// __xfrm_policy_check2(): not on loopback (DST_NOPOLICY is 4), and elsewhere when there are
// policies, or the default is XFRM_USERPOLICY_BLOCK, or the packet came through an association.
#define ASKS_IPSEC(direction)                                                             \
  "(" NETNS "xfrm.policy_count[" direction "] || " NETNS "xfrm.policy_default[" direction \
  "] == 1 || " IS_PROTECTED ") && !(" ROUTE("dst_entry") "->flags & 4)"
// xfrm_route_forward(): what is forwarded is also sent.
#define HAS_IPSEC_OUT NETNS "xfrm.policy_count[1] || " NETNS "xfrm.policy_default[1] == 1"

constexpr FactRow two_ways(Fact id, std::string_view name, std::string_view expression,
                           std::string_view older) {
  return {id, name, expression, {}, {}, older};
}

constexpr std::array kFactTable = std::to_array<FactRow>({
    {Fact::Source, "src", ""},
    {Fact::Destination, "dst", ""},
    {Fact::SourceKind, "src_kind", ""},
    {Fact::DestinationKind, "dst_kind", ""},
    {Fact::Port, "port", ""},
    {Fact::SourcePort, "sport", ""},
    {Fact::Protocol, "proto", ""},
    {Fact::TcpFlags, "tcp_flags", "", {}, {}, {}, "none"},
    {Fact::IcmpType, "icmp_type", ""},
    {Fact::Spi, "spi", ""},
    {Fact::Length, "len", ""},
    {Fact::EtherType, "ether_type", ""},
    {Fact::Device, "dev", ""},
    {Fact::Netns, "netns", ""},
    {Fact::Hook, "hook", ""},
    {Fact::HookFamily, "hook_family", ""},
    {Fact::NextHop, "next_hop", ""},
    {Fact::OpenAt, "open_at", ""},
    {Fact::OpenIn, "open_in", ""},
    {Fact::OpenHere, "open_here", ""},
    {Fact::SocketQueue, "socket_queue", ""},
    {Fact::BufferErrors, "buffer_errors", ""},
    {Fact::InTimeWait, "in_time_wait", ""},
    {Fact::ForService, "for_service", ""},
    {Fact::NftFamily, "nft_family", ""},
    {Fact::NftTable, "nft_table", ""},
    {Fact::NftChain, "nft_chain", ""},
    {Fact::NftRule, "nft_rule", ""},
    {Fact::NftHandle, "nft_handle", ""},
    {Fact::NftExpr, "nft_expr", ""},
    {Fact::NftPolicy, "nft_policy", ""},
    {Fact::NftTool, "nft_tool", ""},
    {Fact::XtTool, "xt_tool", ""},
    {Fact::XtTable, "xt_table", ""},
    {Fact::XtChain, "xt_chain", ""},
    {Fact::XtRule, "xt_rule", ""},
    {Fact::XtVerdict, "xt_verdict", ""},
    {Fact::XtAsksConntrack, "xt_asks_conntrack", ""},
    {Fact::NfFunction, "nf_function", ""},
    {Fact::NfProgram, "nf_prog", ""},
    {Fact::NfProgramId, "nf_prog_id", ""},
    {Fact::InvalidBy, "invalid_by", ""},
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
    {Fact::VxlanFlags, "vxlan_flags", UDP_BYTE("0")},
    {Fact::PacketType, "packet_type", "skb->pkt_type"},
    {Fact::IpFirst, "ip_first", "*(unsigned char *)(" NETWORK ")"},
    // XFRM_POLICY_OUT. What is sent may have no device yet.
    {Fact::XfrmOut, "xfrm_out", ROUTE("dst_entry") "->dev->nd_net.net->xfrm.policy_count[1]"},
    // Since 5.18
    {Fact::BridgePortLocked, "port_locked",
     "((struct net_bridge_port *)skb->dev->rx_handler_data)->flags >> 21 & 1"},
    {Fact::TellsNoTarget, "tells_no_target", "SKB_DROP_REASON_NO_TX_TARGET"},
    // __skb_checksum_complete() sets both.
    {Fact::ChecksumFailed, "checksum_failed", "skb->csum_complete_sw && !skb->csum_valid"},
    {Fact::Protected, "protected", IS_PROTECTED},
    {Fact::IpSum, "ip_sum", "",
     WORD("0") " + " WORD("1") " + " WORD("2") " + " WORD("3") " + " WORD("4") " + " WORD(
         "5") " + " WORD("6") " + " WORD("7") " + " WORD("8") " + " WORD("9")},
    {Fact::IpBytes, "ip_bytes", "", NETWORK_HEADER("iphdr") "->tot_len"},
    {Fact::UdpBytes, "udp_bytes", "", "((struct udphdr *)(" TRANSPORT_HEADER "))->len"},
    {Fact::Ip6Bytes, "ip6_bytes", "", NETWORK_HEADER("ipv6hdr") "->payload_len + 40"},
    {Fact::Ipv6Off, "ipv6_off", "", "skb->dev->ip6_ptr->cnf.disable_ipv6"},
    {Fact::TcIngress, "tc_ingress", "", "skb->dev->miniq_ingress != 0"},
    {Fact::TcEgress, "tc_egress", "", "skb->dev->miniq_egress != 0"},
    // XFRM_POLICY_IN and XFRM_POLICY_FWD
    {Fact::XfrmIn, "xfrm_in", "", ASKS_IPSEC("0"), {}, NETNS "xfrm.policy_count[0]"},
    {Fact::XfrmForward,
     "xfrm_forward",
     "",
     HAS_IPSEC_OUT " || " ASKS_IPSEC("2"),
     {},
     NETNS "xfrm.policy_count[2]"},
    {Fact::ProtectedMode, "protected_mode", "",
     "((struct sec_path *)((char *)skb->extensions + skb->extensions->offset[SKB_EXT_SEC_PATH] * "
     "8))->xvec[0]->props.mode"},
    {Fact::OwnSource, "own_source", "",
     "skb->dev->ip_ptr->ifa_list->ifa_local == " NETWORK_HEADER("iphdr") "->saddr"},
    {Fact::DropUnicastInL2, "drop_unicast_in_l2", "",
     CONF4("30") " || " NETNS "ipv4.devconf_all->data[30 - 1]"},
    // Kind 19 with 18 bytes, which may stand behind two NOPs.
    {Fact::HasTcpMd5, "has_tcp_md5", "",
     "*(unsigned char *)(" TRANSPORT_HEADER " + 12) >= 0xa0 && (" TCP_OPTION(
         "0") " == 0x1213 || " TCP_OPTION("0") " == 0x0101 && " TCP_OPTION("1") " == 0x1213)"},
    {Fact::FrameMac, "frame_mac", "((struct ethhdr *)(skb->head + skb->mac_header))->h_dest"},
    {Fact::DeviceMac, "dev_mac", "((struct ethhdr *)skb->dev->dev_addr)->h_dest"},
    {Fact::OwnDestination, "own_destination",
     "skb->dev->ip_ptr->ifa_list->ifa_local == " NETWORK_HEADER("iphdr") "->daddr"},
    {Fact::Vni, "vni", UDP_BYTE("4") " * 65536 + " UDP_BYTE("5") " * 256 + " UDP_BYTE("6")},
    {Fact::QdiscHandle, "qdisc_handle", QDISC "handle >> 16"},
    {Fact::DeviceIsUp, "dev_is_up", "skb->dev->flags & 1"},
    {Fact::DeviceMtu, "dev_mtu", "skb->dev->mtu"},
    {Fact::HasSmallMtu, "has_small_mtu", ""},
    {Fact::DeviceHasIpv6, "dev_has_ipv6", "skb->dev->ip6_ptr != 0"},
    {Fact::TunnelCarrier, "tunnel_carrier", "skb->dev->stats.tx_carrier_errors"},
    {Fact::TunnelCollisions, "tunnel_collisions", "skb->dev->stats.collisions"},
    {Fact::BondPort, "bond_port", "skb->dev->flags >> 11 & 1"},
    {Fact::DeviceKind, "dev_kind", "skb->dev->rtnl_link_ops->kind"},
    {Fact::FromDeviceMac, "from_dev_mac",
     "*(unsigned int *)(skb->head + skb->mac_header + 8) == "
     "*(unsigned int *)(skb->dev->dev_addr + 2)"},
    // A key stands behind the checksum, where there is one: as the sequence number of TCP does.
    {Fact::GreFlags, "gre_flags", "*(unsigned char *)(" TRANSPORT_HEADER ")"},
    {Fact::GreKeyWord, "gre_key_word",
     "((struct tcphdr *)(" TRANSPORT_HEADER " + (*(unsigned char *)(" TRANSPORT_HEADER
     ") >> 7) * 4))->seq"},
    {Fact::GreKey, "gre_key", ""},
    {Fact::GeneveVersion, "geneve_version", UDP_BYTE("0") " >> 6"},
    {Fact::GeneveProtocol, "geneve_proto", UDP_BYTE("2") " * 256 + " UDP_BYTE("3")},
    {Fact::IpHead, "ip_head",
     "*(unsigned char *)(" NETWORK ") * 256 + *(unsigned char *)(" NETWORK " + 1)"},
    {Fact::OwnDestination6, "own_destination6",
     IS_FOR(IPV6_ADDRESS("next")) " || " IS_FOR(IPV6_ADDRESS("next->next"))},
    {Fact::OfOtherBroadcast, "of_other_broadcast",
     "skb->pkt_type == 0 && " ROUTE("rtable") "->rt_type == 3 && ((" NETWORK_HEADER(
         "iphdr") "->daddr ^ skb->dev->ip_ptr->ifa_list->ifa_address) & "
                  "skb->dev->ip_ptr->ifa_list->ifa_mask) != 0"},
    {Fact::BcForwarding, "bc_forwarding",
     CONF4("32") " && " NETNS "ipv4.devconf_all->data[32 - 1]"},
    // struct tbf_sched_data begins with `limit` and `max_size`.
    {Fact::QdiscMost, "qdisc_most", "*(unsigned int *)((char *)" QDISC "privdata + 4)"},
    // IPS_SRC_NAT_BIT is 4. The original direction is tuplehash[0].
    {Fact::NatStatus, "nat_status", CONNECTION "status >> 4 & 3"},
    {Fact::NatSource4, "nat_src4", BEFORE_NAT("src.u3.ip")},
    {Fact::NatSource6, "nat_src6", BEFORE_NAT("src.u3.in6")},
    {Fact::NatSourcePort, "nat_sport", BEFORE_NAT("src.u.all")},
    {Fact::NatDestination4, "nat_dst4", BEFORE_NAT("dst.u3.ip")},
    {Fact::NatDestination6, "nat_dst6", BEFORE_NAT("dst.u3.in6")},
    {Fact::NatDestinationPort, "nat_dport", BEFORE_NAT("dst.u.all")},
    FACTS_OF_TC(Ingress, "ingress"),
    FACTS_OF_TC(Egress, "egress"),
    {Fact::SocketState, "sock_state", SOCKET("sk->__sk_common.skc_state")},
    {Fact::SocketProtocol, "sock_proto", SOCKET("sk->sk_protocol")},
    {Fact::BufferUsed, "buffer_used", SOCKET("sk->sk_backlog.rmem_alloc.counter")},
    {Fact::BufferLimit, "buffer_limit", SOCKET("sk->sk_rcvbuf")},
    {Fact::ReceiveNext, "rcv_nxt", SOCKET(TCP_SOCKET("rcv_nxt"))},
    {Fact::ReceiveEnd, "rcv_end", SOCKET(TCP_SOCKET("rcv_wup") " + " TCP_SOCKET("rcv_wnd"))},
    {Fact::AcceptQueue, "accept_queue", SOCKET("sk->sk_ack_backlog")},
    {Fact::AcceptLimit, "accept_limit", SOCKET("sk->sk_max_ack_backlog")},
    {Fact::SynQueue, "syn_queue",
     SOCKET("((struct inet_connection_sock *)sk)->icsk_accept_queue.qlen.counter")},
    {Fact::SynLimit, "syn_limit", SOCKET(SOCKET_NETNS "ipv4.sysctl_max_syn_backlog")},
    {Fact::SynCookies, "syncookies", SOCKET(SOCKET_NETNS "ipv4.sysctl_tcp_syncookies")},
    {Fact::TimestampKept, "ts_kept", SOCKET(TCP_SOCKET("rx_opt.ts_recent"))},
    {Fact::TimestampCame, "ts_came", SOCKET(TCP_SOCKET("rx_opt.rcv_tsval"))},
    {Fact::SocketCgroup, "sock_cgroup", SOCKET("sk->sk_cgrp_data.cgroup->kn->name")},
    {Fact::CgroupIngress, "cgroup_ingress", SOCKET(INGRESS("0") "->aux->name")},
    {Fact::CgroupIngressId, "cgroup_ingress_id", SOCKET(INGRESS("0") "->aux->id")},
    {Fact::CgroupIngressOnly, "cgroup_ingress_only", SOCKET(INGRESS("1") " == 0")},
    {Fact::HasCgroupIngress, "has_cgroup_ingress", SOCKET(INGRESS("0") " != 0")},
    {Fact::HasSocketFilter, "sock_filter", SOCKET("sk->sk_filter != 0")},
    {Fact::SocketFilterId, "sock_filter_id", SOCKET("sk->sk_filter->prog->aux->id")},
    {Fact::SocketInode, "sock_inode", SOCKET("sk->sk_socket->file->f_inode->i_ino")},
    {Fact::TcpData, "tcp_data", ""},
    {Fact::TcpPlace, "tcp_place", ""},
    {Fact::MtuOwner, "mtu_owner", ""},
    {Fact::TcpTimestamp, "tcp_timestamp", ""},
    {Fact::VlanId, "vlan_id", ""},
    {Fact::LeadsBack, "leads_back", ""},
    {Fact::RefusedBy, "refused_by", ""},
    {Fact::RefusedPrefix, "refused_prefix", ""},
    {Fact::RefusedTable, "refused_table", ""},
    {Fact::RefusedMetric, "refused_metric", ""},
    {Fact::RefusedTos, "refused_tos", ""},
    {Fact::RefusedRule, "refused_rule", ""},
    {Fact::RefusedDevice, "refused_dev", ""},
    {Fact::IpFamily, "ip_family", ""},
    {Fact::WayBack, "way_back", "", {}, {}, {}, "another one"},
    {Fact::HasRoute, "has_route", ""},
    {Fact::BackRefusedBy, "back_refused_by", ""},
    {Fact::BackPrefix, "back_prefix", ""},
    {Fact::BackTable, "back_table", ""},
    {Fact::BackMetric, "back_metric", ""},
    {Fact::FdbPlace, "fdb_place", ""},
    {Fact::FdbPort, "fdb_port", ""},
    {Fact::FdbState, "fdb_state", ""},
    {Fact::NoFloodBy, "no_flood_by", ""},
    {Fact::NoFlood, "no_flood", ""},
    {Fact::OwnAddress, "own_address", ""},
    {Fact::OwnAddressDevice, "own_address_dev", ""},
    {Fact::OwnAddressVrf, "own_address_vrf", ""},
    {Fact::TunnelIs, "tunnel_is", ""},
    {Fact::TunnelName, "tunnel", ""},
    {Fact::TunnelKind, "tunnel_kind", ""},
    {Fact::TunnelExpects, "tunnel_expects", ""},
    {Fact::MulticastRoute, "multicast_route", ""},
    {Fact::MulticastRouteDevice, "multicast_route_dev", ""},
    {Fact::QueueDrops, "queue_drops", ""},
    {Fact::QueueKind, "queue_kind", ""},
    {Fact::QueueParent, "queue_parent", ""},
    {Fact::QueueLength, "queue_len", ""},
    {Fact::IpsecDoes, "ipsec_does", ""},
    {Fact::IpsecPolicy, "ipsec_policy", ""},
    {Fact::IpsecDir, "ipsec_dir", ""},
    {Fact::IpsecIndex, "ipsec_index", ""},
    {Fact::IpsecWants, "ipsec_wants", ""},
    {Fact::IpsecCame, "ipsec_came", "", {}, {}, {}, "without, or by another association"},
    {Fact::Association, "association", ""},
    {Fact::Program, "program", "", {}, {}, {}, "its program"},
    {Fact::Listener, "listener", "", {}, {}, {}, "one"},
    {Fact::ListenerDevice, "listener_dev", ""},
});
static_assert(kFactTable.size() == kFacts);

}  // namespace

std::span<const FactRow> facts() { return kFactTable; }

}  // namespace pwru::knowledge
