// SPDX-License-Identifier: Apache-2.0
// Writes how long packets took between functions, as a table: --latency.
#pragma once

#include <chrono>
#include <cstdint>

#include "journey/latency.h"
#include "output/file/line_buffer.h"
#include "output/gaps.h"
#include "output/interval.h"
#include "output/sink.h"

namespace pwru::output {

class LatencyText : public Sink {
 public:
  // Pairs of functions that are shown; the others are counted.
  static constexpr size_t kMostRows = 30;

  // `table_interval` 0: the table comes at the end only.
  LatencyText(LineBuffer out, std::chrono::seconds table_interval)
      : out_(std::move(out)), interval_(table_interval) {}

  Result<> begin() override { return {}; }
  Result<> event(const resolve::Record& record) override;
  Result<> lost(const event::Loss& loss) override { return write_loss(out_, loss); }
  Result<> missed(const event::Miss& miss) override { return write_miss(out_, miss); }
  Result<> summary(const event::Counters&) override;
  Result<> flush() override;
  uint64_t events_written() const override { return 0; }
  uint64_t events_left_out() const override { return taken_; }

 private:
  void append_row(const journey::Latency::Row& row);
  void append_slowest();
  [[nodiscard]] Result<> table();

  LineBuffer out_;
  Interval interval_;
  journey::Latency latency_;
  uint64_t taken_ = 0;
};

}  // namespace pwru::output
