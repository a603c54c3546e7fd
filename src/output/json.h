// SPDX-License-Identifier: Apache-2.0
// Writes one JSON object a line: a record, a loss, missed hits, or the closing summary.
// docs/json.md explains the fields, and docs/event.schema.json lists them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diagnose/deaths.h"
#include "journey/latency.h"
#include "output/file/line_buffer.h"
#include "output/json_writer.h"
#include "output/sink.h"
#include "output/time_column.h"
#include "output/ways.h"

namespace pwru::output {

struct JsonStyle {
  TimeColumn time = TimeColumn::None;
};

class JsonSink : public Sink {
 public:
  // Changes when a field is removed or gets another meaning, not when one is added.
  static constexpr unsigned kVersion = 1;

  // With `deaths` it writes packets that died only, each with its diagnosis, and a table of them.
  // With `ways` too, records of all functions come, and each death has its way.
  JsonSink(LineBuffer out, JsonStyle style, std::optional<diagnose::Deaths> deaths = {},
           std::optional<Ways> ways = {});

  // Writes no events: times between functions, at the end.
  void only_latency() { latency_.emplace(); }

  Result<> begin() override { return {}; }
  Result<> event(const resolve::Record& record) override;
  Result<> lost(const event::Loss& loss) override;
  Result<> missed(const event::Miss& miss) override;
  void compare_with(diagnose::Readings readings) override { readings_ = std::move(readings); }
  Result<> summary(const event::Counters& counters) override;
  Result<> flush() override { return out_.flush(); }
  uint64_t events_written() const override { return out_.events_written(); }
  uint64_t events_left_out() const override { return left_out_; }

 private:
  using Name = JsonWriter::Plain;

  void begin_record(Name type);
  void end_record();
  // Each writes a field, or a few that belong together. A new field is one more of these.
  void write_time(const resolve::Record& record);
  void write_process(const resolve::Packet& packet);
  void write_meta(const resolve::Record& record);
  void write_tunnel(const event::Tunnel& tunnel);
  void write_tuple(Name name, const event::Tuple& tuple);
  void write_function(const resolve::Record& record);
  void write_end(const resolve::End& end);
  void write_verdict(const resolve::Verdict& verdict);
  void write_caller(const resolve::Record& record);
  void write_stack(const resolve::Record& record);
  void write_values(const resolve::Record& record);
  void write_cb(const resolve::Record& record);
  void write_map_call(const resolve::MapCall& call);
  void write_dumps(const resolve::Record& record);
  using Way = std::vector<const journey::Hop*>;
  void write_stages(const Way& way);
  void write_path(const Way& way);
  void write_diagnosis(const diagnose::Diagnosis& diagnosis, std::string_view source);
  [[nodiscard]] Result<> write_deaths();
  [[nodiscard]] Result<> write_unseen_losses(uint64_t lost);
  [[nodiscard]] Result<> write_handled_in_hardware();
  [[nodiscard]] Result<> write_latency();
  [[nodiscard]] Result<> write_ways();
  void write_histogram(const journey::Histogram& histogram);

  void number(Name name, uint64_t value);
  void text(Name name, std::string_view value);
  // The same for text that needs no escaping.
  void plain(Name name, std::string_view value);
  // Two digits a byte.
  void bytes(Name name, std::span<const std::byte> value);
  // "0x1234" as a string: most JSON readers round a number of 64 bits.
  void hex(Name name, uint64_t value);

  LineBuffer out_;
  JsonStyle style_;
  std::optional<diagnose::Deaths> deaths_;
  std::optional<Ways> ways_;
  diagnose::Readings readings_;
  std::optional<journey::Latency> latency_;
  uint64_t left_out_ = 0;
  JsonWriter writer_;
  std::string scratch_;
  std::string function_;
};

}  // namespace pwru::output
