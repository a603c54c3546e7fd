// SPDX-License-Identifier: Apache-2.0
// Which kind of probe functions get.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/features.h"

namespace pwru::plan {

inline constexpr const char* kSwitchedOff =
    "switched off (echo 1 > /sys/kernel/debug/kprobes/enabled switches them on)";

// `wanted` none: the best there is. Appends to `warnings` what may make the choice see nothing.
[[nodiscard]] Result<cli::Backend> choose_backend(std::optional<cli::Backend> wanted,
                                                  const kernel::Features& features,
                                                  std::vector<std::string>& warnings);

}  // namespace pwru::plan
