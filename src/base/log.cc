// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include "base/escape.h"
#include "base/patience.h"

namespace pwru {
namespace {

constexpr std::chrono::milliseconds kGrace{200};

}  // namespace

// Writes no more at once than a pipe that is writable takes (PIPE_BUF), so that write(2) does not
// block.
void write_stderr(std::string_view text) {
  while (!text.empty()) {
    if (!wait_until_writable(STDERR_FILENO, kGrace)) return;
    const ssize_t n = ::write(STDERR_FILENO, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
    // When stderr is gone, there is nobody to report this to.
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<size_t>(n));
  }
}

void log_line(std::string_view prefix, std::string_view text) {
  std::string line;
  line.reserve(prefix.size() + text.size() + 1);
  line.append(prefix);
  append_escaped(line, text);
  line.push_back('\n');
  write_stderr(line);
}

void log_caret(std::string_view source, size_t column) {
  constexpr std::string_view kIndent = "  ";
  constexpr size_t kBefore = 50, kShown = 76;
  const size_t at = std::min(column - 1, source.size());
  const size_t begin = at > kBefore ? at - kBefore : 0;
  const std::string shown = (begin ? "..." : "") + escaped(source.substr(begin, kShown)) +
                            (source.size() - begin > kShown ? "..." : "");
  const std::string before = (begin ? "..." : "") + escaped(source.substr(begin, at - begin));
  const auto width = std::ranges::count_if(before, [](char c) { return (c & 0xc0) != 0x80; });
  log_line(kIndent, shown);
  log_line(kIndent, std::string(static_cast<size_t>(width), ' ') + '^');
}

void log_lines(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    log_line("", text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace pwru
