// SPDX-License-Identifier: Apache-2.0
#include "output/gaps.h"

#include <fmt/format.h>

namespace pwru::output {

Result<> write_loss(LineBuffer& out, const event::Loss& loss) {
  out.append(fmt::format("*** {} events were lost on CPU {}", loss.count, loss.cpu));
  return out.end_line();
}

Result<> write_miss(LineBuffer& out, const event::Miss& miss) {
  out.append(fmt::format("*** {} hits did not reach {}", miss.count, miss.program));
  return out.end_line();
}

}  // namespace pwru::output
