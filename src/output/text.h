// SPDX-License-Identifier: Apache-2.0
// Writes one line a record, in the columns, widths and order of cilium/pwru.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "output/file/line_buffer.h"
#include "output/sink.h"
#include "output/text_columns.h"
#include "output/text_style.h"

namespace pwru::output {

class TextSink : public Sink {
 public:
  TextSink(LineBuffer out, const TextStyle& style);

  Result<> begin() override;
  Result<> event(const resolve::Record& record) override;
  Result<> lost(const event::Loss& loss) override;
  Result<> missed(const event::Miss& miss) override;
  // The summary is on standard error.
  Result<> summary(const event::Counters&) override { return {}; }
  Result<> flush() override { return out_.flush(); }
  uint64_t events_written() const override { return out_.events_written(); }

 private:
  // Neighbouring columns of one line that all show the packet, or a single other column.
  struct Run {
    std::span<TextColumn> columns;
    bool is_of_packet;
    bool begins_line;
  };
  // The packet that a CPU had last, and the texts that show it. They are right for another record
  // as long as the packet is equal and no column has grown.
  struct Printed {
    uint64_t widths_version = 0;
    resolve::Packet packet;
    std::vector<std::string> texts;  // by run, heading first
  };

  static std::vector<Run> find_runs(std::span<TextColumn> line);
  void append_headers(const std::vector<Run>& runs);
  void append_line(const std::vector<Run>& runs, const resolve::Record& record, std::string* texts,
                   bool is_printed);
  void append_run(const Run& run, const resolve::Record& record);
  void append_column(TextColumn& column, const resolve::Record& record);
  void append_heading_if_new(const resolve::Record& record, Printed& printed, bool is_printed);
  std::string take_collapsed(size_t start);
  // "*** 12 events", and how such a line ends; `until_ns` 0: it has not ended.
  void begin_gap(uint64_t count, std::string_view what);
  [[nodiscard]] Result<> end_gap(uint64_t since_ns, uint64_t until_ns);
  void append_more(const resolve::Record& record);
  void append_on_new_line(std::string_view text);

  LineBuffer out_;
  TextStyle style_;
  std::vector<TextColumn> columns_;  // those of the heading, if there is one, come first
  std::vector<Run> heading_runs_;    // only in the narrow layout
  std::vector<Run> runs_;
  std::array<Printed, 16> printed_;
  uint64_t widths_version_ = 1;  // changes when a column has grown
  std::string heading_;          // the last of the narrow layout
};

}  // namespace pwru::output
