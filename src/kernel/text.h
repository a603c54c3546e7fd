// SPDX-License-Identifier: Apache-2.0
// The kernel's instructions, as they are in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/handle.h"

namespace pwru::kernel {

class Text {
 public:
  // Without a file that can be read, as under lockdown, nothing can be read from it.
  [[nodiscard]] static Text open(const std::string& path = "/proc/kcore");
  // True when all of `bytes` was filled with what lies at the address.
  [[nodiscard]] bool read(uint64_t address, std::span<uint8_t> bytes) const;

 private:
  struct Segment {
    uint64_t address;
    uint64_t size;
    uint64_t offset;  // in the file
  };

  UniqueFd file_;
  std::vector<Segment> segments_;
};

}  // namespace pwru::kernel
