// SPDX-License-Identifier: Apache-2.0
// Asks for the IPsec association (state) that a packet of ESP or AH is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/lookups/routes.h"

namespace pwru::kernel {

enum class Association : uint8_t {
  Unknown,   // the kernel did not answer
  None,      // none has the packet's destination and SPI
  Failed,    // there is one, and packets for it failed the check of their integrity
  Replayed,  // packets for it came twice, or were older than its window; none failed the check
  Refuses,   // it has another reason not to take the packet
};

// `packet`: netns, destination and protocol are looked at. An association with a mark is not found.
// What it counted may be of earlier packets.
[[nodiscard]] Association find_association(const AskKernel& ask, const RouteQuestion& packet,
                                           uint32_t spi);

// Cuts the kernel's answer about an association off behind its fixed part, as the attributes have
// the keys. Returns how many bytes are left; of other answers all.
[[nodiscard]] size_t cut_keys_off(std::span<std::byte> answer);

}  // namespace pwru::kernel
