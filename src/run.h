// SPDX-License-Identifier: Apache-2.0
// The stages of a trace, one after the other.
#pragma once

#include "base/result.h"
#include "cli/options.h"

namespace pwru {

// Returns when the user asked to stop, the limit of lines is reached, or nobody reads any more.
[[nodiscard]] Result<> run(const cli::Options& options);

}  // namespace pwru
