// SPDX-License-Identifier: Apache-2.0
// Tries the probes that are attached: pwru sends a datagram to itself, and each function that the
// datagram passes must be hit. The kernel counts the runs of programs only meanwhile, so that a hit
// costs nothing more afterwards.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "probe/plan.h"

namespace pwru::probe {

// Programs of which the datagram must pass a function.
struct MustBeHit {
  const Group* group = nullptr;
  std::string_view function;
};
[[nodiscard]] std::vector<MustBeHit> must_be_hit(const Plan& plan);

// What the trial left in the rings: events of the datagram. Without metadata, packets of the
// network that came in meanwhile cannot be told apart from it.
struct TrialEvents {
  uint64_t since_ns = 0;
  uint64_t until_ns = 0;

  [[nodiscard]] bool has(const event::Event& event) const;
};

// After the attach. Each program that did not run is a line on stderr; nothing is tried where the
// kernel does not count.
[[nodiscard]] TrialEvents try_hits(const Plan& plan);

}  // namespace pwru::probe
