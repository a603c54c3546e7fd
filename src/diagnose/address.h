// SPDX-License-Identifier: Apache-2.0
// Addresses of packets, by kind: 4 bytes, or 16 of IPv6.
#pragma once

#include <cstdint>
#include <string_view>

namespace pwru::diagnose {

// "loopback", "local-multicast" (which stays on the link: 224.0.0.0/24, ff01 and ff02),
// "multicast", "reserved-multicast" (ff00, of scope 0), "broadcast" (255.255.255.255), "any",
// "link-local" (of IPv6), or "unicast".
[[nodiscard]] std::string_view address_kind(const uint8_t* address, bool is_v6);

}  // namespace pwru::diagnose
