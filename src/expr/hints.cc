// SPDX-License-Identifier: Apache-2.0
#include "expr/hints.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pwru::expr {
namespace {

struct Macro {
  std::string_view name;
  std::string_view value;
};

// Macros that an expression on a packet may need, from include/uapi/linux/if_ether.h,
// include/linux/skbuff.h, include/uapi/linux/if_packet.h, include/net/ip.h and
// include/linux/socket.h.
constexpr std::array kMacros = std::to_array<Macro>({
    {"ETH_P_IP", "0x0800"},
    {"ETH_P_ARP", "0x0806"},
    {"ETH_P_8021Q", "0x8100"},
    {"ETH_P_IPV6", "0x86dd"},
    {"ETH_P_8021AD", "0x88a8"},
    {"ETH_P_MPLS_UC", "0x8847"},
    {"ETH_P_PPP_SES", "0x8864"},
    {"ETH_P_LLDP", "0x88cc"},
    {"CHECKSUM_NONE", "0"},
    {"CHECKSUM_UNNECESSARY", "1"},
    {"CHECKSUM_COMPLETE", "2"},
    {"CHECKSUM_PARTIAL", "3"},
    {"PACKET_HOST", "0"},
    {"PACKET_BROADCAST", "1"},
    {"PACKET_MULTICAST", "2"},
    {"PACKET_OTHERHOST", "3"},
    {"PACKET_OUTGOING", "4"},
    {"PACKET_LOOPBACK", "5"},
    {"IP_DF", "0x4000"},
    {"IP_MF", "0x2000"},
    {"IP_OFFSET", "0x1fff"},
    {"AF_UNIX", "1"},
    {"AF_INET", "2"},
    {"AF_INET6", "10"},
});

bool has_member(const Types& types, std::string_view struct_name, std::string_view member) {
  const uint32_t id = types.btf().find(struct_name, BTF_KIND_STRUCT);
  return id && types.field(types.target_of(types.pointer_to(id)), member).has_value();
}

}  // namespace

std::string name_hint(const Types& types, const Root& root, std::string_view name) {
  if (has_member(types, root.struct_name, name))
    return fmt::format("; did you mean {}->{}?", root.name, name);
  if (has_member(types, "net_device", name))
    return fmt::format("; did you mean {}->{}?", root.device, name);
  const auto macro = std::find_if(kMacros.begin(), kMacros.end(),
                                  [name](const Macro& each) { return each.name == name; });
  if (macro != kMacros.end()) return fmt::format("; it is a macro: write {}", macro->value);
  return "";
}

}  // namespace pwru::expr
