// SPDX-License-Identifier: Apache-2.0
// Asks for the tunnel that a packet is for and that did not take it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/lookups/routes.h"

namespace pwru::kernel {

struct TunnelQuestion {
  uint32_t netns = 0;                        // inode number
  std::vector<std::string_view> kinds = {};  // of devices: "gre", "gretap"
  bool is_v6 = false;                        // of the outer header
  IpBytes source = {}, destination = {};     // of the same
  uint16_t port = 0;                         // of UDP, to which it was sent; else 0
  uint32_t vni = 0;                          // of VXLAN and Geneve
  std::optional<uint32_t> key = {};          // of GRE
};

struct FoundTunnel {
  enum class State : uint8_t {
    None,    // no device of those kinds is for the packet
    Up,      // one is, and has another reason not to take it
    Down,    // one is, and is switched off
    Filter,  // an external VXLAN device takes only the VNIs that it was told (vnifilter)
    Key,     // just one that is up has its addresses, and another key of GRE
    Remote,  // just one that is up would take it from another sender
  };
  State state = State::None;
  std::string kind = {}, name = {};
  std::string expects = {};  // of Key "the key 5", "no key"; of Remote "10.1.0.9"
};

// As the devices are now. None when the kernel does not list them all.
[[nodiscard]] std::optional<FoundTunnel> find_tunnel(const AskKernel& ask,
                                                     const TunnelQuestion& packet);

}  // namespace pwru::kernel
