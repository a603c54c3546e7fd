// SPDX-License-Identifier: Apache-2.0
// The deaths of a trace: each is diagnosed, and they are counted by cause, place and flow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "diagnose/diagnoser.h"
#include "diagnose/ends.h"

namespace pwru::diagnose {

// Deaths of one cause, at one place, of one flow: the packets from one address to another, and to
// one port of it.
struct DeathGroup {
  uint64_t count = 0;
  uint64_t first_ns = 0, last_ns = 0;  // CLOCK_MONOTONIC
  std::string first_time, last_time;   // as Record::wall_time
  std::string cause, place, flow;      // "10.0.0.1->10.0.0.2:80(tcp)"
  knowledge::Certainty certainty = knowledge::Certainty::Certain;
  std::string what, advice;  // of the first
};

class Deaths {
 public:
  // As many groups and places are kept apart; what comes after them is counted together.
  static constexpr size_t kMostGroups = 1000;

  // As for a Diagnoser.
  explicit Deaths(std::vector<knowledge::Fact> read, uint32_t own_netns = 0)
      : diagnoser_(std::move(read), own_netns) {}

  // Counts it too. Valid until the next call.
  [[nodiscard]] const Diagnosis& take(const resolve::Record& record);

  [[nodiscard]] const Diagnoser& diagnoser() const { return diagnoser_; }
  // Of whatever kind, but of packets that were consumed.
  [[nodiscard]] const Ends& ends() const { return ends_; }
  [[nodiscard]] uint64_t died() const { return died_; }
  [[nodiscard]] uint64_t harmless() const { return harmless_; }
  // Died, in no group.
  [[nodiscard]] uint64_t others() const { return others_; }
  // The most frequent first. The pointers are valid until take() is called.
  [[nodiscard]] std::vector<const DeathGroup*> groups() const;
  // Places where packets were freed for an unknown cause, and how many, the most frequent first.
  [[nodiscard]] std::vector<std::pair<std::string_view, uint64_t>> unknown_places() const;

 private:
  void count_death(const resolve::Record& record, const Diagnosis& diagnosis);

  // Cause, place, flow, and the rule of a firewall.
  using Key = std::tuple<std::string, std::string, std::string, std::string>;

  Diagnoser diagnoser_;
  Ends ends_;
  uint64_t died_ = 0, harmless_ = 0, others_ = 0;
  std::map<Key, DeathGroup> groups_;
  std::map<std::string, uint64_t, std::less<>> unknown_;
};

}  // namespace pwru::diagnose
