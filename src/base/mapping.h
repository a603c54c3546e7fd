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
    return map(fd, bytes, PROT_READ, MAP_SHARED, what);
  }
  // The same to write to, too.
  [[nodiscard]] static Result<Mapping> writable(int fd, size_t bytes, const std::string& what) {
    return map(fd, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, what);
  }
  // Of no file, and empty.
  [[nodiscard]] static Result<Mapping> anonymous(size_t bytes, const std::string& what) {
    return map(-1, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, what);
  }
  Mapping() = default;
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  // Not of read_only().
  [[nodiscard]] std::span<std::byte> writable_bytes() const { return bytes_; }

 private:
  static Result<Mapping> map(int fd, size_t bytes, int rights, int flags, const std::string& what) {
    void* const start = ::mmap(nullptr, bytes, rights, flags, fd, 0);
    if (start == MAP_FAILED) return sys_fail("map " + what);
    Mapping mapping;
    mapping.bytes_ = {static_cast<std::byte*>(start), bytes};
    return mapping;
  }

  std::span<std::byte> bytes_;
};

}  // namespace pwru
