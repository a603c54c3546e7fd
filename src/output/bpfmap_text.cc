// SPDX-License-Identifier: Apache-2.0
#include "output/bpfmap_text.h"

#include <fmt/core.h>

#include <cstddef>
#include <span>
#include <string_view>

#include "abi/event.h"
#include "base/escape.h"

namespace pwru::output {
namespace {

constexpr size_t kBytesInRow = 16;

// As `hexdump -C` prints them, except the last line, which is only an offset.
void append_hexdump(std::string& text, std::span<const std::byte> bytes) {
  for (size_t row = 0; row < bytes.size(); row += kBytesInRow) {
    std::string hex, characters;
    for (size_t i = row; i < row + kBytesInRow; i++) {
      if (i % 8 == 0) hex += ' ';
      if (i >= bytes.size()) {
        hex += "   ";
        continue;
      }
      const auto byte = static_cast<unsigned char>(bytes[i]);
      hex += fmt::format("{:02x} ", byte);
      characters += byte >= ' ' && byte <= '~' ? static_cast<char>(byte) : '.';
    }
    text += fmt::format("\n{:08x} {} |{}|", row, hex, characters);
  }
}

// `typed` is the text by the map's types, if there is one.
void append_bytes(std::string& text, std::string_view what, std::span<const std::byte> bytes,
                  uint32_t size, std::string_view typed) {
  text += fmt::format("\n{}({}):", what, size);
  if (!typed.empty()) {
    text += ' ';
    text += typed;
    return;
  }
  if (bytes.empty()) {
    text += " not readable here";
    return;
  }
  append_hexdump(text, bytes);
  if (bytes.size() != size) text += fmt::format("\n… {} more bytes", size - bytes.size());
}

}  // namespace

std::string map_call_text(const resolve::MapCall& call) {
  std::string text = fmt::format("map_id: {}\nmap_name: {}", call.id, escaped(call.name));
  append_bytes(text, "key", call.key, call.key_size, call.key_text);
  if (call.op == PWRU_MAP_LOOKUP_FAILED)
    text += fmt::format("\nvalue({}): none", call.value_size);
  else if (call.op != PWRU_MAP_DELETE)
    append_bytes(text, "value", call.value, call.value_size, call.value_text);
  return text;
}

}  // namespace pwru::output
