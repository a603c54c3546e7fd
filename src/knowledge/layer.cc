// SPDX-License-Identifier: Apache-2.0
#include "knowledge/layer.h"

#include <algorithm>
#include <array>

namespace pwru::knowledge {
namespace {

struct Row {
  std::string_view layer;
  std::string_view prefixes;  // separated by blanks
};

// The first row that has a prefix of the name counts. Names are those of Linux 5.10 to 7.2.
// clang-format off
constexpr std::array kLayers = std::to_array<Row>({
    {kFreeing, "skb_release_ kfree_skbmem skb_free_head skb_kfree_head skb_zcopy_clear napi_skb_cache_put sock_wfree __sock_wfree sock_rfree sock_efree sock_edemux sock_ofree sock_pfree tcp_wfree unix_destruct_scm netlink_skb_destructor tpacket_destruct_skb"},
    // Which ask no question about the way: whoever clones, frees or measures, and what icmp_send() asks
    // of the packet that it answers.
    {"", "__xfrm_decode_session xfrm_decode_session decode_session4 decode_session6 __ip_options_echo eth_type_trans kfree_skb consume_skb napi_consume_skb __consume_stateless_skb sk_skb_reason_drop dev_kfree_skb __dev_kfree_skb"},

    {"NAT", "nf_nat_ nf_xfrm_me_harder __nf_nat_ xt_nat xt_snat xt_dnat masquerade_ nft_nat_ nft_masq_ nft_redir_"},
    {"conntrack", "nf_conntrack nf_ct_ ipv4_conntrack ipv6_conntrack __nf_conntrack nf_confirm ipv4_confirm ipv6_confirm tcp_new nf_reset_ct"},
    {"IPVS", "ip_vs_ __ip_vs_"},
    {"bridge netfilter", "br_nf_"},
    {"netfilter", "nf_ __nf_ nft_ ipt_ ip6t_ xt_ iptable_ ip6table_ arpt_ ebt_"},
    {"IPsec", "xfrm __xfrm esp_ esp4_ esp6_ ah_ ah4_ ah6_ ipcomp_"},

    {"VXLAN", "vxlan_"},
    {"GENEVE", "geneve_"},
    {"GRE", "gre_ ipgre_ __gre_ ip6gre_ erspan_"},
    {"IPIP", "ipip_ ipip6_ sit_ tunnel4_ tunnel6_ tunnel64_ ip6ip6_ ip4ip6_"},
    {"tunnel", "ip_tunnel_ iptunnel_ udp_tunnel ip6_tnl_ ip_md_tunnel udp_encap skb_tunnel_ fou_ gue_"},
    {"WireGuard", "wg_"},
    {"bridge", "br_ __br_"},
    {"VLAN", "vlan_ __vlan_"},
    {"bond", "bond_"},
    {"team", "team_"},
    {"macvlan", "macvlan_ macvtap_"},
    {"ipvlan", "ipvlan_"},
    {"VRF", "vrf_ l3mdev_"},
    {"veth", "veth_ dev_forward_skb __dev_forward_skb ____dev_forward_skb"},
    {"tun", "tun_ tap_"},
    {"loopback", "loopback_"},
    {"virtio", "virtnet_ virtqueue_"},
    {"Open vSwitch", "ovs_ __ovs_"},
    {"MPLS", "mpls_"},

    {"IP receive", "udp_v4_early udp_v6_early tcp_v4_early tcp_v6_early"},
    {"XDP", "do_xdp_generic bpf_prog_run_generic_xdp netif_receive_generic_xdp generic_xdp_ xdp_"},
    {"TC", "tcf_ __tcf_ tc_run tcx_run cls_ mall_ u32_classify fl_classify sch_handle_ tc_cls_act"},
    {"socket filter", "sk_filter __sk_filter sk_reuseport_ run_bpf_filter"},
    {"cgroup BPF", "__cgroup_bpf_"},

    {"TCP", "tcp_ __tcp_ mptcp_ tcp4_ tcp6_"},
    {"UDP", "udp_ udpv6_ __udp udp4_ udp6_"},
    {"ICMP", "icmp_ icmpv6_ __icmp ping_ icmp6_"},
    {"IGMP", "igmp_ igmpv3_ igmp6_ mld_"},
    {"raw socket", "raw_ rawv6_ raw6_"},
    {"packet socket", "packet_ tpacket_ prb_"},
    {"SCTP", "sctp_"},
    {"socket queue", "sock_queue_ __sock_queue __sk_backlog sk_backlog __skb_queue_ skb_queue_ sk_stream_ __sk_receive_skb sk_receive_skb skb_set_owner"},
    {"read by a program", "skb_copy_datagram __skb_datagram skb_consume_udp skb_recv_ __skb_recv skb_free_datagram"},

    {"ARP", "arp_"},
    {"neighbour discovery", "ndisc_ addrconf_"},
    {"neighbour", "neigh_ __neigh_"},

    {"IP forward", "ip_forward ip6_forward ip_mr_ ip6_mr_ ipmr_ ip_frag_mem"},
    {"IP fragments", "ip_defrag ip_frag ip6_frag ip_do_frag nf_ct_frag ip_fragment ipv6_frag inet_frag __ip_fragment"},
    {"IP deliver", "ip_local_deliver ip_protocol_deliver ip6_input ip6_protocol_deliver ip6_mc_input"},
    {"IP receive", "ip_rcv ipv6_rcv ip_list_rcv ipv6_list_rcv ip_sublist ip6_sublist ip6_rcv ip_route_input ip6_route_input ip_mc_validate fib_validate __fib_validate ip_check_defrag ip_handle_martian ip_error ip6_pkt_ __ip_options ip_options ipv6_parse ip_list"},
    {"IP send", "ip_output ip6_output ip_local_out __ip_local_out ip6_local_out __ip6_local_out ip_queue_xmit __ip_queue_xmit ip6_xmit ip_send_ ip6_send_ ip_finish_output __ip_finish_output ip6_finish_output __ip6_finish_output ip6_finish ip_mc_output ip_mc_finish ip_build_and_send __ip_append ip6_append ip_push ip6_push dst_output"},

    {"qdisc", "sch_direct_xmit __dev_xmit_skb __qdisc qdisc_pkt qdisc_enqueue qdisc_dequeue pfifo_ bfifo_ fq_ codel_ sfq_ tbf_ htb_ netem_ cake_ prio_ mq_ red_ hfsc_ etf_ taprio_ drr_ dualpi2_ dev_requeue_ dev_qdisc_"},
    {"receive", "netif_receive __netif_receive netif_rx __netif_rx enqueue_to_backlog napi_gro_ dev_gro_ gro_ inet_gro_ ipv6_gro_ eth_type_trans skb_defer_rx process_backlog rps_ get_rps ptype_ deliver_skb deliver_ptype __napi_ napi_skb_finish skb_gro_"},
    {"transmit", "net_dev_queue net_dev_start_xmit net_dev_xmit dev_queue_xmit __dev_queue_xmit dev_hard_start_xmit validate_xmit_ netif_skb_features xmit_one netdev_pick_tx netdev_core_pick harmonize_ skb_network_protocol passthru_ skb_gso_ __skb_gso skb_mac_gso inet_gso tcp4_gso tcp6_gso __dev_direct dev_direct skb_checksum_help __dev_loopback"},
});
// clang-format on

bool has_prefix_of(std::string_view name, std::string_view prefixes) {
  for (size_t at = 0; at < prefixes.size();) {
    const size_t end = std::min(prefixes.find(' ', at), prefixes.size());
    if (name.starts_with(prefixes.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

std::string_view layer_of(std::string_view function) {
  if (function.ends_with("(tc)") || function.ends_with("(xdp)")) return function;
  constexpr std::string_view kTracepoint = "tp:";
  if (function.starts_with(kTracepoint)) function.remove_prefix(kTracepoint.size());
  for (const Row& row : kLayers)
    if (has_prefix_of(function, row.prefixes)) return row.layer;
  return "";
}

}  // namespace pwru::knowledge
