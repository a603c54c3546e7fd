// SPDX-License-Identifier: Apache-2.0
// Gathers lines in memory and writes them to a file descriptor in big pieces.
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
  static constexpr size_t kFlushBytes = size_t{64} * 1024;

  // `fd` stays the caller's; `name` is what an error calls it ("stdout", a path).
  LineBuffer(int fd, std::string name);
  // Writes to a file that may rotate between two lines. The file must outlive this object.
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

  // For writers that need no copy: reserve() returns room for `bytes` at the end, and commit() is
  // told where the writer stopped.
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
  // Writes everything, and keeps it as the head of every file that rotation begins.
  [[nodiscard]] Result<> end_header();
  // Writes all whole records. On failure the records that could not be written are dropped, and a
  // half written one is cut off the file. Error::code is EPIPE when the reader is gone (SIGPIPE
  // must be ignored), kNobodyReads when it sleeps, and anything else for a real error.
  [[nodiscard]] Result<> flush();

  [[nodiscard]] uint64_t events_written() const { return events_written_; }

 private:
  // Where a record ends in the buffer.
  struct End {
    size_t offset;
    bool is_event;
  };

  void grow(size_t needed);
  Result<> end_record(bool is_event) {
    append('\n');
    ends_.push_back({size_, is_event});
    if (size_ <= kFlushBytes) return {};
    return flush();
  }
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
