// SPDX-License-Identifier: Apache-2.0
// Events where arrays cannot be mapped (before Linux 5.5): programs send each record through a perf
// buffer. They are carried over into rings of our own, as if a program had written them there, so
// that order and losses are the reader's, as always.
#pragma once

#include <functional>
#include <vector>

#include "event/nap.h"
#include "event/perf_buffers.h"
#include "event/ring_writer.h"
#include "event/source.h"

namespace pwru::event {

// A perf buffer, and the ring that its records are carried over into.
struct Carrier {
  PerfBuffer from;
  RingWriter to;
};

// Carries over what fits. True: something is left.
[[nodiscard]] Result<bool> carry_over(PerfRing& from, RingWriter& to);

class PerfSource : public Source {
 public:
  // `refresh` reads the counters of the rings from the kernel.
  PerfSource(Reader reader, Nap nap, std::vector<Carrier> carriers, std::function<void()> refresh);

  Result<bool> drain(Consumer& consumer, bool is_last) override;
  Result<bool> report_rest(Consumer& consumer) override;
  void wait(bool was_idle) override;

 private:
  [[nodiscard]] Result<> carry_all();

  Reader reader_;
  Nap nap_;
  std::vector<Carrier> carriers_;
  std::function<void()> refresh_;
  bool has_more_ = false;  // in a perf buffer
};

}  // namespace pwru::event
