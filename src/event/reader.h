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
  // `memory` holds the rings by number; it and `shared` must outlive the reader.
  Reader(pwru_shared& shared, std::span<const std::byte> memory, const RingLayout& layout,
         const PartSizes& sizes);

  // Hands over what the rings hold, in time order over all CPUs. An event is held back while an
  // older one may still be on its way; with `is_last` (nothing is attached any more) none is.
  // Returns false when the consumer wants no more.
  [[nodiscard]] Result<bool> drain(Consumer& consumer, bool is_last = false);

  // Where the time of an event says little about when it comes: it is held back for so long.
  void hold_back(uint64_t ns) { hold_back_ns_ = ns; }

  // Asks for the doorbell to be rung at the next event. False: there is one already.
  [[nodiscard]] bool ask_for_bell();
  // The same for when a ring is half full.
  void ask_for_bell_at_half();
  // No bell: the reader is awake.
  void decline_bell();

  // Reports the losses that no later event of the same CPU has carried.
  [[nodiscard]] Result<bool> report_rest(Consumer& consumer);

 private:
  // A record in its ring that waits for its turn.
  struct Pending {
    uint64_t ts_ns;
    std::span<const std::byte> record;
    uint64_t begin;          // its position in the ring
    uint64_t release_until;  // what can be given back once it is delivered
  };
  struct Cpu {
    Cpu(Ring r, uint32_t cpu) : ring(std::move(r)), number(cpu) {}
    Ring ring;
    uint32_t number;
    std::vector<Pending> pending;  // sorted by time
    size_t next = 0;               // in pending
    uint64_t reserved_until = 0;
    uint64_t collected_until = 0;
    uint32_t lost_seen = 0;
    uint64_t last_ts_ns = 0;  // of the event delivered last
  };

  Result<> collect(Cpu& cpu);
  static void sort_by_time(Cpu& cpu);
  Result<bool> hand_over(Consumer& consumer, uint64_t until_ns);
  Result<bool> deliver_next(Consumer& consumer, size_t cpu_index);
  static void forget_delivered(Cpu& cpu);

  pwru_shared& shared_;
  std::vector<Cpu> cpus_;
  uint32_t ring_bytes_;
  uint64_t hold_back_ns_ = 0;
  PartSizes sizes_;
};

}  // namespace pwru::event
