// SPDX-License-Identifier: Apache-2.0
// The packets on which filters are compared, as Ethernet frames.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace pwru::test {

struct Packet {
  std::string name;
  std::string bytes;
};

// The same ones in every run, also the random ones.
[[nodiscard]] std::vector<Packet> crafted_packets();

// Frames of a ping, UDP, fragments and a TCP connection over IPv4 and IPv6. An AF_PACKET socket
// captures them on the loopback device of a network namespace of their own.
[[nodiscard]] Result<std::vector<Packet>> captured_packets();

}  // namespace pwru::test
