// SPDX-License-Identifier: Apache-2.0
// What the options mean together: which cannot be combined, and which overrides another.
#pragma once

#include "base/result.h"
#include "cli/options.h"

namespace pwru::cli {

// Refuses what cannot be combined; lets --all-kmods override --kmods.
[[nodiscard]] Result<> settle(Options& options);

}  // namespace pwru::cli
