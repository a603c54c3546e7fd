// SPDX-License-Identifier: Apache-2.0
// When a packet was seen last, for relative time stamps, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace pwru::output {

class LastSeen {
 public:
  // Nanoseconds since the packet's event before this one; 0 for its first, or when it was
  // forgotten. `key` is the packet's id, or the address of its skb when packets are not followed.
  [[nodiscard]] uint64_t since_last(uint64_t key, uint64_t ts_ns);

 private:
  // Two generations: when the young one is full it becomes the old one, and the old one goes.
  static constexpr size_t kGenerationEntries = 1 << 17;
  std::unordered_map<uint64_t, uint64_t> young_, old_;
};

}  // namespace pwru::output
