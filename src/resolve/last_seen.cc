// SPDX-License-Identifier: Apache-2.0
#include "resolve/last_seen.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pwru::resolve {
namespace {

// No packet has this id, and no skb this address.
constexpr uint64_t kNoKey = 0;

// Addresses differ in the middle bits, ids at both ends. The product spreads all bits to its top.
size_t set_of(uint64_t key, size_t sets) {
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
  const uint64_t hash = (key ^ (key >> 32)) * kGolden;
  return static_cast<size_t>(hash >> 40) % sets;
}

}  // namespace

uint64_t LastSeen::since_last(uint64_t key, uint64_t ts_ns) {
  if (sets_.empty()) sets_.resize(kSets, Set{});
  Set& set = sets_[set_of(key, kSets)];
  const auto found = std::ranges::find(set.keys, key);
  if (found == set.keys.end() || key == kNoKey) {
    const auto oldest = std::ranges::min_element(set.times_ns);
    set.keys[static_cast<size_t>(oldest - set.times_ns.begin())] = key;
    *oldest = ts_ns;
    return 0;
  }
  uint64_t& time_ns = set.times_ns[static_cast<size_t>(found - set.keys.begin())];
  const uint64_t last_ns = std::exchange(time_ns, ts_ns);
  return ts_ns > last_ns ? ts_ns - last_ns : 0;
}

}  // namespace pwru::resolve
