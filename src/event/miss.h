// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace pwru::event {

// Hits that the kernel did not hand to a program of ours between two times.
struct Miss {
  std::string_view program;
  uint64_t count = 0;
  uint64_t since_ns = 0;
  uint64_t until_ns = 0;
};

}  // namespace pwru::event
