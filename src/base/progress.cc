// SPDX-License-Identifier: Apache-2.0
#include "base/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <utility>

#include "base/log.h"

namespace pwru {
namespace {

constexpr int kBarWidth = 40;

}  // namespace

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)), total_(total), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

// Erases the bar.
Progress::~Progress() {
  if (shown_percent_ >= 0) write_stderr("\r\x1b[K");
}

void Progress::advance_to(size_t done) {
  if (!is_terminal_ || total_ == 0) return;
  const int percent = static_cast<int>(done * 100 / total_);
  if (percent == shown_percent_) return;
  shown_percent_ = percent;
  const int filled = percent * kBarWidth / 100;
  write_stderr(fmt::format("\r{} [{:#<{}}{:.<{}}] {}/{}", what_, "", filled, "", kBarWidth - filled,
                           done, total_));
}

}  // namespace pwru
