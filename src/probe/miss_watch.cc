// SPDX-License-Identifier: Apache-2.0
#include "probe/miss_watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace pwru::probe {
namespace {

constexpr uint64_t kPauseNs = 1'000'000'000;
constexpr std::string_view kMapPrograms = "pwru_map_";

void append_count(std::string& text, std::string_view program, uint64_t count) {
  text += fmt::format("{}{} {}", text.empty() ? "" : ", ", program, count);
}

}  // namespace

std::vector<event::Miss> MissWatch::look(uint64_t now_ns) {
  if (now_ns - last_look_ns_ < kPauseNs) return {};
  return report(now_ns, false);
}

std::vector<event::Miss> MissWatch::look_last(uint64_t now_ns) { return report(now_ns, true); }

// The counts only grow. A program that has been taken off keeps its last count.
void MissWatch::update() {
  std::map<std::string, Count, std::less<>> seen;
  for (const program::ProgramMisses& misses : source_()) {
    if (misses.by_probe == 0 && misses.by_recursion == 0) continue;
    Count& count = seen[misses.program];
    count.by_probe += misses.by_probe;
    count.by_recursion += misses.by_recursion;
  }
  for (const auto& [program, count] : seen) {
    Count& known = counts_[program];
    known.by_probe = std::max(known.by_probe, count.by_probe);
    known.by_recursion = std::max(known.by_recursion, count.by_recursion);
  }
}

std::vector<event::Miss> MissWatch::report(uint64_t now_ns, bool is_last) {
  update();
  std::vector<event::Miss> misses;
  for (auto& [program, count] : counts_) {
    if (count.total() == count.reported) continue;
    const bool waits = program.starts_with(kMapPrograms);
    if (waits && !is_last) continue;
    const uint64_t since_ns = waits ? begin_ns_ : last_look_ns_;
    misses.push_back({program, count.total() - count.reported, since_ns, now_ns});
    count.reported = count.total();
  }
  last_look_ns_ = now_ns;
  return misses;
}

program::ProgramMisses MissWatch::total() const {
  program::ProgramMisses total;
  for (const auto& [program, count] : counts_) {
    total.by_probe += count.by_probe;
    total.by_recursion += count.by_recursion;
  }
  return total;
}

std::string MissWatch::by_program() const {
  std::string text;
  for (const auto& [program, count] : counts_) append_count(text, program, count.total());
  return text;
}

std::string describe(const std::vector<event::Miss>& misses) {
  std::string text;
  for (const event::Miss& miss : misses) append_count(text, miss.program, miss.count);
  return text;
}

}  // namespace pwru::probe
