// SPDX-License-Identifier: Apache-2.0
#include "diagnose/deaths.h"

#include <fmt/format.h>

#include <algorithm>

namespace pwru::diagnose {
namespace {

// Without the port of the sender, which differs from packet to packet where the flow is the same.
std::string flow_of(const Diagnoser& diagnoser) {
  const auto fact = [&](knowledge::Fact which) { return diagnoser.fact(which); };
  const std::string_view destination = fact(knowledge::Fact::Destination);
  const std::string_view port = fact(knowledge::Fact::Port);
  if (destination.empty()) return fmt::format("not IP, on {}", fact(knowledge::Fact::Device));
  const bool has_brackets = !port.empty() && destination.find(':') != std::string_view::npos;
  return fmt::format("{}->{}{}{}{}{}({})", fact(knowledge::Fact::Source), has_brackets ? "[" : "",
                     destination, has_brackets ? "]" : "", port.empty() ? "" : ":", port,
                     fact(knowledge::Fact::Protocol));
}

// Of nf_tables; "" for any other death.
std::string rule_of(const Diagnoser& diagnoser) {
  const std::string_view table = diagnoser.fact(knowledge::Fact::NftTable);
  if (table.empty()) return "";
  return fmt::format("{} {} {} {}", diagnoser.fact(knowledge::Fact::NftFamily), table,
                     diagnoser.fact(knowledge::Fact::NftChain),
                     diagnoser.fact(knowledge::Fact::NftHandle));
}

}  // namespace

const Diagnosis& Deaths::take(const resolve::Record& record) {
  const Diagnosis& diagnosis = diagnoser_.diagnose(record);
  ends_.count(record, diagnosis);
  switch (diagnosis.kind) {
    case Kind::Died:
      count_death(record, diagnosis);
      break;
    case Kind::Harmless:
      harmless_++;
      break;
    case Kind::Unknown:
      if (unknown_.size() < kMostGroups || unknown_.contains(diagnosis.place))
        unknown_[std::string(diagnosis.place)]++;
      else
        unknown_["other places"]++;
      break;
  }
  return diagnosis;
}

void Deaths::count_death(const resolve::Record& record, const Diagnosis& diagnosis) {
  died_++;
  Key key = {std::string(diagnosis.cause), std::string(diagnosis.place), flow_of(diagnoser_),
             rule_of(diagnoser_)};
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (groups_.size() == kMostGroups) {
      others_++;
      return;
    }
    DeathGroup group;
    group.first_ns = record.ts_ns;
    group.first_time = record.wall_time;
    std::tie(group.cause, group.place, group.flow, std::ignore) = key;
    group.certainty = diagnosis.certainty;
    group.what = diagnosis.what;
    group.advice = diagnosis.advice;
    found = groups_.emplace(std::move(key), std::move(group)).first;
  }
  DeathGroup& group = found->second;
  group.count++;
  group.last_ns = record.ts_ns;
  group.last_time = record.wall_time;
}

std::vector<const DeathGroup*> Deaths::groups() const {
  std::vector<const DeathGroup*> groups;
  for (const auto& [key, group] : groups_) groups.push_back(&group);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const DeathGroup* a, const DeathGroup* b) { return a->count > b->count; });
  return groups;
}

std::vector<std::pair<std::string_view, uint64_t>> Deaths::unknown_places() const {
  std::vector<std::pair<std::string_view, uint64_t>> places(unknown_.begin(), unknown_.end());
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return places;
}

}  // namespace pwru::diagnose
