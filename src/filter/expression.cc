// SPDX-License-Identifier: Apache-2.0
#include "filter/expression.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "filter/hints.h"

namespace pwru::filter {
namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// The characters that libpcap's scanner accepts in a name, number or address, and the ':' of "0:2".
bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ||
         c == ':' || c == '\\';
}

size_t token_length(std::string_view rest) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_word_char);
  if (end != rest.begin()) return static_cast<size_t>(end - rest.begin());
  for (const std::string_view pair : {"!=", ">=", "<=", "==", "&&", "||", "<<", ">>"}) {
    if (rest.starts_with(pair)) return pair.size();
  }
  return 1;
}

}  // namespace

std::vector<Token> split_tokens(std::string_view expression) {
  std::vector<Token> tokens;
  for (size_t at = 0; at < expression.size();) {
    if (is_blank(expression[at])) {
      at++;
      continue;
    }
    const size_t length = token_length(expression.substr(at));
    tokens.push_back({expression.substr(at, length), at + 1});
    at += length;
  }
  return tokens;
}

bool has_keyword(std::string_view expression, std::string_view keyword) {
  const auto tokens = split_tokens(expression);
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const Token& token) { return token.text == keyword; });
}

std::string syntax_error_place(std::string_view expression,
                               const std::function<bool(const std::string&)>& is_syntax_error) {
  // libpcap's scanner refuses this "octal" number with a message of its own. It does so only after
  // its parser has accepted everything before. So a prefix of the text is valid when the text
  // "prefix 08" gives another error than "syntax error".
  constexpr std::string_view kBadNumber = " 08";
  const auto tokens = split_tokens(expression);
  const auto bad = std::partition_point(tokens.begin(), tokens.end(), [&](const Token& token) {
    const size_t end = token.column - 1 + token.text.size();
    return !is_syntax_error(std::string(expression.substr(0, end)).append(kBadNumber));
  });
  if (tokens.empty()) return "at its end";  // only blanks that are none to libpcap, such as \v
  // Text after "80" or "10.0.0.1" could make it valid, so no token is wrong.
  if (bad == tokens.end()) return "at its end" + syntax_hint(tokens, tokens.size() - 1);
  return fmt::format("at \"{}\" (column {}){}", bad->text, bad->column,
                     syntax_hint(tokens, static_cast<size_t>(bad - tokens.begin())));
}

}  // namespace pwru::filter
