// SPDX-License-Identifier: Apache-2.0
#include "journey/journey.h"

#include <algorithm>
#include <array>

namespace pwru::journey {
namespace {

// Whatever copies an skb calls one of them.
constexpr std::array<std::string_view, 5> kCopying = {"skb_clone", "skb_copy", "skb_copy_expand",
                                                      "__pskb_copy_fclone", "skb_copy_header"};

bool copies(const Hop& hop) { return std::ranges::find(kCopying, hop.function) != kCopying.end(); }

}  // namespace

const Hop* made_of(const Journey& journey, size_t hop) {
  const auto& hops = journey.hops;
  const resolve::Packet& child = hops[hop].packet;
  for (size_t i = hop; i-- > 0;)
    if (copies(hops[i]) && hops[i].packet.cpu == child.cpu && hops[i].packet.skb != child.skb)
      return &hops[i];
  // The last one that was met may be a sibling, on another CPU.
  return hop > 0 && hops[0].packet.skb != child.skb ? &hops[0] : nullptr;
}

std::vector<const Hop*> way_of(const Journey& journey, uint64_t skb) {
  const std::vector<Hop>& hops = journey.hops;
  std::vector<const Hop*> way;
  for (size_t end = hops.size(); end > 0;) {
    size_t first = end;
    for (size_t i = end; i-- > 0;) {
      const Hop& hop = hops[i];
      if (hop.packet.skb != skb) continue;
      if (hop.is_release && !way.empty()) break;  // of a sibling that had this address before
      way.push_back(&hop);
      first = i;
    }
    if (first == end) break;
    const Hop* const parent = made_of(journey, first);
    if (!parent) break;
    skb = parent->packet.skb;
    end = first;
    // It may have been freed before its copy was met.
    while (end > 0 && (hops[end - 1].packet.skb != skb || hops[end - 1].is_release)) end--;
  }
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace pwru::journey
