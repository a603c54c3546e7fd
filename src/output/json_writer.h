// SPDX-License-Identifier: Apache-2.0
// Makes the text of one JSON value piece by piece. The memory is used again for the next value.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace pwru::output {

class JsonWriter {
 public:
  // A literal of the program. The compiler checks that it needs no escaping.
  class Plain {
   public:
    template <size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is written where one is wanted
    consteval Plain(const char (&literal)[N]) : text_(literal, N - 1) {
      for (const char c : text_)
        if (c < ' ' || c > '~' || c == '"' || c == '\\') throw "needs escaping";
    }
    [[nodiscard]] std::string_view text() const { return text_; }

   private:
    std::string_view text_;
  };

  void clear() { size_ = 0; }
  // What was written since clear(): one whole value.
  [[nodiscard]] std::string_view text() const { return {room_.data(), size_ - 1}; }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  // The name of the value that comes next.
  void key(Plain name) {
    plain(name.text());
    room_[size_ - 1] = ':';
  }
  void any_key(std::string_view name) {
    string(name);
    room_[size_ - 1] = ':';
  }

  // Takes any bytes. Each byte that is not UTF-8 becomes U+FFFD.
  void string(std::string_view text);
  // The same for text that is known to need no escaping, like digits and addresses.
  void plain(std::string_view text) {
    char* const out = reserve(text.size() + 3);
    *out = '"';
    text.copy(out + 1, text.size());  // memcpy() may not be given the null of an empty text
    std::memcpy(out + 1 + text.size(), "\",", 2);
    size_ += text.size() + 3;
  }
  void number(uint64_t value) {
    constexpr size_t kMaxDigits = 20;
    char* const out = reserve(kMaxDigits + 1);
    char* const end = std::to_chars(out, out + kMaxDigits, value).ptr;
    *end = ',';
    size_ += static_cast<size_t>(end - out) + 1;
  }
  void boolean(bool value) { word(value ? "true" : "false"); }

 private:
  // A comma follows every value; the end of the object or array takes the last one back.
  void open(char bracket) {
    *reserve(1) = bracket;
    size_++;
  }
  void close(char bracket) {
    if (room_[size_ - 1] == ',') size_--;
    std::memcpy(reserve(2), &bracket, 1);
    room_[size_ + 1] = ',';
    size_ += 2;
  }
  void word(std::string_view text) {
    char* const out = reserve(text.size() + 1);
    text.copy(out, text.size());
    out[text.size()] = ',';
    size_ += text.size() + 1;
  }
  char* reserve(size_t bytes) {
    if (room_.size() - size_ < bytes) room_.resize(2 * room_.size() + bytes);
    return room_.data() + size_;
  }

  std::vector<char> room_ = std::vector<char>(4096);
  size_t size_ = 0;
  std::string utf8_;
};

}  // namespace pwru::output
