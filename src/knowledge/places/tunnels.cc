// SPDX-License-Identifier: Apache-2.0
// Links with another end, fragments, and tunnels on their way out.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

constexpr std::string_view kTunnelSends =
    "ip_tunnel_xmit ip_md_tunnel_xmit ip6_tnl_xmit ip6_tnl_start_xmit sit_tunnel_xmit";
constexpr std::string_view kNoRemoteAdvice =
    "bridge fdb show dev {dev}; bridge fdb add {frame_mac} dev {dev} dst OTHER-END adds one; of a "
    "cluster, its daemon does (flannel, Calico)";
#define IP_TUNNELS "tunnel4_rcv tunnel6_rcv tunnel64_rcv tunnel46_rcv tunnelmpls4_rcv"
constexpr std::string_view kIpTunnelAdvice =
    "ip -d link show type ipip; the same with sit, ip6tnl; are local and remote right at both "
    "ends?";
constexpr std::string_view kOtherRemote =
    "the tunnel {tunnel} ({tunnel_kind}) takes only what {tunnel_expects} sends, and it is from "
    "{src}";
constexpr std::string_view kRemoteAdvice =
    "ip -d link show {tunnel} shows its other end (remote); if that is {src}: ip link change "
    "{tunnel} type {tunnel_kind} remote {src}";
constexpr std::string_view kGreAdvice =
    "ip -d link show type gre; the same with gretap, ip6gre; tcpdump -v -ni {dev} shows the key";
constexpr std::string_view kVniDown =
    "the device {tunnel} ({tunnel_kind}) is for its VNI {vni}, and is down";
constexpr std::string_view kEndsDown =
    "the tunnel {tunnel} ({tunnel_kind}) has the addresses {src} and {dst}, and is down";
constexpr std::string_view kUpAdvice = "ip link set {tunnel} up";
constexpr std::string_view kNoVni =
    "no VXLAN device of this host has its VNI {vni}; one in another network namespace may, and be "
    "down";
constexpr std::string_view kVniAdvice =
    "ip -d link show type vxlan; tcpdump -v -ni {dev} shows the VNI";
#define GENEVE_RECEIVES "geneve_udp_encap_recv geneve_rx"
constexpr std::string_view kGeneveAdvice =
    "ip -d link show type geneve; tcpdump -v -ni {dev} shows the VNI";
constexpr std::string_view kGeneveHeaderAdvice =
    "look at it: tcpdump -v -X -ni {dev} udp port {port} and host {src}";
constexpr std::string_view kIpsecDevices =
    "vti_tunnel_xmit vti_xmit vti6_tnl_xmit vti6_xmit xfrmi_xmit xfrmi_xmit2";

