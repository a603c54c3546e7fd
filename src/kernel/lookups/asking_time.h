// SPDX-License-Identifier: Apache-2.0
// How long the kernel may be asked a kind of question about deaths. Events wait meanwhile, so that
// one that has already waited is asked about for a second in ten only.
#pragma once

#include <cstdint>

namespace pwru::kernel {

// All times are nanoseconds of one clock.
class AskingTime {
 public:
  // `event_ns`: when that happened what the question is about; 0 for a question about no event.
  [[nodiscard]] bool may_ask(uint64_t now_ns, uint64_t event_ns) {
    if (now_ns >= period_end_ns_) {
      period_end_ns_ = now_ns + kPeriodNs;
      asked_ns_ = 0;
    }
    return asked_ns_ < kMostNs || now_ns < event_ns + kNewNs;
  }
  void add(uint64_t asked_ns) { asked_ns_ += asked_ns; }

 private:
  static constexpr uint64_t kPeriodNs = 10'000'000'000, kMostNs = 1'000'000'000;
  static constexpr uint64_t kNewNs = 500'000'000;
  uint64_t period_end_ns_ = 0;
  uint64_t asked_ns_ = 0;  // in this period
};

}  // namespace pwru::kernel
