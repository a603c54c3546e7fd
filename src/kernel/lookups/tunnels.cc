// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/tunnels.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>

namespace pwru::kernel {
namespace {

using State = FoundTunnel::State;

constexpr uint16_t kVniFilter = 30;           // IFLA_VXLAN_VNIFILTER, Linux 5.18
constexpr uint32_t kSkipStatistics = 1 << 3;  // RTEXT_FILTER_SKIP_STATS

bool is_on(Bytes attributes, unsigned type) { return host_number(attribute(attributes, type)); }

bool is_address(Bytes bytes, const IpBytes& address, bool is_v6) {
  return std::ranges::equal(bytes, bytes_of(address, is_v6));
}

// As ip_tunnel_lookup() and ip6_tnl_lookup() do it. The devices that each namespace has from the
// start (tunl0) take what no other one takes, and are for nobody in particular.
bool has_ends(Bytes local, Bytes remote, const TunnelQuestion& packet) {
  const bool is_local = is_address(local, packet.destination, packet.is_v6);
  const bool is_remote = is_address(remote, packet.source, packet.is_v6);
  return (is_local && (is_remote || is_all_zero(remote))) || (is_remote && is_all_zero(local));
}

bool is_vxlan_for(Bytes data, const TunnelQuestion& packet) {
  return big_endian(attribute(data, IFLA_VXLAN_PORT)) == packet.port &&
         (is_on(data, IFLA_VXLAN_COLLECT_METADATA) ||
          host_number(attribute(data, IFLA_VXLAN_ID)) == packet.vni);
}

// Geneve says this by an attribute without a value.
bool is_external_geneve(Bytes data) {
  Attribute found;
  while (take_attribute(data, found))
    if (found.type == IFLA_GENEVE_COLLECT_METADATA) return true;
  return false;
}

bool is_geneve_for(Bytes data, const TunnelQuestion& packet) {
  const Bytes remote = attribute(data, packet.is_v6 ? IFLA_GENEVE_REMOTE6 : IFLA_GENEVE_REMOTE);
  const bool has_other_end = host_number(attribute(data, IFLA_GENEVE_ID)) == packet.vni &&
                             is_address(remote, packet.source, packet.is_v6);
  return big_endian(attribute(data, IFLA_GENEVE_PORT)) == packet.port &&
         (has_other_end || is_external_geneve(data));
}

bool is_for(std::string_view kind, Bytes data, const TunnelQuestion& packet) {
  if (kind == "vxlan") return is_vxlan_for(data, packet);
  if (kind == "geneve") return is_geneve_for(data, packet);
  const bool is_gre = kind.find("gre") != std::string_view::npos || kind.ends_with("erspan");
  const unsigned local = is_gre ? unsigned{IFLA_GRE_LOCAL} : unsigned{IFLA_IPTUN_LOCAL};
  const unsigned remote = is_gre ? unsigned{IFLA_GRE_REMOTE} : unsigned{IFLA_IPTUN_REMOTE};
  return has_ends(attribute(data, local), attribute(data, remote), packet);
}

// The one that is up tells most, then the one that is down.
unsigned weight(State state) {
  constexpr std::array<unsigned, 4> kWeights = {0, 3, 2, 1};
  return kWeights[static_cast<size_t>(state)];
}

void look_at(Bytes body, std::string_view kind, const TunnelQuestion& packet, FoundTunnel& found) {
  ifinfomsg link = {};
  if (!take(body, link)) return;
  const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(link)));
  const Bytes info = attribute(attributes, IFLA_LINKINFO);
  const Bytes data = attribute(info, IFLA_INFO_DATA);
  if (text_of(attribute(info, IFLA_INFO_KIND)) != kind || !is_for(kind, data, packet)) return;
  State state = State::Down;
  if (link.ifi_flags & IFF_UP)
    state = kind == "vxlan" && is_on(data, kVniFilter) ? State::Filter : State::Up;
  if (weight(state) > weight(found.state))
    found = {state, std::string(kind), std::string(text_of(attribute(attributes, IFLA_IFNAME)))};
}

// The devices of one kind. False when the kernel does not list them all.
bool look_at_all(const AskKernel& ask, std::string_view kind, const TunnelQuestion& packet,
                 FoundTunnel& found) {
  Message request(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);
  request.append_value(ifinfomsg{});
  request.add_value(IFLA_EXT_MASK, kSkipStatistics);
  Message wanted(0, 0);
  wanted.add(IFLA_INFO_KIND, kind);
  request.add(IFLA_LINKINFO, after(wanted.bytes(), NLMSG_HDRLEN));
  return for_each_message(ask(packet.netns, request.bytes()), RTM_NEWLINK,
                          [&](Bytes body) { look_at(body, kind, packet, found); });
}

}  // namespace

std::optional<FoundTunnel> find_tunnel(const AskKernel& ask, const TunnelQuestion& packet) {
  FoundTunnel found;
  for (const std::string_view kind : packet.kinds)
    if (!look_at_all(ask, kind, packet, found)) return std::nullopt;
  return found;
}

}  // namespace pwru::kernel
