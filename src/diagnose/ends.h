// SPDX-License-Identifier: Apache-2.0
// How many packets ended of which cause, where; to be compared with what the kernel has counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "diagnose/diagnoser.h"

namespace pwru::diagnose {

class Ends {
 public:
  struct Key {
    std::string cause, place, reason, device;
    uint32_t netns;
    Kind kind;
    auto operator<=>(const Key&) const = default;
  };

  void count(const resolve::Record& record, const Diagnosis& diagnosis);

  [[nodiscard]] const std::map<Key, uint64_t>& counts() const { return counts_; }
  // Of those that are kept apart no more.
  [[nodiscard]] uint64_t others() const { return others_; }

 private:
  static constexpr size_t kMostKeys = 4096;

  std::map<Key, uint64_t> counts_;
  uint64_t others_ = 0;
};

}  // namespace pwru::diagnose
