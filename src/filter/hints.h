// SPDX-License-Identifier: Apache-2.0
// Suggests what was meant by a filter that libpcap does not understand.
#pragma once

#include <string>
#include <vector>

#include "filter/expression.h"

namespace pwru::filter {

// `bad` is the index of the word with the syntax error. Begins with "; "; "" when nothing is
// recognised.
[[nodiscard]] std::string syntax_hint(const std::vector<Token>& tokens, size_t bad);

}  // namespace pwru::filter
