// SPDX-License-Identifier: Apache-2.0
#include "session/tunnel_places.h"

#include <algorithm>

#include "knowledge/cause.h"

namespace pwru {
namespace {

constexpr auto kGre = std::to_array<std::string_view>({"gre", "gretap", "erspan"});
constexpr auto kGre6 = std::to_array<std::string_view>({"ip6gre", "ip6gretap", "ip6erspan"});
constexpr std::array<std::string_view, 1> kVxlan = {"vxlan"}, kGeneve = {"geneve"},
                                          kIpip = {"ipip"}, kSit = {"sit"}, kIp6Tnl = {"ip6tnl"};
constexpr auto kTunnelPlaces = std::to_array<TunnelPlace>({
    {"vxlan_rcv", kVxlan, {}, {4789, 8472}},
    {"geneve_udp_encap_recv geneve_rx", kGeneve, {}, {6081, 6081}},
    {"gre_rcv", kGre, kGre6},
    {"tunnel4_rcv", kIpip},
    {"tunnel64_rcv", kSit},
    {"tunnel6_rcv tunnel46_rcv", kIp6Tnl},
});

}  // namespace

const TunnelPlace* tunnel_place(std::string_view function, uint16_t port) {
  const bool is_at_port = port && knowledge::is_in_list(function, UDP_LOOKUP);
  const auto found = std::ranges::find_if(kTunnelPlaces, [&](const TunnelPlace& row) {
    return knowledge::is_in_list(function, row.functions) ||
           (is_at_port && std::ranges::find(row.ports, port) != row.ports.end());
  });
  return found == kTunnelPlaces.end() ? nullptr : found;
}

}  // namespace pwru
