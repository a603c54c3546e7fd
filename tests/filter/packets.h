// SPDX-License-Identifier: Apache-2.0
// The packets that filters are compared on, as Ethernet frames.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace pwru::test {

struct Packet {
  std::string name;
  std::string bytes;
};

// Always the same, also the random ones.
[[nodiscard]] std::vector<Packet> crafted_packets();

// Frames of a ping, UDP, fragments and a TCP connection over IPv4 and IPv6, sent and caught by an
// AF_PACKET socket on the loopback device of a network namespace of their own.
[[nodiscard]] Result<std::vector<Packet>> captured_packets();

}  // namespace pwru::test
