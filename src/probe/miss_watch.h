// SPDX-License-Identifier: Apache-2.0
// Missed hits while pwru listens: how many more of each program since the last look.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "event/miss.h"
#include "program/misses.h"

namespace pwru::probe {

class MissWatch {
 public:
  // The kernel's counts. A program may be in them more than once, and is no longer in them when it
  // has been taken off.
  using Source = std::function<program::MissCounts()>;

  // Nothing was missed before `now_ns`.
  MissWatch(Source source, uint64_t now_ns)
      : source_(std::move(source)), begin_ns_(now_ns), last_look_ns_(now_ns) {}

  // What was missed since the last report, by program; asks the kernel once a second at most.
  // Functions of BPF maps wait for the last look: a tracer that uses maps hits its own probes.
  [[nodiscard]] std::vector<event::Miss> look(uint64_t now_ns);
  // All that was not reported yet.
  [[nodiscard]] std::vector<event::Miss> look_last(uint64_t now_ns);

  // Until the last look, over all programs.
  [[nodiscard]] program::ProgramMisses total() const;
  // "name 12, other 3", or "" when nothing was missed.
  [[nodiscard]] std::string by_program() const;

 private:
  struct Count {
    uint64_t by_probe = 0;
    uint64_t by_recursion = 0;
    uint64_t reported = 0;

    [[nodiscard]] uint64_t total() const { return by_probe + by_recursion; }
  };

  void update();
  std::vector<event::Miss> report(uint64_t now_ns, bool is_last);

  Source source_;
  uint64_t begin_ns_;
  uint64_t last_look_ns_;
  std::map<std::string, Count, std::less<>> counts_;
};

// "name 12, other 3".
[[nodiscard]] std::string describe(const std::vector<event::Miss>& misses);

}  // namespace pwru::probe
