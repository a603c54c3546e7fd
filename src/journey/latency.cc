// SPDX-License-Identifier: Apache-2.0
#include "journey/latency.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "journey/changes.h"

namespace pwru::journey {
namespace {

// What this hop came from: of its skb, or, if it is the first one of that, of what that was made
// of. Null: nothing is known, or another skb had the address.
const Hop* hop_before(const Journey& journey, size_t hop) {
  const auto& hops = journey.hops;
  for (size_t i = hop; i-- > 0;)
    if (hops[i].packet.skb == hops[hop].packet.skb)
      return hops[i].is_release && !hops[hop].is_release ? nullptr : &hops[i];
  return made_of(journey, hop);
}

bool has_addresses(const resolve::Packet& packet) {
  return packet.has_tuple && is_filled_in(packet.tuple);
}

const Hop& with_addresses(const Journey& journey) {
  const auto found =
      std::ranges::find_if(journey.hops, [](const Hop& hop) { return has_addresses(hop.packet); });
  return found == journey.hops.end() ? journey.hops.front() : *found;
}

void set_longest(SlowPacket& slow, const Latency::Pair& step, uint64_t step_ns) {
  if (step_ns < slow.longest_ns) return;
  slow.longest_ns = step_ns;
  std::tie(slow.from, slow.to) = step;
}

}  // namespace

void Histogram::add(uint64_t ns) {
  counts[static_cast<size_t>(std::bit_width(ns))]++;
  count++;
  most_ns = std::max(most_ns, ns);
  total_ns += ns;
}

uint64_t Histogram::quantile_ns(double share) const {
  const auto wanted = static_cast<uint64_t>(share * static_cast<double>(count));
  uint64_t seen = 0;
  for (size_t width = 0; width < counts.size(); width++) {
    seen += counts[width];
    if (seen > wanted || seen == count)
      return std::min(most_ns, width < 64 ? (uint64_t{1} << width) - (width > 0 ? 1 : 0) : most_ns);
  }
  return most_ns;
}

void Latency::add(const resolve::Record& record) {
  const Journey& journey = store_.add(record);
  if (journey.hops.size() == 1) packets_++;
  const Hop* const before = hop_before(journey, journey.hops.size() - 1);
  if (!before) return;
  const Hop& now = journey.hops.back();
  const uint64_t step_ns = ns_between(*before, now);
  const Pair step = {before->function, now.function};
  const auto found = pairs_.find(step);
  if (found != pairs_.end())
    found->second.add(step_ns);
  else if (pairs_.size() < kMostPairs)
    pairs_[step].add(step_ns);
  else
    left_out_++;
  rank(journey, step, step_ns);
}

void Latency::rank(const Journey& journey, const Pair& step, uint64_t step_ns) {
  const uint64_t total_ns = ns_between(journey.hops.front(), journey.hops.back());
  auto slow = std::ranges::find(slowest_, journey.id, &SlowPacket::id);
  if (slow == slowest_.end()) {
    if (slowest_.size() == kSlowest && slowest_.back().total_ns >= total_ns) return;
    if (slowest_.size() == kSlowest) slowest_.pop_back();
    slowest_.push_back({journey.id, 0, with_addresses(journey).packet, {}, {}, 0});
    slow = std::prev(slowest_.end());
    // It was not watched until now.
    for (size_t i = 1; i + 1 < journey.hops.size(); i++)
      if (const Hop* const before = hop_before(journey, i))
        set_longest(*slow, {before->function, journey.hops[i].function},
                    ns_between(*before, journey.hops[i]));
  }
  if (!has_addresses(slow->packet) && has_addresses(journey.hops.back().packet))
    slow->packet = journey.hops.back().packet;
  slow->total_ns = total_ns;
  set_longest(*slow, step, step_ns);
  // It only became slower, so that it can only rise.
  const auto faster = std::find_if(slowest_.begin(), slow, [&](const SlowPacket& other) {
    return other.total_ns < slow->total_ns;
  });
  std::rotate(faster, slow, slow + 1);
}

std::vector<Latency::Row> Latency::rows() const {
  std::vector<Row> rows;
  for (const auto& [pair, histogram] : pairs_) rows.emplace_back(pair, &histogram);
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.second->total_ns > b.second->total_ns;
  });
  return rows;
}

}  // namespace pwru::journey
