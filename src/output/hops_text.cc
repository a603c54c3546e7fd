// SPDX-License-Identifier: Apache-2.0
#include "output/hops_text.h"

#include <fmt/format.h>

#include "base/escape.h"
#include "journey/changes.h"

namespace pwru::output {
namespace {

constexpr double kNsPerUs = 1e3, kNsPerMs = 1e6, kNsPerSecond = 1e9;
constexpr size_t kFunctionWidth = 32;

}  // namespace

std::string duration_text(uint64_t ns) {
  const auto time = static_cast<double>(ns);
  if (time < kNsPerMs) return fmt::format("{:.3f} us", time / kNsPerUs);
  if (time < kNsPerSecond) return fmt::format("{:.3f} ms", time / kNsPerMs);
  return fmt::format("{:.3f} s", time / kNsPerSecond);
}

std::string HopsText::differences(const journey::Hop& hop) const {
  std::string text;
  const auto add = [&text](const std::string& more) {
    text += text.empty() ? "" : "; ";
    text += more;
  };
  const resolve::Packet& now = hop.packet;
  const bool is_read = journey::is_read(now);
  const journey::Hop* const before = last_read_;
  if (is_read && (!before || !journey::is_same_place(before->packet, now)))
    add(journey::place_text(hop));
  if (!last_ || last_->packet.cpu != now.cpu) add(fmt::format("CPU {}", now.cpu));
  if (last_ && last_->packet.skb != now.skb) add(fmt::format("skb {:#x}", now.skb));
  if (!is_read || !before) return text;
  for (const std::string& change : journey::changes_of(before->packet, now)) add(change);
  for (const std::string& change : journey::state_changes_of(*before, hop)) add(change);
  if (before->packet.len_bytes != now.len_bytes)
    add(fmt::format("{} bytes became {}", before->packet.len_bytes, now.len_bytes));
  return text;
}

void HopsText::append(LineBuffer& out, const journey::Hop& hop) {
  if (!first_) first_ = &hop;
  std::string function(hop.function);
  if (!hop.outcome.empty()) function += fmt::format("({})", hop.outcome);
  out.append(fmt::format("    {:>11} {:>11}  ", duration_text(journey::ns_between(*first_, hop)),
                         "+" + duration_text(last_ ? journey::ns_between(*last_, hop) : 0)));
  const std::string different = escaped(differences(hop));
  if (different.empty()) {
    out.append(escaped(function));
  } else {
    out.append_left(escaped(function), kFunctionWidth);
    out.append("  ");
    out.append(different);
  }
  last_ = &hop;
  if (journey::is_read(hop.packet)) last_read_ = &hop;
}

}  // namespace pwru::output
