// SPDX-License-Identifier: Apache-2.0
// What the text of an expression says that libpcap does not report.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pwru::filter {

struct Token {
  std::string_view text;
  size_t column = 0;  // of its first byte, counted from 1
};

// Splits at blanks and operators; the views point into the expression.
[[nodiscard]] std::vector<Token> split_tokens(std::string_view expression);

// Whether a word of the filter language is used as a keyword: not escaped, not part of a name.
[[nodiscard]] bool has_keyword(std::string_view expression, std::string_view keyword);

// `at "tok" (column N)` or `at its end`: where the parser stopped reading. `is_syntax_error` runs
// the parser on a text.
[[nodiscard]] std::string syntax_error_place(
    std::string_view expression, const std::function<bool(const std::string&)>& is_syntax_error);

}  // namespace pwru::filter
