// SPDX-License-Identifier: Apache-2.0
// Where records end: one format a file.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "diagnose/unseen.h"
#include "event/counters.h"
#include "event/event.h"
#include "event/miss.h"
#include "resolve/record.h"

namespace pwru::output {

class Sink {
 public:
  virtual ~Sink() = default;
  // Before the first record.
  [[nodiscard]] virtual Result<> begin() = 0;
  [[nodiscard]] virtual Result<> event(const resolve::Record& record) = 0;
  [[nodiscard]] virtual Result<> lost(const event::Loss& loss) = 0;
  // Hits that no program saw.
  [[nodiscard]] virtual Result<> missed(const event::Miss& miss) = 0;
  // What the kernel has counted meanwhile, for the summary of a sink that diagnoses.
  virtual void compare_with(diagnose::Readings) {}
  // The end: what was printed, and everything that is missing.
  [[nodiscard]] virtual Result<> summary(const event::Counters& counters) = 0;
  // Writes what has gathered; called after every drain of the source.
  [[nodiscard]] virtual Result<> flush() = 0;
  // Nothing more comes: writes what was kept for more to come.
  [[nodiscard]] virtual Result<> finish() { return flush(); }
  // Records whose whole text was written so far.
  [[nodiscard]] virtual uint64_t events_written() const = 0;
  // Records that this sink does not show, because they are not what was asked for.
  [[nodiscard]] virtual uint64_t events_left_out() const { return 0; }
};

}  // namespace pwru::output
