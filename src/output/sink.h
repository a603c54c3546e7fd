// SPDX-License-Identifier: Apache-2.0
// Where events end: one format a file.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "event/event.h"
#include "event/miss.h"

namespace pwru::output {

// What there is to say at the end; all that was not shown is counted here.
struct Summary {
  uint64_t events = 0;            // printed: all of their text was written
  uint64_t unwritten = 0;         // could not be written any more
  uint64_t lost = 0;              // a ring buffer was full
  uint64_t missed_probes = 0;     // hits that the kernel could not hand to a program
  uint64_t recursion_misses = 0;  // hits inside another probe's program
  uint64_t failed_stacks = 0;     // events without the stack that was asked for
  uint64_t evicted = 0;           // packets no longer followed: too many at once
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Before the first event.
  [[nodiscard]] virtual Result<> begin() = 0;
  [[nodiscard]] virtual Result<> event(const event::Event& event) = 0;
  [[nodiscard]] virtual Result<> lost(const event::Loss& loss) = 0;
  // Hits that no program saw; for formats that have such a record.
  [[nodiscard]] virtual Result<> missed(const event::Miss& /*miss*/) { return {}; }
  // The last record, for formats that have one.
  [[nodiscard]] virtual Result<> summary(const Summary& /*summary*/) { return {}; }
  // Writes what has gathered; called after every drain of the rings.
  [[nodiscard]] virtual Result<> flush() = 0;
  // Events whose whole text was written so far.
  [[nodiscard]] virtual uint64_t events_written() const = 0;
};

}  // namespace pwru::output
