// SPDX-License-Identifier: Apache-2.0
#include "diagnose/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace pwru::diagnose {
namespace {

bool is_zero(const uint8_t* bytes, size_t count) {
  return std::all_of(bytes, bytes + count, [](uint8_t byte) { return byte == 0; });
}

std::string_view kind_of_v6(const uint8_t* address) {
  if (address[0] == 0xff) return (address[1] & 15) <= 2 ? "local-multicast" : "multicast";
  if (!is_zero(address, 15)) return "unicast";
  return address[15] == 1 ? "loopback" : address[15] == 0 ? "any" : "unicast";
}

}  // namespace

std::string address_text(const uint8_t* address, bool is_v6) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const char* const made =
      ::inet_ntop(is_v6 ? AF_INET6 : AF_INET, address, text.data(), text.size());
  return made ? made : "";
}

std::string_view address_kind(const uint8_t* address, bool is_v6) {
  if (is_v6) return kind_of_v6(address);
  if (address[0] == 127) return "loopback";
  if (address[0] == 224 && address[1] == 0 && address[2] == 0) return "local-multicast";
  if (address[0] >= 224 && address[0] < 240) return "multicast";
  if (std::all_of(address, address + 4, [](uint8_t byte) { return byte == 255; }))
    return "broadcast";
  return is_zero(address, 4) ? "any" : "unicast";
}

}  // namespace pwru::diagnose
