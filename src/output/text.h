// SPDX-License-Identifier: Apache-2.0
// One line an event, in the columns, widths and order of cilium/pwru.
#pragma once

#include <array>
#include <string>

#include "output/bpfmap_text.h"
#include "output/file/line_buffer.h"
#include "output/packet_columns.h"
#include "output/sink.h"
#include "output/time_column.h"
#include "resolve/dumps.h"
#include "resolve/last_seen.h"
#include "resolve/names.h"
#include "resolve/wall_clock.h"

namespace pwru::output {

struct TextStyle {
  TimeColumn time = TimeColumn::None;
  bool has_meta = true;
  bool has_tuple = true;
  bool has_tcp_flags = false;
  bool has_caller = false;
  bool has_tunnel = false;
  bool has_id = false;
  bool has_stack = false;
  bool has_cb = false;
  size_t netns_name_width = 0;  // 0: no such column
  bool uses_color = false;
  // The columns of the packet are a line of their own when they change, above its functions.
  bool is_narrow = false;
};

// Characters of a line with these columns that still shows most functions whole.
[[nodiscard]] size_t columns_wanted(const TextStyle& style);

class TextSink : public Sink {
 public:
  // `names` must outlive it.
  TextSink(LineBuffer out, TextStyle style, resolve::Names& names, resolve::Dumps dumps);

  Result<> begin() override;
  Result<> event(const event::Event& event) override;
  Result<> lost(const event::Loss& loss) override;
  Result<> missed(const event::Miss& miss) override;
  // Standard error has it.
  Result<> summary(const event::Counters&) override { return {}; }
  Result<> flush() override { return out_.flush(); }
  uint64_t events_written() const override { return out_.events_written(); }

 private:
  void append_time_name();
  void append_packet_names();
  void append_function_names();
  void append_packet_or_repeat(const event::Event& event);
  void append_heading_if_new(const event::Event& event);
  std::string take_collapsed(size_t start);
  void append_packet(const event::Event& event);
  void append_time(const event::Event& event);
  void append_process(const event::Event& event);
  void append_meta(const event::Event& event);
  void append_id(const event::Event& event);
  void append_tuple_column(const event::Event& event);
  void append_function(const event::Event& event);
  void append_tunnel_column(const event::Event& event);
  void append_verdict(const event::Event& event);
  void append_netns_name(const event::Event& event);
  void append_cb(const event::Event& event);
  void append_dumps(const event::Event& event);

  LineBuffer out_;
  TextStyle style_;
  resolve::Names& names_;
  resolve::Dumps dumps_;
  BpfMapText map_text_;
  resolve::LastSeen last_seen_;
  resolve::WallClock wall_clock_;
  std::array<PacketColumns, 16> packet_columns_;
  std::string heading_;     // the last of the narrow layout
  bool repeats_columns_;    // no column among those of the packet says something else each time
  size_t tuple_width_ = 0;  // the longest so far
  size_t function_width_ = 0;
};

}  // namespace pwru::output
