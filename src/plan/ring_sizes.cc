// SPDX-License-Identifier: Apache-2.0
#include "plan/ring_sizes.h"

#include <algorithm>
#include <bit>

namespace pwru::plan {
namespace {

constexpr uint64_t kDefaultRingBytes = 4 << 20;     // of one CPU, 25,000 events
constexpr uint64_t kDefaultBufferBytes = 64 << 20;  // of all CPUs
constexpr uint64_t kLeastRingBytes = 64 << 10;
constexpr uint64_t kMostRingBytes = 1ull << 30;
// An array map's value may be 4 MiB (KMALLOC_MAX_SIZE) on older kernels.
constexpr uint32_t kMostChunkBytes = 1 << 20;

uint32_t ring_bytes(const RingWish& wish) {
  const uint64_t wanted = wish.buffer_bytes
                              ? wish.buffer_bytes / wish.cpus
                              : std::min(kDefaultRingBytes, kDefaultBufferBytes / wish.cpus);
  return static_cast<uint32_t>(std::bit_floor(std::clamp(wanted, kLeastRingBytes, kMostRingBytes)));
}

}  // namespace

void set_rings(const RingWish& wish, pwru_config& config) {
  config.cpus = wish.cpus;
  config.nesting_rings = wish.has_nesting_rings;
  config.record_max_bytes = wish.record_max_bytes;
  config.ring_bytes = ring_bytes(wish);
  config.chunk_bytes = std::min(config.ring_bytes, kMostChunkBytes);
  config.chunk_shift = static_cast<uint32_t>(std::countr_zero(config.chunk_bytes));
  config.chunk_mask = config.chunk_bytes - 1;
  config.chunk_last = config.chunk_bytes - config.record_max_bytes;
  const uint32_t chunks = config.ring_bytes >> config.chunk_shift;
  config.ring_chunk_mask = chunks - 1;
  config.ring_chunk_shift = static_cast<uint32_t>(std::countr_zero(chunks));
}

}  // namespace pwru::plan
