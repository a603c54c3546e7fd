// SPDX-License-Identifier: Apache-2.0
// Asks for the route, or the rule of the routing policy, that refuses a packet, and for the way
// back to its sender. The kernel itself answers such a look-up with an error number only.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

using IpBytes = std::array<uint8_t, 16>;  // of an IPv4 address the first four

// Those that an address has.
inline Bytes bytes_of(const IpBytes& address, bool is_v6) {
  return std::as_bytes(std::span(address)).first(is_v6 ? address.size() : 4);
}

// Whether the first bits of an address are those of `prefix`.
[[nodiscard]] bool has_prefix(const IpBytes& address, Bytes prefix, unsigned bits);

// A packet that has come in.
struct RouteQuestion {
  uint32_t netns = 0;  // inode number
  bool is_v6 = false;
  IpBytes source = {}, destination = {};
  std::string_view device = {};  // by which it came in
  uint32_t ifindex = 0;          // of that
  uint32_t mark = 0;
  uint8_t protocol = 0;
  std::optional<uint16_t> sport = {}, dport = {};
  std::optional<uint8_t> tos = {};  // of its header, or the traffic class of IPv6
  int error = 0;                    // of its route: dst_entry::error, as a positive errno
};

struct RefusingRoute {
  enum class By : uint8_t {
    Nothing,  // no route leads there
    Route,
    Rule,
    Linkdown,  // the route there is passed over, as its device has no carrier
  };
  By by = By::Nothing;
  std::string prefix = {};  // of the route: "192.0.2.0/24", "default"
  std::string table = {};   // which has the route: "main", "100"
  uint32_t metric = 0;      // of the route
  uint32_t rule = 0;        // the preference of the rule, or of the one that looks the table up
  std::string device = {};  // of Linkdown
  uint8_t tos = 0;          // of a route of IPv4 that takes only packets with that
};

struct WayBack {
  std::string device = {};   // by which this host sends what is for the source; "": by none
  std::string refuses = {};  // the kind of the route that refuses it: "blackhole"
  RefusingRoute route = {};  // that one
};

// What refuses it as the tables are now. None when that is not certain: a table is too long, or a
// rule asks for what is not known here.
[[nodiscard]] std::optional<RefusingRoute> find_refusing_route(const AskKernel& ask,
                                                               const RouteQuestion& packet);

// How this host sends what is for the packet's source. None when the kernel does not answer, there
// are several devices, or the policy has rules of its own: they may ask for more than the source.
[[nodiscard]] std::optional<WayBack> find_way_back(const AskKernel& ask,
                                                   const RouteQuestion& packet);

// Whether a route leads to the destination of a packet of this host, with its source and mark. None
// when that is not clear.
[[nodiscard]] std::optional<bool> has_route(const AskKernel& ask, const RouteQuestion& packet);

}  // namespace pwru::kernel
