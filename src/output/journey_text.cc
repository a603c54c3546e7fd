// SPDX-License-Identifier: Apache-2.0
#include "output/journey_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/escape.h"
#include "output/flow_text.h"
#include "output/hops_text.h"
#include "output/text_columns.h"

namespace pwru::output {
namespace {

using journey::Hop;
using journey::Journey;

// A packet that is being made has no addresses yet.
const Hop& most_telling(const Journey& journey) {
  const auto found = std::ranges::find_if(
      journey.hops, [](const Hop& hop) { return hop.packet.has_tuple && hop.packet.ifindex != 0; });
  return found == journey.hops.end() ? journey.hops.front() : *found;
}

// Of several skbs that carried the packet, a drop tells more than that another one arrived.
const Hop* telling_end(const Journey& journey) {
  const auto last = [&](auto is_wanted) {
    const auto found = std::find_if(journey.hops.rbegin(), journey.hops.rend(), is_wanted);
    return found == journey.hops.rend() ? nullptr : &*found;
  };
  const Hop* const drop = last([](const Hop& hop) { return hop.is_drop; });
  if (drop) return drop;
  return last([](const Hop& hop) { return hop.is_end && !hop.outcome.empty(); });
}

std::string end_text(const Hop& end) {
  if (end.is_drop) return fmt::format("dropped ({}) by {}", end.outcome, end.function);
  if (end.is_caller) return fmt::format("freed by {}, with {}", end.outcome, end.function);
  return fmt::format("{} by {}", end.outcome, end.function);
}

}  // namespace

JourneyText::JourneyText(LineBuffer out, bool uses_color, std::vector<knowledge::Fact> read,
                         std::function<uint64_t()> now_ns)
    : out_(std::move(out)),
      uses_color_(uses_color),
      now_ns_(std::move(now_ns)),
      store_(journey::Store::kMostHops, std::move(read)) {
  store_.on_evict([this](const Journey& journey) { write(journey, Reason::NoRoom); });
}

Result<> JourneyText::event(const resolve::Record& record) {
  (void)store_.add(record);
  newest_ns_ = std::max(newest_ns_, record.ts_ns);
  has_events_ = true;
  left_out_++;  // until its journey is written, which counts as one
  return take_outcome();
}

void JourneyText::append_heading(const Journey& journey) {
  const resolve::Packet& packet = most_telling(journey).packet;
  const resolve::Packet& first = journey.hops.front().packet;
  out_.append(fmt::format("packet {:#x}  ", journey.id));
  append_flow(out_, packet);
  out_.append(fmt::format("  {} bytes", packet.len_bytes));
  if (packet.parent_id) out_.append(fmt::format("  made of {:#x}", packet.parent_id));
  out_.append(fmt::format("  {}:{}", escaped(first.comm.text()), first.pid));
}

void JourneyText::append_end(const Journey& journey, Reason reason) {
  const Hop& first = journey.hops.front();
  const Hop& last = journey.hops.back();
  const Hop* const end = journey.is_over() ? telling_end(journey) : nullptr;
  std::string text;
  if (end)
    text = end_text(*end);
  else if (journey.is_over())
    text = "gone";
  else if (reason == Reason::NoRoom)
    text = "not over: the memory for ways was full";
  else if (reason == Reason::Quiet)
    text = fmt::format("not over: nothing more was seen of it for {}", duration_text(kOpenNs));
  else
    text = "not over when the trace ended";
  const bool is_red = uses_color_ && end && end->is_drop;
  out_.append("  = ");
  if (is_red) out_.append(kRed);
  out_.append(fmt::format("{}, {} after it was first seen", escaped(text),
                          duration_text(journey::ns_between(first, last))));
  if (is_red) out_.append(kPlain);
}

// One record, so that a file that rotates does not part it.
void JourneyText::write(const Journey& journey, Reason reason) {
  append_heading(journey);
  HopsText hops;
  const size_t gap = journey.hops_left_out ? journey::Store::kMostHopsOfOne / 2 : 0;
  for (const Hop& hop : journey.hops) {
    const auto index = static_cast<size_t>(&hop - journey.hops.data());
    if (gap && index == gap)
      out_.append(fmt::format("\n    ... {} more ...", journey.hops_left_out));
    out_.append('\n');
    hops.append(out_, hop);
  }
  out_.append('\n');
  append_end(journey, reason);
  left_out_--;
  if (outcome_) outcome_ = out_.end_event();
}

Result<> JourneyText::take_outcome() { return std::exchange(outcome_, Result<>{}); }

void JourneyText::take(uint64_t over_ns, uint64_t open_ns, Reason reason) {
  store_.take_quiet(over_ns, open_ns, [&](const Journey& journey) {
    write(journey, journey.is_over() ? Reason::Over : reason);
  });
}

Result<> JourneyText::flush() {
  // With events in this step the clock may be ahead of what is still to be read.
  const uint64_t now_ns = has_events_ ? std::min(now_ns_(), newest_ns_) : now_ns_();
  has_events_ = false;
  take(now_ns - std::min(now_ns, kOverNs), now_ns - std::min(now_ns, kOpenNs), Reason::Quiet);
  PWRU_TRY(take_outcome());
  return out_.flush();
}

Result<> JourneyText::finish() {
  constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
  take(kAll, kAll, Reason::Finished);
  PWRU_TRY(take_outcome());
  return out_.flush();
}

}  // namespace pwru::output
