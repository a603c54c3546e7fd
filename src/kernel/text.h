// SPDX-License-Identifier: Apache-2.0
// Reads the kernel's instructions as they are in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/handle.h"

namespace pwru::kernel {

class Text {
 public:
  // When the file cannot be opened, as under lockdown, read() always fails.
  [[nodiscard]] static Text open(const std::string& path = "/proc/kcore");
  // Fills `bytes` from the address; true when all of them could be read.
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
