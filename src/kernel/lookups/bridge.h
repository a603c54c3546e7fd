// SPDX-License-Identifier: Apache-2.0
// Asks a bridge at which port it knows a MAC address, and what keeps it from sending to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "kernel/lookups/routes.h"

namespace pwru::kernel {

struct BridgeQuestion {
  uint32_t netns = 0;            // inode number
  uint32_t ifindex = 0;          // of the port by which the frame came in
  std::array<uint8_t, 6> mac{};  // to which it was sent
  uint16_t vlan = 0;             // of the frame, where the bridge filters by VLAN; else 0
};

struct BridgePort {
  enum class Place : uint8_t { Unknown, Same, Other };  // Unknown: the bridge does not know the MAC
  // What keeps all other ports from getting a frame for an unknown address. None: that is not
  // clear.
  enum class Hindrance : uint8_t { None, NoPort, State, Flood, Vlan, Isolated };
  Place place = Place::Unknown;
  std::string name = {};   // of the other port; of an unknown address, when there is only one
  std::string state = {};  // of the other port: "forwarding", "blocking"
  Hindrance hindrance = Hindrance::None;
};

// As the bridge is now. None when the kernel does not answer.
[[nodiscard]] std::optional<BridgePort> find_bridge_port(const AskKernel& ask,
                                                         const BridgeQuestion& frame);

}  // namespace pwru::kernel
