// SPDX-License-Identifier: Apache-2.0
// The writer's side of a ring of abi/ring.h, in user space.
#pragma once

#include <cstddef>
#include <span>

#include "event/ring.h"

namespace pwru::event {

class RingWriter {
 public:
  // Both must outlive it: the positions, and the ring_bytes of memory.
  RingWriter(pwru_ring& positions, std::byte* memory, const RingLayout& layout)
      : positions_(positions), memory_(memory), layout_(layout) {}

  // Writes one record, with what the length in its header leaves of `bytes`. False: there is no
  // room for it now. Fails on what cannot be a record.
  [[nodiscard]] Result<bool> write(std::span<const std::byte> bytes);

 private:
  pwru_ring& positions_;
  std::byte* memory_;
  RingLayout layout_;
};

}  // namespace pwru::event
