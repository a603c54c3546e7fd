// SPDX-License-Identifier: Apache-2.0
// The ways of packets, kept until they die: for --why.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "journey/store.h"
#include "resolve/record.h"

namespace pwru::output {

class Ways {
 public:
  // `deaths`: the functions at which packets die; none: whatever a record calls an end.
  explicit Ways(std::vector<std::string_view> deaths) : deaths_(std::move(deaths)) {}

  // Hops of the last way that add() returned which are no longer kept, in its middle.
  [[nodiscard]] uint64_t left_out() const { return left_out_; }

  // Takes the record as the next hop. Null: the packet goes on, or arrived; else what led to its
  // death, valid until the next call.
  [[nodiscard]] const std::vector<const journey::Hop*>* add(const resolve::Record& record);

  // Packets whose way was forgotten before their end.
  [[nodiscard]] uint64_t evicted() const { return store_.evicted(); }

 private:
  struct XdpDrop {
    uint64_t id = 0;
    uint32_t ifindex = 0;
    event::Tuple tuple;
  };

  [[nodiscard]] bool is_death(const resolve::Record& record) const;
  [[nodiscard]] bool is_freed_for_xdp(const resolve::Record& record,
                                      const journey::Journey& journey);

  std::vector<std::string_view> deaths_;
  journey::Store store_;
  std::unordered_map<uint32_t, XdpDrop> xdp_drops_;  // the last one of a CPU
  std::vector<const journey::Hop*> way_;
  uint64_t left_out_ = 0;
};

}  // namespace pwru::output
