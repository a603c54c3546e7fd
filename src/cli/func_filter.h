// SPDX-License-Identifier: Apache-2.0
// What --filter-func says: a pattern, and words that stand for many functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace pwru::cli {

struct FuncFilter {
  std::string text;                          // as given; "" for all functions
  std::string pattern;                       // the RE2 in it, without the words
  std::shared_ptr<const re2::RE2> compiled;  // of `pattern`; null when that is ""
  bool wants_drops = false;                  // @drops
  bool wants_refusals = false;               // with --drops and --why, and not for a word in it

  // Whether the pattern matches the whole name; "" matches none.
  [[nodiscard]] bool pattern_matches(std::string_view name) const;
};

// Words stand between |, as in "@drops|ip_.*". The error says what was expected.
[[nodiscard]] Result<FuncFilter> read_func_filter(std::string_view text);

}  // namespace pwru::cli
