// SPDX-License-Identifier: Apache-2.0
// What --filter-func says: a pattern, and words that stand for many functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru::cli {

struct FuncFilter {
  std::string pattern;       // RE2 without the words; "" when nothing else was said
  bool wants_drops = false;  // @drops
};

// Words stand between |, as in "@drops|ip_.*". The error says what was expected.
[[nodiscard]] Result<FuncFilter> read_func_filter(std::string_view text);

}  // namespace pwru::cli
