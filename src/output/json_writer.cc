// SPDX-License-Identifier: Apache-2.0
#include "output/json_writer.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace pwru::output {
namespace {

enum class Kind : uint8_t { Plain, Escaped, NotAscii };

constexpr std::array<Kind, 256> make_kinds() {
  std::array<Kind, 256> kinds{};
  for (size_t c = 0; c < kinds.size(); c++)
    kinds[c] = c >= 0x80                                       ? Kind::NotAscii
               : c < ' ' || c == 0x7f || c == '"' || c == '\\' ? Kind::Escaped
                                                               : Kind::Plain;
  return kinds;
}

constexpr std::array<Kind, 256> kKinds = make_kinds();

Kind kind_of(char c) { return kKinds[static_cast<uint8_t>(c)]; }

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return kind_of(c) == Kind::Plain; });
}

// RFC 8259, section 7: the two-character escapes, \u00XX for the rest of the control characters
// up to U+009F.
char* put_escape(char* out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  *out++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *out++ = c;
      return out;
    case '\b':
      *out++ = 'b';
      return out;
    case '\f':
      *out++ = 'f';
      return out;
    case '\n':
      *out++ = 'n';
      return out;
    case '\r':
      *out++ = 'r';
      return out;
    case '\t':
      *out++ = 't';
      return out;
    default:
      std::memcpy(out, "u00", 3);
      out[3] = kDigits[static_cast<uint8_t>(c) >> 4];
      out[4] = kDigits[static_cast<uint8_t>(c) & 15];
      return out + 5;
  }
}

}  // namespace

void JsonWriter::string(std::string_view text) {
  constexpr size_t kLongestEscape = 6;
  if (is_plain(text)) return plain(text);
  const std::string_view valid = to_utf8(text, utf8_);
  char* const start = reserve(kLongestEscape * valid.size() + 3);
  char* out = start;
  *out++ = '"';
  for (size_t i = 0; i < valid.size(); i++) {
    // U+0080 to U+009F: 0xc2 and the byte itself. A terminal takes them for commands.
    const bool is_c1 = valid[i] == '\xc2' && static_cast<uint8_t>(valid[i + 1]) < 0xa0;
    if (is_c1)
      out = put_escape(out, valid[++i]);
    else if (kind_of(valid[i]) == Kind::Escaped)
      out = put_escape(out, valid[i]);
    else
      *out++ = valid[i];
  }
  *out++ = '"';
  *out++ = ',';
  size_ += static_cast<size_t>(out - start);
}

}  // namespace pwru::output
