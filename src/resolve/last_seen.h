// SPDX-License-Identifier: Apache-2.0
// Remembers when each packet was seen last, for relative time stamps. The memory does not grow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pwru::resolve {

class LastSeen {
 public:
  // Nanoseconds since the packet's event before this one; 0 for its first, or when it was
  // forgotten. `key` is the packet's id, or the address of its skb when packets are not followed.
  [[nodiscard]] uint64_t since_last(uint64_t key, uint64_t ts_ns);

 private:
  // A key belongs to one set. When the set is full, the key that was silent for longest is
  // forgotten. Fewer than one packet in 100,000 is forgotten before 32,768 other packets have come.
  static constexpr size_t kSets = 1 << 13;
  static constexpr size_t kWays = 16;
  struct Set {
    std::array<uint64_t, kWays> keys;
    std::array<uint64_t, kWays> times_ns;
  };

  std::vector<Set> sets_;  // 2 MiB, allocated with the first time stamp
};

}  // namespace pwru::resolve
