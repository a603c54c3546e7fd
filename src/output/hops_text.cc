// SPDX-License-Identifier: Apache-2.0
#include "output/hops_text.h"

#include <fmt/format.h>

#include "base/escape.h"
#include "journey/changes.h"

namespace pwru::output {
namespace {

constexpr double kNsPerUs = 1e3, kNsPerMs = 1e6, kNsPerSecond = 1e9;
constexpr size_t kFunctionWidth = 32;

std::string differences(const journey::Hop& hop, const journey::Hop* before) {
  std::string text;
  const auto add = [&text](const std::string& more) {
    text += text.empty() ? "" : "; ";
    text += more;
  };
  const resolve::Packet& now = hop.packet;
  if (!before || !journey::is_same_place(before->packet, now)) add(journey::place_text(hop));
  if (!before || before->packet.cpu != now.cpu) add(fmt::format("CPU {}", now.cpu));
  if (!before) return text;
  if (before->packet.skb != now.skb) add(fmt::format("skb {:#x}", now.skb));
  for (const std::string& change : journey::changes_of(before->packet, now)) add(change);
  if (before->packet.len_bytes != now.len_bytes)
    add(fmt::format("{} bytes became {}", before->packet.len_bytes, now.len_bytes));
  return text;
}

}  // namespace

std::string duration_text(uint64_t ns) {
  const auto time = static_cast<double>(ns);
  if (time < kNsPerMs) return fmt::format("{:.3f} us", time / kNsPerUs);
  if (time < kNsPerSecond) return fmt::format("{:.3f} ms", time / kNsPerMs);
  return fmt::format("{:.3f} s", time / kNsPerSecond);
}

void append_hop(LineBuffer& out, const journey::Hop& hop, const journey::Hop* before,
                uint64_t begin_ns) {
  const auto since = [&](uint64_t ns) { return hop.ts_ns > ns ? hop.ts_ns - ns : 0; };
  std::string function(hop.function);
  if (!hop.outcome.empty()) function += fmt::format("({})", hop.outcome);
  out.append(fmt::format("    {:>11} {:>11}  ", duration_text(since(begin_ns)),
                         "+" + duration_text(before ? since(before->ts_ns) : 0)));
  const std::string different = escaped(differences(hop, before));
  if (different.empty()) return out.append(escaped(function));
  out.append_left(escaped(function), kFunctionWidth);
  out.append("  ");
  out.append(different);
}

}  // namespace pwru::output
