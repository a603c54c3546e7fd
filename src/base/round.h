// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace pwru {

// The parts of a record begin at multiples of 8.
[[nodiscard]] constexpr uint32_t round_up_8(size_t bytes) {
  return static_cast<uint32_t>((bytes + 7) & ~size_t{7});
}

}  // namespace pwru
