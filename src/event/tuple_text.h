// SPDX-License-Identifier: Apache-2.0
// The text of a tuple, for every printed line: no allocation, no printf.
#pragma once

#include <cstddef>
#include <string>

#include "event/tuple.h"

namespace pwru::event {

// Room that append_tuple() needs at `out`. The longest text has 147 characters: two IPv6 addresses
// of 39 in brackets, two ports of 5, all eight TCP flags, and the SPI of an AH. Up to three more
// may be scribbled on.
inline constexpr size_t kTupleRoom = 150;

// Writes saddr:sport->daddr:dport(proto), without a NUL, and returns the end. IPv6 addresses are
// in brackets; a later fragment has no ports, other packets without ports have :0 as in
// cilium/pwru; ICMP has its type and code behind the name: (icmp:8/0);
// ESP and AH their SPI: (esp:0x00001234), or, of an AH in front: (tcp,ah:0x00001234).
[[nodiscard]] char* append_tuple(char* out, const Tuple& tuple, bool with_tcp_flags);

// Whether its TCP flags were read from the packet.
[[nodiscard]] bool has_tcp_flags(const Tuple& tuple);
// "SYN|ACK", at most 31 characters; nothing when none is set.
[[nodiscard]] char* append_tcp_flags(char* out, uint8_t flags);

// As inet_ntop() writes it; at most 39 characters, up to three more are scribbled on.
[[nodiscard]] char* append_ipv4(char* out, const uint8_t address[4]);
[[nodiscard]] char* append_ipv6(char* out, const uint8_t address[16]);
// One of the two.
inline constexpr size_t kAddressRoom = 48;
[[nodiscard]] char* append_address(char* out, const uint8_t* address, bool is_v6);
[[nodiscard]] std::string address_text(const uint8_t* address, bool is_v6);

}  // namespace pwru::event
