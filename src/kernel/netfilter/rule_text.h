// SPDX-License-Identifier: Apache-2.0
// What texts of rules of netfilter have in common.
#pragma once

#include <cstddef>
#include <string>

namespace pwru::kernel {

inline constexpr size_t kMostRuleCharacters = 160;  // what is longer ends with "…"

// At most that many characters, and the mark.
[[nodiscard]] std::string shortened_rule(std::string text);

}  // namespace pwru::kernel
