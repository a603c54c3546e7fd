// SPDX-License-Identifier: Apache-2.0
// All rings together, as one stream in time order, with the losses where they happened.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/ring.h"

namespace pwru::event {

// Who gets the stream. A sink that answers false wants no more; the rest stays in the rings.
class Consumer {
 public:
  virtual ~Consumer() = default;
  [[nodiscard]] virtual Result<bool> event(const Event& event) = 0;
  [[nodiscard]] virtual Result<bool> lost(const Loss& loss) = 0;
};

class Reader {
 public:
  // `ring_fds` by CPU number.
  [[nodiscard]] static Result<Reader> open(const std::vector<int>& ring_fds, uint32_t ring_bytes,
                                           uint32_t skb_bytes);

  // Hands over what the rings hold, in time order over all CPUs. An event is held back while an
  // older one may still be on its way; with `is_last` (nothing is attached any more) none is.
  // Returns false when the consumer wants no more.
  [[nodiscard]] Result<bool> drain(Consumer& consumer, bool is_last = false);

  // Losses that no later event of the same CPU has told; `lost_by_cpu` are the kernel's counters.
  [[nodiscard]] Result<bool> report_rest(Consumer& consumer,
                                         const std::vector<uint64_t>& lost_by_cpu);

 private:
  // A record in its ring that waits for its turn.
  struct Pending {
    uint64_t ts_ns;
    std::span<const std::byte> record;
    uint64_t begin;          // its position in the ring
    uint64_t release_until;  // what can be given back once it is delivered
  };
  struct Cpu {
    explicit Cpu(Ring r) : ring(std::move(r)) {}
    Ring ring;
    std::vector<Pending> pending;  // sorted by time
    size_t next = 0;               // in pending
    uint64_t reserved_until = 0;
    uint64_t collected_until = 0;
    uint32_t lost_seen = 0;
    uint64_t last_ts_ns = 0;  // of the event delivered last
  };

  Reader(std::vector<Cpu> cpus, uint32_t skb_bytes);
  Result<> collect(Cpu& cpu);
  static void sort_by_time(Cpu& cpu);
  Result<bool> hand_over(Consumer& consumer, uint64_t until_ns);
  Result<bool> deliver_next(Consumer& consumer, size_t cpu_index);
  static void forget_delivered(Cpu& cpu);

  std::vector<Cpu> cpus_;
  uint32_t skb_bytes_;
};

}  // namespace pwru::event
