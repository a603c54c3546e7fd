// SPDX-License-Identifier: Apache-2.0
// Turns the kernel's monotonic time stamps into local time.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace pwru::resolve {

class WallClock {
 public:
  // "2026-11-22T16:05:05.123456+01:00", local time of the event. Valid until the next call.
  [[nodiscard]] std::string_view text(uint64_t monotonic_ns);

  static constexpr size_t kWidth = 32;

 private:
  void measure_offset();

  int64_t offset_ns_ = 0;
  uint64_t measured_at_ns_ = 0;
  int64_t cached_second_ = -1;
  std::string text_;
};

}  // namespace pwru::resolve
