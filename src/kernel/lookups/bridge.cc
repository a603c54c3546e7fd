// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/bridge.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "kernel/lookups/links.h"

namespace pwru::kernel {
namespace {

// BR_STATE_*, as `bridge link` names them.
constexpr auto kStates = std::to_array<std::string_view>(
    {"disabled", "listening", "learning", "forwarding", "blocking"});

// rtnl_fdb_get(), Linux 5.0. The index of the port that has the address; 0: the bridge does not
// know it.
std::optional<uint32_t> find_address(const AskKernel& ask, const BridgeQuestion& frame) {
  Message request(RTM_GETNEIGH, NLM_F_REQUEST);
  ndmsg head = {};
  head.ndm_family = AF_BRIDGE;
  head.ndm_ifindex = static_cast<int>(frame.ifindex);
  head.ndm_flags = NTF_MASTER;
  request.append_value(head);
  request.add_value(NDA_LLADDR, frame.mac);
  if (frame.vlan) request.add_value(NDA_VLAN, frame.vlan);
  const std::vector<std::byte> answer = ask(frame.netns, request.bytes());
  if (netlink_error(answer) == ENOENT) return 0;
  std::optional<uint32_t> ifindex;
  for_each_message(answer, RTM_NEWNEIGH, [&](Bytes body) {
    ndmsg entry = {};
    if (take(body, entry)) ifindex = static_cast<uint32_t>(entry.ndm_ifindex);
  });
  return ifindex;
}

void read_port(Bytes attributes, BridgePort& port) {
  port.name = text_of(attribute(attributes, IFLA_IFNAME));
  const Bytes of_port = attribute(attribute(attributes, IFLA_LINKINFO), IFLA_INFO_SLAVE_DATA);
  const Bytes state = attribute(of_port, IFLA_BRPORT_STATE);
  if (!state.empty() && host_number(state) < kStates.size())
    port.state = kStates[host_number(state)];
}

using Hindrance = BridgePort::Hindrance;

struct Link {
  uint32_t ifindex = 0, master = 0;
  std::string name;
  Hindrance hindrance = Hindrance::None;
  bool is_isolated = false;
};

// The VLANs of a port in a list: single ones, and ranges of two entries.
bool lists_vlan(Bytes list, uint16_t vlan) {
  uint16_t first = 0;
  for (Attribute entry; take_attribute(list, entry);) {
    bridge_vlan_info info;
    if (entry.type != IFLA_BRIDGE_VLAN_INFO || !take(entry.payload, info)) continue;
    if (!(info.flags & BRIDGE_VLAN_INFO_RANGE_END)) first = info.vid;
    if (vlan >= first && vlan <= info.vid) return true;
  }
  return false;
}

// br_flood() and should_deliver().
Hindrance hindrance_of(Bytes of_port, Bytes vlans, uint16_t vlan) {
  const Bytes state = attribute(of_port, IFLA_BRPORT_STATE);
  if (host_number(state) != BR_STATE_FORWARDING) return Hindrance::State;
  const Bytes flood = attribute(of_port, IFLA_BRPORT_UNICAST_FLOOD);
  if (!flood.empty() && !host_number(flood)) return Hindrance::Flood;
  if (vlan && !lists_vlan(vlans, vlan)) return Hindrance::Vlan;
  return Hindrance::None;
}

// The ports of all bridges of the namespace. None when the kernel does not list them all.
std::optional<std::vector<Link>> read_ports(const AskKernel& ask, const BridgeQuestion& frame) {
  Message request(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);
  ifinfomsg head = {};
  head.ifi_family = AF_BRIDGE;
  request.append_value(head);
  request.add_value(IFLA_EXT_MASK, uint32_t{RTEXT_FILTER_BRVLAN_COMPRESSED});
  std::vector<Link> links;
  const auto take_link = [&](Bytes body) {
    ifinfomsg link = {};
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(link)));
    const Bytes of_port = attribute(attributes, IFLA_PROTINFO);
    if (!take(body, link) || of_port.empty()) return;
    links.push_back({static_cast<uint32_t>(link.ifi_index),
                     static_cast<uint32_t>(host_number(attribute(attributes, IFLA_MASTER))),
                     std::string(text_of(attribute(attributes, IFLA_IFNAME))),
                     hindrance_of(of_port, attribute(attributes, IFLA_AF_SPEC), frame.vlan),
                     host_number(attribute(of_port, IFLA_BRPORT_ISOLATED)) != 0});
  };
  if (!for_each_message(ask(frame.netns, request.bytes()), RTM_NEWLINK, take_link))
    return std::nullopt;
  return links;
}

// should_deliver(): ports that are isolated send to others only.
void isolate(Link& link, const Link& own) {
  if (link.hindrance == Hindrance::None && link.is_isolated && own.is_isolated)
    link.hindrance = Hindrance::Isolated;
}

void read_hindrance(const AskKernel& ask, const BridgeQuestion& frame, BridgePort& port) {
  auto links = read_ports(ask, frame);
  if (!links) return;
  const auto own = std::ranges::find(*links, frame.ifindex, &Link::ifindex);
  if (own == links->end() || !own->master) return;
  std::vector<const Link*> others;
  for (Link& link : *links) {
    if (link.master != own->master || &link == &*own) continue;
    isolate(link, *own);
    others.push_back(&link);
  }
  port.hindrance = others.empty() ? Hindrance::NoPort : others.front()->hindrance;
  if (others.size() == 1) port.name = others.front()->name;
  for (const Link* const link : others)
    if (link->hindrance != port.hindrance) port.hindrance = Hindrance::None;
}

}  // namespace

std::optional<BridgePort> find_bridge_port(const AskKernel& ask, const BridgeQuestion& frame) {
  const auto ifindex = find_address(ask, frame);
  if (!ifindex) return std::nullopt;
  BridgePort port;
  if (*ifindex == 0) {
    read_hindrance(ask, frame, port);
    return port;
  }
  if (*ifindex == frame.ifindex) {
    port.place = BridgePort::Place::Same;
    return port;
  }
  port.place = BridgePort::Place::Other;
  ask_link(ask, frame.netns, *ifindex, [&](Bytes attributes) { read_port(attributes, port); });
  if (port.name.empty()) return std::nullopt;
  return port;
}

}  // namespace pwru::kernel
