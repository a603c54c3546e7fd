// SPDX-License-Identifier: Apache-2.0
// Memory that is mapped from a descriptor and unmaps itself.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"

namespace pwru {

class Mapping {
 public:
  // Maps the first `bytes` of `fd`. An error calls the file `what`.
  [[nodiscard]] static Result<Mapping> read_only(int fd, size_t bytes, const std::string& what) {
    void* const start = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (start == MAP_FAILED) return sys_fail("map " + what);
    Mapping mapping;
    mapping.bytes_ = {static_cast<const std::byte*>(start), bytes};
    return mapping;
  }
  Mapping() = default;
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace pwru
