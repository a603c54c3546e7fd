// SPDX-License-Identifier: Apache-2.0
// The memory that a perf event shares with user space: perf_event_open(2), "MMAP layout".
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"

namespace pwru::event {

class PerfRing {
 public:
  // Both must outlive it: the positions, and the memory behind them, a power of two.
  PerfRing(perf_event_mmap_page& positions, std::span<const std::byte> memory)
      : positions_(positions), memory_(memory) {}

  // The next record that a program sent, until the next call; none when there is no more. What the
  // kernel says besides is passed over: the programs count themselves what they lost.
  [[nodiscard]] Result<std::optional<std::span<const std::byte>>> next();
  // Gives what next() returned back to the kernel; without it next() returns it again.
  void release();

 private:
  void copy_out(uint64_t position, size_t bytes);

  perf_event_mmap_page& positions_;
  std::span<const std::byte> memory_;
  uint64_t end_ = 0;  // of what next() returned
  std::vector<uint64_t>
      copy_;  // in the ring a record may be cut in two, and begins at any half word
};

}  // namespace pwru::event
