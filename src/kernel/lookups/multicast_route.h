// SPDX-License-Identifier: Apache-2.0
// Asks for the multicast route of an IPv4 packet that was not sent on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernel/lookups/routes.h"

namespace pwru::kernel {

struct MulticastRoute {
  // What keeps the route from sending it on, in the order in which ip_mr_forward() asks.
  enum class Why : uint8_t {
    None,     // nothing
    Device,   // it takes such packets by another device
    NoneOut,  // it sends them nowhere
    Ttl,      // all its devices ask for a larger TTL
  };
  Why why = Why::None;
  std::string device = {};  // by which the route takes packets
};

// As the route is now. None when there is none, or no answer.
[[nodiscard]] std::optional<MulticastRoute> find_multicast_route(const AskKernel& ask,
                                                                 const RouteQuestion& packet,
                                                                 unsigned ttl);

}  // namespace pwru::kernel
