// SPDX-License-Identifier: Apache-2.0
// What routes, bridges and IPsec policies say of the packet.
#include <fmt/format.h>

#include "diagnose/facts.h"

namespace pwru::diagnose {
namespace {

using knowledge::Fact;
using Refusal = resolve::Lookups::Refusal;
using Port = resolve::Lookups::Port;

std::string_view refused_by(Refusal::By by) {
  constexpr std::array<std::string_view, 4> kNames = {"nothing", "route", "rule", "linkdown"};
  return kNames[static_cast<size_t>(by)];
}

std::string_view place_name(Port::Place place) {
  constexpr std::array<std::string_view, 3> kNames = {"unknown", "same", "other"};
  return kNames[static_cast<size_t>(place)];
}

std::string_view does(const resolve::Lookups::Policy& policy) {
  if (policy.is_none) return policy.default_blocks ? "default" : "none";
  if (policy.blocks) return "block";
  return policy.protection.empty() ? "allow" : "protect";
}

// Why a bridge floods a packet to none of its ports, as a name and as a clause.
struct NoFlood {
  std::string_view name;
  std::string clause;
};

NoFlood no_flood(const Port& port, std::string_view vlan_id) {
  const std::string subject =
      port.name.empty() ? "no other port " : fmt::format("its only other port, {}, ", port.name);
  const std::string_view is = port.name.empty() ? "is" : "is not";
  switch (port.hindrance) {
    case Port::Hindrance::NoPort:
      return {"no-port", "it has no other port"};
    case Port::Hindrance::State:
      return {"state", subject + (port.name.empty() ? "forwards" : "does not forward")};
    case Port::Hindrance::Flood:
      return {"flood", fmt::format("{}{} flooded with what is unknown", subject, is)};
    case Port::Hindrance::Vlan:
      return {"vlan", fmt::format("{}{} in its VLAN {}", subject, is, vlan_id)};
    case Port::Hindrance::Isolated:
      return {"isolated", port.name.empty() ? "all other ports are isolated, as this one is"
                                            : subject + "is isolated, as this one is"};
    case Port::Hindrance::None:
      break;
  }
  return {};
}

}  // namespace

void Facts::set_refusal(const Refusal& refusal) {
  set(Fact::RefusedBy) = refused_by(refusal.by);
  set(Fact::RefusedPrefix) = refusal.prefix;
  set(Fact::RefusedTable) = refusal.table;
  set(Fact::RefusedDevice) = refusal.device;
  if (refusal.tos) set(Fact::RefusedTos) = fmt::format("{:#04x}", refusal.tos);
  if (refusal.by != Refusal::By::Nothing) set(Fact::RefusedRule) = fmt::to_string(refusal.rule);
  if (refusal.by == Refusal::By::Route) set(Fact::RefusedMetric) = fmt::to_string(refusal.metric);
}

void Facts::set_way_back(const resolve::Lookups::WayBack& back) {
  // What leads back through the device by now did not when the packet died.
  if (back.device != of(Fact::Device))
    set(Fact::WayBack) = back.device.empty() ? "none" : back.device;
  if (back.refuses.empty()) return;
  set(Fact::BackRefusedBy) = back.refuses;
  set(Fact::BackPrefix) = back.route.prefix;
  set(Fact::BackTable) = back.route.table;
  set(Fact::BackMetric) = fmt::to_string(back.route.metric);
}

void Facts::set_own_address(const resolve::Lookups::OwnAddress& address) {
  constexpr std::array<std::string_view, 4> kNames = {"", "tentative", "duplicate", "other-vrf"};
  set(Fact::OwnAddress) = kNames[static_cast<size_t>(address.why)];
  set(Fact::OwnAddressDevice) = address.device;
  set(Fact::OwnAddressVrf) =
      address.vrf.empty() ? std::string("the default VRF") : fmt::format("the VRF {}", address.vrf);
}

void Facts::set_lookups(const resolve::Lookups& lookups) {
  if (lookups.refusal) set_refusal(*lookups.refusal);
  if (lookups.way_back) set_way_back(*lookups.way_back);
  if (lookups.has_route) set(Fact::HasRoute) = *lookups.has_route ? "1" : "0";
  if (const auto& tunnel = lookups.tunnel) {
    constexpr std::array<std::string_view, 6> kNames = {"none",   "up",  "down",
                                                        "filter", "key", "remote"};
    set(Fact::TunnelIs) = kNames[static_cast<size_t>(tunnel->state)];
    set(Fact::TunnelKind) = tunnel->kind;
    set(Fact::TunnelName) = tunnel->name;
    set(Fact::TunnelExpects) = tunnel->expects;
  }
  constexpr std::array<std::string_view, 5> kAssociations = {"", "none", "failed", "replayed",
                                                             "refuses"};
  set(Fact::Association) = kAssociations[static_cast<size_t>(lookups.association)];
  if (const auto& route = lookups.multicast_route) {
    constexpr std::array<std::string_view, 4> kNames = {"", "device", "none-out", "ttl"};
    set(Fact::MulticastRoute) = kNames[static_cast<size_t>(route->why)];
    set(Fact::MulticastRouteDevice) = route->device;
  }
  if (!lookups.owner.empty()) set(Fact::Program) = fmt::format("its program {}", lookups.owner);
  set(Fact::Listener) = lookups.listener;
  set(Fact::ListenerDevice) = lookups.listener_device;
  if (lookups.port) set_bridge_port(*lookups.port);
  if (lookups.own_address.why != resolve::Lookups::OwnAddress::Why::None)
    set_own_address(lookups.own_address);
  if (const auto& queue = lookups.queue) {
    set(Fact::QueueDrops) = queue->kind.empty() ? "none" : "one";
    set(Fact::QueueKind) = queue->kind;
    set(Fact::QueueParent) = queue->parent;
    set(Fact::QueueLength) = fmt::to_string(queue->len_packets);
  }
  if (lookups.policy) set_policy(*lookups.policy);
}

void Facts::set_policy(const resolve::Lookups::Policy& policy) {
  set(Fact::IpsecDoes) = does(policy);
  set(Fact::IpsecDir) = policy.direction;
  if (of(Fact::Protected) == "1") set(Fact::IpsecCame) = "by another association";
  if (of(Fact::Protected) == "0") set(Fact::IpsecCame) = "without";
  if (policy.is_none) return;
  set(Fact::IpsecPolicy) = policy.selector;
  set(Fact::IpsecIndex) = fmt::to_string(policy.index);
  set(Fact::IpsecWants) = policy.protection;
}

void Facts::set_bridge_port(const Port& port) {
  set(Fact::FdbPlace) = place_name(port.place);
  if (port.place == Port::Place::Other) {
    set(Fact::FdbPort) = port.name;
    set(Fact::FdbState) = port.state;
  }
  if (port.place != Port::Place::Unknown) return;
  const NoFlood why = no_flood(port, of(Fact::VlanId));
  set(Fact::NoFloodBy) = why.name;
  set(Fact::NoFlood) = why.clause;
}

}  // namespace pwru::diagnose
