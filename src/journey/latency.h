// SPDX-License-Identifier: Apache-2.0
// How long packets take from one function to the next, counted by the two; and the slowest packets.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journey/store.h"

namespace pwru::journey {

// Durations by powers of two: [0] below 1 ns, [i] from 2^(i-1) ns on.
struct Histogram {
  std::array<uint64_t, 65> counts = {};
  uint64_t count = 0;
  uint64_t most_ns = 0, total_ns = 0;

  void add(uint64_t ns);
  // No more than this share of the durations is longer; at most twice the true value, and never
  // more than the longest.
  [[nodiscard]] uint64_t quantile_ns(double share) const;
  [[nodiscard]] uint64_t median_ns() const { return quantile_ns(0.5); }
  [[nodiscard]] uint64_t p99_ns() const { return quantile_ns(0.99); }
  // The least duration that `counts[width]` counts.
  [[nodiscard]] static uint64_t from_ns(size_t width) {
    return width == 0 ? 0 : uint64_t{1} << (width - 1);
  }
};

struct SlowPacket {
  uint64_t id = 0;
  uint64_t total_ns = 0;
  resolve::Packet packet;     // at its first hop that has addresses
  std::string_view from, to;  // between which it took longest
  uint64_t longest_ns = 0;
};

class Latency {
 public:
  static constexpr size_t kMostPairs = 20000;
  static constexpr size_t kSlowest = 10;
  using Pair = std::pair<std::string_view, std::string_view>;  // of functions; the store's views
  using Row = std::pair<Pair, const Histogram*>;

  void add(const resolve::Record& record);

  // That took most time together first.
  [[nodiscard]] std::vector<Row> rows() const;
  // The slowest first.
  [[nodiscard]] const std::vector<SlowPacket>& slowest() const { return slowest_; }
  [[nodiscard]] uint64_t packets() const { return packets_; }
  // Steps of packets that are in no row, because there are too many pairs.
  [[nodiscard]] uint64_t left_out() const { return left_out_; }
  [[nodiscard]] uint64_t evicted() const { return store_.evicted(); }

 private:
  void rank(const Journey& journey, const Pair& step, uint64_t step_ns);

  Store store_;
  std::map<Pair, Histogram> pairs_;
  std::vector<SlowPacket> slowest_;
  uint64_t packets_ = 0, left_out_ = 0;
};

}  // namespace pwru::journey
