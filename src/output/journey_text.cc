// SPDX-License-Identifier: Apache-2.0
#include "output/journey_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/escape.h"
#include "event/tuple_text.h"
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
  return take_outcome();
}

void JourneyText::append_heading(const Journey& journey) {
  const resolve::Packet& packet = most_telling(journey).packet;
  const resolve::Packet& first = journey.hops.front().packet;
  out_.append(fmt::format("packet {:#x}  ", journey.id));
  if (packet.has_tuple)
    out_.commit(event::append_tuple(out_.reserve(event::kTupleRoom), packet.tuple, true));
  else
    out_.append(fmt::format("EtherType {:#06x}", packet.proto));
  out_.append(fmt::format("  {} bytes", packet.len_bytes));
  if (packet.parent_id) out_.append(fmt::format("  made of {:#x}", packet.parent_id));
  out_.append(fmt::format("  {}:{}", escaped(first.comm.text()), first.pid));
}

void JourneyText::append_end(const Journey& journey, Reason reason) {
  const Hop& first = journey.hops.front();
  const Hop& last = journey.hops.back();
  const auto end = std::find_if(journey.hops.rbegin(), journey.hops.rend(), [](const Hop& hop) {
    return hop.is_drop || (hop.is_end && !hop.outcome.empty());
  });
  std::string text;
  if (journey.is_over() && end != journey.hops.rend())
    text = fmt::format(
        "{} by {}",
        end->is_drop ? "dropped (" + std::string(end->outcome) + ")" : std::string(end->outcome),
        end->function);
  else if (journey.is_over())
    text = "gone";
  else if (reason == Reason::NoRoom)
    text = "not over: the memory for ways was full";
  else if (reason == Reason::Quiet)
    text = fmt::format("not over: nothing more was seen of it for {}", duration_text(kOpenNs));
  else
    text = "not over when the trace ended";
  const bool is_red =
      uses_color_ && journey.is_over() && end != journey.hops.rend() && end->is_drop;
  out_.append("  = ");
  if (is_red) out_.append(kRed);
  out_.append(fmt::format("{}, {} after it was first seen", escaped(text),
                          duration_text(last.ts_ns - first.ts_ns)));
  if (is_red) out_.append(kPlain);
}

void JourneyText::write(const Journey& journey, Reason reason) {
  append_heading(journey);
  if (outcome_) outcome_ = out_.end_line();
  HopsText hops;
  const size_t gap = journey.hops_left_out ? journey::Store::kMostHopsOfOne / 2 : 0;
  for (const Hop& hop : journey.hops) {
    const auto index = static_cast<size_t>(&hop - journey.hops.data());
    if (gap && index == gap) {
      out_.append(fmt::format("    ... {} more ...", journey.hops_left_out));
      if (outcome_) outcome_ = out_.end_line();
    }
    hops.append(out_, hop);
    if (outcome_) outcome_ = out_.end_event();
  }
  left_out_ += journey.hops_left_out;
  append_end(journey, reason);
  if (outcome_) outcome_ = out_.end_line();
}

Result<> JourneyText::take_outcome() { return std::exchange(outcome_, Result<>{}); }

void JourneyText::take(uint64_t over_ns, uint64_t open_ns, Reason reason) {
  store_.take_quiet(over_ns, open_ns, [&](const Journey& journey) {
    write(journey, journey.is_over() ? Reason::Over : reason);
  });
}

Result<> JourneyText::flush() {
  const uint64_t now_ns = now_ns_();
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
