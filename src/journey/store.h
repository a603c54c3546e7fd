// SPDX-License-Identifier: Apache-2.0
// Keeps the ways of packets until somebody takes them. Memory is bounded: the packet that was quiet
// for longest is forgotten first, one whose end was seen before all others.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "journey/journey.h"
#include "knowledge/fact.h"

namespace pwru::journey {

class Store {
 public:
  // Some 15 MB and what holds them, and of one packet the most that anybody reads.
  static constexpr size_t kMostHops = size_t{1} << 16;
  static constexpr size_t kMostHopsOfOne = 512;

  // `read`: which facts Record::readings has, when they are of kFactsOfHops.
  explicit Store(size_t most_hops = kMostHops, std::vector<knowledge::Fact> read = {})
      : most_hops_(most_hops), read_(std::move(read)) {}

  // The way of the record's packet, with this hit as its last hop. Valid until the next call.
  [[nodiscard]] Journey& add(const resolve::Record& record);
  // Hands over and forgets, oldest first, each journey that is over and was quiet since `over_ns`,
  // or not over and was quiet since `open_ns`.
  using Take = std::function<void(Journey&)>;
  void take_quiet(uint64_t over_ns, uint64_t open_ns, const Take& take);
  // Called with a journey that is to be forgotten for want of room.
  void on_evict(Take take) { on_evict_ = std::move(take); }

  // Packets that were forgotten while more of them could be expected.
  [[nodiscard]] uint64_t evicted() const { return evicted_; }

 private:
  using List = std::list<Journey>;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  // What is known of a function for its name, which takes long to find out.
  struct Function {
    std::string_view name, layer;
    bool is_release = false;
  };

  List::iterator find_or_add(uint64_t id);
  const Function& function_of(const resolve::Record& record);
  void append(Journey& journey, const resolve::Record& record);
  void make_room();
  void forget(List& list, List::iterator at);
  std::string_view keep(std::string_view text);

  void set_read(const resolve::Record& record, Hop& hop) const;

  size_t most_hops_;
  std::vector<knowledge::Fact> read_;
  size_t hops_ = 0;
  uint64_t evicted_ = 0;
  uint64_t newest_ns_ = 0;
  List open_, over_;  // the one that was quiet for longest first
  std::unordered_map<uint64_t, List::iterator> by_id_;
  std::unordered_set<std::string, Hash, std::equal_to<>> texts_;
  std::unordered_map<uint64_t, Function> functions_;  // by address
  Take on_evict_;
};

}  // namespace pwru::journey
