// SPDX-License-Identifier: Apache-2.0
// The way of a packet in few lines: one for each place that it passed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journey/journey.h"

namespace pwru::journey {

// A part of the way, within one network namespace and at one device.
struct Stage {
  const Hop* first = nullptr;
  const Hop* last = nullptr;
  size_t hops = 0;
  // In order: the layers that the packet passed, and what was changed in it, as
  // "[source 10.0.0.1:99 became 192.0.2.1:1024]".
  std::vector<std::string> steps;
};

[[nodiscard]] std::vector<Stage> stages_of(const std::vector<const Hop*>& way);

// "netns 4026532301, eth0: IP receive, netfilter, [mark 0x0 became 0x1], IP forward". Names are
// not escaped.
[[nodiscard]] std::string stage_text(const Stage& stage);

}  // namespace pwru::journey
