// SPDX-License-Identifier: Apache-2.0
// Where programs wait for packets: the addresses of listening TCP and unconnected UDP sockets.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/proc_net.h"

namespace pwru::kernel {

struct BoundPort {
  uint16_t port = 0;
  bool is_v6 = false;
  std::array<uint8_t, 16> address = {};  // an IPv4 address has the first four bytes
};

// The sockets of a file of /proc/net, "tcp", "tcp6", "udp" or "udp6", that wait for packets.
// Connections are left out, and so is a line that cannot be read.
[[nodiscard]] std::vector<BoundPort> parse_bound_ports(std::string_view text);

// Asks for a port of a network namespace. Takes no privileges, and keeps no namespace alive.
class BoundPorts {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds
  // The text of a file ("tcp6") of a namespace, by its inode number; "" when it cannot be read.
  using Read = std::function<std::string(uint32_t netns, const char* file)>;

  BoundPorts(Read read, Clock clock) : read_(std::move(read)), clock_(std::move(clock)) {}
  [[nodiscard]] static BoundPorts in(NetnsTable namespaces);

  // Where the port is open, "127.0.0.1:53, [::1]:53"; "" when nobody has it. What was read serves
  // for as long that reading takes a twentieth of the time, and for a second at least.
  [[nodiscard]] std::string text(uint32_t netns, bool is_tcp, uint16_t port);

 private:
  struct Sockets {
    std::vector<BoundPort> ports;
    uint64_t valid_until_ns = 0;
  };
  Sockets read(uint32_t netns, bool is_tcp) const;

  Read read_;
  Clock clock_;
  std::map<std::pair<uint32_t, bool>, Sockets> sockets_;
};

}  // namespace pwru::kernel
