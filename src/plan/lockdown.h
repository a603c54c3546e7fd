// SPDX-License-Identifier: Apache-2.0
// What a kernel that is locked down (confidentiality) still allows: plain loads, and no copies of
// its memory (LOCKDOWN_BPF_READ_KERNEL).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "plan/plan.h"

namespace pwru::plan {

// Fails for the first option that takes copies. The plan has its filters.
[[nodiscard]] Result<> check_lockdown(const cli::Options& options, const Plan& plan);

// Of copy_functions(): those that are followed without a copy.
void keep_those_that_copy_nothing(std::vector<std::string>& copy_functions);

}  // namespace pwru::plan
