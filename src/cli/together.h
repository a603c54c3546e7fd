// SPDX-License-Identifier: Apache-2.0
// Options beside each other: what cannot be combined, and which one counts.
#pragma once

#include "base/result.h"
#include "cli/options.h"

namespace pwru::cli {

// Refuses what cannot be combined; lets --all-kmods override --kmods.
[[nodiscard]] Result<> settle(Options& options);

}  // namespace pwru::cli
