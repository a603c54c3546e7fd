// SPDX-License-Identifier: Apache-2.0
// Bridges and Open vSwitch.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

constexpr std::string_view kReceives = "br_handle_frame br_handle_frame_finish";

// clang-format off
constexpr std::array kCauses = std::to_array<Cause>({
    // Bridges; state of a port: 0 disabled, 1 listening, 2 learning, 4 blocking.
    // The kernel disables a port without a carrier, which comes and goes while its host is set up or taken down.
    {"link-comes-up", kReceives, "", "", {{{Fact::BridgePortState, Test::Is, "0"}, {Fact::ForGroup, Test::Is, "1"}}}},
    // While the spanning tree waits, the kernel of a host reports its groups (IGMP, MLD), asks for routers, and looks for its own address.
    {"link-comes-up", kReceives, "", "", {{{Fact::BridgePortState, Test::Is, "1 2"}, {Fact::Protocol, Test::Is, "2"}}}},
    {"link-comes-up", kReceives, "", "", {{{Fact::BridgePortState, Test::Is, "1 2"}, {Fact::Protocol, Test::Is, "icmp6"}, {Fact::IcmpType, Test::Is, "131 132 133 143"}}}},
    {"link-comes-up", kReceives, "", "", {{{Fact::BridgePortState, Test::Is, "1 2"}, {Fact::DestinationKind, Test::Is, "local-multicast"}, {Fact::SourceKind, Test::Is, "any"}}}},
    {"bridge-port-state", kReceives, "", "", {{{Fact::BridgePortState, Test::Is, "0 1 2 4"}}}, Certain,
     "the bridge port {dev} does not forward: its state is {port_state} (0 disabled, 1 listening, 2 learning, 4 blocking)",
     "bridge -d link show dev {dev}; it forwards after two forward delays, at once without STP"},
    // A trunk carries broadcasts of VLANs that are not for this host.
    {"bridge-other-vlan", "__allowed_ingress br_allowed_ingress", "", "", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast broadcast"}}}},
    {"bridge-other-vlan", "__allowed_ingress br_allowed_ingress", "br_dev_xmit", "", {}},
    {"bridge-vlan", "__allowed_ingress br_allowed_ingress", "", "", {}, Likely,
     "the VLAN filter of the bridge does not let it in by the port {dev}",
     "bridge vlan show dev {dev} lists the VLANs of the port; bridge vlan add dev {dev} vid N adds one"},
    {"bridge-isolated", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::BridgePortIsolated, Test::Is, "1"}, {Fact::BridgeVlans, Test::Is, "0"}}}, Likely,
     "the bridge port {dev} is isolated: the bridge forwards nothing from it to other isolated ports",
     "bridge -d link show shows isolated ports; bridge link set dev {dev} isolated off"},
    // Of a group that no other port has joined, when the bridge snoops.
    {"multicast-not-joined", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::ForGroup, Test::Is, "1"}}}},
    // A packet without a target has a reason of its own where TellsNoTarget is known.
    {"bridge-locked", "br_handle_frame_finish", "", "-", {{{Fact::BridgePortLocked, Test::Is, "1"}, {Fact::BridgePortState, Test::Is, "3"}, {Fact::TellsNoTarget, Test::IsNot, "0"}}}, Likely,
     "the bridge port {dev} is locked, and its sender's MAC address is not allowed there",
     "bridge -d link show dev {dev}; bridge fdb add MAC dev {dev} master static allows an address (802.1X, hostapd); bridge link set dev {dev} locked off"},
    {"bridge-locked", "br_handle_frame_finish", "", "-", {{{Fact::BridgePortLocked, Test::Is, "1"}, {Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the bridge port {dev} is locked, and its sender's MAC address may not be allowed there; or no port leads to its destination",
     "bridge -d link show dev {dev}; bridge fdb add MAC dev {dev} master static allows an address (802.1X, hostapd); bridge link set dev {dev} locked off"},
    // As the bridge is when it is asked.
    {"bridge-same-port", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::FdbPlace, Test::Is, "same"}}}, Likely,
     "the bridge knows its destination {frame_mac} at the port {dev} that it came from",
     "bridge fdb show brport {dev} shows the entry; if it is wrong, bridge fdb del {frame_mac} dev {dev} master; for hosts behind one port, bridge link set dev {dev} hairpin on"},
    {"bridge-vlan", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::NoFloodBy, Test::Is, "vlan"}}}, Likely,
     "the bridge of {dev} does not know its destination {frame_mac}, and {no_flood}: VLAN filter",
     "bridge vlan show lists the VLANs of each port; bridge vlan add dev PORT vid {vlan_id} adds it"},
    {"bridge-port-state", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::FdbState, Test::Is, "disabled listening learning blocking"}}}, Likely,
     "its destination {frame_mac} is at the bridge port {fdb_port}, which does not forward: it is in the state {fdb_state}",
     "bridge -d link show dev {fdb_port}; is the device up? else the spanning tree (STP) decides: ip link show {fdb_port}"},
    {"bridge-port", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::NoFloodBy, Test::IsNot, "vlan"}}}, Likely,
     "the bridge of {dev} does not know its destination {frame_mac}, and {no_flood}",
     "bridge -d link show shows the state of the ports and whether they are flooded; bridge vlan show, their VLANs"},
    {"bridge-vlan", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::BridgeVlans, Test::Is, "1"}, {Fact::BridgePortIsolated, Test::Is, "0"}, {Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the port that leads to its destination is not in its VLAN: VLAN filter of the bridge of {dev}; or it is the port {dev} that it came from, or does not forward",
     "bridge vlan show lists the VLANs of each port; bridge vlan add dev PORT vid N adds one"},
    {"bridge-port", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::BridgeVlans, Test::Is, "0"}, {Fact::BridgePortIsolated, Test::Is, "0"}, {Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the bridge has no port to send it to: it knows its destination at the port {dev} that it came from, or the other ports do not forward, or are not flooded",
     "bridge fdb show shows the port of each address, bridge -d link show the state of the ports and whether they are flooded"},
    // nf_hook_bridge_pre() is inlined there. VLANs and isolated ports come later.
    {"bridge", "br_handle_frame", "", "-", {{{Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "netfilter dropped it in the hook bridge prerouting: a rule of ebtables or nftables; or the address that it comes from is no MAC address of a host",
     "nft list ruleset shows the rules, and where lsmod has ebtables, ebtables-legacy -t nat -L PREROUTING --Lc; tcpdump -e -ni {dev} shows the addresses"},
    {"bridge", "br_handle_frame_finish br_forward br_forward_finish maybe_deliver", "", "-", {{{Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the bridge did not forward it: VLAN filter, isolated ports, or the address belongs to the port it came from",
     "bridge vlan show, bridge -d link show dev {dev}, bridge fdb show"},
    // br_allowed_egress() of the bridge's own device. It hears groups of all VLANs.
    {"bridge-other-vlan", "br_pass_frame_up", "", "-", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"bridge-vlan-self", "br_pass_frame_up", "", "-", {}, Likely,
     "it is for this host, and the bridge of the port {dev} is itself not in its VLAN: VLAN filter",
     "bridge vlan show lists the VLANs of each port and of the bridge; bridge vlan add dev BRIDGE vid N self adds one"},
    // Open vSwitch
    {"ovs-upcall", "ovs_dp_process_packet ovs_dp_upcall queue_userspace_packet", "", "-", {}, Likely,
     "Open vSwitch has no flow for it, and no program took it to make one: ovs-vswitchd does not run, or is too slow",
     "is ovs-vswitchd running? ovs-dpctl show counts what was lost"},
    {"ovs-action", "do_execute_actions ovs_execute_actions do_output ovs_vport_send", "", "-", {}, Likely,
     "an action of its flow of Open vSwitch drops it, or its {len} bytes do not fit the MTU of the port",
     "ovs-dpctl -s dump-flows shows the flows with their actions; ovs-dpctl show, the ports; ip -s link show, their MTU"},
    // is_skb_forwardable()
    {"mtu-port", "br_dev_queue_push_xmit", "", "-", {}, Likely,
     "its {len} bytes do not fit the MTU of the bridge port {dev}, or the port is not up",
     "ip link show {dev}; ports of a bridge should have one MTU: ip link set {dev} mtu N"},
});
// clang-format on

}  // namespace

std::span<const Cause> bridge_causes() { return kCauses; }

}  // namespace pwru::knowledge
