// SPDX-License-Identifier: Apache-2.0
// The way of a packet as text: a line for each hop, with the time since the first one and since the
// one before, and with what is different since then.
#pragma once

#include <vector>

#include "journey/journey.h"
#include "output/file/line_buffer.h"

namespace pwru::output {

// The line of a hop, without a newline; `before` is null for the first one. `begin_ns`: of the
// first hop.
void append_hop(LineBuffer& out, const journey::Hop& hop, const journey::Hop* before,
                uint64_t begin_ns);

// "3.250 us", "12.000 ms", "1.500 s".
[[nodiscard]] std::string duration_text(uint64_t ns);

}  // namespace pwru::output
