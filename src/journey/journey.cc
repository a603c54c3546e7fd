// SPDX-License-Identifier: Apache-2.0
#include "journey/journey.h"

#include <algorithm>

namespace pwru::journey {

std::vector<const Hop*> way_of(const Journey& journey, uint64_t skb) {
  const std::vector<Hop>& hops = journey.hops;
  std::vector<const Hop*> way;
  for (size_t end = hops.size(); end > 0;) {
    size_t first = end;
    for (size_t i = end; i-- > 0;) {
      if (hops[i].packet.skb != skb) continue;
      if (hops[i].is_end && !way.empty()) break;  // of a sibling that had this address before
      way.push_back(&hops[i]);
      first = i;
    }
    if (first == end) break;
    // It was made of the skb that was handled when it was first seen.
    end = first;
    while (end > 0 && (hops[end - 1].is_end || hops[end - 1].packet.skb == skb)) end--;
    if (end > 0) skb = hops[end - 1].packet.skb;
  }
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace pwru::journey
