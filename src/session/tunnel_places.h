// SPDX-License-Identifier: Apache-2.0
// Where packets end that no tunnel takes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace pwru {

// The functions that end what no tunnel takes, and the kinds of devices that would. While no device
// of VXLAN or Geneve is up, nobody has its port.
struct TunnelPlace {
  std::string_view functions;
  std::span<const std::string_view> kinds;
  std::span<const std::string_view> kinds_of_v6 = {};  // if those are others
  std::array<uint16_t, 2> ports = {};
};

// None for another function. `port`: of UDP, to which the packet was sent; else 0.
[[nodiscard]] const TunnelPlace* tunnel_place(std::string_view function, uint16_t port);

}  // namespace pwru
