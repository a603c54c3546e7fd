// SPDX-License-Identifier: Apache-2.0
// --on: which functions are triggers, and how many paths are kept.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/config.h"
#include "plan/plan.h"

namespace pwru::plan {

// Fails when a trigger is a function, and none of these is probed, or the hits are not of kprobes.
[[nodiscard]] Result<> check_triggers(const cli::Options& options, const Plan& plan);

// `cpus` of the config are not set yet.
void set_paths(const Inputs& inputs, const std::vector<kernel::Function>& probed,
               pwru_config& config);

// Of the map `paths`.
[[nodiscard]] uint32_t path_entries(const pwru_config& config);

}  // namespace pwru::plan
