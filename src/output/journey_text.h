// SPDX-License-Identifier: Apache-2.0
// Writes packets one after the other, each with its whole way: --output-layout journey.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "journey/store.h"
#include "output/file/line_buffer.h"
#include "output/gaps.h"
#include "output/sink.h"

namespace pwru::output {

class JourneyText : public Sink {
 public:
  // A packet that is over is written when nothing of it came for the first time, and any other one
  // for the second.
  static constexpr uint64_t kOverNs = 50'000'000, kOpenNs = 1'000'000'000;

  // `read`: which facts Record::readings has. `now_ns`: CLOCK_MONOTONIC.
  JourneyText(LineBuffer out, bool uses_color, std::vector<knowledge::Fact> read,
              std::function<uint64_t()> now_ns = monotonic_ns);

  Result<> begin() override { return {}; }
  Result<> event(const resolve::Record& record) override;
  Result<> lost(const event::Loss& loss) override { return write_loss(out_, loss); }
  Result<> missed(const event::Miss& miss) override { return write_miss(out_, miss); }
  Result<> summary(const event::Counters&) override { return {}; }
  Result<> flush() override;
  Result<> finish() override;
  uint64_t events_written() const override { return out_.events_written(); }
  uint64_t events_left_out() const override { return left_out_; }

 private:
  enum class Reason : uint8_t { Over, Quiet, NoRoom, Finished };
  void write(const journey::Journey& journey, Reason reason);
  void append_heading(const journey::Journey& journey);
  void append_end(const journey::Journey& journey, Reason reason);
  void take(uint64_t over_ns, uint64_t open_ns, Reason reason);
  Result<> take_outcome();

  LineBuffer out_;
  bool uses_color_;
  std::function<uint64_t()> now_ns_;
  journey::Store store_;
  Result<> outcome_;  // of the last write
  uint64_t left_out_ = 0;
  uint64_t newest_ns_ = 0;
  bool has_events_ = false;  // since the last flush()
};

}  // namespace pwru::output
