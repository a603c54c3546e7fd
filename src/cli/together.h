// SPDX-License-Identifier: Apache-2.0
// What the options mean together: which cannot be combined, and which overrides another.
#pragma once

#include <string_view>

#include "base/result.h"
#include "cli/options.h"

namespace pwru::cli {

// An option that was given and is about functions, such as their calls, where only tracepoints are
// traced: "--output-bpfmap"; "" when there is none.
[[nodiscard]] std::string_view option_about_functions(const Options& options);

// Refuses what cannot be combined; lets --all-kmods override --kmods.
[[nodiscard]] Result<> settle(Options& options);

}  // namespace pwru::cli
