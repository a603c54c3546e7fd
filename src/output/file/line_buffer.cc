// SPDX-License-Identifier: Apache-2.0
#include "output/file/line_buffer.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace pwru::output {

LineBuffer::LineBuffer(int fd, std::string name)
    : fd_(fd),
      name_(std::move(name)),
      bytes_(std::make_unique_for_overwrite<char[]>(2 * kFlushBytes)),
      capacity_(2 * kFlushBytes) {}

LineBuffer::LineBuffer(RotatingFile& file) : LineBuffer(file.fd(), file.path()) { file_ = &file; }

void LineBuffer::grow(size_t needed) {
  const size_t capacity = std::max(2 * capacity_, size_ + needed);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void LineBuffer::append_decimal(uint64_t value) {
  constexpr size_t kMaxDigits = 20;
  char* out = reserve(kMaxDigits);
  commit(std::to_chars(out, out + kMaxDigits, value).ptr);
}

void LineBuffer::append_hex(uint64_t value, unsigned min_digits) {
  char digits[16];
  const char* end = std::to_chars(digits, digits + sizeof(digits), value, 16).ptr;
  for (size_t i = static_cast<size_t>(end - digits); i < min_digits; ++i) append('0');
  append(std::string_view(digits, end));
}

void LineBuffer::append_hex_upper(uint64_t value, unsigned min_digits) {
  const size_t start = size_;
  append_hex(value, min_digits);
  for (char& c : std::span(bytes_.get() + start, size_ - start))
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
}

void LineBuffer::append_left(std::string_view text, size_t width) {
  const size_t start = size_;
  append(text);
  pad_from(start, width);
}

void LineBuffer::pad_from(size_t start, size_t width) {
  const size_t used = size_ - start;
  if (used >= width) return;
  std::memset(reserve(width - used), ' ', width - used);
  size_ = start + width;
}

void LineBuffer::centre_from(size_t start, size_t width) {
  const size_t used = size_ - start;
  if (used >= width) return;
  const size_t left = (width - used) / 2;
  char* const field = reserve(width - used) - used;
  std::memmove(field + left, field, used);
  std::memset(field, ' ', left);
  size_ += left;
  pad_from(start, width);
}

Result<> LineBuffer::end_header() {
  const std::string header(text());
  ends_.push_back({size_, false});
  PWRU_TRY(flush());
  if (file_) file_->set_header(header);
  return {};
}

Result<> LineBuffer::flush() {
  const size_t whole = ends_.empty() ? 0 : ends_.back().offset;
  Written written;
  if (whole && file_) {
    auto fd = file_->fd_for(whole);
    if (fd) fd_ = *fd;
    if (!fd) written.result = tl::unexpected<Error>(std::move(fd).error());
  }
  if (whole && written.result) written = write_out(fd_, name_, text().substr(0, whole));
  settle(written);
  return std::move(written.result);
}

// Drops the records that were not written, and makes the file end with a whole record.
void LineBuffer::settle(const Written& written) {
  size_t whole = 0;
  for (const End& end : ends_) {
    if (end.offset > written.bytes) break;
    whole = end.offset;
    if (end.is_event) events_written_++;
  }
  if (written.bytes > whole) take_back(fd_, written.bytes - whole);
  ends_.clear();
  size_ = 0;
}

}  // namespace pwru::output
