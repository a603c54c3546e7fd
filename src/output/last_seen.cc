// SPDX-License-Identifier: Apache-2.0
#include "output/last_seen.h"

#include <utility>

namespace pwru::output {

uint64_t LastSeen::since_last(uint64_t key, uint64_t ts_ns) {
  uint64_t last = ts_ns;
  if (const auto it = young_.find(key); it != young_.end()) {
    last = std::exchange(it->second, ts_ns);
  } else {
    if (const auto older = old_.find(key); older != old_.end()) last = older->second;
    if (young_.size() >= kGenerationEntries) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.emplace(key, ts_ns);
  }
  return ts_ns > last ? ts_ns - last : 0;
}

}  // namespace pwru::output
