// SPDX-License-Identifier: Apache-2.0
#include "event/perf_ring.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace pwru::event {

void PerfRing::copy_out(uint64_t position, size_t bytes) {
  copy_.resize((bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  auto* const to = reinterpret_cast<std::byte*>(copy_.data());
  const size_t at = position & (memory_.size() - 1);
  const size_t until_end = std::min(bytes, memory_.size() - at);
  std::memcpy(to, memory_.data() + at, until_end);
  std::memcpy(to + until_end, memory_.data(), bytes - until_end);
}

Result<std::optional<std::span<const std::byte>>> PerfRing::next() {
  const uint64_t head = __atomic_load_n(&positions_.data_head, __ATOMIC_ACQUIRE);
  for (uint64_t at = positions_.data_tail; at < head;) {
    perf_event_header header;
    copy_out(at, sizeof(header));
    std::memcpy(&header, copy_.data(), sizeof(header));
    if (header.size < sizeof(header) || header.size > head - at)
      return fail(fmt::format("read a perf buffer: a record of {} bytes is none", header.size));
    const uint64_t begin = at + sizeof(header);
    at += header.size;
    end_ = at;
    if (header.type != PERF_RECORD_SAMPLE) {
      release();
      continue;
    }
    uint32_t bytes = 0;
    const size_t left = header.size - sizeof(header);
    copy_out(begin, std::min(left, sizeof(bytes)));
    if (left >= sizeof(bytes)) std::memcpy(&bytes, copy_.data(), sizeof(bytes));
    if (bytes == 0 || bytes > left - sizeof(bytes))
      return fail(fmt::format("read a perf buffer: {} bytes are no event", bytes));
    copy_out(begin + sizeof(bytes), bytes);
    return std::span<const std::byte>(reinterpret_cast<const std::byte*>(copy_.data()), bytes);
  }
  return std::nullopt;
}

void PerfRing::release() { __atomic_store_n(&positions_.data_tail, end_, __ATOMIC_RELEASE); }

}  // namespace pwru::event
