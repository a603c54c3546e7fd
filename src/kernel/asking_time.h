// SPDX-License-Identifier: Apache-2.0
// How long the kernel may be asked a kind of question about deaths. Events wait meanwhile: a second
// in ten at most, and what the last question takes.
#pragma once

#include <cstdint>

namespace pwru::kernel {

// All times are nanoseconds of one clock.
class AskingTime {
 public:
  [[nodiscard]] bool may_ask(uint64_t now_ns) {
    if (now_ns >= period_end_ns_) {
      period_end_ns_ = now_ns + kPeriodNs;
      asked_ns_ = 0;
    }
    return asked_ns_ < kMostNs;
  }
  void add(uint64_t asked_ns) { asked_ns_ += asked_ns; }

 private:
  static constexpr uint64_t kPeriodNs = 10'000'000'000, kMostNs = 1'000'000'000;
  uint64_t period_end_ns_ = 0;
  uint64_t asked_ns_ = 0;  // in this period
};

}  // namespace pwru::kernel