// clang-format off
constexpr std::array kCauses = std::to_array<Cause>({
    // ip_vs_xmit.c: tx_error
    {"ipvs-send", "ip_vs_nat_xmit ip_vs_nat_xmit_v6 ip_vs_dr_xmit ip_vs_dr_xmit_v6 ip_vs_tunnel_xmit ip_vs_tunnel_xmit_v6 ip_vs_bypass_xmit ip_vs_bypass_xmit_v6 ip_vs_icmp_xmit ip_vs_icmp_xmit_v6", "", "-", {}, Likely,
     "IPVS could not send it to the real server that it chose: no route leads there, or it does not fit the MTU on the way",
     "ipvsadm -Ln shows the real servers of {dst}:{port}; ip route get each of them"},
    // ip_mr_forward() asks for the device first. The copy of what this host sends itself loses nothing.
    {"own-group", kMulticastRouting, "", "-", {{{Fact::PacketType, Test::Is, "5"}}}},
    {"multicast-route-device", kMulticastRouting, "", "-", {{{Fact::MulticastRoute, Test::Is, "device"}}}, Likely,
     "the multicast route from {src} to {dst} takes it by {multicast_route_dev}, and it came in by {dev}",
     "ip mroute show; ip route get {src} shows the way back, by which the daemon of multicast routing expects it"},
    {"multicast-route-empty", kMulticastRouting, "", "-", {{{Fact::MulticastRoute, Test::Is, "none-out"}}}, Likely,
     "the multicast route from {src} to {dst} sends it nowhere: it has no device to go out by",
     "ip mroute show; has a receiver joined the group there? ask the daemon of multicast routing"},
    {"multicast-route-ttl", kMulticastRouting, "", "-", {{{Fact::MulticastRoute, Test::Is, "ttl"}}}, Likely,
     "its TTL is {ttl}, and the multicast route from {src} to {dst} asks for more at each of its devices",
     "let the sender begin with a larger TTL (IP_MULTICAST_TTL, 1 by default); ip mroute show"},
    {"multicast-route", kMulticastRouting, "", "-", {}, Possible,
     "its multicast route does not send it on: it came in by another device than that of the route, its TTL is too small, or the route has no device to go out by",
     "ip mroute show; ip route get {src} shows the way back, by which it is expected"},
    // input_action_end() and its like, which are called by seg6_local_input_core().
    {"srv6", "input_action_end input_action_end_core end_next_csid_core input_action_end_x input_action_end_x_core input_action_end_t input_action_end_b6 input_action_end_b6_encap input_action_end_bpf", "", "-", {}, Likely,
     "the SRv6 segment {dst} of this host does not take it: it has no segment routing header, or no segment is left in it",
     "ip -6 route show {dst} shows what the segment does; look at it: tcpdump -v -ni {dev} host {src}"},
    {"srv6", "input_action_end_dx2 input_action_end_dx4 input_action_end_dx6 input_action_end_dt4 input_action_end_dt6 input_action_end_dt46", "", "-", {}, Likely,
     "the SRv6 segment {dst} of this host does not take it: what it carries is not what the segment unpacks (IPv4, IPv6, or Ethernet), or segments are left in it",
     "ip -6 route show {dst} shows what the segment does; look at it: tcpdump -v -ni {dev} host {src}"},
    // is_skb_forwardable(): a veth, a macvlan or bpf_redirect() hands it to another device.
    {"link-comes-up", "__dev_forward_skb2 __dev_forward_skb dev_forward_skb", "", "-", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"mtu-peer", "__dev_forward_skb2 __dev_forward_skb dev_forward_skb", "", "-", {}, Likely,
     "its {len} bytes do not fit the MTU of the device that {dev} hands it to (of a veth, its other end), or that device is down",
     "ip -d link show {dev} names the other end of a veth (@, link-netns); give both the same MTU: ip link set DEVICE mtu N"},

    // Fragments and tunnels on their way out.
    {"mtu", "ip_fragment ip6_fragment", "", "-", {{{Fact::Length, Test::Above, "route_mtu"}}}, Likely,
     "its {len} bytes do not fit the MTU {route_mtu} of {mtu_owner}, and it may not be fragmented; whoever sent it gets an ICMP error",
     "of a tunnel: lower the MTU of the tunnel's device, or clamp the MSS; else raise the MTU of {mtu_owner}; see that ICMP errors reach the sender"},
    {"mtu", "ip_fragment", "", "-", {}, Likely,
     "it is larger than the path MTU of the route to {dst}, and may not be fragmented; whoever sent it gets an ICMP error",
     "ip route get {dst} shows the MTU; of a tunnel: lower the MTU of its device, or clamp the MSS"},
    {"macsec-send", "macsec_start_xmit macsec_encrypt", "", "-", {}, Likely,
     "the MACsec device {dev} could not send it: it has no association (SA) to send with that is active, its packet numbers are used up, it is not up, or the packet is larger than the MTU of the device below",
     "ip -s macsec show {dev} shows the associations; do the keys of both ends get negotiated (MKA, wpa_supplicant)?"},
    {"macsec-receive", "macsec_handle_frame macsec_decrypt macsec_post_decrypt", "", "-", {}, Likely,
     "no MACsec association of this host takes it: its sender (SCI) or its key is not known, it is a replay, or it failed the check",
     "ip -s macsec show counts by cause; do both ends have the same keys?"},
    {"fragment-refused", "ipv6_frag_rcv nf_ct_frag6_gather", "", "-", {}, Likely,
     "it is a fragment that does not fit the others of its datagram (it overlaps them, or has a wrong length), or there is no memory for fragments",
     "nstat -az Ip6ReasmFails; sysctl net.ipv6.ip6frag_high_thresh; find who sends it: tcpdump -v -ni {dev} host {src}"},
    // Since 6.2 a fragment that comes twice has a reason (DUP_FRAG).
    {"fragment-refused", "ip_defrag", "", "-", {{{Fact::TellsOldSequence, Test::IsNot, "0"}}}, Likely,
     "it is a fragment that does not fit the others of its datagram (it overlaps them, or is too long), or there is no memory for fragments",
     "nstat -az IpReasmFails; sysctl net.ipv4.ipfrag_high_thresh; find who sends it: tcpdump -v -ni {dev} host {src}"},
    // ip_tunnel_xmit(), ip6_tnl_xmit() and ipip6_tunnel_xmit() count why just before, and nothing when the path MTU is too small. Of a tunnel that has met both, this says nothing.
    {"tunnel-route", kTunnelSends, "", "-", {{{Fact::TunnelCarrier, Test::IsNot, "0"}, {Fact::TunnelCollisions, Test::Is, "0"}}}, Likely,
     "the tunnel {dev} could not send it: this host has no route to the tunnel's other end, or, of a large packet, that has a smaller path MTU",
     "ip -d link show {dev} names the other end (remote); ip route get it"},
    {"tunnel-loop", kTunnelSends, "", "-", {{{Fact::TunnelCarrier, Test::Is, "0"}, {Fact::TunnelCollisions, Test::IsNot, "0"}}}, Likely,
     "the tunnel {dev} could not send it: the route to the tunnel's other end leads through the tunnel itself, or, of a large packet, has a smaller path MTU",
     "ip -d link show {dev} names the other end (remote); ip route get it; add a route to it by another device"},
    {"tunnel-send", kTunnelSends, "", "-", {}, Possible,
     "the tunnel {dev} could not send it: no route to its other end, a route through the tunnel itself, or it does not fit the path MTU",
     "ip -s -d link show {dev} shows the other end and counts (carrier: no route; collsns: a route through itself); ip route get the other end"},
    // MLD and router solicitations while the device comes up.
    {"link-comes-up", kIpsecDevices, "", "-", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"ipsec-tunnel", kIpsecDevices, "", "-", {}, Likely,
     "the IPsec device {dev} could not send it: no IPsec policy or association (SA) of it takes the packet, there is no route to the other end, or it does not fit the path MTU",
     "ip -d link show {dev} shows its key or if_id; ip xfrm policy and ip xfrm state must have the same mark or if_id; ip -s link show {dev} counts"},
    // ipvlan_process_outbound()
    {"ipvlan-group", "ipvlan_queue_xmit ipvlan_start_xmit ipvlan_process_outbound", "", "-", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"ipvlan-group", "ipvlan_queue_xmit ipvlan_start_xmit ipvlan_process_outbound", "", "-", {{{Fact::ForGroup, Test::Is, "1"}}}, Likely,
     "the ipvlan device {dev} sends no multicast and no broadcast in its mode, l3",
     "ip -d link show {dev} shows the mode; ipvlan in mode l2, or macvlan, sends them"},
    {"tunnel-refused", "ip_tunnel_rcv __ip6_tnl_rcv ip6_tnl_rcv", "", "-", {}, Likely,
     "a tunnel with the addresses {src} and {dst} refuses it: of GRE, it lacks a checksum or a sequence number that the tunnel expects, has one that it does not expect, or is out of order; or its ECN bits contradict those outside",
     "ip -s -s -d link show type gre (gretap, ip6gre) shows icsum and iseq of the tunnel, and counts (crc, fifo; frame: ECN); the other end needs ocsum and oseq for them"},
    // The only one that has the port, so that its socket is closed.
    {"tunnel-down", UDP_LOOKUP, "", "NO_SOCKET -", {{{Fact::TunnelIs, Test::Is, "down"}}}, Likely,
     kVniDown, kUpAdvice},
    // As the tunnels are when they are asked for. One that is down is passed over as if it was not there.
    {"tunnel-down", IP_TUNNELS " gre_rcv", "", "-", {{{Fact::TunnelIs, Test::Is, "down"}}}, Likely,
     kEndsDown, kUpAdvice},
    {"tunnel-down", "xfrm_input", IP_TUNNELS, "-", {{{Fact::TunnelIs, Test::Is, "down"}}}, Likely,
     kEndsDown, kUpAdvice},
    {"tunnel-remote", IP_TUNNELS " gre_rcv", "", "-", {{{Fact::TunnelIs, Test::Is, "remote"}}}, Likely,
     kOtherRemote, kRemoteAdvice},
    {"tunnel-remote", "xfrm_input", IP_TUNNELS, "-", {{{Fact::TunnelIs, Test::Is, "remote"}}}, Likely,
     kOtherRemote, kRemoteAdvice},
    {"tunnel-unknown", IP_TUNNELS, "", "-", {{{Fact::TunnelIs, Test::Is, "none"}}}, Likely,
     "no tunnel of this host (IPIP, SIT, IP6IP6) has the addresses {src} and {dst}",
     kIpTunnelAdvice},
    {"tunnel-unknown", IP_TUNNELS, "", "-", {}, Likely,
     "no tunnel of this host (IPIP, SIT, IP6IP6) has the addresses {src} and {dst}, or it is down",
     kIpTunnelAdvice},
    {"gre-key", "gre_rcv", "", "-", {{{Fact::TunnelIs, Test::Is, "key"}}}, Likely,
     "it has {gre_key}, and the tunnel {tunnel} ({tunnel_kind}) with the addresses {src} and {dst} expects {tunnel_expects}",
     "ip -d link show {tunnel} shows its keys (ikey, okey); give both ends the same"},
    {"gre-header", "gre_rcv", "", "-", {{{Fact::TunnelIs, Test::Is, "up"}}}, Likely,
     "the tunnel {tunnel} ({tunnel_kind}) has its addresses and its key, and does not take its GRE header: it has a wrong checksum or another version, or carries an Ethernet frame where the tunnel expects an IP packet, or the other way round",
     "are both ends of the same kind (gre; or gretap, for Ethernet frames)? look at it: tcpdump -v -ni {dev} ip proto 47 and host {src}"},
    {"gre-key", "gre_rcv", "", "-", {{{Fact::TunnelIs, Test::Is, "none"}}}, Likely,
     "no GRE tunnel of this host has the addresses {src} and {dst}; it has {gre_key}",
     kGreAdvice},
    {"gre-key", "gre_rcv", "", "-", {}, Likely,
     "no GRE tunnel of this host takes it: its key, or the address of the other end, is not that of a tunnel, or the tunnel is down",
     kGreAdvice},
    {"tunnel-down", "vxlan_rcv " GENEVE_RECEIVES, "", "VXLAN_VNI_NOT_FOUND -", {{{Fact::TunnelIs, Test::Is, "down"}}}, Likely,
     kVniDown, kUpAdvice},
    {"vxlan-vni", "vxlan_rcv", "", "VXLAN_VNI_NOT_FOUND -", {{{Fact::TunnelIs, Test::Is, "filter"}}}, Likely,
     "the VXLAN device {tunnel} takes only the VNIs that it was told (vnifilter), and {vni} is none of them",
     "bridge vni show dev {tunnel} lists them; bridge vni add vni {vni} dev {tunnel} adds it"},
    {"vxlan-vni", "vxlan_rcv", "", "VXLAN_VNI_NOT_FOUND", {{{Fact::TunnelIs, Test::Is, "none"}}}, Likely,
     kNoVni,
     kVniAdvice},
    // Its header has no flag but the one that each has.
    {"vxlan-vni", "vxlan_rcv", "", "-", {{{Fact::VxlanFlags, Test::Is, "8"}, {Fact::TunnelIs, Test::Is, "none"}}}, Likely,
     kNoVni,
     kVniAdvice},
    // vxlan_set_mac() has put the device of the tunnel into the packet. Linux 6.12 has reasons there.
    {"local-mac", "vxlan_rcv", "", "-", {{{Fact::DeviceKind, Test::Is, "vxlan"}, {Fact::FromDeviceMac, Test::Is, "1"}}}, Likely,
     "its source is the MAC address of the VXLAN device {dev} itself: it went in a circle, or another device has that address too",
     "ip link show {dev} shows its address; bridge fdb show dev {dev}"},
    {"vxlan-entry", "vxlan_rcv", "", "-", {{{Fact::DeviceKind, Test::Is, "vxlan"}}}, Likely,
     "its source MAC address has a fixed entry at the VXLAN device {dev}, which names another end; or its ECN bits contradict those outside",
     "bridge fdb show dev {dev} shows the entries (permanent, static) with their ends (dst); bridge fdb del takes a wrong one away"},
    {"vxlan-vni", "vxlan_rcv", "", "-", {{{Fact::VxlanFlags, Test::Is, "8"}}}, Likely,
     "no VXLAN device of this host has its VNI {vni}, or the device is not up",
     kVniAdvice},
    {"vxlan-refused", "vxlan_rcv", "", "-", {}, Possible,
     "no VXLAN device of this host takes it: its VNI {vni} is that of none, or its header has flags that the device does not take",
     kVniAdvice},
    // vxlan_xmit() sends what no entry has to the device's own remote, if it has one.
    {"group-unread", "vxlan_xmit", "", "NO_TX_TARGET -", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"vxlan-no-remote", "vxlan_xmit", "", "NO_TX_TARGET", {}, Likely,
     "the VXLAN device {dev} knows no other end for the MAC address {frame_mac}, and has none for the rest",
     kNoRemoteAdvice},
    {"vxlan-no-remote", "vxlan_xmit", "", "-", {}, Likely,
     "the VXLAN device {dev} knows no other end for the MAC address {frame_mac}, and has none for the rest; or it is an external one (collect metadata), and nothing gave the packet a destination",
     kNoRemoteAdvice},
    {"group-unread", "vxlan_xmit_one", "", "IP_OUTNOROUTES -", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},
    {"tunnel-route", "vxlan_xmit_one", "", "IP_OUTNOROUTES -", {}, Likely,
     "the VXLAN device {dev} could not send it: this host has no route to the other end for the MAC address {frame_mac}, or one through {dev} itself",
     "bridge fdb show dev {dev} names the other end of each MAC address (dst); ip route get it"},
    // geneve_udp_encap_recv() has the UDP header in front still.
    {"geneve-header", GENEVE_RECEIVES, "", "-", {{{Fact::Length, Test::Is, "8 9 10 11 12 13 14 15"}}}, Likely,
     "it is too short for a Geneve header",
     kGeneveHeaderAdvice},
    {"geneve-header", GENEVE_RECEIVES, "", "-", {{{Fact::GeneveVersion, Test::Is, "1 2 3"}}}, Likely,
     "its Geneve header has the version {geneve_version}, and there is only 0",
     kGeneveHeaderAdvice},
    {"tunnel-remote", GENEVE_RECEIVES, "", "-", {{{Fact::TunnelIs, Test::Is, "remote"}}}, Likely,
     "the Geneve device {tunnel} has its VNI {vni} and takes only what {tunnel_expects} sends, and it is from {src}",
     kRemoteAdvice},
    {"geneve-vni", GENEVE_RECEIVES, "", "-", {{{Fact::TunnelIs, Test::Is, "none"}}}, Likely,
     "no Geneve device of this host has its VNI {vni} and its other end",
     kGeneveAdvice},
    // Since 5.18 a device with innerprotoinherit takes IP packets too.
    {"geneve-header", GENEVE_RECEIVES, "", "-", {{{Fact::GeneveProtocol, Test::IsNot, "0x6558"}}}, Likely,
     "its Geneve header says that it carries the protocol {geneve_proto}, and the Geneve device takes only Ethernet frames (0x6558)",
     "let the other end send Ethernet frames; a device that was made with innerprotoinherit takes IP packets too"},
    {"geneve-vni", GENEVE_RECEIVES, "", "-", {}, Likely,
     "no Geneve device of this host has its VNI {vni} and its other end, or the device is not up",
     kGeneveAdvice},
});
// clang-format on

}  // namespace

std::span<const Cause> tunnel_causes() { return kCauses; }

}  // namespace pwru::knowledge
