// SPDX-License-Identifier: Apache-2.0
// The way of one packet: what was hit, in order, as plain values.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "resolve/record.h"

namespace pwru::journey {

// The views are the store's, and as long valid.
struct Hop {
  uint64_t ts_ns = 0;         // CLOCK_MONOTONIC
  std::string_view function;  // as Record::function
  std::string_view layer;     // knowledge::layer_of()
  std::string_view outcome;   // of a packet's end, or what a BPF program decided; "" for all else
  std::string_view netns_name;
  resolve::Packet packet;
  // Read for journeys only: TTL or hop limit, 0 when it is not known; ip_conntrack_info, or kNone.
  static constexpr uint8_t kNotRead = 0xff, kNone = 0xfe;
  uint8_t ttl = 0;
  uint8_t conntrack = kNotRead;
  // Something said that the skb ends. It may have other owners, and go on.
  bool is_end = false;
  bool is_release = false;  // it did end, or its memory is given back after that
  bool is_drop = false;
  bool is_caller = false;  // the outcome is the function that freed it
};

// 0 when they are in the wrong order, as those of a path that was kept in the kernel may be.
[[nodiscard]] inline uint64_t ns_between(const Hop& before, const Hop& after) {
  return after.ts_ns > before.ts_ns ? after.ts_ns - before.ts_ns : 0;
}

// A clone has the id of its packet, so a journey is of all skbs that carry the packet.
struct Journey {
  uint64_t id = 0;
  std::vector<Hop> hops;
  std::vector<uint64_t> alive;  // skbs that were seen, and whose end was not
  uint64_t hops_left_out = 0;   // behind the first half of the most that are kept

  [[nodiscard]] bool is_over() const { return alive.empty(); }
};

// What the skb of this hop, which is its first one, was made of: the last skb that this CPU copied,
// else the one that was met first. Null: it was the first.
[[nodiscard]] const Hop* made_of(const Journey& journey, size_t hop);

// The hops that led this skb to the journey's last hop: its own, and before its first one those of
// the skb that it was made of, and so on. The pointers are into the journey.
[[nodiscard]] std::vector<const Hop*> way_of(const Journey& journey, uint64_t skb);

}  // namespace pwru::journey
