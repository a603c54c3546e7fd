// SPDX-License-Identifier: Apache-2.0
// The tokens of an expression: those of C, and in addition addresses, prefixes, and strings with
// wildcards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pwru::expr {

// An integer constant with the type that C gives it.
struct Constant {
  uint64_t value = 0;
  uint8_t bytes = 4;
  bool is_signed = true;
};

// A string, cut at its wildcards: "eth*" is {"eth", ""}, "eth0" is {"eth0"}.
struct Pattern {
  std::vector<std::string> pieces;
};

// An address as its bytes, and the bits of them that count: IPv4, IPv6 (both with an optional
// /prefix) or MAC.
struct Address {
  uint32_t size = 0;  // 4, 16 or 6
  std::array<uint8_t, 16> bytes = {};
  std::array<uint8_t, 16> mask = {};
};

enum class TokenKind { End, Name, Constant, String, Address, Symbol };

struct Token {
  TokenKind kind = TokenKind::End;
  size_t at = 0;          // index of its first character
  std::string_view text;  // as it was written
  Constant constant;
  Pattern pattern;
  Address address;
};

// Splits `text`, which must outlive the tokens; the last one is End. Errors begin with the column.
[[nodiscard]] Result<std::vector<Token>> split_tokens(std::string_view text);

// "column 3: what", the form of every error in an expression. Columns count from 1.
[[nodiscard]] tl::unexpected<Error> error_at(size_t at, const std::string& what);

// How errors name a token: "..." in quotes, or the end of the expression.
[[nodiscard]] std::string quoted(const Token& token);

}  // namespace pwru::expr
