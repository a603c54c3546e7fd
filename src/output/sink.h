// SPDX-License-Identifier: Apache-2.0
// Where events end: one format a file.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "event/counters.h"
#include "event/event.h"
#include "event/miss.h"

namespace pwru::output {

class Sink {
 public:
  virtual ~Sink() = default;
  // Before the first event.
  [[nodiscard]] virtual Result<> begin() = 0;
  [[nodiscard]] virtual Result<> event(const event::Event& event) = 0;
  [[nodiscard]] virtual Result<> lost(const event::Loss& loss) = 0;
  // Hits that no program saw.
  [[nodiscard]] virtual Result<> missed(const event::Miss& miss) = 0;
  // The last record: what was printed, and everything that is missing.
  [[nodiscard]] virtual Result<> summary(const event::Counters& counters) = 0;
  // Writes what has gathered; called after every drain of the rings.
  [[nodiscard]] virtual Result<> flush() = 0;
  // Events whose whole text was written so far.
  [[nodiscard]] virtual uint64_t events_written() const = 0;
};

}  // namespace pwru::output
