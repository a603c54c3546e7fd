// SPDX-License-Identifier: Apache-2.0
// Makes up the Ethernet header of a packet that has none yet, or no longer. A program on frames
// then judges made-up addresses, the EtherType, and the packet.
#pragma once

#include <array>
#include <cstdint>

#include "filter/classic.h"

namespace pwru::filter {

constexpr uint32_t kAddressBytes = 12, kEthernetBytes = 14;

// Destination and source.
using MadeUpAddresses = std::array<uint8_t, kAddressBytes>;

// Addresses of no host that the program asks for, and no multicast: whatever the program says of
// unknown addresses is false.
[[nodiscard]] MadeUpAddresses make_up_addresses(const ClassicProgram& program);

// Whether the program loads from the addresses, and whether a load reads nothing except the
// EtherType.
[[nodiscard]] bool reads_addresses(const ClassicProgram& program);
[[nodiscard]] bool is_ether_type_load(const ClassicInsn& insn);
// How many loads touch the EtherType.
[[nodiscard]] size_t ether_type_loads(const ClassicProgram& program);

}  // namespace pwru::filter
