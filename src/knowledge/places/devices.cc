// SPDX-License-Identifier: Apache-2.0
// XDP, neighbours, devices and their queues.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

constexpr std::string_view kSends =
    "__dev_queue_xmit __dev_xmit_skb dev_queue_xmit sch_direct_xmit";
// What a qdisc says that says no more, and what it says before 5.17.
constexpr std::string_view kQdiscDrops = "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC -";
constexpr std::string_view kClassAdvice =
    "tc -s qdisc show dev {dev} shows limits and drops; tc -s class show dev {dev}, the rate of "
    "the class";
constexpr std::string_view kGenericXdp =
    "the XDP program {xdp} (id {xdp_id}) of {dev} dropped it, gave up, or sent it where it cannot "
    "go";
constexpr std::string_view kGenericXdpAdvice =
    "ip link set dev {dev} xdpgeneric off takes it off; bpftool prog show id {xdp_id} shows it";

// clang-format off
// What may have dropped it there, when there is but one. A filter may go on to chains of others.
#define CAUSES_OF_TC(id, places, reason, Way, way, in) \
  {id, places, "", reason, {{{Fact::Filter##Way##Only, Test::Is, "1"}, {Fact::Redirect##Way, Test::Is, "1"}, {Fact::Redirect##Way##Up, Test::Is, "0"}}}, Likely, \
   "the tc filter of the kind {filter_" way "} with the preference {filter_" way "_pref} redirects what goes " in " by {dev} to {redirect_" way "_to} (mirred), which is down", \
   "ip link set {redirect_" way "_to} up; tc -s filter show dev {dev} " way " shows the filter"}, \
  {id, places, "", reason, {{{Fact::Tcx##Way##Only, Test::Is, "1"}, {Fact::Tcx##Way##Id, Test::IsNot, "0"}}}, Certain, \
   "the BPF program {tcx_" way "} (id {tcx_" way "_id}) of tcx dropped it on its way " in " by {dev}", \
   "bpftool net show dev {dev} shows it; bpftool link show, who holds it; bpftool prog show id {tcx_" way "_id}"}, \
  {id, places, "", reason, {{{Fact::ClsBpf##Way##Only, Test::Is, "1"}, {Fact::ClsBpf##Way##Id, Test::IsNot, "0"}, {Fact::Filter##Way##Block, Test::IsNot, "0"}}}, Likely, \
   "the BPF program {cls_bpf_" way "} (id {cls_bpf_" way "_id}) dropped it on its way " in " by {dev}: it is the tc filter with the preference {filter_" way "_pref} in the shared block {filter_" way "_block}", \
   "tc -s filter show block {filter_" way "_block} shows it; tc filter del block {filter_" way "_block} pref {filter_" way "_pref} takes it off, of all devices that share the block"}, \
  {id, places, "", reason, {{{Fact::ClsBpf##Way##Only, Test::Is, "1"}, {Fact::ClsBpf##Way##Id, Test::IsNot, "0"}}}, Likely, \
   "the BPF program {cls_bpf_" way "} (id {cls_bpf_" way "_id}) dropped it on its way " in " by {dev}: it is the tc filter with the preference {filter_" way "_pref}", \
   "tc -s filter show dev {dev} " way " shows it; tc filter del dev {dev} " way " pref {filter_" way "_pref} takes it off"}, \
  {id, places, "", reason, {{{Fact::Filter##Way##Only, Test::Is, "1"}, {Fact::Filter##Way##Block, Test::IsNot, "0"}}}, Likely, \
   "the tc filter of the kind {filter_" way "} with the preference {filter_" way "_pref} in the shared block {filter_" way "_block} dropped it on its way " in " by {dev}", \
   "tc -s filter show block {filter_" way "_block} shows its parts with their actions; tc filter del block {filter_" way "_block} pref {filter_" way "_pref} takes them off, of all devices that share the block"}, \
  {id, places, "", reason, {{{Fact::Filter##Way##Only, Test::Is, "1"}}}, Likely, \
   "the tc filter of the kind {filter_" way "} with the preference {filter_" way "_pref} dropped it on its way " in " by {dev}", \
   "tc -s filter show dev {dev} " way " shows its parts with their actions; tc filter del dev {dev} " way " pref {filter_" way "_pref} takes them off"}

constexpr std::array kCauses = std::to_array<Cause>({
    // An XDP program that is traced itself.
    {"xdp-program", "XDP_DROP", "", "", {}, Certain,
     "the XDP program {xdp} of {dev} dropped it",
     "ip link show {dev} and bpftool net show the program; bpftool prog show lists the programs with their names, and bpftool prog dump xlated id N what one does"},
    {"xdp-program", "XDP_ABORTED", "", "", {}, Certain,
     "the XDP program {xdp} of {dev} gave up (XDP_ABORTED), which is an error in it",
     "ip link show {dev} and bpftool net show the program; its author asks the tracepoint xdp:xdp_exception"},

    // Neighbours.
    {"neighbour-failed", "neigh_invalidate arp_error_report ndisc_error_report", "", "", {{{Fact::DeviceKind, Test::Is, "macvlan macvtap ipvlan ipvtap"}}}, Certain,
     "nobody answers for {next_hop} on {dev}: neither ARP nor neighbour discovery found its MAC address",
     "ip neigh show {next_hop} dev {dev}; is it an address of its own host, that is of the device below? a {dev_kind} device never reaches that; else, is that host up, and on this link and VLAN?"},
    {"neighbour-failed", "neigh_invalidate arp_error_report ndisc_error_report", "", "", {}, Certain,
     "nobody answers for {next_hop} on {dev}: neither ARP nor neighbour discovery found its MAC address",
     "ip neigh show {next_hop} dev {dev}; is that host up, and on this link and VLAN?"},
    {"neighbour-queue", "__neigh_event_send", "", "NEIGH_QUEUEFULL", {}, Certain,
     "the MAC address of {next_hop} on {dev} is not known yet, and the queue for it is full",
     "ip neigh show {next_hop} dev {dev}; sysctl net.ipv4.neigh.{dev}.unres_qlen_bytes (net.ipv6 for IPv6) is its size"},
    {"neighbour-failed", "__neigh_event_send neigh_resolve_output", "", "NEIGH_FAILED NEIGH_DEAD -", {}, Likely,
     "the neighbour {next_hop} on {dev} did not answer",
     "ip neigh show {next_hop} dev {dev}; is that host up, and on this link and VLAN?"},

    // Devices and their queues.
    CAUSES_OF_TC("tc-egress", "__dev_queue_xmit sch_handle_egress", "TC_EGRESS", Egress, "egress", "out"),
    {"tc-egress", "__dev_queue_xmit sch_handle_egress", "", "TC_EGRESS", {}, Certain,
     "a filter or a BPF program of tc dropped it on its way out by {dev}",
     "tc -s filter show dev {dev} egress lists the filters; bpftool net show dev {dev} also the programs of tcx"},
    // Reports of MLD and IGMP while the other end is not up yet.
    {"link-comes-up", kSends, "", "", {{{Fact::Qdisc, Test::Is, "noop"}, {Fact::DestinationKind, Test::Is, "local-multicast"}, {Fact::Protocol, Test::Is, "icmp6 2"}}}},
    {"device-down", kSends, "", kQdiscDrops, {{{Fact::Qdisc, Test::Is, "noop"}, {Fact::DeviceIsUp, Test::Is, "0"}}}, Certain,
     "{dev} is down: its packets go to the qdisc noop",
     "ip link set {dev} up"},
    {"no-carrier", kSends, "", kQdiscDrops, {{{Fact::Qdisc, Test::Is, "noop"}}}, Certain,
     "{dev} has no carrier, or is going down: its packets go to the qdisc noop",
     "ip -d link show {dev}; of a pair such as veth the other end must be up too, a tun needs its program"},
    {"qdisc-blackhole", "__dev_queue_xmit __dev_xmit_skb", "", kQdiscDrops, {{{Fact::Qdisc, Test::Is, "blackhole"}}}, Certain,
     "the qdisc blackhole {qdisc_handle}: of {dev} drops whatever is sent there",
     "tc qdisc show dev {dev}; tc qdisc del dev {dev} root takes it off"},
    {"qdisc-netem", "__dev_queue_xmit __dev_xmit_skb", "", "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC QDISC_DROP_OVERLIMIT -", {{{Fact::Qdisc, Test::Is, "netem"}}}, Likely,
     "the qdisc netem {qdisc_handle}: of {dev} lost it on purpose, or is full ({qdisc_len} packets in it)",
     "tc -s qdisc show dev {dev}; tc qdisc del dev {dev} root takes it off"},
    // What drops of a classful qdisc is what hangs below a class, as its counters were when it was asked.
    {"qdisc-netem", "__dev_queue_xmit __dev_xmit_skb", "", "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC QDISC_DROP_OVERLIMIT -", {{{Fact::QueueKind, Test::Is, "netem"}}}, Likely,
     "the qdisc netem in the class {queue_parent} of {dev} lost it on purpose, or is full ({queue_len} packets in it)",
     "tc -s qdisc show dev {dev}; tc qdisc del dev {dev} parent {queue_parent} takes it off"},
    // Queues that drop without being full: shapers, and those that keep waits short.
    {"qdisc-class", "__dev_queue_xmit __dev_xmit_skb", "", kQdiscDrops, {{{Fact::QueueDrops, Test::Is, "one"}, {Fact::QueueLength, Test::Is, "0"}}}, Possible,
     "the qdisc {queue_kind} in the class {queue_parent} of {dev} dropped it, which has dropped packets before and is empty now; or another part of the qdisc {qdisc} did",
     kClassAdvice},
    {"qdisc-full", "__dev_queue_xmit __dev_xmit_skb", "", kQueueIsFull, {{{Fact::QueueDrops, Test::Is, "one"}}}, Likely,
     "the qdisc {queue_kind} in the class {queue_parent} of {dev} dropped it: its queue is full ({queue_len} packets in it)",
     kClassAdvice},
    {"qdisc-congested", "__dev_queue_xmit __dev_xmit_skb", "", kQueueIsSlow, {{{Fact::QueueDrops, Test::Is, "one"}}}, Likely,
     "the qdisc {queue_kind} in the class {queue_parent} of {dev} dropped it to slow the sender down: packets wait too long ({queue_len} packets in it)",
     "tc -s class show dev {dev} shows the rate of the class, which is less than what is sent"},
    {"qdisc-full", "__dev_queue_xmit __dev_xmit_skb", "", kQdiscDrops, {{{Fact::QueueDrops, Test::Is, "one"}}}, Likely,
     "the qdisc {queue_kind} in the class {queue_parent} of {dev} dropped it: its queue is full, or it keeps its queue short ({queue_len} packets in it)",
     kClassAdvice},
    {"qdisc-no-class", "__dev_queue_xmit __dev_xmit_skb", "", kQdiscDrops, {{{Fact::QueueDrops, Test::Is, "none"}, {Fact::Qdisc, Test::Is, "drr hfsc qfq"}}}, Likely,
     "the qdisc {qdisc} {qdisc_handle}: of {dev} has no class for it: no filter chose one",
     "tc -s class show dev {dev} lists the classes; tc filter show dev {dev}, the filters, one of which must choose a class (of hfsc also its default)"},
    // tbf_enqueue(): what GSO can cut is cut.
    {"qdisc-burst", "__dev_queue_xmit __dev_xmit_skb", "", kQdiscDrops, {{{Fact::Qdisc, Test::Is, "tbf"}, {Fact::Length, Test::Above, "qdisc_most"}, {Fact::GsoSize, Test::Is, "0"}}}, Likely,
     "its frame of {len} bytes is larger than the qdisc tbf {qdisc_handle}: of {dev} ever takes, which is {qdisc_most} bytes (burst, or mtu with a peakrate)",
     "tc -s qdisc show dev {dev} shows the burst; tc qdisc change dev {dev} .. tbf with a burst of the largest frame at least"},
    {"qdisc-full", "__dev_queue_xmit __dev_xmit_skb", "", "QDISC_DROP -", {{{Fact::Qdisc, Test::IsNot, "noqueue"}}}, Likely,
     "the qdisc {qdisc} {qdisc_handle}: of {dev} dropped it: its queue is full ({qdisc_len} packets in it), or it limits the rate",
     "tc -s qdisc show dev {dev} shows backlog, drops and limits"},
    CAUSES_OF_TC("tc-ingress", "__netif_receive_skb_core sch_handle_ingress", "TC_INGRESS", Ingress, "ingress", "in"),
    {"tc-ingress", "__netif_receive_skb_core sch_handle_ingress", "", "TC_INGRESS", {}, Certain,
     "a filter or a BPF program of tc dropped it on its way in by {dev}",
     "tc -s filter show dev {dev} ingress lists the filters; bpftool net show dev {dev} also the programs of tcx"},
    // bpf_redirect(), bpf_redirect_peer(), bpf_redirect_neigh()
    {"tc-redirect", "skb_do_redirect __bpf_redirect", "", "-", {}, Likely,
     "a BPF program of tc redirected it to a device that does not exist, is down, or does not take it",
     "bpftool net show lists the programs of each device; bpftool prog show id N, bpftool prog dump xlated id N what one does"},
    // bpf_input(), bpf_output() and bpf_xmit() of lwt_bpf.c
    {"route-program", "run_lwt_bpf bpf_input bpf_output bpf_xmit", "", "-", {}, Likely,
     "the BPF program of its route (encap bpf) dropped it, or failed",
     "ip route get {dst} shows the route; ip route show table all | grep 'encap bpf' lists such routes"},
    // rtnl_kfree_skbs(): what a qdisc held is freed when the change is over.
    {"link-comes-up", "__rtnl_unlock", "", "-", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"qdisc-purged", "__rtnl_unlock", "", "-", {}, Likely,
     "it waited in a qdisc of {dev} that was deleted, replaced or made smaller, or whose device went down",
     "tc -s qdisc show dev {dev}; who changed it? tc monitor"},
    {"xdp-generic", GENERIC_XDP, "", "", {{{Fact::XdpGenericLinkId, Test::IsNot, "0"}}}, Certain,
     kGenericXdp,
     "bpftool link shows its link; bpftool prog show id {xdp_id} shows it"},
    {"xdp-generic", GENERIC_XDP, "", "", {}, Certain,
     kGenericXdp,
     kGenericXdpAdvice},
    // Before 5.17 do_xdp_generic() frees what cannot be redirected, and is inlined.
    {"xdp-generic", "__netif_receive_skb_core", "", "XDP", {}, Likely,
     kGenericXdp,
     kGenericXdpAdvice},
    {"xdp-native", VETH_XDP " tun_build_skb", "", "", {{{Fact::XdpLinkId, Test::IsNot, "0"}}}, Likely,
     "the XDP program {xdp_link} (id {xdp_link_id}) of {dev} dropped it, gave up, or sent it where it cannot go",
     "bpftool link shows its link; bpftool prog show id {xdp_link_id} shows it"},
    {"xdp-native", VETH_XDP " tun_build_skb", "", "", {}, Likely,
     "the XDP program {xdp_drv} (id {xdp_drv_id}) of {dev} dropped it, gave up, or sent it where it cannot go",
     "ip link set dev {dev} xdp off takes it off; bpftool prog show id {xdp_drv_id} shows it"},
    {"backlog", "enqueue_to_backlog", "", "CPU_BACKLOG", {}, Certain,
     "the CPU could not keep up: its backlog of received packets was full, or half full of one flow where flow limits are on",
     "on the host: sysctl net.core.netdev_max_backlog is the limit; /proc/net/softnet_stat counts, a line for each CPU; spread the load (RSS, RPS); sysctl net.core.flow_limit_cpu_bitmap"},
    {"backlog", "enqueue_to_backlog", "", "-", {}, Likely,
     "the backlog of received packets of its CPU was full, or {dev} is not up",
     "on the host: sysctl net.core.netdev_max_backlog is the limit; /proc/net/softnet_stat counts, a line for each CPU; ip link show {dev}"},
    // What is for another MAC address is what a bridge or switch floods, or a promiscuous device hears.
    {"vlan-unknown", "ip_rcv_core ip6_rcv_core ip_rcv ipv6_rcv", "", "OTHERHOST", {{{Fact::Vlan, Test::IsNot, "0"}, {Fact::ForDevice, Test::Is, "1"}}}, Likely,
     "its frame has a VLAN tag ({vlan_id}) that {dev} has no device for",
     "ip -d link show type vlan; tcpdump -e -ni {dev} shows the tag"},
    {"group-unread", "vlan_do_receive", "", "-", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"vlan-down", "vlan_do_receive", "", "-", {}, Certain,
     "the device for its VLAN tag ({vlan_id}) on {dev} is down",
     "ip -br link show type vlan lists the devices of VLANs; ip link set DEVICE up"},
    // Who floods sends what is for other addresses.
    {"wrong-mac", "ip6_rcv_core ipv6_rcv", "", "OTHERHOST", {{{Fact::OwnDestination6, Test::Is, "1"}, {Fact::ForDevice, Test::Is, "0"}, {Fact::ForGroup, Test::Is, "0"}}}, Likely,
     "its frame was sent to the MAC address {frame_mac}, and {dev}, which has the address {dst}, has {dev_mac}",
     "the sender's neighbour entry for {dst} is wrong or old: ip -6 neigh there; does another host have {dst} too? ndisc6; VRRP?"},
    {"wrong-mac", "ip_rcv_core ip_rcv", "", "OTHERHOST", {{{Fact::OwnDestination, Test::Is, "1"}, {Fact::ForDevice, Test::Is, "0"}, {Fact::ForGroup, Test::Is, "0"}}}, Likely,
     "its frame was sent to the MAC address {frame_mac}, and {dev}, which has the address {dst}, has {dev_mac}",
     "the sender's neighbour entry for {dst} is wrong or old: ip neigh there; does another host have {dst} too? arping -D; VRRP?"},
    // ip_rcv_core() is given frames for the own MAC address as OTHERHOST only when a VLAN tag was taken out.
    {"vlan-unknown", "ip_rcv_core ip6_rcv_core ip_rcv ipv6_rcv", "", "OTHERHOST", {{{Fact::ForDevice, Test::Is, "1"}}}, Likely,
     "its frame has a VLAN tag that {dev} has no device for",
     "ip -d link show type vlan; tcpdump -e -ni {dev} shows the tag"},
    {"martian-source", "ip6_rcv_core ipv6_rcv", "", "IP_INHDR -", {{{Fact::SourceKind, Test::Is, "loopback local-multicast multicast"}, {Fact::PacketType, Test::IsNot, "3"}}}, Certain,
     "a packet that comes in by {dev} may not have the source {src}",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    {"destination-refused", "ip6_rcv_core ipv6_rcv", "", "IP_INHDR -", {{{Fact::DestinationKind, Test::Is, "loopback any"}, {Fact::PacketType, Test::IsNot, "3"}}}, Certain,
     "a packet that comes in by {dev} may not be for {dst}",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    // MLD and neighbour discovery of others come nevertheless.
    {"ipv6-not-there", "ip6_rcv_core ipv6_rcv", "", "-", {{{Fact::DeviceHasIpv6, Test::Is, "0"}, {Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"ipv6-not-there", "ip6_rcv_core ipv6_rcv", "", "-", {{{Fact::DeviceHasIpv6, Test::Is, "0"}, {Fact::PacketType, Test::IsNot, "3"}, {Fact::HasSmallMtu, Test::Is, "1"}}}, Likely,
     "IPv6 is not set up on {dev}: its MTU is {dev_mtu}, and below 1280 there is no IPv6",
     "ip link set {dev} mtu 1280 (or more) brings IPv6 back, and not the addresses that were removed"},
    {"ipv6-version", "ip6_rcv_core", "", "UNHANDLED_PROTO", {}, Certain,
     "its EtherType says IPv6, and the version field of its header does not",
     "find who sends it: tcpdump -e -X -ni {dev}"},
    {"ipv6-option", "icmpv6_param_prob icmpv6_param_prob_reason", "ip6_tlvopt_unknown", "", {}, Certain,
     "it has an IPv6 option that this host does not know, and that asks for an ICMP error then",
     "look at it: tcpdump -v -ni {dev} host {src}"},
    {"ipv6-option", "ip6_tlvopt_unknown", "", "UNHANDLED_PROTO", {}, Certain,
     "it has an IPv6 option that this host does not know, and that asks to be dropped then",
     "look at it: tcpdump -v -ni {dev} host {src}"},
    {"ipv6-option", "ip6_parse_tlv", "", "-", {}, Likely,
     "it has an IPv6 option that this host does not know, and that asks to be dropped then, or its options are damaged",
     "look at it: tcpdump -v -ni {dev} host {src}"},
    {"routing-header", "ipv6_rthdr_rcv ipv6_srh_rcv ipv6_rpl_srh_rcv", "", "-", {}, Likely,
     "it has a routing header that this host does not take: segment routing (net.ipv6.conf.{dev}.seg6_enabled), or source routing",
     "sysctl net.ipv6.conf.all.seg6_enabled net.ipv6.conf.{dev}.seg6_enabled, both must be 1; look at it: tcpdump -v -ni {dev} host {src}"},
    {"mpls", "mpls_forward", "", "-", {{{Fact::PacketType, Test::Is, "0"}}}, Likely,
     "MPLS does not take it: it is off on {dev} (net.mpls.conf.{dev}.input), no route has its label, or its TTL has run out",
     "sysctl net.mpls.conf.{dev}.input net.mpls.platform_labels; ip -f mpls route show"},
    // Of the link only: LLDP, spanning tree, 802.1X, slow protocols, PTP.
    {"link-protocol", "__netif_receive_skb_core", "", "UNHANDLED_PROTO -", {{{Fact::EtherType, Test::Is, "0x88cc 0x0004 0x888e 0x8809 0x88f7"}}}},
    // Each port of a bond hears a broadcast, and one takes it; of unknown protocols hosts hear many.
    {"group-unread", "__netif_receive_skb_core", "", "UNHANDLED_PROTO", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"other-host", "__netif_receive_skb_core", "", "UNHANDLED_PROTO", {{{Fact::PacketType, Test::Is, "3"}}}},
    {"inactive-port", "__netif_receive_skb_core", "", "UNHANDLED_PROTO", {{{Fact::EtherType, Test::Is, "0x0800 0x86dd 0x0806"}, {Fact::BondPort, Test::Is, "1"}, {Fact::PacketType, Test::Is, "0"}}}, Likely,
     "{dev} is an inactive port of a bond: the other end sends by a port that this host does not use",
     "cat /proc/net/bonding/* shows the active port; do both ends agree on the mode of the bond (active-backup, 802.3ad)?"},
    {"inactive-port", "__netif_receive_skb_core", "", "UNHANDLED_PROTO", {{{Fact::EtherType, Test::Is, "0x0800 0x86dd 0x0806"}}}, Possible,
     "{dev} is an inactive port of a bond or team, or nothing takes the packet there",
     "ip -d link show {dev}; cat /proc/net/bonding/*"},
});
// clang-format on

}  // namespace

std::span<const Cause> device_causes() { return kCauses; }

}  // namespace pwru::knowledge
