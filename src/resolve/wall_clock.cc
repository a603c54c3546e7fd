// SPDX-License-Identifier: Apache-2.0
#include "resolve/wall_clock.h"

#include <fmt/core.h>

#include <cstdlib>
#include <limits>

namespace pwru::resolve {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
// The offset is measured again this often, because the wall clock may be stepped or slewed.
constexpr uint64_t kMeasureEveryNs = 1'000'000'000;
constexpr size_t kMicrosecondsAt = 20;  // behind "2026-11-22T16:05:05."

int64_t now_ns(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

}  // namespace

// Reads the wall clock between two reads of the monotonic clock. The try whose reads lie closest
// together counts.
void WallClock::measure_offset() {
  int64_t best_width = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < 5; i++) {
    const int64_t before = now_ns(CLOCK_MONOTONIC);
    const int64_t wall = now_ns(CLOCK_REALTIME);
    const int64_t after = now_ns(CLOCK_MONOTONIC);
    if (after - before >= best_width) continue;
    best_width = after - before;
    offset_ns_ = wall - (before + (after - before) / 2);
    measured_at_ns_ = static_cast<uint64_t>(after);
  }
}

std::string_view WallClock::text(uint64_t monotonic_ns) {
  if (!measured_at_ns_ || monotonic_ns > measured_at_ns_ + kMeasureEveryNs) measure_offset();
  const int64_t wall_ns = static_cast<int64_t>(monotonic_ns) + offset_ns_;
  const int64_t second = wall_ns / kNsPerSecond;
  if (second != cached_second_) {
    const auto time = static_cast<time_t>(second);
    tm local = {};
    ::localtime_r(&time, &local);
    const long minutes = std::labs(local.tm_gmtoff) / 60;
    text_ =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000000{}{:02}:{:02}", local.tm_year + 1900,
                    local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                    local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
    cached_second_ = second;
  }
  int64_t microseconds = wall_ns % kNsPerSecond / 1000;
  for (size_t at = kMicrosecondsAt + 5; at >= kMicrosecondsAt; at--, microseconds /= 10)
    text_[at] = static_cast<char>('0' + microseconds % 10);
  return text_;
}

}  // namespace pwru::resolve
