// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629). Names of processes, devices and namespaces may hold any bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pwru {

// The character at the start of a text. `bytes` is 0 when the text does not begin with valid UTF-8.
struct Utf8Character {
  size_t bytes = 0;
  uint32_t code_point = 0;
};
// `text` must not be empty.
[[nodiscard]] Utf8Character first_character(std::string_view text);

// `text` itself when it is UTF-8. Otherwise a copy in `room`, with U+FFFD for each byte that is not
// UTF-8.
[[nodiscard]] std::string_view to_utf8(std::string_view text, std::string& room);

}  // namespace pwru
