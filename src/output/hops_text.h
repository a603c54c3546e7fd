// SPDX-License-Identifier: Apache-2.0
// The way of a packet as text: a line for each hop, with the time since the first one and since the
// one before, and with what is different since then.
#pragma once

#include <cstdint>
#include <string>

#include "journey/journey.h"
#include "output/file/line_buffer.h"

namespace pwru::output {

// Begins anew with each packet.
class HopsText {
 public:
  // Appends the line of the next hop, without a newline.
  void append(LineBuffer& out, const journey::Hop& hop);

 private:
  [[nodiscard]] std::string differences(const journey::Hop& hop) const;

  const journey::Hop* first_ = nullptr;
  const journey::Hop* last_ = nullptr;
  const journey::Hop* last_read_ = nullptr;  // what the next one is compared with
};

// "3.250 us", "12.000 ms", "1.500 s".
[[nodiscard]] std::string duration_text(uint64_t ns);

}  // namespace pwru::output
