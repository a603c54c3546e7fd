// SPDX-License-Identifier: Apache-2.0
// Which kind of probe functions get.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/features.h"

namespace pwru::plan {

inline constexpr const char* kSwitchedOff =
    "switched off (echo 1 > /sys/kernel/debug/kprobes/enabled switches them on)";

// Whether tracepoints are traced instead of functions: by request, or as the last resort.
[[nodiscard]] bool takes_tracepoints(const cli::Options& options, const kernel::Features& features);

// The one that the user wants, or the best there is. Appends to `warnings` what may make the choice
// see less than expected.
//
// The programs of fentry-multi and fentry have no registers, and so neither a caller nor a stack.
// Where these are asked for, kprobe-multi or kprobe is used in their place.
[[nodiscard]] Result<cli::Backend> choose_backend(const cli::Options& options,
                                                  bool has_drop_reasons,
                                                  const kernel::Features& features,
                                                  std::vector<std::string>& warnings);

}  // namespace pwru::plan
