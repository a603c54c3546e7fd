// SPDX-License-Identifier: Apache-2.0
// The lines about what is missing, in output that has no line for each event.
#pragma once

#include "event/event.h"
#include "event/miss.h"
#include "output/file/line_buffer.h"

namespace pwru::output {

// "*** 12 events were lost on CPU 1"
[[nodiscard]] Result<> write_loss(LineBuffer& out, const event::Loss& loss);
// "*** 12 hits did not reach pwru_trace_1"
[[nodiscard]] Result<> write_miss(LineBuffer& out, const event::Miss& miss);

}  // namespace pwru::output
