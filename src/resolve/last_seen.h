// SPDX-License-Identifier: Apache-2.0
// When a packet was seen last, for relative time stamps, in memory that does not grow.
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
  // Keys that have the same set share its places; the one that was silent for longest gives way.
  // That a set is full before 32,768 other packets came is rarer than once in 100,000 packets.
  static constexpr size_t kSets = 1 << 13;
  static constexpr size_t kWays = 16;
  struct Set {
    std::array<uint64_t, kWays> keys;
    std::array<uint64_t, kWays> times_ns;
  };

  std::vector<Set> sets_;  // 2 MiB, all of it from the first time stamp on
};

}  // namespace pwru::resolve
