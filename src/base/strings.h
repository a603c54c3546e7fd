// SPDX-License-Identifier: Apache-2.0
// Lists of names, and help for misspelt ones.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pwru {

// "a, b, c". Of more than `most` items only the first are named: "a, b, ..".
template <class Items>
[[nodiscard]] std::string join(const Items& items, std::string_view separator = ", ",
                               size_t most = std::numeric_limits<size_t>::max()) {
  std::string text;
  size_t named = 0;
  for (const auto& item : items) {
    if (named) text += separator;
    if (named++ == most) return text + "..";
    text += item;
  }
  return text;
}

// How many insertions, deletions and substitutions turn `a` into `b` (Levenshtein).
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

// The candidate most like `name`. "" when none is similar: when more than two characters, or more
// than a third of `name`, would have to change.
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       const std::vector<std::string>& candidates);

}  // namespace pwru
