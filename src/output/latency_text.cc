// SPDX-License-Identifier: Apache-2.0
#include "output/latency_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"
#include "output/flow_text.h"
#include "output/hops_text.h"

namespace pwru::output {

Result<> LatencyText::event(const resolve::Record& record) {
  latency_.add(record);
  taken_++;
  return {};
}

void LatencyText::append_row(const journey::Latency::Row& row) {
  const auto& [pair, histogram] = row;
  out_.append(fmt::format("\n{:8} {:>11} {:>11} {:>11} {:>11}  {} -> {}", histogram->count,
                          duration_text(histogram->median_ns()), duration_text(histogram->p99_ns()),
                          duration_text(histogram->most_ns), duration_text(histogram->total_ns),
                          escaped(pair.first), escaped(pair.second)));
  out_.append("\n         ");
  for (size_t width = 0; width < histogram->counts.size(); width++) {
    if (histogram->counts[width] == 0) continue;
    out_.append(fmt::format(" {}+: {}", duration_text(journey::Histogram::from_ns(width)),
                            histogram->counts[width]));
  }
}

void LatencyText::append_slowest() {
  if (latency_.slowest().empty()) return;
  out_.append("\nThe slowest packets, and where each took longest:");
  for (const journey::SlowPacket& slow : latency_.slowest()) {
    out_.append(fmt::format("\n{:>11}  {:#x}  ", duration_text(slow.total_ns), slow.id));
    append_flow(out_, slow.packet);
    out_.append(fmt::format("  {} from {} to {}", duration_text(slow.longest_ns),
                            escaped(slow.from), escaped(slow.to)));
  }
}

Result<> LatencyText::table() {
  const auto rows = latency_.rows();
  out_.append(fmt::format("\n{} packets, {} pairs of functions; by the time that all took together",
                          latency_.packets(), rows.size()));
  out_.append("\n   COUNT      MEDIAN         P99         MAX       TOTAL  FROM -> TO");
  const size_t shown = std::min(rows.size(), kMostRows);
  for (size_t i = 0; i < shown; i++) append_row(rows[i]);
  if (shown < rows.size())
    out_.append(
        fmt::format("\n{:8} more pairs: --filter-func chooses functions", rows.size() - shown));
  append_slowest();
  if (latency_.left_out())
    out_.append(fmt::format("\n{} steps are in no row: there are too many pairs of functions",
                            latency_.left_out()));
  if (latency_.evicted())
    out_.append(fmt::format("\n{} packets were forgotten before their end, for want of memory",
                            latency_.evicted()));
  return out_.end_line();
}

Result<> LatencyText::summary(const event::Counters&) {
  PWRU_TRY(table());
  return out_.flush();
}

Result<> LatencyText::flush() {
  if (interval_.is_over()) PWRU_TRY(table());
  return out_.flush();
}

}  // namespace pwru::output
