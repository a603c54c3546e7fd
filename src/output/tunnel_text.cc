// SPDX-License-Identifier: Apache-2.0
#include "output/tunnel_text.h"

#include <fmt/core.h>

#include <string_view>

#include "abi/event.h"

namespace pwru::output {
namespace {

// As iproute2 calls them.
std::string_view kind_name(uint32_t kind) {
  switch (kind) {
    case PWRU_TUNNEL_VXLAN:
      return "vxlan";
    case PWRU_TUNNEL_GENEVE:
      return "geneve";
    case PWRU_TUNNEL_GRE:
      return "gre";
    case PWRU_TUNNEL_IPIP:
      return "ipip";
    case PWRU_TUNNEL_SIT:
      return "sit";
    case PWRU_TUNNEL_IPIP6:
      return "ipip6";
    case PWRU_TUNNEL_IP6IP6:
      return "ip6ip6";
    case PWRU_TUNNEL_FOU:
      return "fou";
    case PWRU_TUNNEL_GUE:
      return "gue";
    default:
      return "unknown";
  }
}

char* put_mac(char* out, const uint8_t mac[6]) {
  return fmt::format_to(out, "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2],
                        mac[3], mac[4], mac[5]);
}

}  // namespace

char* append_tunnel(char* out, const event::Tunnel& tunnel, bool with_tcp_flags) {
  out = fmt::format_to(out, "{}", kind_name(tunnel.kind));
  if (tunnel.id) out = fmt::format_to(out, "({})", *tunnel.id);
  *out++ = ':';
  if (tunnel.tuple) return event::append_tuple(out, *tunnel.tuple, with_tcp_flags);
  if (tunnel.has_macs) {
    out = put_mac(out, tunnel.src_mac);
    *out++ = '-';
    *out++ = '>';
    out = put_mac(out, tunnel.dst_mac);
  }
  return fmt::format_to(out, "(0x{:04x})", tunnel.proto);
}

}  // namespace pwru::output
