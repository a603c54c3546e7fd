// SPDX-License-Identifier: Apache-2.0
#include "event/ring.h"

#include <fmt/core.h>
#include <sched.h>

#include "abi/event.h"

namespace pwru::event {

uint64_t Ring::reserved_until() const {
  return __atomic_load_n(&positions_.reserved, __ATOMIC_ACQUIRE);
}

void Ring::wait_for_commit(uint64_t position) {
  while (committed_seen_ <= position) {
    committed_seen_ = __atomic_load_n(&positions_.committed, __ATOMIC_ACQUIRE);
    if (committed_seen_ <= position) ::sched_yield();
  }
}

Result<Ring::Record> Ring::read(uint64_t position) {
  const uint64_t start = pwru_record_start(position, layout_.chunk_bytes, layout_.record_max_bytes);
  if (committed_seen_ <= start) wait_for_commit(start);
  const std::byte* record = memory_ + (start & (layout_.ring_bytes - 1));
  const uint32_t bytes = reinterpret_cast<const pwru_event*>(record)->bytes;
  if (bytes < sizeof(pwru_event) || bytes > layout_.record_max_bytes || bytes % 8 != 0)
    return fail(fmt::format("read a ring buffer: a record of {} bytes is no event", bytes));
  return Record{{record, bytes}, start + bytes};
}

void Ring::release(uint64_t position) {
  released_ = position;
  __atomic_store_n(&positions_.released, position, __ATOMIC_RELEASE);
}

}  // namespace pwru::event
