// SPDX-License-Identifier: Apache-2.0
#include "output/utf8.h"

#include <algorithm>
#include <cstdint>

namespace pwru::output {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return !(c & 0x80); });
}

// Bytes of the character that `text` begins with, 0 when it is none (RFC 3629).
size_t character_size(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; i++)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // Longer than needed, a half of a surrogate pair, past U+10FFFF.
  const bool is_overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool is_outside = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return is_overlong || is_outside ? 0 : size;
}

}  // namespace

std::string_view to_utf8(std::string_view text, std::string& room) {
  if (is_ascii(text)) return text;
  room.clear();
  while (!text.empty()) {
    const size_t size = character_size(text);
    room += size ? text.substr(0, size) : kReplacement;
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return room;
}

}  // namespace pwru::output
