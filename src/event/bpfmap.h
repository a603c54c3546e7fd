// SPDX-License-Identifier: Apache-2.0
// One call of a function of a BPF map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pwru::event {

// The views point into the record of the ring, or in a resolved record to the resolver.
struct BpfMapCall {
  uint32_t op = 0;  // PWRU_MAP_*
  uint32_t id = 0;
  std::string_view name;
  uint32_t key_size = 0;  // in the map; `key` is shorter when it was cut
  uint32_t value_size = 0;
  std::span<const std::byte> key;
  std::span<const std::byte> value;  // empty: there is none, or it could not be read
};

}  // namespace pwru::event
