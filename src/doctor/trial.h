// SPDX-License-Identifier: Apache-2.0
// Starts a trace as these options would, on one function, and ends it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options.h"

namespace pwru::doctor {

// What is known as far as the trial came.
struct Trial {
  std::optional<Error> error;  // none: a trace works
  size_t sites = 0;            // that would be probed; 0: it did not come that far
  std::string_view kind = "functions";
  std::string left_out;
  std::string hook;
  std::string held;  // why not all of them are at this hook
  bool uses_cast = false;
  std::string tried;  // what was probed
  bool is_hit = false;
  uint64_t buffer_bytes = 0;
  std::string_view events;  // how they come
  std::vector<std::string> warnings;
};

[[nodiscard]] Trial try_to_trace(const cli::Options& options);

}  // namespace pwru::doctor
