// SPDX-License-Identifier: Apache-2.0
#include "diagnose/address.h"

#include <algorithm>

namespace pwru::diagnose {
namespace {

bool is_zero(const uint8_t* bytes, size_t count) {
  return std::all_of(bytes, bytes + count, [](uint8_t byte) { return byte == 0; });
}

std::string_view kind_of_v6(const uint8_t* address) {
  if (address[0] == 0xff && (address[1] & 15) == 0) return "reserved-multicast";
  if (address[0] == 0xff) return (address[1] & 15) <= 2 ? "local-multicast" : "multicast";
  if (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) return "link-local";
  if (!is_zero(address, 15)) return "unicast";
  return address[15] == 1 ? "loopback" : address[15] == 0 ? "any" : "unicast";
}

}  // namespace

std::string_view address_kind(const uint8_t* address, bool is_v6) {
  if (is_v6) return kind_of_v6(address);
  if (address[0] == 127) return "loopback";
  if (address[0] == 224 && address[1] == 0 && address[2] == 0) return "local-multicast";
  if (address[0] >= 224 && address[0] < 240) return "multicast";
  if (std::all_of(address, address + 4, [](uint8_t byte) { return byte == 255; }))
    return "broadcast";
  if (address[0] == 0) return is_zero(address, 4) ? "any" : "this-network";
  return "unicast";
}

}  // namespace pwru::diagnose
