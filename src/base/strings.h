// SPDX-License-Identifier: Apache-2.0
// Help for misspelt names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pwru {

// Insertions, deletions and substitutions that make `b` of `a` (Levenshtein).
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

// The candidate most like `name`; "" when none is like it (more than a third, or two, would
// change).
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       const std::vector<std::string>& candidates);

}  // namespace pwru
