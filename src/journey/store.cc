// SPDX-License-Identifier: Apache-2.0
#include "journey/store.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "knowledge/layer.h"

namespace pwru::journey {
namespace {

// Names of functions, of namespaces and of drop reasons: more than any kernel has.
constexpr size_t kMostTexts = 50000;
constexpr std::string_view kNoRoom = "...";

// Every way to free an skb passes it, also that of an skb whose last reference this was not.
constexpr std::string_view kRelease = "skb_release_head_state";

constexpr uint64_t kInfoMask = 7;  // NFCT_INFOMASK

// Decimal, or hexadecimal with 0x in front.
std::optional<uint64_t> number(std::string_view text) {
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view outcome_of(const resolve::Record& record) {
  if (record.verdict) return record.verdict->name;
  if (!record.end) return "";
  if (!record.end->text.empty()) return record.end->text;
  return record.end->kind == resolve::End::Kind::Consumed ? "consumed" : "";
}

// What an XDP program has is no skb, and nobody says when it ends.
bool lives(const resolve::Record& record, const Hop& hop) {
  return hop.layer != knowledge::kFreeing && record.type != PWRU_EVENT_XDP_ENTRY &&
         record.type != PWRU_EVENT_XDP_EXIT;
}

bool is_drop(const resolve::Record& record) {
  if (record.verdict) return record.verdict->is_drop;
  return record.end && record.end->kind == resolve::End::Kind::Dropped;
}

}  // namespace

std::string_view Store::keep(std::string_view text) {
  if (text.empty()) return "";
  const auto found = texts_.find(text);
  if (found != texts_.end()) return *found;
  return texts_.size() < kMostTexts ? std::string_view(*texts_.emplace(text).first) : kNoRoom;
}

// At the address of a module that is gone may be another function later.
const Store::Function& Store::function_of(const resolve::Record& record) {
  if (functions_.size() >= kMostTexts) functions_.clear();
  Function& known = functions_[record.function_addr];
  if (known.name == record.function) return known;
  known.name = keep(record.function);
  known.layer = keep(knowledge::layer_of(record.function));
  known.is_release = record.function == kRelease;
  return known;
}

Store::List::iterator Store::find_or_add(uint64_t id) {
  const auto found = by_id_.find(id);
  if (found != by_id_.end()) {
    List& list = found->second->is_over() ? over_ : open_;
    open_.splice(open_.end(), list, found->second);
    return found->second;
  }
  open_.emplace_back();
  open_.back().id = id;
  return by_id_[id] = std::prev(open_.end());
}

// Whether this is the rest of the end of an skb. The same functions run when it only changes its
// owner (skb_orphan()).
bool is_after_release(const std::vector<Hop>& hops, const Hop& hop) {
  if (hop.layer != knowledge::kFreeing) return false;
  const auto before = std::find_if(hops.rbegin(), hops.rend(), [&](const Hop& other) {
    return other.packet.skb == hop.packet.skb;
  });
  return before != hops.rend() && before->is_release;
}

// The first half of the most that are kept stays, and of what follows the newest. They go in
// pieces, as what is behind them has to be moved.
void Store::append(Journey& journey, const resolve::Record& record) {
  if (journey.hops.size() == kMostHopsOfOne) {
    constexpr size_t kPiece = kMostHopsOfOne / 4;
    const auto from = journey.hops.begin() + kMostHopsOfOne / 2;
    journey.hops.erase(from, from + kPiece);
    journey.hops_left_out += kPiece;
    hops_ -= kPiece;
  }
  Hop hop;
  hop.ts_ns = record.ts_ns;
  const Function& function = function_of(record);
  hop.function = function.name;
  hop.layer = function.layer;
  hop.outcome = keep(outcome_of(record));
  hop.netns_name = keep(record.netns_name);
  hop.packet = record.packet;
  hop.is_release = function.is_release || (record.end && record.type == PWRU_EVENT_TRACEPOINT);
  hop.is_release |= is_after_release(journey.hops, hop);
  hop.is_end = hop.is_release || record.end.has_value();
  hop.is_caller = record.end && record.end->is_caller;
  hop.is_drop = is_drop(record);
  if (!read_.empty()) set_read(record, hop);
  journey.hops.push_back(hop);
  hops_++;
}

void Store::set_read(const resolve::Record& record, Hop& hop) const {
  using knowledge::Fact;
  const size_t count = std::min(read_.size(), record.readings.size());
  for (size_t i = 0; i < count; i++) {
    const auto value = number(record.readings[i].text);
    const bool is_ttl = read_[i] == (hop.packet.tuple.is_v6 ? Fact::HopLimit : Fact::Ttl);
    if (value && is_ttl && hop.packet.has_tuple) hop.ttl = static_cast<uint8_t>(*value);
    if (value && read_[i] == Fact::Conntrack)
      hop.conntrack = *value == 0 ? Hop::kNone : static_cast<uint8_t>(*value & kInfoMask);
  }
}

Journey& Store::add(const resolve::Record& record) {
  make_room();
  const uint64_t skb = record.packet.skb;
  const auto at = find_or_add(record.packet.id ? record.packet.id : skb);
  Journey& journey = *at;
  append(journey, record);
  const Hop& hop = journey.hops.back();
  if (hop.is_end)
    std::erase(journey.alive, skb);
  else if (lives(record, hop) && journey.alive.size() < kMostHopsOfOne &&
           std::ranges::count(journey.alive, skb) == 0)
    journey.alive.push_back(skb);
  newest_ns_ = std::max(newest_ns_, record.ts_ns);
  if (journey.is_over()) over_.splice(over_.end(), open_, at);
  return journey;
}

void Store::make_room() {
  while (hops_ >= most_hops_ && !by_id_.empty()) {
    List& list = over_.empty() ? open_ : over_;
    // What is quiet for long has arrived where no function is probed.
    constexpr uint64_t kQuietNs = 1'000'000'000;
    const bool is_quiet = list.front().hops.back().ts_ns + kQuietNs < newest_ns_;
    if (&list == &open_ && !is_quiet) evicted_++;
    if (on_evict_) on_evict_(list.front());
    forget(list, list.begin());
  }
}

void Store::forget(List& list, List::iterator at) {
  hops_ -= at->hops.size();
  by_id_.erase(at->id);
  list.erase(at);
}

void Store::take_quiet(uint64_t over_ns, uint64_t open_ns, const Take& take) {
  const auto take_from = [&](List& list, uint64_t until_ns) {
    while (!list.empty() && list.front().hops.back().ts_ns <= until_ns) {
      take(list.front());
      forget(list, list.begin());
    }
  };
  take_from(over_, over_ns);
  take_from(open_, open_ns);
}

}  // namespace pwru::journey
