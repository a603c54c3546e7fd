// SPDX-License-Identifier: Apache-2.0
// Where events end: one format a file.
#pragma once

#include "base/result.h"
#include "event/event.h"

namespace pwru::output {

class Sink {
 public:
  virtual ~Sink() = default;
  // Before the first event.
  [[nodiscard]] virtual Result<> begin() = 0;
  [[nodiscard]] virtual Result<> event(const event::Event& event) = 0;
  [[nodiscard]] virtual Result<> lost(const event::Loss& loss) = 0;
  // Writes what has gathered; called after every drain of the rings.
  [[nodiscard]] virtual Result<> flush() = 0;
};

}  // namespace pwru::output
