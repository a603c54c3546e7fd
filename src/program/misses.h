// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pwru::program {

// How many hits a program did not see since it was loaded, as the kernel has counted them.
struct ProgramMisses {
  std::string program;
  uint64_t by_probe = 0;      // the probe could not run it
  uint64_t by_recursion = 0;  // it or another program was running on that CPU
};
using MissCounts = std::vector<ProgramMisses>;

}  // namespace pwru::program
