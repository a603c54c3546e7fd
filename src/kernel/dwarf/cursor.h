// SPDX-License-Identifier: Apache-2.0
// Reads the numbers and texts of a section one after the other. What would lie behind the end reads
// as 0 or "", and is_bad() says so from then on: a reader checks once, behind many reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pwru::kernel::dwarf {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_bad() const { return is_bad_; }
  [[nodiscard]] bool is_at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] size_t at() const { return at_; }

  // In this machine's byte order, which is that of the kernel's debug info.
  template <class Number>
  [[nodiscard]] Number number() {
    Number value = {};
    if (!has(sizeof(value))) return value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(value));
    at_ += sizeof(value);
    return value;
  }

  // LEB128 (DWARF 5, 7.6); bits beyond the 64th are dropped.
  [[nodiscard]] uint64_t unsigned_leb() {
    uint64_t value = 0;
    unsigned shift = 0;
    for (uint8_t byte = 0x80; byte & 0x80; shift += 7) {
      byte = number<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
    }
    return value;
  }
  [[nodiscard]] int64_t signed_leb() {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0x80;
    for (; byte & 0x80; shift += 7) {
      byte = number<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
    }
    if ((byte & 0x40) && shift < 64) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }

  // An offset of 32-bit or 64-bit DWARF.
  [[nodiscard]] uint64_t offset(bool is_64_bit) {
    return is_64_bit ? number<uint64_t>() : number<uint32_t>();
  }

  // Up to a zero, which is passed.
  [[nodiscard]] std::string_view text() {
    const size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos) {
      is_bad_ = true;
      at_ = bytes_.size();
      return {};
    }
    const std::string_view found = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }

  // The next `count` bytes, which are passed.
  [[nodiscard]] std::string_view bytes(uint64_t count) {
    if (!has(count)) return {};
    const std::string_view found = bytes_.substr(at_, count);
    at_ += count;
    return found;
  }
  void skip(uint64_t count) { (void)bytes(count); }
  [[nodiscard]] std::string_view rest() const { return bytes_.substr(at_); }

 private:
  bool has(uint64_t count) {
    if (count <= bytes_.size() - at_) return true;
    is_bad_ = true;
    at_ = bytes_.size();
    return false;
  }

  std::string_view bytes_;
  size_t at_ = 0;
  bool is_bad_ = false;
};

}  // namespace pwru::kernel::dwarf
