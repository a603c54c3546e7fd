// SPDX-License-Identifier: Apache-2.0
#include "expr/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace pwru::expr {
namespace {

constexpr size_t kMacBytes = 6;
constexpr size_t kMacLength = 17;  // aa:bb:cc:dd:ee:ff

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_mac(std::string_view text) {
  if (text.size() != kMacLength) return false;
  for (size_t i = 0; i < text.size(); i++) {
    if (i % 3 == 2 ? text[i] != ':' : !is_hex(text[i])) return false;
  }
  return true;
}

void set_mask(Address& address, uint32_t bits) {
  for (uint32_t i = 0; i < address.size; i++) {
    const uint32_t here = std::min(bits, 8u);
    address.mask[i] = static_cast<uint8_t>(0xff00 >> here);
    bits -= here;
  }
}

Address read_mac(const std::string& text) {
  Address address;
  address.size = kMacBytes;
  for (size_t i = 0; i < kMacBytes; i++) {
    const char* const digits = text.data() + 3 * i;
    std::from_chars(digits, digits + 2, address.bytes[i], 16);
  }
  set_mask(address, 8 * kMacBytes);
  return address;
}

}  // namespace

size_t address_length(std::string_view text) {
  const size_t run =
      static_cast<size_t>(std::find_if(text.begin(), text.end(),
                                       [](char c) { return !is_hex(c) && c != ':' && c != '.'; }) -
                          text.begin());
  const std::string_view word = text.substr(0, run);
  const auto colons = std::count(word.begin(), word.end(), ':');
  const auto dots = std::count(word.begin(), word.end(), '.');
  // "a.b" is a member. A number before a single dot can only be a mistake.
  const bool is_ipv4 = colons == 0 && dots > 1 && is_digit(word[0]);
  if (colons == 0 && !is_ipv4) return 0;
  size_t length = run;
  if (length + 1 < text.size() && text[length] == '/' && is_digit(text[length + 1])) {
    length++;
    while (length < text.size() && is_digit(text[length])) length++;
  }
  return length;
}

Result<Address> read_address(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string host(text.substr(0, slash));
  if (is_mac(host)) {
    if (slash != std::string_view::npos)
      return fail(fmt::format("the MAC address {} cannot have a prefix length", text));
    return read_mac(host);
  }
  Address address;
  if (::inet_pton(AF_INET, host.c_str(), address.bytes.data()) == 1)
    address.size = 4;
  else if (::inet_pton(AF_INET6, host.c_str(), address.bytes.data()) == 1)
    address.size = 16;
  else
    return fail(fmt::format("{} is neither an IPv4, an IPv6 nor a MAC address", host));
  uint32_t bits = 8 * address.size;
  if (slash != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc{} || stop != end || bits > 8 * address.size)
      return fail(fmt::format("{} has no prefix length from 0 to {}", text, 8 * address.size));
  }
  set_mask(address, bits);
  return address;
}

}  // namespace pwru::expr
