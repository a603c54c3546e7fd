// SPDX-License-Identifier: Apache-2.0
// Asks conntrack how a packet was before NAT changed it.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/lookups/routes.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

struct ConntrackTuple {
  IpBytes source = {}, destination = {};
  uint16_t sport = 0, dport = 0;
  bool operator==(const ConntrackTuple&) const = default;
};

// Whether conntrack answers: the question alone would load its module, nf_conntrack_netlink.
[[nodiscard]] bool may_ask_conntrack(const Symbols& symbols);

// The tuple with which the connection began, of a packet that goes that way. None when conntrack
// does not know the packet, and for one without ports. `ask`: NETLINK_NETFILTER.
[[nodiscard]] std::optional<ConntrackTuple> find_original_tuple(const AskKernel& ask,
                                                                const RouteQuestion& packet);

}  // namespace pwru::kernel
