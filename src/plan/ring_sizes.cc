// SPDX-License-Identifier: Apache-2.0
#include "plan/ring_sizes.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "abi/event.h"
#include "base/round.h"
#include "program/constants.h"

namespace pwru {
namespace {

constexpr uint64_t kDefaultRingBytes = 4 << 20;     // of one CPU, 25,000 events
constexpr uint64_t kDefaultBufferBytes = 64 << 20;  // of all CPUs
constexpr uint64_t kLeastRingBytes = 64 << 10;
constexpr uint64_t kMostRingBytes = 1ull << 30;
// An array map's value may be 4 MiB (KMALLOC_MAX_SIZE) on older kernels.
constexpr uint32_t kMostChunkBytes = 1 << 20;

uint32_t possible_cpus() { return static_cast<uint32_t>(std::max(1, libbpf_num_possible_cpus())); }

uint32_t ring_bytes(const cli::Options& options) {
  const uint64_t cpus = possible_cpus();
  const uint64_t wanted = options.output_buffer_bytes
                              ? options.output_buffer_bytes / cpus
                              : std::min(kDefaultRingBytes, kDefaultBufferBytes / cpus);
  return static_cast<uint32_t>(std::bit_floor(std::clamp(wanted, kLeastRingBytes, kMostRingBytes)));
}

}  // namespace

void set_rings(const cli::Options& options, pwru_config& config) {
  config.cpus = possible_cpus();
  config.nesting_rings = options.filter_trace_tc || options.filter_trace_xdp;
  config.ring_bytes = ring_bytes(options);
  config.chunk_bytes = std::min(config.ring_bytes, kMostChunkBytes);
  config.chunk_shift = static_cast<uint32_t>(std::countr_zero(config.chunk_bytes));
  config.record_max_bytes = program::fixed_bytes(config) + uint32_t{sizeof(pwru_parent)} +
                            round_up_8(sizeof(pwru_tuple6));
  if (config.parts & PWRU_PART_BPFMAP)
    config.record_max_bytes +=
        round_up_8(sizeof(pwru_bpfmap) + PWRU_MAP_LARGE_KEY + PWRU_MAP_LARGE_VALUE);
}

}  // namespace pwru
