// SPDX-License-Identifier: Apache-2.0
// Messages of netlink and their attributes. Nothing is read behind the end of the bytes.
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pwru::kernel {

using Bytes = std::span<const std::byte>;
// Returns the messages that answer a request in a network namespace (inode number); none without
// an answer.
using AskKernel = std::function<std::vector<std::byte>(uint32_t netns, Bytes request)>;

// False when the bytes are too few.
template <class T>
bool take(Bytes bytes, T& value) {
  if (bytes.size() < sizeof(T)) return false;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return true;
}

inline Bytes after(Bytes bytes, size_t count) {
  return bytes.subspan(std::min(bytes.size(), count));
}

inline bool is_all_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

struct Attribute {
  unsigned type = 0;  // without its flags
  Bytes payload;
};

// Takes the first attribute off. False when there is none, or a broken one.
inline bool take_attribute(Bytes& attributes, Attribute& attribute) {
  nlattr head;
  if (!take(attributes, head) || head.nla_len < sizeof(head) || head.nla_len > attributes.size())
    return false;
  attribute = {head.nla_type & static_cast<unsigned>(NLA_TYPE_MASK),
               attributes.subspan(sizeof(head), head.nla_len - sizeof(head))};
  attributes = after(attributes, NLA_ALIGN(head.nla_len));
  return true;
}

// The payload of the first attribute of that type; empty without one.
inline Bytes attribute(Bytes attributes, unsigned type) {
  Attribute found;
  while (take_attribute(attributes, found))
    if (found.type == type) return found.payload;
  return {};
}

// Up to the first zero.
inline std::string_view text_of(Bytes bytes) {
  if (bytes.empty()) return {};
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  return {text, ::strnlen(text, bytes.size())};
}

// A number in network byte order, of at most eight bytes; 0 for more.
inline uint64_t big_endian(Bytes bytes) {
  if (bytes.size() > sizeof(uint64_t)) return 0;
  uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<uint64_t>(byte);
  return value;
}

// The bytes of an unsigned number in network byte order.
template <class T>
std::array<std::byte, sizeof(T)> to_big_endian(T value) {
  std::array<std::byte, sizeof(T)> bytes;
  for (size_t i = bytes.size(); i-- > 0; value = static_cast<T>(uint64_t{value} >> 8))
    bytes[i] = static_cast<std::byte>(value);
  return bytes;
}

// A number in the byte order of the host, of at most eight bytes; 0 for more, and for none.
inline uint64_t host_number(Bytes bytes) {
  if constexpr (std::endian::native == std::endian::big) return big_endian(bytes);
  uint64_t value = 0;
  if (bytes.size() <= sizeof(value))
    for (size_t i = bytes.size(); i-- > 0;)
      value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  return value;
}

// The errno, positive, of a message that has one: of a refusal, or at the end of a dump; 0: none.
inline int netlink_error(Bytes message) {
  constexpr int kMostErrno = 4095;  // MAX_ERRNO
  nlmsghdr head;
  int32_t error = 0;
  if (!take(message, head) || (head.nlmsg_type != NLMSG_ERROR && head.nlmsg_type != NLMSG_DONE) ||
      !take(after(message, NLMSG_HDRLEN), error) || error >= 0 || error < -kMostErrno)
    return 0;
  return -error;
}

// Calls `take_body` with what is behind the header of each message of that type. False when the
// kernel has not said that these are all: an answer is missing, too long, or an error.
template <class Take>
bool for_each_message(Bytes messages, uint16_t type, const Take& take_body) {
  nlmsghdr head;
  bool is_all = false, is_torn = false;
  while (take(messages, head) && head.nlmsg_len >= sizeof(head) &&
         head.nlmsg_len <= messages.size()) {
    if (head.nlmsg_type == type) take_body(after(messages.first(head.nlmsg_len), NLMSG_HDRLEN));
    is_torn |= (head.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    is_all = head.nlmsg_type != NLMSG_ERROR && !netlink_error(messages) &&
             (head.nlmsg_type == NLMSG_DONE || !(head.nlmsg_flags & NLM_F_MULTI));
    messages = after(messages, NLMSG_ALIGN(head.nlmsg_len));
  }
  return is_all && !is_torn;
}

// A message that is being written. Its length is set by bytes().
class Message {
 public:
  Message(uint16_t type, uint16_t flags) {
    nlmsghdr head = {};
    head.nlmsg_type = type;
    head.nlmsg_flags = flags;
    append(std::as_bytes(std::span(&head, 1)));
  }
  void append(Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  // A struct of plain values.
  template <class T>
  void append_value(const T& value) {
    append(std::as_bytes(std::span(&value, 1)));
  }
  template <class T>
  void add_value(uint16_t type, const T& value) {
    add(type, std::as_bytes(std::span(&value, 1)));
  }
  void add(uint16_t type, Bytes payload) {
    const nlattr head = {static_cast<uint16_t>(sizeof(nlattr) + payload.size()), type};
    append(std::as_bytes(std::span(&head, 1)));
    append(payload);
  }
  // With the zero at the end.
  void add(uint16_t type, std::string_view text) {
    const std::string terminated(text);
    add(type, std::as_bytes(std::span(terminated.c_str(), terminated.size() + 1)));
  }
  [[nodiscard]] Bytes bytes() {
    const auto size = static_cast<uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof(size));
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace pwru::kernel
