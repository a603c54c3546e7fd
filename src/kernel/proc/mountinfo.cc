// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/mountinfo.h"

#include <algorithm>

namespace pwru::kernel {
namespace {

std::string_view take_until(std::string_view& rest, char end) {
  const std::string_view part = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// Space, tab, newline and backslash are written as \ooo.
std::string unescape(std::string_view text) {
  std::string plain;
  for (size_t n = 0; n < text.size(); ++n) {
    if (text[n] == '\\' && n + 3 < text.size() && is_octal(text[n + 1]) && is_octal(text[n + 2]) &&
        is_octal(text[n + 3])) {
      plain +=
          static_cast<char>((text[n + 1] - '0') * 64 + (text[n + 2] - '0') * 8 + text[n + 3] - '0');
      n += 3;
    } else {
      plain += text[n];
    }
  }
  return plain;
}

}  // namespace

std::vector<std::string> mount_points(std::string_view mountinfo, std::string_view fs_type) {
  std::vector<std::string> points;
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    // Fields: id, parent, major:minor, root, mount point, options, optional fields, "-", type, ...
    constexpr int kFieldsBeforePoint = 4;
    for (int n = 0; n < kFieldsBeforePoint; ++n) take_until(line, ' ');
    const std::string_view point = take_until(line, ' ');
    while (!line.empty() && take_until(line, ' ') != "-") {
    }
    if (take_until(line, ' ') == fs_type && !point.empty()) points.push_back(unescape(point));
  }
  return points;
}

}  // namespace pwru::kernel
