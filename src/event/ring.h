// SPDX-License-Identifier: Apache-2.0
// One ring of abi/ring.h, the reader's side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "abi/ring.h"
#include "base/result.h"

namespace pwru::event {

// The lengths of pwru_config that say how rings are laid out.
struct RingLayout {
  uint32_t cpus = 0;
  uint32_t ring_bytes = 0;
  uint32_t chunk_bytes = 0;
  uint32_t record_max_bytes = 0;
};

class Ring {
 public:
  // Both must outlive it: the positions, and the ring_bytes of memory.
  Ring(pwru_ring& positions, const std::byte* memory, const RingLayout& layout)
      : positions_(positions), memory_(memory), layout_(layout) {}

  // How far records are reserved now.
  [[nodiscard]] uint64_t reserved_until() const;
  // How far they have been given back.
  [[nodiscard]] uint64_t released_until() const { return released_; }

  struct Record {
    std::span<const std::byte> bytes;
    uint64_t end = 0;  // position of the next record
  };
  // The record at `position`, which must be reserved. Waits until its program has committed it,
  // which is a matter of microseconds. Fails on what cannot be a record.
  [[nodiscard]] Result<Record> read(uint64_t position);

  // Gives everything before `position` back to the kernel.
  void release(uint64_t position);

 private:
  void wait_for_commit(uint64_t position);

  pwru_ring& positions_;
  const std::byte* memory_;
  RingLayout layout_;
  uint64_t committed_seen_ = 0;
  uint64_t released_ = 0;
};

}  // namespace pwru::event
