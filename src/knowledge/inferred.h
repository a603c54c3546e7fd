// SPDX-License-Identifier: Apache-2.0
// Reasons that the kernel did not give. Before Linux 5.17 there are none: there the place and what
// was read at the drop tell which one a newer kernel would have given.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "knowledge/cause.h"

namespace pwru::knowledge {

struct Inference {
  std::string_view places;  // functions that free the packet, separated by blanks
  std::array<Condition, 3> when = {};
  std::string_view reason;  // without its prefix
  // Of the answer, which is never surer than this.
  Certainty certainty = Certainty::Likely;
};

// The first that holds counts.
[[nodiscard]] std::span<const Inference> inferences();

}  // namespace pwru::knowledge
