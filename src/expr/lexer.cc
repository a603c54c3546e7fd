// SPDX-License-Identifier: Apache-2.0
#include "expr/lexer.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "expr/address.h"

namespace pwru::expr {
namespace {

// The longest come first, so that "<<" is not read as "<".
constexpr std::array<std::string_view, 28> kSymbols = {
    "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "(", ")", "[", "]", ".",
    ",",  "+",  "-",  "*",  "/",  "%",  "&",  "|",  "^",  "~", "!", "<", ">", "="};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_start(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// C11 6.4.4.1: the first type of the list that can hold the value.
Constant typed(uint64_t value, bool is_decimal, bool is_unsigned, bool is_long) {
  constexpr uint64_t kMaxInt = std::numeric_limits<int32_t>::max();
  constexpr uint64_t kMaxUnsigned = std::numeric_limits<uint32_t>::max();
  constexpr uint64_t kMaxLong = std::numeric_limits<int64_t>::max();
  if (!is_long && !is_unsigned && value <= kMaxInt) return {value, 4, true};
  if (!is_long && (is_unsigned || !is_decimal) && value <= kMaxUnsigned) return {value, 4, false};
  return {value, 8, !is_unsigned && value <= kMaxLong};
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) at_++;
      Token token;
      token.at = at_;
      if (at_ < text_.size()) PWRU_TRY(read(token));
      token.text = text_.substr(token.at, at_ - token.at);
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::End) return tokens;
    }
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Result<> read(Token& token) {
    if (const size_t length = address_length(text_.substr(at_)); length > 0) {
      token.kind = TokenKind::Address;
      const auto address = read_address(text_.substr(at_, length));
      if (!address) return error_at(at_, address.error().what);
      token.address = *address;
      at_ += length;
      return {};
    }
    if (is_digit(peek())) return read_number(token);
    if (is_name_start(peek())) {
      token.kind = TokenKind::Name;
      while (is_name(peek())) at_++;
      return {};
    }
    if (peek() == '"') return read_string(token);
    if (peek() == '\'') return read_character(token);
    for (const std::string_view symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      token.kind = TokenKind::Symbol;
      at_ += symbol.size();
      return {};
    }
    return error_at(at_, fmt::format("'{}' has no meaning here", printable(peek())));
  }

  static std::string printable(char c) {
    return c >= ' ' && c <= '~' ? std::string(1, c)
                                : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }

  Result<> read_number(Token& token) {
    token.kind = TokenKind::Constant;
    const size_t begin = at_;
    while (is_name(peek())) at_++;
    const std::string_view word = text_.substr(begin, at_ - begin);
    int base = 10;
    size_t skip = 0;
    if (word.size() > 1 && word[0] == '0') {
      const char letter = static_cast<char>(word[1] | 0x20);
      base = letter == 'x' ? 16 : letter == 'b' ? 2 : letter == 'o' || is_digit(letter) ? 8 : 10;
      skip = base == 10 ? 0 : is_digit(letter) ? 1 : 2;
    }
    uint64_t value = 0;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + skip, end, value, base);
    if (error == std::errc::result_out_of_range)
      return error_at(begin, fmt::format("the number {} does not fit into 64 bits", word));
    std::string suffix(stop, end);
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](char c) { return static_cast<char>(c | 0x20); });
    static constexpr std::array<std::string_view, 8> kSuffixes = {"",   "u",   "l",   "ll",
                                                                  "ul", "ull", "llu", "lu"};
    if (error != std::errc{} ||
        std::find(kSuffixes.begin(), kSuffixes.end(), suffix) == kSuffixes.end())
      return error_at(begin, fmt::format("{} is no number", word));
    token.constant = typed(value, base == 10, suffix.find('u') != std::string::npos,
                           suffix.find('l') != std::string::npos);
    return {};
  }

  // Reads what follows a backslash, and moves at_ behind it.
  Result<char> read_escape() {
    const size_t begin = at_;
    const char c = peek(1);
    at_ += 2;
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case '0':
        return '\0';
      case '\\':
      case '\'':
      case '"':
      case '*':
        return c;
      case 'x': {
        const auto high = hex_digit(peek()), low = hex_digit(peek(1));
        if (!high || !low) return error_at(begin, "\\x needs two hexadecimal digits");
        at_ += 2;
        return static_cast<char>(*high << 4 | *low);
      }
      default:
        return error_at(begin, "only \\n \\t \\r \\0 \\\\ \\' \\\" \\* and \\xNN can be escaped");
    }
  }

  Result<> read_string(Token& token) {
    token.kind = TokenKind::String;
    const size_t begin = at_++;
    token.pattern.pieces.emplace_back();
    while (peek() != '"') {
      if (at_ >= text_.size()) return error_at(begin, "the string has no closing quote");
      char c = peek();
      if (c == '*') {
        token.pattern.pieces.emplace_back();
        at_++;
        continue;
      }
      if (c == '\\') {
        PWRU_ASSIGN(c, read_escape());
      } else {
        at_++;
      }
      if (c == '\0') return error_at(begin, "a string cannot hold the character \\0");
      token.pattern.pieces.back() += c;
    }
    at_++;
    return {};
  }

  Result<> read_character(Token& token) {
    token.kind = TokenKind::Constant;
    const size_t begin = at_++;
    char c = peek();
    if (c == '\\') {
      PWRU_ASSIGN(c, read_escape());
    } else {
      at_++;
    }
    if (peek() != '\'' || at_ - begin < 2)
      return error_at(begin, "a character needs quotes on both sides, as in 'a'");
    at_++;
    token.constant = {static_cast<uint64_t>(static_cast<signed char>(c)), 4, true};
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<std::vector<Token>> split_tokens(std::string_view text) { return Lexer(text).run(); }

tl::unexpected<Error> error_at(size_t at, const std::string& what) {
  auto error = fail(fmt::format("column {}: {}", at + 1, what), ExitCode::BadUsage);
  error.value().column = at + 1;
  return error;
}

std::string quoted(const Token& token) {
  if (token.kind == TokenKind::End) return "the end of the expression";
  return token.kind == TokenKind::String ? std::string(token.text)
                                         : fmt::format("\"{}\"", token.text);
}

}  // namespace pwru::expr
