// SPDX-License-Identifier: Apache-2.0
// Reads the kernel's instructions as they are in memory.
#pragma once

#include <elf.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/handle.h"

namespace pwru::kernel {

// The headers of /proc/kcore, which is an ELF core file of the kernel's memory.
class CoreHeaders {
 public:
  // When the file cannot be opened, as under lockdown, there are none.
  [[nodiscard]] static CoreHeaders open(const std::string& path = "/proc/kcore");
  [[nodiscard]] const std::vector<Elf64_Phdr>& headers() const { return headers_; }
  // The notes, of which no more than `most` bytes are read.
  [[nodiscard]] std::string read_notes(size_t most) const;
  // The file, which is no longer in here then.
  [[nodiscard]] UniqueFd take_file() { return std::move(file_); }

 private:
  UniqueFd file_;
  std::vector<Elf64_Phdr> headers_;
};

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
