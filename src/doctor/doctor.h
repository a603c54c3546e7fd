// SPDX-License-Identifier: Apache-2.0
// `pwru doctor`: what this machine offers, found by trying and not by the version of the kernel.
#pragma once

#include "cli/options.h"
#include "doctor/report.h"

namespace pwru::doctor {

// Works with any rights. The options are those of a trace: they decide which hook is tried, for
// example. Leaves nothing behind.
[[nodiscard]] Report examine(const cli::Options& options);

}  // namespace pwru::doctor
