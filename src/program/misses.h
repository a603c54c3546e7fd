// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pwru::program {

// What the kernel has counted of hits that a program did not see, since it was loaded.
struct ProgramMisses {
  std::string program;
  uint64_t by_probe = 0;      // its probes could not run it
  uint64_t by_recursion = 0;  // it or another one was running on that CPU
};
using MissCounts = std::vector<ProgramMisses>;

}  // namespace pwru::program
