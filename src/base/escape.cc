// SPDX-License-Identifier: Apache-2.0
#include "base/escape.h"

#include <fmt/format.h>

#include <iterator>

#include "base/utf8.h"

namespace pwru {
namespace {

bool is_control(uint32_t code_point) {
  return code_point < ' ' || (code_point >= 0x7f && code_point < 0xa0);
}

// Marks and overrides of direction (UAX #9), line separators, and characters without width.
bool is_invisible(uint32_t code_point) {
  return (code_point >= 0x200b && code_point <= 0x200f) ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2060 && code_point <= 0x206f) || code_point == 0x61c ||
         code_point == 0xfeff || (code_point >= 0xe0000 && code_point <= 0xe007f);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    const size_t bytes = character.bytes ? character.bytes : 1;
    if (character.bytes == 0 || is_control(character.code_point)) {
      for (const char c : text.substr(0, bytes))
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else if (is_invisible(character.code_point)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", character.code_point);
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

}  // namespace pwru
