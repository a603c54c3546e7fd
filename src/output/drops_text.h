// SPDX-License-Identifier: Apache-2.0
// Writes the packets that died, a block or a line each, and a table of them at the end: --drops,
// and with the way of each: --why.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diagnose/deaths.h"
#include "output/file/line_buffer.h"
#include "output/gaps.h"
#include "output/interval.h"
#include "output/sink.h"
#include "output/ways.h"

namespace pwru::output {

struct DropsStyle {
  bool is_line = false;   // one line a death instead of a block
  bool has_hops = false;  // each hop of the way instead of its stages
  bool uses_color = false;
  std::chrono::seconds table_interval{0};  // 0: the table comes at the end only
};

class DropsText : public Sink {
 public:
  // With `ways` records of all functions come, and the way of each packet that died is written.
  DropsText(LineBuffer out, const DropsStyle& style, diagnose::Deaths deaths,
            std::optional<Ways> ways = {})
      : out_(std::move(out)), style_(style), deaths_(std::move(deaths)), ways_(std::move(ways)) {}

  Result<> begin() override { return {}; }
  Result<> event(const resolve::Record& record) override;
  Result<> lost(const event::Loss& loss) override { return write_loss(out_, loss); }
  Result<> missed(const event::Miss& miss) override { return write_miss(out_, miss); }
  void compare_with(diagnose::Readings readings) override { readings_ = std::move(readings); }
  // The table, and losses that it does not have. The counters are on standard error.
  Result<> summary(const event::Counters& counters) override;
  Result<> flush() override;
  uint64_t events_written() const override { return out_.events_written(); }
  uint64_t events_left_out() const override { return left_out_; }

 private:
  void append_packet(const resolve::Record& record);
  // `way` may be null.
  void append_block(const resolve::Record& record, const diagnose::Diagnosis& diagnosis,
                    const std::vector<const journey::Hop*>* way);
  void append_line(const resolve::Record& record, const diagnose::Diagnosis& diagnosis);
  void append_row(std::string_view name, std::string_view text);
  using Way = std::vector<const journey::Hop*>;
  void append_stages(const Way& way);
  void append_hops(const Way& way);
  void append_sum(const Way& way);
  [[nodiscard]] Result<> table();
  [[nodiscard]] Result<> unseen_losses(uint64_t lost);
  [[nodiscard]] Result<> handled_in_hardware();

  LineBuffer out_;
  DropsStyle style_;
  diagnose::Deaths deaths_;
  std::optional<Ways> ways_;
  diagnose::Readings readings_;
  uint64_t left_out_ = 0;
  Interval interval_{style_.table_interval};
};

}  // namespace pwru::output
