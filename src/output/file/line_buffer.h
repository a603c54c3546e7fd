// SPDX-License-Identifier: Apache-2.0
// Lines on their way to a file descriptor: put together in memory, written in big pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "output/file/outlet.h"
#include "output/file/rotating_file.h"

namespace pwru::output {

class LineBuffer {
 public:
  // end_line() writes when more than this has gathered.
  static constexpr size_t kFlushBytes = 64 * 1024;

  // `fd` stays the caller's; `name` is what an error calls it ("stdout", a path).
  LineBuffer(int fd, std::string name);
  // Into a file that is begun anew when it is full, between two lines; it must outlive this.
  explicit LineBuffer(RotatingFile& file);

  void append(char c) {
    *reserve(1) = c;
    ++size_;
  }
  void append(std::string_view text) {
    text.copy(reserve(text.size()), text.size());  // memcpy() may not be given a null
    size_ += text.size();
  }
  void append_decimal(uint64_t value);
  // Lower case without 0x, with leading zeros up to `min_digits`.
  void append_hex(uint64_t value, unsigned min_digits = 1);
  // The same in upper case.
  void append_hex_upper(uint64_t value, unsigned min_digits);
  // As printf's %-*s: longer text is not cut.
  void append_left(std::string_view text, size_t width);
  // Blanks up to `width` behind what was appended since size() was `start`: a field of any content.
  void pad_from(size_t start, size_t width);
  // Blanks on both sides of it, one more on the right when they cannot be equal.
  void centre_from(size_t start, size_t width);
  // Takes back what was appended since size() was `start`.
  void cut_from(size_t start) { size_ = start; }

  // For writers that need no copy: room for `bytes` at the end, then where the writer stopped.
  [[nodiscard]] char* reserve(size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return bytes_.get() + size_;
  }
  void commit(const char* end) { size_ = static_cast<size_t>(end - bytes_.get()); }

  // Bytes not written yet.
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }

  // Appends a newline, which ends a record; writes everything if enough has gathered.
  [[nodiscard]] Result<> end_line() { return end_record(false); }
  // The same for the last line of an event, which is counted when all of it is written.
  [[nodiscard]] Result<> end_event() { return end_record(true); }
  // Writes everything; what it is becomes the head of every file that follows this one.
  [[nodiscard]] Result<> end_header();
  // Writes all whole records. On failure those that could not be written are dropped, and the half
  // one is taken out of a file again. Error::code tells EPIPE (nobody reads on: end quietly;
  // SIGPIPE must be ignored) and kNobodyReads from real errors.
  [[nodiscard]] Result<> flush();

  [[nodiscard]] uint64_t events_written() const { return events_written_; }

 private:
  // Where a record ends in the buffer.
  struct End {
    size_t offset;
    bool is_event;
  };

  void grow(size_t needed);
  Result<> end_record(bool is_event);
  void settle(const Written& written);

  int fd_;
  RotatingFile* file_ = nullptr;
  std::string name_;
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_;
  std::vector<End> ends_;
  uint64_t events_written_ = 0;
};

}  // namespace pwru::output
