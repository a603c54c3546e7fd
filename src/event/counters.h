// SPDX-License-Identifier: Apache-2.0
// Everything that can be lost, missed, evicted, cut or forgotten, as one table. The closing lines
// on standard error, the JSON summary and its schema, docs/json.md and the manual all follow it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pwru::event {

enum class Counter : uint8_t {
  Events,
  Unwritten,
  Lost,
  MissedProbes,
  RecursionMisses,
  FailedStacks,
  Evicted,
  HeadsEvicted,
  ListsCut,
  ListsNotShown,
  ChildrenLost,
  ParentsForgotten,
  LookupsLost,
  StacksForgotten,
  SendsForgotten,
  PathsEvicted,
  HopsOverwritten,
};
inline constexpr size_t kCounters = 17;

// Where standard error says how often it happened.
enum class Announced : uint8_t {
  InTheLine,              // in the closing line, always
  InTheLineIfAny,         // in the closing line, if it happened
  AsASentence,            // a warning after the closing line, if it happened
  InTheLineAndASentence,  // both
};

struct CounterRow {
  Counter id;
  std::string_view json_key;   // in the record "summary"
  std::string_view line_word;  // in the closing line, behind the number; "" where it is not in it
  std::string_view unit;       // what is counted
  std::string_view sentence;   // goes on after "<number> <unit> "
  Announced announced;
};

// One row a counter, in the order of the enum.
[[nodiscard]] std::span<const CounterRow, kCounters> counter_table();

// How often each of them happened, since the start.
class Counters {
 public:
  [[nodiscard]] uint64_t& operator[](Counter id) { return counts_[static_cast<size_t>(id)]; }
  [[nodiscard]] uint64_t operator[](Counter id) const { return counts_[static_cast<size_t>(id)]; }

 private:
  std::array<uint64_t, kCounters> counts_ = {};
};

// "12 events printed, 0 lost, ...": the closing line on standard error.
[[nodiscard]] std::string closing_line(const Counters& counters);
// "3 packets were no longer followed because ...": a warning, "" when there is nothing to warn of.
[[nodiscard]] std::string warning(const CounterRow& row, const Counters& counters);

// Events that happened and came to no sink.
[[nodiscard]] uint64_t missing_events(const Counters& counters);

}  // namespace pwru::event
