// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include "base/patience.h"

namespace pwru {
namespace {

constexpr std::chrono::milliseconds kGrace{200};

}  // namespace

// Only so much as a pipe that takes anything takes at once: the write does not wait.
void write_stderr(std::string_view text) {
  while (!text.empty()) {
    if (!wait_until_writable(STDERR_FILENO, kGrace)) return;
    const ssize_t n = ::write(STDERR_FILENO, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
    // Nothing useful can be done when stderr is gone.
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<size_t>(n));
  }
}

void log_line(std::string_view prefix, std::string_view text) {
  std::string line;
  line.reserve(prefix.size() + text.size() + 1);
  line.append(prefix).append(text).push_back('\n');
  write_stderr(line);
}

}  // namespace pwru
