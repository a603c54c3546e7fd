// SPDX-License-Identifier: Apache-2.0
// Lines and words of the tables in /proc/net. Each is taken off the front of the text.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

namespace pwru::kernel {

// Without the newline.
[[nodiscard]] inline std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// "" when none is left.
inline std::string_view take_word(std::string_view& line) {
  const size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

// False when the word is anything but a number.
template <class Int>
[[nodiscard]] bool read_number(std::string_view word, Int& value, int base = 10) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return error == std::errc() && end == word.data() + word.size() && !word.empty();
}

}  // namespace pwru::kernel
