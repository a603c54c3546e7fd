// SPDX-License-Identifier: Apache-2.0
#include "event/reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <queue>

#include "base/clock.h"

namespace pwru::event {
namespace {

// Space is given back to the kernel after so many records, not at the end of a long drain.
constexpr size_t kReleaseEvery = 128;

}  // namespace

Reader::Reader(pwru_shared& shared, std::span<const std::byte> memory, const RingLayout& layout,
               const PartSizes& sizes)
    : shared_(shared), ring_bytes_(layout.ring_bytes), sizes_(sizes) {
  for (size_t i = 0; i < memory.size() / layout.ring_bytes; i++)
    cpus_.emplace_back(Ring(shared.ring[i], memory.data() + i * layout.ring_bytes, layout),
                       static_cast<uint32_t>(i % layout.cpus));
}

// The programs take an event's time after they have reserved its record. So whatever is reserved
// later than `now` was read has a later time, and everything up to `now` is in the rings. How far
// they are reserved is noted for all of them first: it is quick, so that little is held back.
Result<bool> Reader::drain(Consumer& consumer, bool is_last) {
  const uint64_t now =
      is_last ? std::numeric_limits<uint64_t>::max() : monotonic_ns() - hold_back_ns_;
  for (Cpu& cpu : cpus_) cpu.reserved_until = cpu.ring.reserved_until();
  for (Cpu& cpu : cpus_) PWRU_TRY(collect(cpu));
  const Result<bool> goes_on = hand_over(consumer, now);
  for (Cpu& cpu : cpus_) forget_delivered(cpu);
  return goes_on;
}

Result<> Reader::collect(Cpu& cpu) {
  bool is_in_order = true;
  while (cpu.collected_until < cpu.reserved_until) {
    const uint64_t begin = cpu.collected_until;
    PWRU_ASSIGN(const Ring::Record record, cpu.ring.read(begin));
    cpu.collected_until = record.end;
    const uint64_t ts_ns = header_of(record.bytes).ts_ns;
    // Records of a ring are in order. Whatever is not is sorted, at the cost of a comparison.
    if (!cpu.pending.empty() && ts_ns < cpu.pending.back().ts_ns) is_in_order = false;
    cpu.pending.push_back({ts_ns, record.bytes, begin, record.end});
  }
  if (!is_in_order) sort_by_time(cpu);
  return {};
}

void Reader::sort_by_time(Cpu& cpu) {
  std::stable_sort(cpu.pending.begin(), cpu.pending.end(),
                   [](const Pending& a, const Pending& b) { return a.ts_ns < b.ts_ns; });
  // Nothing may be given back that a later one in the new order still needs.
  uint64_t needed_from = cpu.collected_until;
  for (auto it = cpu.pending.rbegin(); it != cpu.pending.rend(); ++it) {
    it->release_until = needed_from;
    needed_from = std::min(needed_from, it->begin);
  }
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
      PWRU_ASSIGN(const bool goes_on, deliver_next(consumer, index));
      if (!goes_on) return false;
      if (cpu.next % kReleaseEvery == 0) cpu.ring.release(cpu.pending[cpu.next - 1].release_until);
    } while (cpu.next < cpu.pending.size() && cpu.pending[cpu.next].ts_ns <= limit);
    push_head(index);
  }
  return true;
}

Result<bool> Reader::deliver_next(Consumer& consumer, size_t cpu_index) {
  Cpu& cpu = cpus_[cpu_index];
  const Pending& pending = cpu.pending[cpu.next];
  // The counter wraps, and of two swapped neighbours the later one may have read less.
  const uint32_t lost = header_of(pending.record).lost;
  const auto newly_lost = static_cast<int32_t>(lost - cpu.lost_seen);
  if (newly_lost > 0) {
    cpu.lost_seen = lost;
    const Loss loss = {cpu.number, static_cast<uint64_t>(newly_lost), cpu.last_ts_ns,
                       pending.ts_ns};
    PWRU_ASSIGN(const bool goes_on, consumer.lost(loss));
    if (!goes_on) return false;
  }
  // Looked at where it is: an event is too large to be moved for nothing.
  const Result<Event> event = decode(pending.record, cpu.number, sizes_);
  if (!event) return tl::unexpected<Error>(event.error());
  cpu.last_ts_ns = pending.ts_ns;
  cpu.next++;
  for (size_t at = 0; at < event->path.size(); at++) {
    const std::optional<Event> hop = hop_of(*event, at);
    if (!hop) continue;
    PWRU_ASSIGN(const bool goes_on, consumer.event(*hop));
    if (!goes_on) return false;
  }
  return consumer.event(*event);
}

// What was held back stays where it is, in the ring: it is the youngest, and little.
void Reader::forget_delivered(Cpu& cpu) {
  const uint64_t done =
      cpu.next ? cpu.pending[cpu.next - 1].release_until : cpu.ring.released_until();
  cpu.pending.erase(cpu.pending.begin(), cpu.pending.begin() + static_cast<ptrdiff_t>(cpu.next));
  cpu.next = 0;
  const uint64_t unused = cpu.pending.empty() ? cpu.collected_until : done;
  if (unused != cpu.ring.released_until()) cpu.ring.release(unused);
}

// The programs reserve with a full barrier before they look at wake_bytes, and here it is the
// other way round: one of both sees the other.
bool Reader::ask_for_bell() {
  __atomic_store_n(&shared_.wake_bytes, 0, __ATOMIC_SEQ_CST);
  const bool is_empty = std::all_of(cpus_.begin(), cpus_.end(), [](const Cpu& cpu) {
    return cpu.pending.empty() && cpu.ring.reserved_until() == cpu.collected_until;
  });
  if (!is_empty) decline_bell();
  return is_empty;
}

void Reader::ask_for_bell_at_half() {
  __atomic_store_n(&shared_.wake_bytes, ring_bytes_ / 2, __ATOMIC_SEQ_CST);
}

void Reader::decline_bell() {
  __atomic_store_n(&shared_.wake_bytes, PWRU_READER_IS_AWAKE, __ATOMIC_RELAXED);
}

Result<bool> Reader::report_rest(Consumer& consumer) {
  for (size_t index = 0; index < cpus_.size(); index++) {
    Cpu& cpu = cpus_[index];
    const auto lost =
        static_cast<uint32_t>(__atomic_load_n(&shared_.ring[index].lost, __ATOMIC_ACQUIRE));
    const uint32_t rest = lost - cpu.lost_seen;
    if (!rest) continue;
    cpu.lost_seen = lost;
    PWRU_ASSIGN(const bool goes_on, consumer.lost({cpu.number, rest, cpu.last_ts_ns, 0}));
    if (!goes_on) return false;
  }
  return true;
}

}  // namespace pwru::event
