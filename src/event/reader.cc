// SPDX-License-Identifier: Apache-2.0
#include "event/reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <limits>
#include <queue>

namespace pwru::event {
namespace {

// Space is given back to the kernel after so many records, not at the end of a long drain.
constexpr size_t kReleaseEvery = 128;

uint64_t monotonic_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

Reader::Reader(std::vector<Cpu> cpus, uint32_t skb_bytes)
    : cpus_(std::move(cpus)), skb_bytes_(skb_bytes) {}

Result<Reader> Reader::open(const std::vector<int>& ring_fds, uint32_t ring_bytes, uint32_t skb_bytes) {
  std::vector<Cpu> cpus;
  cpus.reserve(ring_fds.size());
  for (const int fd : ring_fds) {
    PWRU_ASSIGN(Ring ring, Ring::map(fd, ring_bytes));
    cpus.emplace_back(std::move(ring));
  }
  return Reader(std::move(cpus), skb_bytes);
}

// The programs take an event's time after they have reserved its record. So whatever is reserved
// later than `now` was read has a later time, and everything up to `now` is in the rings.
Result<bool> Reader::drain(Consumer& consumer, bool is_last) {
  const uint64_t now = is_last ? std::numeric_limits<uint64_t>::max() : monotonic_ns();
  bool has_events = false;
  for (Cpu& cpu : cpus_) {
    const uint64_t until = cpu.ring.reserved_until();
    if (until != cpu.collected_until) PWRU_TRY(collect(cpu, until));
    has_events |= !cpu.pending.empty();
  }
  if (!has_events) return true;
  PWRU_ASSIGN(const bool goes_on, hand_over(consumer, now));
  for (Cpu& cpu : cpus_) keep_rest(cpu);
  return goes_on;
}

Result<> Reader::collect(Cpu& cpu, uint64_t until) {
  uint64_t position = cpu.collected_until;
  cpu.is_in_order = cpu.pending.empty();
  while (position < until) {
    const Ring::Record record = cpu.ring.read(position);
    position = record.end;
    if (record.bytes.empty()) continue;
    if (record.bytes.size() < sizeof(pwru_event))
      return fail(fmt::format("read a ring buffer: a record of {} bytes is no event", record.bytes.size()));
    const pwru_event& core = header_of(record.bytes);
    // An interrupt between reservation and time stamp can swap two neighbours.
    if (!cpu.pending.empty() && core.ts_ns < cpu.pending.back().ts_ns) cpu.is_in_order = false;
    // The counter wraps, and of two swapped neighbours the later one may have read less.
    const auto newly_lost = static_cast<int32_t>(core.lost - cpu.lost_seen);
    const auto lost_count = static_cast<uint64_t>(std::max(newly_lost, 0));
    cpu.pending.push_back({core.ts_ns, record.bytes, position, lost_count, cpu.last_ts_ns});
    if (newly_lost > 0) cpu.lost_seen = core.lost;
    cpu.last_ts_ns = core.ts_ns;
  }
  cpu.collected_until = until;
  if (!cpu.is_in_order) {
    std::stable_sort(cpu.pending.begin(), cpu.pending.end(),
                     [](const Pending& a, const Pending& b) { return a.ts_ns < b.ts_ns; });
  }
  return {};
}

Result<bool> Reader::hand_over(Consumer& consumer, uint64_t until_ns) {
  using Head = std::pair<uint64_t, size_t>;  // time, CPU
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  const auto push_head = [&](size_t index) {
    const Cpu& cpu = cpus_[index];
    if (cpu.next < cpu.pending.size() && cpu.pending[cpu.next].ts_ns <= until_ns)
      heads.emplace(cpu.pending[cpu.next].ts_ns, index);
  };
  for (size_t index = 0; index < cpus_.size(); index++) push_head(index);
  while (!heads.empty()) {
    const size_t index = heads.top().second;
    heads.pop();
    Cpu& cpu = cpus_[index];
    // Stay on this CPU while it has the oldest event: one queue operation for a run of events.
    const uint64_t limit = heads.empty() ? until_ns : std::min(until_ns, heads.top().first);
    do {
      const Pending& pending = cpu.pending[cpu.next++];
      PWRU_ASSIGN(const bool goes_on, deliver(consumer, index, pending));
      if (!goes_on) return false;
      if (cpu.is_in_order && cpu.next % kReleaseEvery == 0) cpu.ring.release(pending.end);
    } while (cpu.next < cpu.pending.size() && cpu.pending[cpu.next].ts_ns <= limit);
    push_head(index);
  }
  return true;
}

Result<bool> Reader::deliver(Consumer& consumer, size_t cpu_index, const Pending& pending) {
  const auto cpu = static_cast<uint32_t>(cpu_index);
  if (pending.lost_count) {
    const Loss loss = {cpu, pending.lost_count, pending.lost_since_ns, pending.ts_ns};
    PWRU_ASSIGN(const bool goes_on, consumer.lost(loss));
    if (!goes_on) return false;
  }
  PWRU_ASSIGN(const Event event, decode(pending.record, cpu, skb_bytes_));
  return consumer.event(event);
}

// What was held back is copied, so that its ring can be given back whole.
void Reader::keep_rest(Cpu& cpu) {
  cpu.pending.erase(cpu.pending.begin(), cpu.pending.begin() + static_cast<ptrdiff_t>(cpu.next));
  cpu.next = 0;
  std::vector<std::unique_ptr<std::byte[]>> copies;
  for (Pending& pending : cpu.pending) {
    auto copy = std::make_unique<std::byte[]>(pending.record.size());
    std::memcpy(copy.get(), pending.record.data(), pending.record.size());
    pending.record = {copy.get(), pending.record.size()};
    copies.push_back(std::move(copy));
  }
  cpu.held_back = std::move(copies);
  if (cpu.ring.consumed_until() != cpu.collected_until) cpu.ring.release(cpu.collected_until);
}

Result<bool> Reader::report_rest(Consumer& consumer, const std::vector<uint64_t>& lost_by_cpu) {
  for (size_t index = 0; index < cpus_.size() && index < lost_by_cpu.size(); index++) {
    Cpu& cpu = cpus_[index];
    const uint32_t rest = static_cast<uint32_t>(lost_by_cpu[index]) - cpu.lost_seen;
    if (!rest) continue;
    cpu.lost_seen += rest;
    PWRU_ASSIGN(const bool goes_on,
                consumer.lost({static_cast<uint32_t>(index), rest, cpu.last_ts_ns, 0}));
    if (!goes_on) return false;
  }
  return true;
}

}  // namespace pwru::event
