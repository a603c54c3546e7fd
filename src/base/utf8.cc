// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <algorithm>

namespace pwru {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return !(c & 0x80); });
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {1, first};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  uint32_t code_point = first & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code_point = code_point << 6 | (byte(i) & 0x3f);
  }
  const bool is_overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (is_overlong || is_surrogate || code_point > 0x10ffff) return {};
  return {size, code_point};
}

std::string_view to_utf8(std::string_view text, std::string& room) {
  if (is_ascii(text)) return text;
  room.clear();
  while (!text.empty()) {
    const size_t size = first_character(text).bytes;
    room += size ? text.substr(0, size) : kReplacement;
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return room;
}

}  // namespace pwru
