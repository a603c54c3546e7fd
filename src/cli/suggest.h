// SPDX-License-Identifier: Apache-2.0
// What the user probably meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace pwru::cli {

// The fewest insertions, deletions and replacements that turn one text into the other.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

// The option that `name` abbreviates, if only one does, or else is a typing mistake of; "" if none.
[[nodiscard]] std::string_view nearest_option(std::string_view name);

}  // namespace pwru::cli
