// SPDX-License-Identifier: Apache-2.0
// Addresses of packets, as text and by kind.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pwru::diagnose {

// As inet_ntop() writes it; 4 bytes, or 16 of IPv6.
[[nodiscard]] std::string address_text(const uint8_t* address, bool is_v6);

// "loopback", "local-multicast" (which stays on the link: 224.0.0.0/24, ff01 and ff02),
// "multicast", "broadcast" (255.255.255.255), "any", or "unicast".
[[nodiscard]] std::string_view address_kind(const uint8_t* address, bool is_v6);

}  // namespace pwru::diagnose
