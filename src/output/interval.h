// SPDX-License-Identifier: Apache-2.0
// When the next table is due, with --summary.
#pragma once

#include <chrono>

namespace pwru::output {

class Interval {
 public:
  // 0: never.
  explicit Interval(std::chrono::seconds length) : length_(length), next_(Clock::now() + length) {}

  // True once in each interval.
  [[nodiscard]] bool is_over() {
    if (length_.count() == 0 || Clock::now() < next_) return false;
    next_ = Clock::now() + length_;
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::chrono::seconds length_;
  Clock::time_point next_;
};

}  // namespace pwru::output
