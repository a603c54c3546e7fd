// SPDX-License-Identifier: Apache-2.0
#include "event/counters.h"

#include <fmt/core.h>

namespace pwru::event {
namespace {

constexpr std::array<CounterRow, kCounters> kTable = {{
    {Counter::Events, "events", "events printed", "events", "were printed", Announced::InTheLine},
    {Counter::Unwritten, "unwritten", "not written", "events",
     "were not written because the output took no more", Announced::InTheLineIfAny},
    {Counter::Lost, "lost", "lost", "events",
     "were lost because the ring buffer of their CPU was full, or in use by a program that was "
     "interrupted",
     Announced::InTheLine},
    {Counter::MissedProbes, "missed_probes", "missed probes", "hits",
     "did not reach a program because the kernel was handling another probe on their CPU",
     Announced::InTheLine},
    {Counter::RecursionMisses, "recursion_misses", "recursion misses", "hits",
     "did not reach a program because another program was running on their CPU",
     Announced::InTheLine},
    {Counter::FailedStacks, "failed_stacks", "failed stacks", "events",
     "have no call stack because the kernel could not take it", Announced::InTheLine},
    {Counter::Evicted, "evicted", "packets no longer followed", "packets",
     "were no longer followed because too many were followed at once",
     Announced::InTheLineAndASentence},
    {Counter::HeadsEvicted, "heads_evicted", "", "packets",
     "were no longer followed between XDP and their skb because too many were followed there",
     Announced::AsASentence},
    {Counter::ListsCut, "lists_cut", "", "packets",
     "were cut into so many segments that the last ones are not followed", Announced::AsASentence},
    {Counter::ListsNotShown, "lists_not_shown", "", "lists",
     "of more than 512 packets were given to a function: the rest of each is not shown",
     Announced::AsASentence},
    {Counter::ChildrenLost, "children_lost", "", "segments or fragments",
     "are not followed because their CPU gave out the same id twice", Announced::AsASentence},
    {Counter::ParentsForgotten, "parents_forgotten", "", "events",
     "do not say what their packet was made of, because that is too long ago",
     Announced::AsASentence},
    {Counter::LookupsLost, "lookups_lost", "", "look-ups",
     "in BPF maps are not shown because their return was not seen", Announced::AsASentence},
    {Counter::StacksForgotten, "stacks_forgotten", "", "call stacks",
     "lost their packet because too many stacks handled packets", Announced::AsASentence},
    {Counter::SendsForgotten, "sends_forgotten", "", "packets",
     "may lack their event of net_dev_xmit because too many were in the hands of drivers at once",
     Announced::AsASentence},
    {Counter::PathsEvicted, "paths_evicted", "", "packets",
     "ended after their path had made room for that of another (see --on-packets)",
     Announced::AsASentence},
    {Counter::HopsOverwritten, "hops_overwritten", "", "hits",
     "are missing at the begin of a path, because only its last 64 are kept",
     Announced::AsASentence},
}};

constexpr bool is_in_order() {
  for (size_t i = 0; i < kTable.size(); i++)
    if (kTable[i].id != static_cast<Counter>(i)) return false;
  return true;
}
static_assert(is_in_order());

bool is_in_line(const CounterRow& row, uint64_t count) {
  switch (row.announced) {
    case Announced::InTheLine:
    case Announced::InTheLineAndASentence:
      return true;
    case Announced::InTheLineIfAny:
      return count > 0;
    case Announced::AsASentence:
      return false;
  }
  return false;
}

}  // namespace

std::span<const CounterRow, kCounters> counter_table() { return kTable; }

std::string closing_line(const Counters& counters) {
  std::string line;
  for (const CounterRow& row : kTable) {
    const uint64_t count = counters[row.id];
    if (!is_in_line(row, count)) continue;
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, row.line_word);
  }
  return line;
}

std::string warning(const CounterRow& row, const Counters& counters) {
  const bool has_sentence =
      row.announced == Announced::AsASentence || row.announced == Announced::InTheLineAndASentence;
  const uint64_t count = counters[row.id];
  if (!has_sentence || count == 0) return "";
  return fmt::format("{} {} {}", count, row.unit, row.sentence);
}

uint64_t missing_events(const Counters& counters) {
  uint64_t missing = 0;
  for (const Counter which :
       {Counter::Unwritten, Counter::Lost, Counter::MissedProbes, Counter::RecursionMisses})
    missing += counters[which];
  return missing;
}

}  // namespace pwru::event
