// SPDX-License-Identifier: Apache-2.0
// The perf buffers of all CPUs that are online at the start.
#pragma once

#include <cstdint>
#include <vector>

#include "base/handle.h"
#include "base/mapping.h"
#include "event/perf_ring.h"

namespace pwru::event {

struct PerfBuffer {
  uint32_t cpu = 0;
  UniqueFd event;
  Mapping memory;
  PerfRing ring;
};

// Each has room for `bytes`, a power of two. The programs send to them by `map_fd`, a perf event
// array.
[[nodiscard]] Result<std::vector<PerfBuffer>> open_perf_buffers(int map_fd, uint32_t cpus,
                                                                uint32_t bytes);

}  // namespace pwru::event
