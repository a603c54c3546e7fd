// SPDX-License-Identifier: Apache-2.0
// How much memory the ring buffers get, and how it is cut: abi/ring.h.
#pragma once

#include <cstdint>

#include "abi/config.h"

namespace pwru::plan {

struct RingWish {
  uint64_t buffer_bytes = 0;       // of all rings together; 0: what fits the machine
  uint32_t cpus = 1;               // possible ones; each has a ring
  bool has_nesting_rings = false;  // and a second one
  uint32_t record_max_bytes = 0;   // of all programs that write into them
};

// Fills in what the programs and the reader must agree on.
void set_rings(const RingWish& wish, pwru_config& config);

}  // namespace pwru::plan
