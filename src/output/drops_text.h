// SPDX-License-Identifier: Apache-2.0
// Writes the packets that died, a block or a line each, and a table of them at the end: --drops.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "diagnose/deaths.h"
#include "output/file/line_buffer.h"
#include "output/sink.h"

namespace pwru::output {

struct DropsStyle {
  bool is_line = false;  // one line a death instead of a block
  bool uses_color = false;
  std::chrono::seconds table_interval{0};  // 0: the table comes at the end only
};

class DropsText : public Sink {
 public:
  DropsText(LineBuffer out, const DropsStyle& style, std::vector<knowledge::Fact> read)
      : out_(std::move(out)), style_(style), deaths_(std::move(read)) {}

  Result<> begin() override { return {}; }
  Result<> event(const resolve::Record& record) override;
  Result<> lost(const event::Loss& loss) override;
  Result<> missed(const event::Miss& miss) override;
  // The table. The counters are on standard error.
  Result<> summary(const event::Counters& counters) override;
  Result<> flush() override;
  uint64_t events_written() const override { return out_.events_written(); }
  uint64_t events_left_out() const override { return left_out_; }

 private:
  void append_packet(const resolve::Record& record);
  void append_block(const resolve::Record& record, const diagnose::Diagnosis& diagnosis);
  void append_line(const resolve::Record& record, const diagnose::Diagnosis& diagnosis);
  void append_row(std::string_view name, std::string_view text);
  [[nodiscard]] Result<> table();

  LineBuffer out_;
  DropsStyle style_;
  diagnose::Deaths deaths_;
  uint64_t left_out_ = 0;
  std::chrono::steady_clock::time_point next_table_ =
      std::chrono::steady_clock::now() + style_.table_interval;
};

}  // namespace pwru::output
