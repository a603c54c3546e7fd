// SPDX-License-Identifier: Apache-2.0
// What became different in a packet from one hop to the next.
#pragma once

#include <string>
#include <vector>

#include "journey/journey.h"

namespace pwru::journey {

// A packet that is being made has headers with nothing in them yet: no addresses, or, as at
// udp_send_skb(), no ports.
[[nodiscard]] bool is_filled_in(const event::Tuple& tuple);

// Whether it was read where the packet was. At its tail end, and where an skb is not the caller's
// any more, there is nothing to read.
[[nodiscard]] bool is_read(const resolve::Packet& packet);

// Whether both were met in the same network namespace, at the same device.
[[nodiscard]] bool is_same_place(const resolve::Packet& before, const resolve::Packet& after);

// "netns 4026532301 (blue)", and the device behind it if it has one: ", eth0".
[[nodiscard]] std::string place_text(const Hop& hop);

// Of the packet itself, one text a change: "source 10.0.0.1:99 became 192.0.2.1:1024",
// "wrapped into 192.0.2.1->192.0.2.2(gre)", "mark 0x0 became 0x1". Names are not escaped.
[[nodiscard]] std::vector<std::string> changes_of(const resolve::Packet& before,
                                                  const resolve::Packet& after);
// The same of what is read for journeys: "TTL 64 became 63", "conntrack none became new".
[[nodiscard]] std::vector<std::string> state_changes_of(const Hop& before, const Hop& after);

}  // namespace pwru::journey
